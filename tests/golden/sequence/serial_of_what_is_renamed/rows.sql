insert into ticket values (default), (default);
