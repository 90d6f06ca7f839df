"""The sentences under the fields of models, put where JSON Schemas show them. Reading them out of the source takes
longer than loading the models, so that only what publishes them does it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def describe() -> None:
    """Give the fields of all models that are loaded what is written under them."""
    for model in _models(BaseModel):
        said = {name: text for base in reversed(model.__mro__) for name, text in _under_fields(base).items()}
        missing = [(field, said[name]) for name, field in model.model_fields.items() if name in said]
        for field, text in missing:
            field.description = field.description or text
    for model in _models(BaseModel):
        model.model_rebuild(force=True)


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Those of the files that people write: they are compiled late, the ones of files that faberdb writes are not."""
    for model in base.__subclasses__():
        if model.model_config.get("defer_build"):
            yield model
        yield from _models(model)


@cache
def _under_fields(model: type) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
