insert into product values ('b'), ('A');
