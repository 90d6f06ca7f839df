insert into customer values (1, row('High Street', 'Yorkshire', 'York')), (2, row('Low Street', null, 'Ely'));
