create schema op;
create type op.point as (x int, y int);
create function op.lt(op.point, op.point) returns boolean language sql immutable as 'select ($1).x < ($2).x';
create function op.ge(op.point, op.point) returns boolean language sql immutable as 'select ($1).x >= ($2).x';
create function op.gt(op.point, op.point) returns boolean language sql immutable as 'select ($1).x > ($2).x';
create function op.eq(op.point, op.point) returns boolean language sql immutable as 'select ($1).x = ($2).x';
create function op.eqi(op.point, int) returns boolean language sql immutable as 'select ($1).x = $2';
create function op.cmp(op.point, op.point) returns int language sql immutable as 'select ($1).x - ($2).x';
create function op.cmpi(op.point, int) returns int language sql immutable as 'select ($1).x - $2';
create function op.hash(op.point) returns int language sql immutable as 'select ($1).x';
create function op.neg(op.point) returns op.point language sql immutable as 'select $1';
create operator op.<# (function = op.lt, leftarg = op.point, rightarg = op.point, commutator = operator(op.>#),
    negator = operator(op.>=#), restrict = scalarltsel, join = scalarltjoinsel);
create operator op.># (function = op.gt, leftarg = op.point, rightarg = op.point, commutator = operator(op.<#));
create operator op.>=# (function = op.ge, leftarg = op.point, rightarg = op.point, negator = operator(op.<#));
create operator op.=# (function = op.eq, leftarg = op.point, rightarg = op.point, commutator = operator(op.=#),
    restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator op.=# (function = op.eqi, leftarg = op.point, rightarg = int);
create operator op.@-@ (function = op.neg, rightarg = op.point);
create operator family op.points using btree;
create operator class op.points_ops for type op.point using btree family op.points as
    operator 1 op.<#, operator 3 op.=#, operator 5 op.>#, function 1 op.cmp(op.point, op.point);
alter operator family op.points using btree add operator 3 op.=# (op.point, int),
    function 1 (op.point, int) op.cmpi(op.point, int);
create operator class op.hash_ops default for type op.point using hash as
    operator 1 op.=#, function 1 op.hash(op.point);
create operator class op.stored for type int[] using gin as
    operator 1 && (anyarray, anyarray), function 1 btint4cmp(int, int),
    function 2 pg_catalog.ginarrayextract(anyarray, internal, internal),
    function 3 ginqueryarrayextract(anyarray, internal, int2, internal, internal, internal, internal),
    function 4 ginarrayconsistent(internal, int2, anyarray, int4, internal, internal, internal, internal), storage int;
create operator class op.near for type point using gist as
    operator 15 <-> (point, point) for order by float_ops,
    function 1 gist_point_consistent(internal, point, smallint, oid, internal),
    function 2 gist_box_union(internal, internal), function 5 gist_box_penalty(internal, internal, internal),
    function 6 gist_box_picksplit(internal, internal), function 7 gist_box_same(box, box, internal),
    function 8 (point, point) gist_point_distance(internal, point, smallint, oid, internal), storage box;
create operator family op."Empty one" using hash;
create table op.used (p op.point, a int[]);
create index on op.used using btree (p op.points_ops);
create index on op.used using gin (a op.stored);
create view op.compared as select p operator(op.=#) 3 as same from op.used;
comment on operator op.=# (op.point, int) is 'an operator';
comment on operator op.@-@ (none, op.point) is 'a prefix operator';
comment on operator class op.points_ops using btree is 'a class';
comment on operator family op.points using btree is 'a family';

create function op.to_int(op.point) returns int language sql immutable as 'select ($1).x';
create type op.colour as enum ('red');
create cast (op.point as int) with function op.to_int(op.point) as implicit;
create cast (op.point as bigint[]) with inout as assignment;
create cast (op.colour as op.point) with inout;
create cast (op.point as text) with inout;
comment on cast (op.point as int) is 'a cast';
