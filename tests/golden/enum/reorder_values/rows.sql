insert into shirt values ('small'), ('large'), ('large');
