create schema pub;
create schema "Pub two";
create table pub.a (id int primary key, name text, n int);
create table pub.b (id int primary key);
create publication filtered for table pub.a (id, n) where (n > 5 and id <> 3), pub.b;
create publication schemas for tables in schema pub, "Pub two", table pub.b;
