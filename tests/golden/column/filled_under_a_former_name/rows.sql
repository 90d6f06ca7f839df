insert into person values (1, 'Ada Lovelace'), (2, 'Grace Hopper');
