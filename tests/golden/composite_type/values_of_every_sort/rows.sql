insert into room (id, mix) values (1, row('{"b" : 1,"a":2, "a":3}', 'NaN', 'infinity', '\x00ff', '1 mon -2 days 03:04:05.6', 1.500, '[2020-01-01,2020-02-01)', array['a,"b', null, 'null'], '{"x": null}')),
  (2, row(null, 0.1, '0044-03-15 12:00:00+00 BC', '', '-1 year', 'NaN', 'empty', '{}', null)), (3, null);
update room set "all" = array[mix, null, mix];
