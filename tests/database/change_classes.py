"""The kinds of change that people ask about, each in the words of the declaration, on one small library.

What a plan says of each stands in docs/what-changes-do.md, which test_change_classes.py holds against real plans.
"""

from __future__ import annotations

from dataclasses import dataclass

LIBRARY = """
[enums]
condition = ["worn", "good", "new"]

[domains.page_count]
type = "int"

[tables.author]
primary_key = ["id"]

[tables.author.columns]
id = "bigint"
name = "text"

[tables.book]
primary_key = ["id"]

[tables.book.columns]
id = "int"
author_id = "bigint"
title = "varchar(40)"
isbn = { type = "text", null = true }
pages = { type = "int", null = true }
leaves = { type = "page_count", null = true }
price = "numeric(8,2)"
bought = "timestamp"
condition = "condition"
language = { type = "text", default = "'en'" }

[tables.book.checks]
book_price_check = "price >= 0"

[tables.book.foreign_keys.book_author_id_fkey]
columns = ["author_id"]
references = { table = "author", columns = ["id"] }

[tables.book.indexes]
book_title_idx = ["title"]

[tables.loan]
partition_by = "RANGE (day)"

[tables.loan.columns]
book_id = "int"
day = "date"

[tables.loan_2025]
partition_of = "loan"
bound = "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"

[views.cheap_book]
query = "select id, title from book where price < 5"

[materialized_views.book_count]
query = "select author_id, count(*) as books from book group by author_id"

[functions.shelf]
arguments = "title text"
returns = "text"
language = "sql"
volatility = "immutable"
body = "select left(title, 1)"
"""

PAGES = 'pages = { type = "int", null = true }'
TITLE = 'title = "varchar(40)"'
CHECKS = '[tables.book.checks]\nbook_price_check = "price >= 0"\n'
KEY = (
    '[tables.book.foreign_keys.book_author_id_fkey]\ncolumns = ["author_id"]\n'
    'references = { table = "author", columns = ["id"] }\n'
)
INDEX = 'book_title_idx = ["title"]'
PARTITION = (
    "[tables.loan_2025]\npartition_of = \"loan\"\nbound = \"FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')\"\n"
)

FORMER = PARTITION.replace("2026", "X").replace("2025", "2024").replace("X", "2025")


@dataclass(frozen=True)
class Class:
    """One kind of change. old, new: what is written in the library, and what is written instead; an empty old one adds
    the new one at the end. before: the same for what is there before the change. since: the major that knows it."""

    topic: str
    name: str
    new: str
    old: str = ""
    before: tuple[str, str] | None = None
    since: int = 0

    def declarations(self) -> tuple[str, str]:
        """The library before the change, and after it."""
        before = edited(LIBRARY, *self.before) if self.before else LIBRARY
        return before, edited(before, self.old, self.new)


def edited(text: str, old: str, new: str) -> str:
    """The text with one passage replaced, or with more at its end."""
    if not old:
        return f"{text}\n{new}\n"
    assert text.count(old) == 1, old
    return text.replace(old, new)


def _column(name: str, declared: str) -> Class:
    return Class("Columns", name, f"{PAGES}\nextra = {declared}", PAGES)


def _type(name: str, old: str, new: str) -> Class:
    return Class("Types of columns", name, new, old)


