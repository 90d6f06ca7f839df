-- A few thousand rows, the same at every run: nothing here asks the clock or throws dice.

insert into catalog.supplier (name, country, contact_email, lead_time)
select 'Supplier ' || n,
       (array['DE', 'FR', 'IT', 'PL', 'NL'])[1 + n % 5],
       case when n % 4 > 0 then 'orders@supplier' || n || '.example' end,
       make_interval(days => 3 + n % 12)
  from generate_series(1, 20) n;

insert into catalog.category (id, parent_id, name, slug)
select n, null, (array['Kitchen', 'Garden', 'Office', 'Outdoor'])[n], (array['kitchen', 'garden', 'office', 'outdoor'])[n]
  from generate_series(1, 4) n;

insert into catalog.category (parent_id, name, slug, id)
select 1 + n % 4, 'Department ' || n, 'department-' || n, 10 + n
  from generate_series(1, 16) n;

insert into catalog.product (sku, category_id, supplier_id, name, net_price, tax_rate, state, attributes, tags, created_at)
select 'SKU-' || lpad(n::text, 6, '0'),
       11 + n % 16,
       1 + n % 20,
       (array['Kettle', 'Rake', 'Stapler', 'Tent', 'Pan', 'Spade', 'Lamp', 'Rope'])[1 + n % 8] || ' No. ' || n,
       5 + (n * 37) % 200 + 0.99,
       case when n % 10 = 0 then 0.070 else 0.200 end,
       (array['on_sale', 'on_sale', 'on_sale', 'draft', 'sold_out'])[1 + n % 5]::catalog.product_state,
       jsonb_build_object('colour', (array['red', 'blue', 'green'])[1 + n % 3], 'grams', 100 + n),
       array[(array['new', 'sale', 'classic'])[1 + n % 3]],
       timestamptz '2024-01-01 08:00+00' + n * interval '7 hours'
  from generate_series(1, 300) n;

insert into catalog.special_offer (product_id, valid, price)
select 1000 + n, daterange(date '2025-01-01' + m * 60, date '2025-01-01' + m * 60 + 14), 4.99 + n % 10
  from generate_series(0, 49) n, generate_series(0, 2) m;

insert into warehouse.depot (code, city, opened_on)
values ('BER', 'Berlin', '2019-03-01'), ('LYO', 'Lyon', '2021-06-15'), ('GDN', 'Gdansk', '2023-01-10');

insert into warehouse.stock (depot_id, product_id, on_hand, reserved, reorder_at, counted_at)
select d, 1000 + n, (n * 13 + d * 7) % 90, (n * 13 + d * 7) % 90 / 3, 10 + n % 20, timestamptz '2025-06-30 18:00+00'
  from generate_series(1, 3) d, generate_series(0, 299) n;

insert into warehouse.dock_booking (depot_id, dock, supplier_id, during)
select 1 + n % 3,
       1 + n % 2,
       1 + n % 20,
       tstzrange(timestamptz '2025-07-01 06:00+00' + n * interval '2 hours', timestamptz '2025-07-01 07:30+00' + n * interval '2 hours')
  from generate_series(1, 120) n;

insert into sales.customer (email, full_name, fax, newsletter, created_at, closed_at)
select 'customer' || n || '@mail.example',
       (array['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'])[1 + n % 6] || ' '
         || (array['Moser', 'Rossi', 'Novak', 'Dubois', 'Jansen'])[1 + n % 5] || ' ' || n,
       case when n % 7 = 0 then '+49 30 ' || (100000 + n * 17) end,
       n % 3 = 0,
       timestamptz '2024-02-01 09:00+00' + n * interval '11 hours',
       case when n % 50 = 0 then timestamptz '2025-06-01 00:00+00' end
  from generate_series(1, 500) n;

insert into sales.address (customer_id, street, zip, city, country, is_default)
select 1 + (n - 1) % 500,
       'Street ' || n % 90 || ' ' || n % 40,
       lpad((n * 191 % 99999)::text, 5, '0'),
       (array['Berlin', 'Lyon', 'Milano', 'Gdansk', 'Utrecht'])[1 + n % 5],
       (array['DE', 'FR', 'IT', 'PL', 'NL'])[1 + n % 5],
       n <= 500
  from generate_series(1, 650) n;

insert into sales.orders (customer_id, address_id, status, note, placed_at)
select 1 + (n * 7) % 500,
       1 + (n * 7) % 500,
       (array['delivered', 'delivered', 'shipped', 'paid', 'placed', 'cancelled', 'delivered', 'packed'])[1 + n % 8]::sales.order_status,
       case when n % 9 = 0 then 'Leave it with the neighbour' end,
       timestamptz '2025-01-02 10:00+00' + n * interval '3 hours'
  from generate_series(1, 1200) n;

insert into sales.order_item (order_id, line, product_id, quantity, unit_price, discount)
select o, l, 1000 + (o * 31 + l * 17) % 300, 1 + (o + l) % 4, p.price, case when o % 10 = 0 then 1 else 0 end
  from generate_series(1, 1200) o
 cross join lateral generate_series(1, 1 + o % 3) l
  join catalog.product p on p.id = 1000 + (o * 31 + l * 17) % 300;

insert into sales.payment (order_id, method, amount, reference, received_at)
select t.order_id,
       (array['card', 'transfer', 'invoice', 'card'])[1 + t.order_id % 4]::sales.payment_method,
       t.total,
       'PAY-' || t.order_id,
       t.placed_at + interval '20 minutes'
  from sales.order_total t
 where t.status not in ('placed', 'cancelled');

insert into sales.shipment (order_id, depot_id, status, tracking, handed_over, delivered_at)
select id,
       1 + id % 3,
       case when status = 'delivered' then 'delivered' else 'under_way' end::sales.shipment_status,
       'TRK' || lpad(id::text, 8, '0'),
       placed_at + interval '1 day',
       case when status = 'delivered' then placed_at + interval '3 days' end
  from sales.orders
 where status in ('shipped', 'delivered');

insert into catalog.review (product_id, customer_id, stars, body, written_at)
select 1000 + n % 300,
       1 + (n * 3) % 500,
       1 + (n * 7) % 5,
       case when n % 3 = 0 then 'Does what it should.' end,
       timestamptz '2025-03-01 12:00+00' + n * interval '5 hours'
  from generate_series(1, 450) n;

select setval('catalog.category_id_seq', 100);
refresh materialized view sales.daily_revenue;
analyze;
