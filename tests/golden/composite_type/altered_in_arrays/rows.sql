insert into t values (1, array[row(1,'x')::pair, row(2,null)::pair]), (2,null);
