insert into parcel values (1, 'fragile', 1.25, 2.75, '2024-01-01 10:00+00', '2024-01-02 10:00+00'), (2, null, null, null, null, null);
