insert into ticket values (1), (7); select setval('ticket_id_seq', 100);
