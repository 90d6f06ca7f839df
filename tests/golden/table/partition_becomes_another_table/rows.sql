insert into readings (station, celsius) values (3, 4.5), (3, null);
