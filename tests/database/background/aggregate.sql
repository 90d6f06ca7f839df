create schema agg;
create function agg.add(numeric, numeric) returns numeric language sql immutable as 'select $1 + $2';
create function agg.sub(numeric, numeric) returns numeric language sql immutable as 'select $1 - $2';
create function agg.done(numeric, numeric) returns numeric language sql immutable as 'select $1';
create function agg.push(internal, anyelement) returns internal language internal immutable as 'array_agg_transfn';
create function agg.pick(anyarray, "any") returns anyarray language internal immutable as 'array_append';

create aggregate agg.total(numeric) (sfunc = agg.add, stype = numeric, initcond = '0', parallel = safe);
create aggregate agg."Wide"(value numeric) (
    sfunc = agg.add, stype = numeric, sspace = 64, finalfunc = agg.done, finalfunc_extra, finalfunc_modify = shareable,
    combinefunc = agg.add, initcond = '1', msfunc = agg.add, minvfunc = agg.sub, mstype = numeric, msspace = 128,
    mfinalfunc = agg.done, mfinalfunc_extra, mfinalfunc_modify = read_write, minitcond = '7', parallel = restricted);
create aggregate agg.least(numeric) (sfunc = numeric_smaller, stype = numeric, sortop = <);
create aggregate agg.joined(bytea, bytea) (
    sfunc = bytea_string_agg_transfn, stype = internal, finalfunc = bytea_string_agg_finalfn);
create aggregate agg.average(numeric) (
    sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg, combinefunc = numeric_avg_combine,
    serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize, parallel = safe);
create aggregate agg.percentile(float8 order by anyelement) (
    sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
create aggregate agg.ranked(variadic "any" order by variadic "any") (
    sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
create aggregate agg.counted(*) (sfunc = int8inc, stype = int8, initcond = '0');
create view agg.shown as select agg.total(g) from generate_series(1, 3) g;
comment on aggregate agg.total(numeric) is 'a sum';
comment on aggregate agg.counted(*) is 'rows';
comment on aggregate agg.percentile(float8 order by anyelement) is 'ordered';
