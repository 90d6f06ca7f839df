insert into shirt values ('polo', 'small'), ('tee', 'large');
