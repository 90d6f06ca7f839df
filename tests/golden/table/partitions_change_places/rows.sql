insert into day values ('a', 1); insert into night values ('b', 2);
