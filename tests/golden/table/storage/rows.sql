insert into session values ('abc');
