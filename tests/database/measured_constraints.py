"""What others feel when constraints come, are looked into, or go; see measured."""

from __future__ import annotations

from tests.database.measured import Case

WRITTEN_BY = "alter table book add constraint written_by foreign key (author_id) references author (id)"
BY_WHOM_AND_WHEN = "create table reminder (id int primary key, loan_id int, loan_year int)"

CONSTRAINTS = (
    # Checks.
    Case(
        "a check",
        "alter table book add constraint real_shelf check (shelf > 0)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a check that does not look at the rows that are there",
        "alter table book add constraint real_shelf check (shelf > 0) not valid",
        "book: ACCESS EXCLUSIVE",
    ),
    Case(
        "such a check looks at them later",
        "alter table book validate constraint real_shelf",
        "book: SHARE UPDATE EXCLUSIVE",
        scans="book",
        setup="alter table book add constraint real_shelf check (shelf > 0) not valid",
    ),
    Case(
        "such a check looks at them later in the same transaction, and wins nothing",
        "alter table book add constraint real_shelf check (shelf > 0) not valid;"
        " alter table book validate constraint real_shelf",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a check is dropped",
        "alter table book drop constraint real_shelf",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book add constraint real_shelf check (shelf > 0)",
    ),
    # Not null, where it is a constraint with a name.
    Case(
        "not null that does not look at the rows that are there",
        "alter table book add constraint known_shelf not null shelf not valid",
        "book: ACCESS EXCLUSIVE",
        since=18,
    ),
    Case(
        "such a not null looks at them later",
        "alter table book validate constraint known_shelf",
        "book: SHARE UPDATE EXCLUSIVE",
        scans="book",
        setup="alter table book add constraint known_shelf not null shelf not valid",
        since=18,
    ),
    # Foreign keys.
    Case(
        "a foreign key",
        WRITTEN_BY,
        "author, book: SHARE ROW EXCLUSIVE",
        scans="author, book",
    ),
    Case(
        "a foreign key that does not look at the rows that are there",
        f"{WRITTEN_BY} not valid",
        "author, book: SHARE ROW EXCLUSIVE",
    ),
    Case(
        "such a foreign key looks at them later",
        "alter table book validate constraint written_by",
        "author: ROW SHARE, book: SHARE UPDATE EXCLUSIVE",
        scans="author, book",
        setup=f"{WRITTEN_BY} not valid",
    ),
    Case(
        "a foreign key is dropped",
        "alter table book drop constraint written_by",
        "author, book: ACCESS EXCLUSIVE",
        setup=WRITTEN_BY,
    ),
    Case(
        "a foreign key may be deferred",
        "alter table book alter constraint written_by deferrable",
        "book: ACCESS EXCLUSIVE",
        setup=WRITTEN_BY,
    ),
    Case(
        "a foreign key to a table with partitions",
        "alter table reminder add constraint of_loan"
        " foreign key (loan_id, loan_year) references loan (id, year) not valid",
        "loan, loan_2024, reminder: SHARE ROW EXCLUSIVE",
        setup=BY_WHOM_AND_WHEN,
    ),
    Case(
        "a foreign key of a table with partitions",
        "alter table loan add constraint of_book foreign key (book_id) references book (id) not valid",
        "book, loan, loan_2024: SHARE ROW EXCLUSIVE",
        setup="alter table loan add book_id int",
        since=18,
    ),
    # Keys.
    Case(
        "a unique constraint",
        "alter table book add constraint one_shelf unique (shelf)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a unique constraint of an index that is there, which gets its name",
        "alter table book add constraint one_shelf unique using index shelves",
        "book: ACCESS EXCLUSIVE, shelves: SHARE UPDATE EXCLUSIVE",
        setup="create unique index shelves on book (shelf)",
    ),
    Case(
        "a unique constraint is dropped",
        "alter table book drop constraint one_shelf",
        "book, one_shelf: ACCESS EXCLUSIVE",
        setup="alter table book add constraint one_shelf unique (shelf)",
    ),
    Case(
        "a primary key",
        "alter table book add primary key (id)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
        setup="alter table book drop constraint book_pkey",
    ),
    Case(
        "a primary key of an index that is there, over a column that may not be null",
        "alter table book add primary key using index ids",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book drop constraint book_pkey; create unique index ids on book (id)",
    ),
    Case(
        "a primary key of an index that is there, over a column that might be null",
        "alter table book add primary key using index shelves",
        "book: ACCESS EXCLUSIVE",
        scans="book",
        setup="alter table book drop constraint book_pkey; create unique index shelves on book (shelf)",
    ),
    Case(
        "a primary key of an index that is there, over a column that a check proves never null",
        "alter table book add primary key using index shelves",
        "book: ACCESS EXCLUSIVE",
        setup="alter table book drop constraint book_pkey; create unique index shelves on book (shelf);"
        " alter table book add constraint known_shelf check (shelf is not null)",
    ),
    Case("a primary key is dropped", "alter table book drop constraint book_pkey", "book, book_pkey: ACCESS EXCLUSIVE"),
    Case(
        "an exclusion constraint",
        "alter table book add constraint no_shelf_twice exclude using btree (shelf with =)",
        "book: ACCESS EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a constraint is renamed, and its index with it",
        "alter table book rename constraint book_pkey to book_key",
        "book: ACCESS EXCLUSIVE, book_pkey: SHARE UPDATE EXCLUSIVE",
    ),
)
