insert into country values ('de'); insert into city values ('Bonn', 'de');
