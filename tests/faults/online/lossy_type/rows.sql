insert into acc select n, 1 + n % 7 + 0.25, nullif('note ' || n % 5, 'note 3') from generate_series(1, 3000) n;
