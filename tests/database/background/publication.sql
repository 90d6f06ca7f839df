create schema pub;
create table pub.a (id int primary key, name text, n int);
create table pub.b (id int primary key);
create table pub.p (id int primary key) partition by range (id);
create publication plain for table pub.a, only pub.b;
create publication everything for all tables with (publish_via_partition_root = true);
create publication "Some" for table pub.p with (publish = 'insert, truncate');
create publication "No table" with (publish = '');
comment on publication plain is 'a publication';
