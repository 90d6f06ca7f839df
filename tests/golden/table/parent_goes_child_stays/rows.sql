insert into thing values (1, 'lamp'), (2, 'chair');
insert into book values (3, 'atlas', 300);
