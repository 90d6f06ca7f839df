"""What pydantic refused, said in plain sentences at the line where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from faberdb.declare.source import closest, nearest

if TYPE_CHECKING:
    from faberdb.declare.positions import Keys
    from faberdb.declare.source import Problem, Source

AnyModel = TypeVar("AnyModel", bound=BaseModel)

_EXPECTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "an integer",
    "int_parsing": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_FOUND = {bool: "a boolean", str: "a string", int: "an integer", float: "a number", list: "a list", dict: "a table"}


class _Refusal(NamedTuple):
    """One pydantic error, brought back to the keys that were really written.

    branches: the key paths at which pydantic tried one type of several. owners: the types that could hold the last
    part of its location. expanded: a bare value stood where a table could.
    """

    error: ErrorDetails
    path: Keys
    raw: Any
    owners: tuple[Any, ...]
    branches: frozenset[Keys]
    expanded: bool

    @property
    def expected(self) -> str:
        return _EXPECTED.get(self.error["type"], "")


def validate(source: Source, model: type[AnyModel]) -> AnyModel | list[Problem]:
    """The file's data as `model`, or what is wrong with it. TOML has types, so no value is taken for another's."""
    try:
        return model.model_validate(source.data, strict=True)
    except ValidationError as error:
        refusals = [_trace(model, source.data, e) for e in error.errors(include_url=False)]
    return [source.problem(path, message, advice) for path, message, advice in _sentences(refusals)]


def _trace(model: type[BaseModel], data: Any, error: ErrorDetails) -> _Refusal:
    """Walks the location of a pydantic error through data and types: it also names union branches, and the fields
    that a short form stands for, which nobody wrote."""
    types: tuple[Any, ...] = (model,)
    owners, raw = types, data
    path: Keys = ()
    branches: set[Keys] = set()
    expanded = False
    for part in error["loc"]:
        owners = types
        if _holds(raw, part):
            types, path, raw, expanded = _step(types, part, fields_only=False), (*path, part), raw[part], False
        elif fields := _step(types, part, fields_only=True):
            types, expanded = fields, not isinstance(raw, dict)
        else:
            branches.add(path)
    return _Refusal(error, path, raw, owners, frozenset(branches), expanded)


def _holds(raw: Any, part: str | int) -> bool:
    if isinstance(raw, dict):
        return part in raw
    return isinstance(raw, list) and isinstance(part, int) and part < len(raw)


def _step(types: Sequence[Any], part: str | int, *, fields_only: bool) -> tuple[Any, ...]:
    """The types that `part` can have inside one of `types`."""
    return tuple(found for each in _flat(types) for found in _inside(each, part, fields_only))


def _inside(each: Any, part: str | int, fields_only: bool) -> Iterator[Any]:
    if isinstance(each, type) and issubclass(each, BaseModel):
        yield from (f.annotation for name, f in each.model_fields.items() if part == (f.alias or name))
    elif not fields_only and (arguments := get_args(each)):
        if isinstance(part, str) and issubclass(get_origin(each) or object, Mapping):
            yield arguments[1]
        elif isinstance(part, int):
            yield arguments[0]


def _flat(types: Sequence[Any]) -> Iterator[Any]:
    """Unions and wrappers taken apart."""
    for each in types:
        if get_origin(each) is Annotated:
            yield from _flat(get_args(each)[:1])
        elif get_origin(each) in (Union, UnionType):
            yield from _flat(get_args(each))
        elif isinstance(each, type) and issubclass(each, RootModel):
            yield from _flat([each.model_fields["root"].annotation])
        else:
            yield each


def _sentences(refusals: Sequence[_Refusal]) -> Iterator[tuple[Keys, str, str]]:
    """One sentence, with advice, for each place and cause. Of several types tried, those count that the value came
    nearest to."""
    wrong: dict[Keys, list[_Refusal]] = {}
    nearer = {branch for r in refusals for branch in r.branches if not (r.expected and r.path == branch)}
    misspelt = {(r.path[:-1], _meant(r)) for r in refusals if r.error["type"] == "extra_forbidden"}
    for refusal in refusals:
        if refusal.error["type"] == "missing" and (refusal.path, refusal.error["loc"][-1]) in misspelt:
            continue
        if not refusal.expected:
            yield refusal.path, _sentence(refusal), _remedy(refusal)
        elif refusal.path not in nearer:
            wrong.setdefault(refusal.path, []).append(refusal)
    for path, group in wrong.items():
        expected = list(dict.fromkeys(refusal.expected for refusal in group))
        if any(refusal.expanded for refusal in group) and "a table" not in expected:
            expected.append("a table")
        yield path, f"{_label(path)} must be {_either(expected)}, not {_found(group[0].raw)}", _example(path, expected)


def _either(expected: Sequence[str]) -> str:
    """`a list`; `a list or a table`; `a string, a boolean or a table`."""
    if len(expected) == 1:
        return expected[0]
    names = ["a boolean" if name == "true or false" else name for name in expected]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _meant(refusal: _Refusal) -> str | None:
    """The key that an unknown one was probably meant to be."""
    return closest(str(refusal.error["loc"][-1]), _names(refusal.owners))


def _sentence(refusal: _Refusal) -> str:
    error, key = refusal.error, refusal.error["loc"][-1] if refusal.error["loc"] else ""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key `{key}`{nearest(str(key), _names(refusal.owners))}"
        case "missing":
            return f"{_label(refusal.path)} needs the key `{key}`" if refusal.path else f"the key `{key}` is missing"
        case "literal_error" | "enum":
            return f"{_label(refusal.path)} must be {context['expected']}, not {_shown(refusal.raw)}"
        case "value_error" | "assertion_error":
            return f"{_label(refusal.path)}: {context['error']}"
    return error["msg"].replace("Input", _label(refusal.path), 1).replace(" should ", " must ", 1)


_EXAMPLES = {
    "a string": '"..."',
    "true or false": "true",
    "an integer": "1",
    "a number": "1.5",
    "a list": '["...", "..."]',
    "a table": "{ ... }",
}


def _example(path: Keys, expected: Sequence[str]) -> str:
    """How a value of the right sort is written."""
    shown = [_EXAMPLES[name] for name in expected if name in _EXAMPLES]
    key = f"{path[-1]} = " if path and isinstance(path[-1], str) else ""
    return f"write it like this: {' or '.join(f'`{key}{example}`' for example in shown)}" if shown else ""


def _remedy(refusal: _Refusal) -> str:
    if refusal.error["type"] != "extra_forbidden":
        return ""
    meant, key = _meant(refusal), refusal.error["loc"][-1]
    instead = f"write `{meant}`, or take `{key}` out" if meant else f"take `{key}` out, or move it to where it belongs"
    return f"{instead}; docs/reference says what may stand here"


def _names(owners: Sequence[Any]) -> set[str]:
    models = [each for each in _flat(owners) if isinstance(each, type) and issubclass(each, BaseModel)]
    return {f.alias or name for model in models for name, f in model.model_fields.items()}


def _label(path: Keys) -> str:
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_label(path[:-1])}"
    return f"`{path[-1]}`"


def _found(raw: Any) -> str:
    return _FOUND.get(type(raw), "a date or time")


def _shown(raw: Any) -> str:
    """A value that may be repeated: a short plain word, nothing that could be a secret typed into the wrong place."""
    plain = isinstance(raw, str) and len(raw) <= 30 and raw.replace("-", "_").isidentifier()
    return f"'{raw}'" if plain else _found(raw)
