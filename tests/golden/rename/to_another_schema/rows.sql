insert into person (name, mood) values ('Ada', 'happy'), ('Bob', 'sad');
