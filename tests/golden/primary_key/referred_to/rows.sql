insert into country values ('de', 'Germany'); insert into city values ('Bonn', 'de');
