insert into category values (1);
