insert into exam select n, n::text::grade from generate_series(1, 3) n;
