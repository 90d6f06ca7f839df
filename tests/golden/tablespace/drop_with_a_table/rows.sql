insert into sale select generate_series(1, 100);
