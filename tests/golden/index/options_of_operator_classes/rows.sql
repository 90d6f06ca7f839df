insert into article values (to_tsvector('simple', 'a cat'), to_tsvector('simple', 'cats'), to_tsvector('simple', 'cat'));
