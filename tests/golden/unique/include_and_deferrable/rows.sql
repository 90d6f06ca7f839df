insert into chapter values (1, 1, 'Volume I'), (1, 2, 'Volume II');
