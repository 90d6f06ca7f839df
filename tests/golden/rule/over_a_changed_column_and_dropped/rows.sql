insert into public.customer values (1, 'a');
