insert into page values (1, 'long', 'short');
