set timezone = 'UTC';
insert into product values (1, 'Pot', 1.275, '2024-03-01 10:15'), (2, 'Cup', 0.2, '2024-03-02 23:59');
