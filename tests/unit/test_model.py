"""The words of the engine are imported from one place, and only those that are used are loaded."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import faberdb.model


def test_every_word_stands_in_the_file_that_it_is_loaded_from() -> None:
    tree = ast.parse(Path(faberdb.model.__file__).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    of_model = [node for node in imports if (node.module or "").startswith("faberdb.model.")]
    seen_by_the_type_checker = {alias.name: node.module for node in of_model for alias in node.names}
    loaded = {name: f"faberdb.model.{file}" for name, file in faberdb.model._FILE_OF.items()}
    assert loaded == seen_by_the_type_checker
    assert sorted(loaded) == sorted(faberdb.model.__all__)
    assert all(hasattr(faberdb.model, name) for name in loaded)


def test_a_word_that_there_is_not_is_an_error() -> None:
    word = "Stepp"
    with pytest.raises(AttributeError, match=rf"'faberdb\.model' has no attribute '{word}'"):
        getattr(faberdb.model, word)
