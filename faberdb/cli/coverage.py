"""The page that says what of a database is managed: kind by kind, and catalogue by catalogue."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Coverage(Protocol):
    """What a provider says of the system catalogues.

    KINDS_OF: catalogues by the kinds that read them; LISTED: those of what is not managed and listed in every plan;
    ELSEWHERE: those that hold nothing of a database's schema; both with the reason. DEPENDENCIES, OWNERSHIPS: the types
    of dependencies on other objects, and on roles and tablespaces, with what becomes of them.
    """

    KINDS_OF: Mapping[str, tuple[str, ...]]
    LISTED: Mapping[str, str]
    ELSEWHERE: Mapping[str, str]
    DEPENDENCIES: Mapping[str, str]
    OWNERSHIPS: Mapping[str, str]


def coverage_page(kinds: Sequence[Any], coverage: Coverage) -> str:
    """Markdown without its head."""
    rows = [_row(kind) for kind in kinds]
    read = [(f"`{name}`", ", ".join(_link(k) for k in found)) for name, found in sorted(coverage.KINDS_OF.items())]
    listed = [(f"`{name}`", reason) for name, reason in sorted(coverage.LISTED.items())]
    rest = [(f"`{name}`", reason) for name, reason in sorted(coverage.ELSEWHERE.items())]
    depend = [(f"`{letter}`", how) for letter, how in coverage.DEPENDENCIES.items()]
    shared = [(f"`{letter}`", how) for letter, how in coverage.OWNERSHIPS.items()]
    return f"""\
# Coverage

What of a PostgreSQL database faberdb manages. What it does not manage is listed in every plan; `--strict` refuses to
plan over it.

## Kinds

*Altered in place*: there are statements that change an object of the kind without making it anew; which change takes
which way is held by a table in the tests. *In use*: of the changes that have to read or write all rows of a table,
those that keep nobody waiting who uses it (`online`); all others of that sort lock it meanwhile, as the plan says.
*Renamed*: `renamed_from` keeps the object. *Since*: the oldest major that has the kind, of those that faberdb supports.

{_table(("Kind", "Managed", "Altered in place", "In use", "Renamed", "Since"), rows)}
## Catalogues

Every system catalogue of PostgreSQL is in one of these lists; a test fails on a major that brings another.

### Read

{_table(("Catalogue", "Kinds"), read)}
### Listed as unmanaged

{_table(("Catalogue", "Why"), listed)}
### Nothing of the schema

{_table(("Catalogue", "What it holds"), rest)}
## Dependencies

How one object stands to another is in two of these catalogues. A test fails on a major that has another type of it.

{_table(("Type in `pg_depend`", "The object"), depend)}
{_table(("Type in `pg_shdepend`", "The role or tablespace"), shared)}"""


def _row(kind: Any) -> tuple[str, ...]:
    base = next(c for c in type(kind).__mro__ if c.__name__ == "PostgresKind")
    altered = inspect.getattr_static(type(kind), "alter") is not inspect.getattr_static(base, "alter")
    return (
        _link(kind.name),
        "yes" if kind.managed else "no",
        "yes" if altered else "no",
        kind.in_use,
        "yes" if kind.renamable else "no",
        str(kind.since),
    )


def _link(name: str) -> str:
    return f"[{name.replace('_', ' ')}](kinds/{name}.md)"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"
