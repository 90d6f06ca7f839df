insert into place values (1);
