insert into ticket default values;
