create schema o;
create collation o.plain (locale = 'C');
create collation o."Two" (lc_collate = 'C', lc_ctype = 'POSIX');
create table o.sorted (a text collate o.plain);
create index on o.sorted (a collate o."Two");
comment on collation o.plain is 'a collation';

create text search parser o.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end,
    lextypes = prsd_lextype, headline = prsd_headline);
create text search template o.template (init = dsimple_init, lexize = dsimple_lexize);
create text search dictionary o.dict (template = o.template, stopwords = 'english', accept = 'false');
create text search dictionary o.bare (template = pg_catalog.simple);
create text search configuration o.config (parser = o.parser);
alter text search configuration o.config add mapping for asciiword, word with o.dict, simple;
alter text search configuration o.config add mapping for email, "int" with o.bare;
create text search configuration o.copied (copy = pg_catalog.english);
create table o.texts (t text, v tsvector generated always as (to_tsvector('o.config', t)) stored);
create index on o.texts using gin (to_tsvector('o.copied'::regconfig, t));
comment on text search parser o.parser is 'a parser';
comment on text search template o.template is 'a template';
comment on text search dictionary o.dict is 'a dictionary';
comment on text search configuration o.config is 'a configuration';

create conversion o.convert for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create default conversion o."Convert" for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
comment on conversion o.convert is 'a conversion';

create function o.seen() returns event_trigger language plpgsql as 'begin end';
create event trigger plain on ddl_command_end execute function o.seen();
create event trigger "Tagged one" on ddl_command_start when tag in ('CREATE TABLE', 'ALTER TABLE')
    execute function o.seen();
create event trigger rewritten on table_rewrite execute function o.seen();
create event trigger dropped on sql_drop execute function o.seen();
alter event trigger plain disable;
alter event trigger rewritten enable always;
alter event trigger dropped enable replica;
comment on event trigger plain is 'an event trigger';
