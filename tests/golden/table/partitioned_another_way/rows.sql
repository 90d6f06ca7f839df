insert into parcel values (1, 6, 'to the other part'), (2, 5, null), (1, 5, 'stays');
