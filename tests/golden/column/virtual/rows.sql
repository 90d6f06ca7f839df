insert into order_line values (2.50, 4), (10, 1);
