insert into person values ('Ada', 'Lovelace'), ('Grace', 'Hopper');
