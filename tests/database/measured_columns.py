"""What others feel when columns come, go or change, less their types; see measured."""

from __future__ import annotations

from tests.database.measured import Case, rewritten

POSITIVE = "create domain positive as int check (value > 0)"

COLUMNS = (
    # A column is added.
    Case("a column that may be null", "alter table book add weight int", "book: ACCESS EXCLUSIVE"),
    Case("a column with a constant default", "alter table book add weight int default 200", "book: ACCESS EXCLUSIVE"),
    Case(
        "a column that may not be null, with a constant default",
        "alter table book add weight int not null default 200",
        "book: ACCESS EXCLUSIVE",
    ),
    Case(
        "a column that may not be null, without a default",
        "alter table book add weight int not null",
        refused="contains null values",
    ),
    Case(
        "a column whose default is the same all through the statement",
        "alter table book add added timestamptz default now()",
        "book: ACCESS EXCLUSIVE",
    ),
    rewritten(
        "a column whose default differs from row to row",
        "alter table book add label uuid default gen_random_uuid()",
    ),
    rewritten(
        "a column whose default is the very moment",
        "alter table book add added timestamptz default clock_timestamp()",
    ),
    rewritten(
        "a column that may not be null, with a default that differs from row to row",
        "alter table book add label uuid not null default gen_random_uuid()",
    ),
    rewritten("a serial column", "alter table book add number serial"),
    rewritten("an identity column", "alter table book add number int generated always as identity"),
    rewritten(
        "a generated column that is stored",
        "alter table book add sheets int generated always as (pages / 2) stored",
    ),
    Case(
        "a generated column that is computed when read",
        "alter table book add sheets int generated always as (pages / 2) virtual",
        "book: ACCESS EXCLUSIVE",
        since=18,
    ),
    rewritten(
        "a column of a domain that checks, with a default",
        "alter table book add weight positive default 200",
        setup=POSITIVE,
    ),
    rewritten("a column of a domain that checks", "alter table book add weight positive", setup=POSITIVE),
    Case("a unique column", "alter table book add number int unique", "book: ACCESS EXCLUSIVE", scans="book"),
    Case(
        "a column with a check",
        "alter table book add weight int check (weight > 0)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a column with a default and a check",
        "alter table book add weight int default 200 check (weight > 0)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a column that refers to another table",
        "alter table book add editor_id int references author (id)",
        "book: ACCESS EXCLUSIVE, author: SHARE ROW EXCLUSIVE",
    ),
    Case(
        "a column with a default that refers to another table",
        "alter table book add editor_id int default 1 references author (id)",
        "book: ACCESS EXCLUSIVE, author: SHARE ROW EXCLUSIVE",
        scans="author, book",
    ),
    Case(
        "a column, and a check of another one, in one statement",
        "alter table book add weight int, add constraint real_shelf check (shelf > 0)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    # A column goes, or is called otherwise.
    Case("a column is dropped", "alter table book drop author_id", "book: ACCESS EXCLUSIVE"),
    Case(
        "a column is dropped with its index and the views that show it",
        "alter table book drop shelf cascade",
        "book, book_shelf_idx, shelf_list, shelf_print, shelf_print_idx: ACCESS EXCLUSIVE",
    ),
    Case("a column is renamed", "alter table book rename shelf to place", "book: ACCESS EXCLUSIVE"),
    Case(
        "a column is renamed and a view still shows its old name",
        "alter table book rename shelf to place; create view old_book as select id, place as shelf from book",
        "book: ACCESS EXCLUSIVE",
    ),
    # Its default, and whether it may be null.
    Case("a default is set", "alter table book alter shelf set default 7", "book: ACCESS EXCLUSIVE"),
    Case("a default is dropped", "alter table book alter pages drop default", "book: ACCESS EXCLUSIVE"),
    Case("a column may be null", "alter table book alter pages drop not null", "book: ACCESS EXCLUSIVE"),
    Case(
        "a column may not be null any more",
        "alter table book alter shelf set not null",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a column may not be null any more, as a check proves",
        "alter table book alter shelf set not null",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book add constraint known_shelf check (shelf is not null)",
    ),
    Case(
        "a column may not be null any more, as a part of a check proves",
        "alter table book alter shelf set not null",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book add constraint known_shelf check (shelf is not null and shelf > 0)",
    ),
    Case(
        "the check that proves it is dropped in the same statement, and proves nothing",
        "alter table book alter shelf set not null, drop constraint known_shelf",
        "book: ACCESS EXCLUSIVE",
        scans="book",
        setup="alter table book add constraint known_shelf check (shelf is not null)",
    ),
    # Identity and generated columns.
    Case(
        "a column becomes an identity",
        "alter table book alter id add generated always as identity",
        "book: ACCESS EXCLUSIVE",
    ),
    Case(
        "an identity becomes a plain column",
        "alter table book alter id drop identity",
        "book, book_id_seq: ACCESS EXCLUSIVE",
        setup="alter table book alter id add generated always as identity",
    ),
    Case(
        "a generated column becomes a plain one",
        "alter table book alter sheets drop expression",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book add sheets int generated always as (pages / 2) stored",
    ),
    rewritten(
        "a stored column is generated otherwise",
        "alter table book alter sheets set expression as (pages / 4)",
        setup="alter table book add sheets int generated always as (pages / 2) stored",
        since=17,
    ),
    Case(
        "a column computed when read is generated otherwise",
        "alter table book alter sheets set expression as (pages / 4)",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book add sheets int generated always as (pages / 2) virtual",
        since=18,
    ),
    # How it is kept.
    Case("statistics of a column", "alter table book alter shelf set statistics 250", "book: SHARE UPDATE EXCLUSIVE"),
    Case("storage of a column", "alter table book alter isbn set storage external", "book: ACCESS EXCLUSIVE"),
    Case(
        "compression of a column",
        "alter table book alter isbn set compression pglz",
        "book: ACCESS EXCLUSIVE",
        since=14,
    ),
    Case("a comment on a column", "comment on column book.shelf is 'where it stands'", "book: SHARE UPDATE EXCLUSIVE"),
)
