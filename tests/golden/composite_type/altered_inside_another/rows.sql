insert into t values (1, row(row(1,'x')::pair,3)::outer_pair);
