insert into gone values (1), (2);
