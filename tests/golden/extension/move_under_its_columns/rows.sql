insert into item values (1, '[3,4]'), (2, default);
