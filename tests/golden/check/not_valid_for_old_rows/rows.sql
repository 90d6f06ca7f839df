insert into product values (10), (-1);
