insert into country values ('de', 'Germany'), ('fr', 'France');
