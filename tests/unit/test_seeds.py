"""Seed files as they are read: what is NULL, where each value stands, and what is no seed file."""

from __future__ import annotations

from pathlib import Path

import pytest

from faberdb.declare.csv_cells import CsvError, read_csv
from faberdb.declare.seeds import read_seeds
from faberdb.errors import DeclarationError


def cells(text: str) -> list[list[tuple[str | None, int, int]]]:
    return [[(cell.value, cell.line, cell.column) for cell in row] for row in read_csv(text)]


def test_csv_knows_null_from_an_empty_text_and_the_place_of_each_value() -> None:
    assert cells('a,"b"\r\n\r\n,""\n"one\ntwo","say ""x"""\nlast,') == [
        [("a", 1, 1), ("b", 1, 3)],
        [(None, 3, 1), ("", 3, 2)],
        [("one\ntwo", 4, 1), ('say "x"', 5, 6)],
        [("last", 6, 1), (None, 6, 6)],
    ]
    assert cells("") == []
    for wrong, line, column in (('a\nb"c\n', 2, 2), ('"a"b', 1, 4), ('a,"b', 1, 3)):
        with pytest.raises(CsvError) as caught:
            cells(wrong)
        assert (caught.value.line, caught.value.column) == (line, column), wrong


def test_all_that_is_wrong_is_told_at_once_and_no_value_is(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('table = 1\n[keys]\nn = ["x"]\n[tables]\nm = ["secret"]\n')
    (tmp_path / "b.csv").write_text("x,x\nsecret,1\n")
    (tmp_path / "c.b.a.csv").write_text("x\n1\n")
    (tmp_path / "d.csv").write_text("")
    (tmp_path / "e.sql").write_text("-- postgresql://ann:secret@host/db\n")
    (tmp_path / "notes.md").write_text("not a seed file")
    with pytest.raises(DeclarationError) as caught:
        read_seeds(tmp_path)
    said = str(caught.value)
    assert "secret" not in said
    for word in (
        "a.toml:1:1: `table` means nothing in a seed file; did you mean `tables`?",
        "a.toml:3:1: there are no rows of `n` here",
        "a.toml:5:1: the rows of `m` are tables",
        "b.csv:1:3: a column of the first line `x` is there twice",
        "c.b.a.csv:1:1: the name of the file is that of its table",
        "d.csv:1:1: it is empty",
        "e.sql:1:4: a connection string with a password",
    ):
        assert word in said, said
