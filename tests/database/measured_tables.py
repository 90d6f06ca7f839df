"""What others feel when tables come, go or change as a whole, and what hangs on them; see measured."""

from __future__ import annotations

from tests.database.measured import BOOK, Case, rewritten

STAMPED = "create trigger stamped before insert on book for each row execute function stamp()"
PRIZE = "create table prize (id int primary key, author_id int references author (id))"

TABLES = (
    # They come and go.
    Case("a table that refers to another", PRIZE, "author: SHARE ROW EXCLUSIVE"),
    Case("a table like another", "create table old_book (like book including all)"),
    Case("a table is dropped", "drop table item", "item, item_pkey: ACCESS EXCLUSIVE"),
    Case(
        "a table that refers to another is dropped",
        "drop table prize",
        "author, prize, prize_pkey: ACCESS EXCLUSIVE",
        setup=PRIZE,
    ),
    Case(
        "a schema is dropped with what is in it",
        "drop schema archive cascade",
        "archive.letter: ACCESS EXCLUSIVE",
        setup="create schema archive; create table archive.letter (id int)",
    ),
    Case("a table is emptied", "truncate book", f"{BOOK}: ACCESS EXCLUSIVE", BOOK, "book"),
    # They get another name, place or owner.
    Case("a table is renamed", "alter table book rename to volume", "book: ACCESS EXCLUSIVE"),
    Case(
        "a table takes the name of another",
        "alter table book rename to old_book; alter table new_book rename to book",
        "book, new_book: ACCESS EXCLUSIVE",
        setup="create table new_book (like book including all)",
    ),
    Case(
        "a table moves to another schema",
        "alter table book set schema archive",
        "book: ACCESS EXCLUSIVE",
        setup="create schema archive",
    ),
    Case("a table gets another owner", "alter table book owner to pg_monitor", f"{BOOK}: ACCESS EXCLUSIVE"),
    Case(
        "a table inherits",
        "alter table book inherit thing",
        "book: ACCESS EXCLUSIVE, thing: SHARE UPDATE EXCLUSIVE",
        setup="create table thing (id int not null)",
    ),
    # How they are kept.
    Case("room left in pages", "alter table book set (fillfactor = 75)", "book: SHARE UPDATE EXCLUSIVE"),
    Case("no autovacuum", "alter table book set (autovacuum_enabled = off)", "book: SHARE UPDATE EXCLUSIVE"),
    Case("the tablespace it has already", "alter table book set tablespace pg_default", "book: ACCESS EXCLUSIVE"),
    Case(
        "the access method it has already",
        "alter table book set access method heap",
        "book: ACCESS EXCLUSIVE",
        since=15,
    ),
    rewritten("a table that is not logged", "alter table book set unlogged"),
    rewritten("a table in the order of an index", "cluster book using book_pkey"),
    Case("replica identity", "alter table book replica identity full", "book: ACCESS EXCLUSIVE"),
    Case("statistics are gathered", "analyze book", "book: SHARE UPDATE EXCLUSIVE"),
    Case(
        "statistics over two columns",
        "create statistics by_author on shelf, author_id from book",
        "book: SHARE UPDATE EXCLUSIVE",
    ),
    # Who may do what, and what happens then.
    Case("a privilege", "grant select on book to public"),
    Case("a comment", "comment on table book is 'what can be read'", "book: SHARE UPDATE EXCLUSIVE"),
    Case("row security", "alter table book enable row level security", "book: ACCESS EXCLUSIVE"),
    Case("a policy", "create policy everybody on book using (true)", "book: ACCESS EXCLUSIVE"),
    Case("a trigger", STAMPED, "book: SHARE ROW EXCLUSIVE"),
    Case("a trigger is dropped", "drop trigger stamped on book", "book: ACCESS EXCLUSIVE", setup=STAMPED),
    Case(
        "a trigger is switched off",
        "alter table book disable trigger stamped",
        "book: SHARE ROW EXCLUSIVE",
        setup=STAMPED,
    ),
    Case("a rule", "create rule gone as on delete to book do also nothing", "book: ACCESS EXCLUSIVE"),
)
INDEXES = (
    Case("an index", "create index book_author_idx on book (author_id)", "book: SHARE", scans="book"),
    Case("a unique index", "create unique index one_shelf on book (shelf)", "book: SHARE", scans="book"),
    Case("an index is dropped", "drop index book_shelf_idx", "book, book_shelf_idx: ACCESS EXCLUSIVE"),
    Case(
        "an index is renamed",
        "alter index book_shelf_idx rename to book_place_idx",
        "book_shelf_idx: SHARE UPDATE EXCLUSIVE",
    ),
    Case(
        "an index is built anew",
        "reindex index book_shelf_idx",
        "book: SHARE, book_shelf_idx: ACCESS EXCLUSIVE",
        "book_shelf_idx",
        "book",
    ),
    # Long values are kept apart, under an index that is built anew too; that locks nothing of the table itself.
    Case(
        "the indexes of a table are built anew",
        "reindex table book",
        "book: SHARE, book_isbn_key, book_pkey, book_shelf_idx, long values of book: ACCESS EXCLUSIVE",
        "book_isbn_key, book_pkey, book_shelf_idx, long values of book",
        "book",
    ),
)
