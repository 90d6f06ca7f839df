insert into product values (10);