CLASSES = (
    _column("a column that may be null", '{ type = "text", null = true }'),
    _column("a column with a constant default", '{ type = "int", default = "0" }'),
    _column("a column whose default differs from row to row", '{ type = "uuid", default = "gen_random_uuid()" }'),
    _column("a required column filled by a backfill", '{ type = "text", backfill = "title" }'),
    _column("an identity column", '{ type = "bigint", identity = "always" }'),
    _column("a stored generated column", '{ type = "int", null = true, generated = "pages * 2" }'),
    Class(
        "Columns",
        "a virtual generated column",
        f'{PAGES}\nextra = {{ type = "int", null = true, generated = "pages * 2", virtual = true }}',
        PAGES,
        since=18,
    ),
    Class("Columns", "a column is dropped", "", PAGES),
    Class("Columns", "a column is renamed", 'sheets = { type = "int", null = true, renamed_from = "pages" }', PAGES),
    Class("Columns", "another default", "\"'la'\"", "\"'en'\""),
    Class("Columns", "NOT NULL", 'pages = "int"', PAGES),
    Class(
        "Columns",
        "NOT NULL that a check proves already",
        'pages = "int"',
        PAGES,
        before=(CHECKS, f'{CHECKS}book_pages_check = "pages is not null"\n'),
    ),
    Class("Columns", "NOT NULL no more", 'price = { type = "numeric(8,2)", null = true }', 'price = "numeric(8,2)"'),
    Class("Columns", "another collation", 'title = { type = "varchar(40)", collation = "\\"C\\"" }', TITLE),
    _type("int to bigint", PAGES, 'pages = { type = "bigint", null = true }'),
    _type("a key from int to bigint", '\nid = "int"', '\nid = "bigint"'),
    _type("varchar to a longer one", TITLE, 'title = "varchar(80)"'),
    _type("varchar to text", TITLE, 'title = "text"'),
    _type("varchar to a shorter one", TITLE, 'title = { type = "varchar(20)", using = "left(title, 20)" }'),
    _type("numeric with more digits", '"numeric(8,2)"', '"numeric(12,2)"'),
    _type("numeric with other decimals", '"numeric(8,2)"', '"numeric(12,4)"'),
    _type("timestamp to timestamptz", '"timestamp"', '"timestamptz"'),
    _type(
        "text to an enum",
        'isbn = { type = "text", null = true }',
        'isbn = { type = "condition", null = true, using = "isbn::condition" }',
    ),
    _type(
        "text to jsonb",
        'isbn = { type = "text", null = true }',
        'isbn = { type = "jsonb", null = true, using = "to_jsonb(isbn)" }',
    ),
    Class("Constraints", "a check", f'{CHECKS}book_pages_check = "pages > 0"\n', CHECKS),
    Class(
        "Constraints",
        "a check that is not validated",
        f'{CHECKS}book_pages_check = {{ expression = "pages > 0", not_valid = true }}\n',
        CHECKS,
    ),
    Class(
        "Constraints",
        "a check is validated",
        f'{CHECKS}book_pages_check = "pages > 0"\n',
        f'{CHECKS}book_pages_check = {{ expression = "pages > 0", not_valid = true }}\n',
        before=(CHECKS, f'{CHECKS}book_pages_check = {{ expression = "pages > 0", not_valid = true }}\n'),
    ),
    Class("Constraints", "a check is dropped", "", CHECKS),
    Class("Constraints", "a foreign key", KEY, before=(KEY, "")),
    Class("Constraints", "a foreign key that is not validated", f"{KEY}not_valid = true", before=(KEY, "")),
    Class(
        "Constraints", "a foreign key is validated", KEY, f"{KEY}not_valid = true\n", (KEY, f"{KEY}not_valid = true\n")
    ),
    Class("Constraints", "a foreign key is dropped", "", KEY),
    Class("Constraints", "a unique constraint", '[tables.book.uniques]\nbook_isbn_key = ["isbn"]'),
    Class(
        "Constraints",
        "a primary key",
        '[tables.book]\nprimary_key = ["id"]\n',
        "[tables.book]\n",
        before=('[tables.book]\nprimary_key = ["id"]\n', "[tables.book]\n"),
    ),
    Class(
        "Constraints",
        "an exclusion constraint",
        '[tables.book.exclusions.book_pages_excl]\nelements = ["int4range(pages, pages + 1) WITH &&"]',
    ),
    Class("Indexes", "an index", f'{INDEX}\nbook_pages_idx = ["pages"]', INDEX),
    Class("Indexes", "a unique index", f'{INDEX}\nbook_isbn_idx = {{ on = ["isbn"], unique = true }}', INDEX),
    Class("Indexes", "an index over an expression", f'{INDEX}\nbook_upper_idx = ["upper(title)"]', INDEX),
    Class("Indexes", "an index over other columns", 'book_title_idx = ["title", "pages"]', INDEX),
    Class("Indexes", "an index is dropped", "", f"[tables.book.indexes]\n{INDEX}\n"),
    Class("Tables", "a new table", '[tables.shop.columns]\nid = "int"'),
    Class("Tables", "a table is dropped", "", FORMER, ("", FORMER)),
    Class(
        "Tables", "a table is renamed", '[tables.loan_last_year]\nrenamed_from = "loan_2025"\n', "[tables.loan_2025]\n"
    ),
    Class("Tables", "a table is no longer logged", "[tables.loan_2025]\nunlogged = true\n", "[tables.loan_2025]\n"),
    Class("Tables", "another fill factor", "[tables.author]\noptions = { fillfactor = 80 }\n", "[tables.author]\n"),
    Class("Tables", "row security", "[tables.author]\nrow_security = true\n", "[tables.author]\n"),
    Class("Tables", "a partition", FORMER),
    Class("Types", "a value is added to an enum", '"good", "new", "lost"]', '"good", "new"]'),
    Class("Types", "a value is taken out of an enum", '["worn", "good"]', '["worn", "good", "new"]'),
    Class(
        "Types",
        "a check is added to a domain",
        '[domains.page_count]\ntype = "int"\n\n[domains.page_count.checks]\nsane = "value > 0"\n',
        '[domains.page_count]\ntype = "int"\n',
    ),
    Class("Views and routines", "a view gets another condition", "price < 9", "price < 5"),
    Class(
        "Views and routines", "a view loses a column", '"select id from book where', '"select id, title from book where'
    ),
    Class("Views and routines", "another query of a materialized view", "count(*) * 2 as books", "count(*) as books"),
    Class("Views and routines", "another body of a function", "left(title, 2)", "left(title, 1)"),
    Class("Views and routines", "another type that a function returns", 'returns = "varchar"', 'returns = "text"'),
    Class(
        "Rights",
        "a policy",
        '[tables.author.policies.own]\nusing = "name = current_user"',
    ),
    Class("Rights", "a comment", '[tables.author]\ncomment = "Someone who writes"\n', "[tables.author]\n"),
)
