insert into zone values ('<(0,0),1>');
