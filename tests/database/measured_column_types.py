"""What others feel when a column gets another type; see measured.

An index of the column itself is dropped, and another one made that has its name and, where nothing in it changes, its
files. So it is locked, and never among what is rewritten.
"""

from __future__ import annotations

from tests.database.measured import BOOK, Case, rewritten

COLUMN_TYPES = (
    # Numbers.
    rewritten("int to bigint", "alter table book alter author_id type bigint"),
    Case(
        "int to bigint, of a key that another table refers to",
        "alter table author alter id type bigint",
        "author, author_number_key, author_pkey, prize: ACCESS EXCLUSIVE",
        "author, author_number_key, author_pkey",
        "author, prize",
        setup="create table prize (id int primary key, author_id int references author (id));"
        " insert into prize select n, n from generate_series(1, 500) n",
    ),
    Case(
        "int to bigint, of a column that a view shows",
        "alter table book alter shelf type bigint",
        refused="used by a view",
    ),
    Case("a wider numeric", "alter table book alter price type numeric(12, 2)", "book: ACCESS EXCLUSIVE"),
    rewritten("a numeric of another scale", "alter table book alter price type numeric(12, 4)"),
    # Texts.
    Case("a wider varchar", "alter table book alter language type varchar(30)", "book: ACCESS EXCLUSIVE"),
    Case("a varchar without a limit", "alter table book alter language type varchar", "book: ACCESS EXCLUSIVE"),
    rewritten("a narrower varchar", "alter table book alter language type varchar(6)"),
    Case("varchar to text", "alter table book alter language type text", "book: ACCESS EXCLUSIVE"),
    Case(
        "a wider varchar, by an expression that says the same",
        "alter table book alter language type varchar(30) using language::varchar(30)",
        "book: ACCESS EXCLUSIVE",
    ),
    Case(
        "a wider varchar under an index",
        "alter table book alter language type varchar(30)",
        "book, book_language_idx: ACCESS EXCLUSIVE",
        setup="create index book_language_idx on book (language)",
    ),
    Case(
        "varchar to text under an index",
        "alter table book alter language type text",
        "book, book_language_idx: ACCESS EXCLUSIVE",
        setup="create index book_language_idx on book (language)",
    ),
    Case(
        "a wider varchar under an index of some of the rows",
        "alter table book alter language type varchar(30)",
        "book, book_language_idx: ACCESS EXCLUSIVE",
        "book_language_idx",
        "book",
        setup="create index book_language_idx on book (language) where language is not null",
    ),
    Case(
        "a wider varchar under a check",
        "alter table book alter language type varchar(30)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
        setup="alter table book add constraint some_language check (language <> '')",
    ),
    Case(
        "a wider varchar that refers to another table",
        "alter table book alter language type varchar(30)",
        "book, tongue: ACCESS EXCLUSIVE",
        setup="create table tongue (name varchar(10) primary key);"
        " alter table book add constraint book_tongue foreign key (language) references tongue (name) not valid",
    ),
    Case(
        "text to varchar without a limit",
        "alter table book alter isbn type varchar",
        "book, book_isbn_key: ACCESS EXCLUSIVE",
    ),
    Case(
        "text to varchar with a limit",
        "alter table book alter isbn type varchar(40)",
        f"{BOOK}: ACCESS EXCLUSIVE",
        BOOK,
        "book",
    ),
    rewritten("a wider char", "alter table book alter class_mark type char(9)"),
    Case(
        "another collation",
        'alter table book alter isbn type text collate "C"',
        "book, book_isbn_key: ACCESS EXCLUSIVE",
        "book_isbn_key",
        "book",
    ),
    # Times.
    Case(
        "timestamp to timestamptz where the session is at UTC",
        "alter table book alter bought type timestamptz",
        "book: ACCESS EXCLUSIVE",
    ),
    rewritten(
        "timestamp to timestamptz where the session is elsewhere",
        "alter table book alter bought type timestamptz",
        time_zone="Asia/Tokyo",
    ),
    Case(
        "a more precise timestamp",
        "alter table book alter returned type timestamp(6)",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book add returned timestamp(3)",
    ),
    # Enums, domains, documents.
    Case(
        "text to itself, by an expression that says the same",
        "alter table book alter binding type text using binding::text",
        "book: ACCESS EXCLUSIVE",
    ),
    Case(
        "an enum to text",
        "alter table item alter condition type text",
        "item, item_pkey: ACCESS EXCLUSIVE",
        "item, item_pkey",
        "item",
    ),
    Case(
        "an enum to another enum",
        "alter table item alter condition type state using condition::text::state",
        "item, item_pkey: ACCESS EXCLUSIVE",
        "item, item_pkey",
        "item",
        setup="create type state as enum ('good', 'lost')",
    ),
    rewritten(
        "json to jsonb",
        "alter table book alter notes type jsonb",
        setup="alter table book add notes json",
    ),
    Case(
        "text to a domain without a check",
        "alter table book alter binding type material",
        "book: ACCESS EXCLUSIVE",
        setup="create domain material as text",
    ),
    rewritten(
        "text to a domain with a check",
        "alter table book alter binding type material",
        setup="create domain material as text check (value <> '')",
    ),
)
