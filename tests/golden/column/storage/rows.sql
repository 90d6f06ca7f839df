insert into document values ('once', '\x00', 'Ada');
