insert into booking values ('[1,3)'), ('[3,5)');
