insert into orders values (1, '2020-02-02', 'a');
insert into orders_2021 values (2, '2021-02-02', 'b');
