insert into t values (1, 'one', '{"b": 1, "a": 2}', '1.50'), (2, null, null, null), (2, 'two', '[]', '-3');
