insert into room values (row('a'), 'b');
