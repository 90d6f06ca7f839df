insert into ticket (seat) values ('1A'), ('1B');
