insert into customer (id, name) values (1, 'Ada King'), (2, 'Bo Lind');
