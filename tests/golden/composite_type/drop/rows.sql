insert into customer values (1, row('High Street', 'York'));
