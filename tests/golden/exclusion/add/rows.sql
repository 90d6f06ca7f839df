insert into booking values ('[1,3)'), ('[5,8)');
