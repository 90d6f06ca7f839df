insert into room values (1, 'on', row('on', '2020-01-01'), array[row('off', null)::lamp], 'on', null), (2, 'off', null, null, null, 'empty');
