insert into item values (1, '[1.5,2)', '{"[1,2]"}'), (2, default, null);
