insert into person (name, home) values ('Ann', row('x', 'y')), ('Bob', null);
