"""Random text search objects: parsers, templates, dictionaries and configurations."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import Draw
from tests.database.random_model import Item, Model, mark

PARSER = {"start": "prsd_start", "gettoken": "prsd_nexttoken", "end": "prsd_end", "lextypes": "prsd_lextype"}


def make_parser(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    model.add("text_search_parser", d.name(model, home.id, "text_search_parser"), home.id, PARSER)


def change_parser(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, headline=None if item.spec.get("headline") else "prsd_headline")


def make_template(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    spec = {"lexize": "dsimple_lexize", "init": "dsimple_init"}
    model.add("text_search_template", d.name(model, home.id, "text_search_template"), home.id, spec)


def make_dictionary(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    name = d.name(model, home.id, "text_search_dictionary")
    model.add("text_search_dictionary", name, home.id, _dictionary(d, model))


def _dictionary(d: Draw, model: Model) -> dict[str, Any]:
    own = [{"template": mark(t)} for t in model.of("text_search_template")]
    return d.pick(
        [
            {"template": "simple"},
            {"template": "simple", "options": {"accept": "false"}},
            {"template": "snowball", "options": {"language": "english"}},
            {"template": "snowball", "options": {"language": "german", "stopwords": "german"}},
            *own,
        ]
    )


def change_dictionary(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"options": None, **_dictionary(d, model)})


def make_configuration(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    name = d.name(model, home.id, "text_search_configuration")
    spec: dict[str, Any] = {"mappings": _mappings(d, model)}
    if (parsers := model.of("text_search_parser")) and d.one_in(2):
        spec["parser"] = mark(d.pick(parsers))
    model.add("text_search_configuration", name, home.id, spec)


def _mappings(d: Draw, model: Model) -> dict[str, list[str]]:
    dictionaries = ["simple", "english_stem", *map(mark, model.of("text_search_dictionary"))]
    tokens = d.some(["asciiword", "word", "numword", "email"], 0, 3)
    return {token: d.some(dictionaries, 1, 2) for token in tokens}


def change_configuration(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, mappings=_mappings(d, model))
