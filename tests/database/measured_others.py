"""What others feel when partitions, views, types and sequences come, go or change; see measured."""

from __future__ import annotations

from tests.database.measured import Case

NEW_YEAR = "create table loan_2026 partition of loan for values from (2026) to (2027)"
ATTACH = "alter table loan attach partition loan_2025 for values from (2025) to (2026)"
IN_2025 = "alter table loan_2025 add constraint in_2025 check (year >= 2025 and year < 2026);"
DEFAULT_PARTITION = (
    "create table loan_other partition of loan default;"
    " insert into loan select n, 1900 from generate_series(1, 1000) n;"
)

PARTITIONS = (
    # They come.
    Case("a partition", NEW_YEAR, "loan: ACCESS EXCLUSIVE, loan_pkey: SHARE UPDATE EXCLUSIVE"),
    Case(
        "a partition beside one for the rest, whose rows might belong there",
        NEW_YEAR,
        "loan, loan_other: ACCESS EXCLUSIVE, loan_pkey: SHARE UPDATE EXCLUSIVE",
        scans="loan_other",
        setup=DEFAULT_PARTITION,
    ),
    Case(
        "a table becomes a partition",
        ATTACH,
        "loan, loan_pkey: SHARE UPDATE EXCLUSIVE, loan_2025: ACCESS EXCLUSIVE",
        scans="loan_2025",
    ),
    # Its index is built all the same, and reads it.
    Case(
        "a table becomes a partition, with a check that proves it fits",
        ATTACH,
        "loan, loan_pkey: SHARE UPDATE EXCLUSIVE, loan_2025: ACCESS EXCLUSIVE",
        scans="loan_2025",
        setup=IN_2025,
    ),
    Case(
        "a table becomes a partition beside one for the rest",
        ATTACH,
        "loan, loan_pkey: SHARE UPDATE EXCLUSIVE, loan_2025, loan_other: ACCESS EXCLUSIVE",
        scans="loan_2025, loan_other",
        setup=f"{IN_2025} {DEFAULT_PARTITION}",
    ),
    Case(
        "a table becomes a partition beside one for the rest, with a check that proves it has nothing of it",
        ATTACH,
        "loan, loan_pkey: SHARE UPDATE EXCLUSIVE, loan_2025, loan_other: ACCESS EXCLUSIVE",
        scans="loan_2025",
        setup=f"{IN_2025} {DEFAULT_PARTITION}"
        " alter table loan_other add constraint not_2025 check (not (year >= 2025 and year < 2026))",
    ),
    # They go.
    Case(
        "a partition becomes a table",
        "alter table loan detach partition loan_2024",
        "loan, loan_2024, loan_2024_pkey: ACCESS EXCLUSIVE",
    ),
    Case("a partition is dropped", "drop table loan_2024", "loan, loan_2024, loan_2024_pkey: ACCESS EXCLUSIVE"),
    # Their indexes.
    Case(
        "an index of all partitions", "create index by_year on loan (year)", "loan, loan_2024: SHARE", scans="loan_2024"
    ),
    Case("an index of no partition yet", "create index by_year on only loan (year)", "loan: SHARE"),
    Case(
        "an index of a partition joins that of the table",
        "alter index by_year attach partition by_year_2024",
        "by_year: SHARE UPDATE EXCLUSIVE, by_year_2024: ACCESS EXCLUSIVE",
        setup="create index by_year on only loan (year); create index by_year_2024 on loan_2024 (year)",
    ),
)
VIEWS = (
    Case(
        "a view shows another column",
        "create or replace view shelf_list as select id, shelf, isbn from book",
        "shelf_list: ACCESS EXCLUSIVE",
    ),
    Case("a view is dropped", "drop view shelf_list", "shelf_list: ACCESS EXCLUSIVE"),
    Case(
        "a materialized view",
        "create materialized view pages_read as select sum(pages) from book",
        scans="book",
    ),
    Case(
        "a materialized view without data",
        "create materialized view pages_read as select sum(pages) from book with no data",
    ),
    Case(
        "a materialized view is filled anew",
        "refresh materialized view shelf_print",
        "shelf_print, shelf_print_idx: ACCESS EXCLUSIVE",
        "shelf_print, shelf_print_idx",
        "book, shelf_print",
    ),
    Case(
        "a materialized view is filled anew while others read it",
        "refresh materialized view concurrently shelf_print",
        "shelf_print: EXCLUSIVE, shelf_print_idx: ROW EXCLUSIVE",
        scans="book, shelf_print",
    ),
    Case(
        "a materialized view is dropped",
        "drop materialized view shelf_print",
        "shelf_print, shelf_print_idx: ACCESS EXCLUSIVE",
    ),
)
TYPES = (
    Case("another value of an enum", "alter type condition add value 'new'"),
    Case("another value of an enum, before one", "alter type condition add value 'new' before 'good'"),
    Case("a value of an enum is renamed", "alter type condition rename value 'good' to 'fine'"),
    Case(
        "a check of a domain",
        "alter domain minutes add constraint some_time check (value > 0)",
        "visit: SHARE",
        scans="visit",
    ),
    Case(
        "a check of a domain that does not look at the rows that are there",
        "alter domain minutes add constraint some_time check (value > 0) not valid",
    ),
    Case(
        "such a check of a domain looks at them later",
        "alter domain minutes validate constraint some_time",
        "visit: SHARE",
        scans="visit",
        setup="alter domain minutes add constraint some_time check (value > 0) not valid",
    ),
    Case("a domain that may not be null", "alter domain minutes set not null", "visit: SHARE", scans="visit"),
    # Its one row is written to a new file, so that a rollback can bring the old one back.
    Case("the type of a sequence", "alter sequence ticket as int", "ticket: SHARE ROW EXCLUSIVE"),
)
