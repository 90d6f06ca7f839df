insert into place values (1, null), (2, 1);
