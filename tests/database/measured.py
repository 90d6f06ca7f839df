"""A library whose relations statements are measured on, and how a statement and what it must do to others are written.

The cases themselves stand in the modules beside this one, by what they are about. Each says what the server of every
major does, unless it names the major that the statement begins with.
"""

from __future__ import annotations

from dataclasses import dataclass

BOOK = "book, book_isbn_key, book_pkey, book_shelf_idx"
"""The table that most cases are about, and its indexes, which are rewritten with it."""

LIBRARY = """
create type condition as enum ('worn', 'good');
create domain minutes as int;
create function stamp() returns trigger language plpgsql as 'begin return new; end';
create sequence ticket;

create table author (id int primary key, number int unique, name text);
insert into author select n, n, 'Author ' || n from generate_series(1, 1000) n;

create table book (
    id int primary key,
    author_id int,
    shelf int,
    isbn text unique,
    pages int not null default 0,
    language varchar(10),
    price numeric(10, 2),
    bought timestamp,
    binding text,
    class_mark char(4)
);
insert into book
select n, n, n, 'isbn ' || n, n, 'Latin', n, timestamp '2024-02-29' + n * interval '1 hour', 'cloth', 'QA76'
  from generate_series(1, 1000) n;
create index book_shelf_idx on book (shelf);
create view shelf_list as select id, shelf from book;
create materialized view shelf_print as select id, shelf from book;
create unique index shelf_print_idx on shelf_print (id);

create table item (id int primary key, condition condition);
insert into item select n, 'good' from generate_series(1, 1000) n;

create table visit (length minutes);
insert into visit select n from generate_series(1, 1000) n;

create table loan (id int, year int, primary key (id, year)) partition by range (year);
create table loan_2024 partition of loan for values from (2024) to (2025);
insert into loan select n, 2024 from generate_series(1, 1000) n;
create table loan_2025 (id int not null, year int not null);
insert into loan_2025 select n, 2025 from generate_series(1, 1000) n;
"""
"""`loan_2025` is no partition yet. What only some cases need is made by their setup."""


@dataclass(frozen=True)
class Case:
    """A statement, and what it does to relations that others can see.

    locks: `book, author: SHARE, visit: EXCLUSIVE` for the strongest lock on each, less ACCESS SHARE.
    rewrites: what gets new files. scans: what is read from end to end. A relation has the name it had before the
    statement, with its schema where that is not public.
    setup: what is done, and committed, before. time_zone: that of the session.
    since: the first major that knows the statement; older ones refuse it. refused: what every server says against it.
    """

    name: str
    statement: str
    locks: str = ""
    rewrites: str = ""
    scans: str = ""
    setup: str = ""
    time_zone: str = "UTC"
    since: int = 0
    refused: str = ""

    def expected_locks(self) -> dict[str, str]:
        """The mode of each locked relation."""
        found: dict[str, str] = {}
        without_mode: list[str] = []
        for part in listed(self.locks):
            name, _, mode = part.partition(": ")
            without_mode.append(name)
            if mode:
                found |= dict.fromkeys(without_mode, mode)
                without_mode = []
        assert not without_mode, f"{self.name}: {without_mode} have no mode"
        return found


def listed(text: str) -> list[str]:
    """The parts of a text that commas divide."""
    return text.split(", ") if text else []


def rewritten(name: str, statement: str, setup: str = "", time_zone: str = "UTC", since: int = 0) -> Case:
    """A statement that writes the table `book` anew: it is read once for itself, and once for each of its indexes."""
    return Case(name, statement, f"{BOOK}: ACCESS EXCLUSIVE", BOOK, "book", setup, time_zone, since)
