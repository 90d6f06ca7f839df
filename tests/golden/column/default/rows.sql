insert into parcel values (3, 'packed', '2024-05-01 12:00+00');
