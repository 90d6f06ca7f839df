insert into place values ('north');
insert into arrival values ('north');
