insert into reading_indoors values (7);
insert into reading_outdoors values (8);
