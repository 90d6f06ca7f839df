insert into booking values ('[1,3)', false), ('[5,8)', true);
