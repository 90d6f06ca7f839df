"""Seed files: rows in TOML and CSV, and SQL files as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faberdb.declare.csv_cells import CsvError, read_csv
from faberdb.declare.source import Problem, UnreadableError, as_text, error_of, hidden, leaks, nearest, read
from faberdb.errors import DeclarationError
from faberdb.model import Address, SeedRow, SeedRows, Seeds, SeedScript

if TYPE_CHECKING:
    from faberdb.declare.csv_cells import Cell
    from faberdb.declare.source import Source

FORMS = (".toml", ".csv", ".sql")
TOP = ("schema", "keys", "tables")


def read_seeds(folder: Path) -> Seeds:
    """All seed files of a folder and of those below it, in the order of their names. Raises DeclarationError with
    everything that is wrong in them; no value is repeated."""
    if not folder.is_dir():
        raise DeclarationError(
            "there is no folder of seed files",
            where=folder.as_posix(),
            advice="make it and put TOML, CSV or SQL files there, or name another: [project] seeds in faberdb.toml",
        )
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in FORMS)
    rows: list[SeedRows] = []
    scripts: list[SeedScript] = []
    problems: list[Problem] = []
    for file in files:
        try:
            if file.suffix == ".toml":
                rows += _of_toml(read(file), problems)
            elif file.suffix == ".csv":
                rows.append(_of_csv(file, _text(file)))
            else:
                text = _text(file)
                problems += hidden(file, text)
                scripts.append(SeedScript(file.as_posix(), text))
        except UnreadableError as error:
            problems.append(error.problem)
    if problems:
        raise error_of(problems, DeclarationError)
    return Seeds(tuple(rows), tuple(scripts))


def _text(file: Path) -> str:
    try:
        return as_text(file.read_bytes())
    except OSError as error:
        raise UnreadableError(Problem(file, 1, 1, f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError:
        raise UnreadableError(Problem(file, 1, 1, "not UTF-8 text")) from None


def _path(name: str, schema: str) -> tuple[str, ...]:
    """`country` or `sales.country` as the parts of the name. Raises ValueError."""
    path = Address.parse(f"table:{name}").path
    if len(path) > 2 or not all(path):
        raise ValueError(name)
    return (schema, *path) if schema and len(path) == 1 else path


def _of_toml(source: Source, problems: list[Problem]) -> Iterator[SeedRows]:
    problems += leaks(source)
    data = source.data
    for key in data.keys() - {*TOP}:
        problems.append(source.problem((key,), f"`{key}` means nothing in a seed file{nearest(key, TOP)}"))
    schema, keys, tables = data.get("schema", ""), data.get("keys", {}), data.get("tables", {})
    if not isinstance(schema, str):
        problems.append(source.problem(("schema",), "`schema` is the name of a schema, in quotes"))
        return
    if not isinstance(keys, dict) or not isinstance(tables, dict):
        wrong = "tables" if isinstance(keys, dict) else "keys"
        form = "[[tables.country]] begins a row" if wrong == "tables" else 'country = ["code"] stands below [keys]'
        problems.append(source.problem((wrong,), f"`{wrong}` has a key for each table: {form}"))
        return
    for name in keys.keys() - tables.keys():
        problems.append(source.problem(("keys", name), f"there are no rows of `{name}` here{nearest(name, tables)}"))
    for name, rows in tables.items():
        found = _table(source, schema, name, rows, keys.get(name, []), problems)
        if found is not None:
            yield found


def _table(
    source: Source, schema: str, name: str, rows: object, key: object, problems: list[Problem]
) -> SeedRows | None:
    place: tuple[str | int, ...] = ("tables", name)
    if isinstance(rows, dict):
        message = f'a row begins with [[tables.{name}]]; a table in another schema is "schema.table", in quotes'
        problems.append(source.problem(place, message))
        return None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.append(source.problem(place, f"the rows of `{name}` are tables: [[tables.{name}]] begins each"))
        return None
    if not isinstance(key, list) or not all(isinstance(column, str) for column in key):
        problems.append(source.problem(("keys", name), 'a key is a list of columns: ["code"]'))
        return None
    try:
        path = _path(name, schema)
    except ValueError:
        problems.append(source.problem(place, f"`{name}` is no name of a table; write table or schema.table"))
        return None
    made = tuple(_toml_row(source, (*place, number), row) for number, row in enumerate(rows))
    return SeedRows(path, tuple(key), made, source.problem(place, "").place)


def _toml_row(source: Source, place: tuple[str | int, ...], row: dict[str, Any]) -> SeedRow:
    def where(column: str) -> str:
        return source.problem((*place, column) if column else place, "").place

    return SeedRow(row, where)


def _of_csv(file: Path, text: str) -> SeedRows:
    """Raises UnreadableError."""
    try:
        lines = list(read_csv(text))
        path = _path(file.stem, "")
    except CsvError as error:
        raise UnreadableError(Problem(file, error.line, error.column, error.message)) from None
    except ValueError:
        message = "the name of the file is that of its table: country.csv or sales.country.csv"
        raise UnreadableError(Problem(file, 1, 1, message)) from None
    if not lines:
        message = "it is empty; its first line names the columns"
        raise UnreadableError(Problem(file, 1, 1, message))
    header, *rest = lines
    names = [cell.value or "" for cell in header]
    for number, (cell, name) in enumerate(zip(header, names, strict=True)):
        if not name or name in names[:number]:
            what = "has no name" if not name else f"`{name}` is there twice"
            raise UnreadableError(Problem(file, cell.line, cell.column, f"a column of the first line {what}"))
    return SeedRows(path, (), tuple(_csv_row(file, names, cells) for cells in rest), f"{file.as_posix()}:1:1")


def _csv_row(file: Path, names: Sequence[str], cells: Sequence[Cell]) -> SeedRow:
    """Raises UnreadableError where it has more or fewer values than there are columns."""
    if len(cells) != len(names):
        first = cells[0]
        message = f"this row has {len(cells)} values, and the first line names {len(names)} columns"
        raise UnreadableError(Problem(file, first.line, first.column, message))
    places = {name: f"{file.as_posix()}:{cell.line}:{cell.column}" for name, cell in zip(names, cells, strict=True)}
    begin = f"{file.as_posix()}:{cells[0].line}:{cells[0].column}"
    values = {name: cell.value for name, cell in zip(names, cells, strict=True)}
    return SeedRow(values, lambda column: places.get(column, begin))
