insert into product values (1, 'short', 1.25), (2, 'far too long a code', 2.75), (3, null, null);
