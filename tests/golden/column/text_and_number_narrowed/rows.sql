insert into product values (1, 'short', 1.25), (2, 'spaced      ', 2.75), (3, null, null);
