-- A query that is long enough for a file of its own; sales.toml names it.
select t.number,
       c.full_name,
       c.email,
       t.status,
       t.total - t.paid as due
  from sales.order_total t
  join sales.customer c on c.id = t.customer_id
 where t.status in ('placed', 'paid', 'packed')
