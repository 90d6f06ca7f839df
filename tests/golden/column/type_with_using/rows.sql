insert into setting values ('dark', 'on'), ('beta', 'off'), ('odd', 'perhaps');
