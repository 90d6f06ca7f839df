insert into place values ('north');
insert into visit values ('north');
