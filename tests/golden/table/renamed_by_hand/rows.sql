insert into shop values (1, 10), (2, 20);
insert into person (shop_id) values (1), (2), (null);
