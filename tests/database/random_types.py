"""Random domains, composite and range types, and collations."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import DEFAULTS, TYPES, Draw, condition, or_array
from tests.database.random_model import Item, Model, mark

BASES = ["int", "text", "int", "text", "number", "time"]


def make_domain(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    if (rows := model.of("composite_type")) and d.one_in(4):
        type_ = or_array(d, d.pick(rows), 4)
        model.add("domain", d.name(model, home.id, "domain"), home.id, {"type": type_}, family="composite")
        return
    family = d.pick(BASES)
    below = [x for x in model.of("domain") if x.family == family]
    type_ = mark(d.pick(below)) if below and d.one_in(4) else d.pick(TYPES[family])
    spec = {"type": type_, **_domain(d, family)}
    domain = model.add("domain", d.name(model, home.id, "domain"), home.id, spec, family=family)
    for _ in range(d.number(0, 2)):
        _add_check(d, model, domain)


def _domain(d: Draw, family: str) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if d.one_in(3):
        spec["default"] = d.pick(DEFAULTS[family])
    if d.one_in(6):
        spec["not_null"] = True
    if family == "text" and d.one_in(4):
        spec["collation"] = d.pick(['"C"', *(mark(c) for c in d.model.of("collation"))])
    return spec


def change_domain(d: Draw, model: Model, item: Item) -> None:
    if item.family == "composite":
        return
    keep = {k: v for k, v in item.spec.items() if k in ("type", "comment", "grants")}
    if d.one_in(3) and item.family != "number" and not any(u.kind == "domain" for u in model.users(item)):
        keep["type"] = d.pick(TYPES[item.family])
    model.change(item, spec={**keep, **_domain(d, item.family)})


def make_domain_check(d: Draw, model: Model) -> None:
    if domains := [x for x in model.of("domain") if x.family != "composite"]:
        _add_check(d, model, d.pick(domains))


def _add_check(d: Draw, model: Model, domain: Item) -> None:
    name = d.name(model, domain.id, "domain_constraint")
    model.add("domain_constraint", name, domain.id, _check(d, domain))


def _check(d: Draw, domain: Item) -> dict[str, Any]:
    spec: dict[str, Any] = {"expression": condition(d, domain.family, "value")}
    if d.one_in(4):
        spec["not_valid"] = True
    return spec


def change_domain_check(d: Draw, model: Model, item: Item) -> None:
    if item.spec.get("not_valid") and d.one_in(2):
        model.respec(item, not_valid=None)
    else:
        model.respec(item, **{"not_valid": None, **_check(d, model.items[item.parent])})


def make_composite(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    type_ = model.add("composite_type", d.name(model, home.id, "composite_type"), home.id)
    for _ in range(d.number(1, 3)):
        add_attribute(d, model, type_)


def make_attribute(d: Draw, model: Model) -> None:
    if types := model.of("composite_type"):
        add_attribute(d, model, d.pick(types))


def add_attribute(d: Draw, model: Model, type_: Item) -> None:
    """One more attribute, behind the others."""
    name = d.name(model, type_.id, "column")
    model.add("attribute", name, type_.id, {"type": _attribute(d, model, type_)})


def _attribute(d: Draw, model: Model, type_: Item) -> str:
    """A type of an attribute: any but one that comes after the composite type, so that none is made of itself."""
    own = [t for t in model.of("enum", "domain", "composite_type", "range_type") if t.id < type_.id]
    if own and d.one_in(3):
        return or_array(d, d.pick(own), 4)
    return d.pick(TYPES[d.pick(["int", "text", "number", "flag", "time", "list"])])


def change_composite(d: Draw, model: Model, item: Item) -> None:
    """The first attribute goes to the end, but where tables are of the type: they would have to be made anew."""
    typed = any(t.spec.get("of") == mark(item) for t in model.of("table"))
    if (attributes := model.of("attribute", parent=item.id)) and not typed:
        model.last(attributes[0])


def change_attribute(d: Draw, model: Model, item: Item) -> None:
    family = next((f for f, types in TYPES.items() if item.spec["type"] in types), "")
    if model.users(item) and family:
        model.respec(item, type=d.pick(TYPES[family]))
    elif not model.users(item):
        model.respec(item, type=_attribute(d, model, model.items[item.parent]))


def make_base(d: Draw, model: Model) -> None:
    """A base type, stored and printed as an integer is."""
    home = d.pick(model.of("schema"))
    type_ = model.add("base_type", d.name(model, home.id, "base_type"), home.id)
    made = {"language": "internal", "strict": True, "volatility": "immutable"}
    reads = {"arguments": "cstring", "returns": mark(type_), "body": "int4in", **made}
    prints = {"arguments": mark(type_), "returns": "cstring", "body": "int4out", **made}
    names = [model.add("function", d.name(model, home.id, "function"), home.id, spec) for spec in (reads, prints)]
    spec = dict(zip(("input", "output"), map(mark, names), strict=True))
    model.change(type_, spec={**spec, "internallength": 4, "passedbyvalue": True, **_base(d)})


def _base(d: Draw) -> dict[str, Any]:
    return d.pick([{}, {"default": "7"}, {"category": "N"}, {"alignment": "int4", "delimiter": ";"}])


def change_base(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, comment=d.pick([None, "Of our own"]))


SUBTYPES = ["integer", "text", "numeric", "timestamptz", "date"]


def make_range(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    model.add("range_type", d.name(model, home.id, "range_type"), home.id, _range(d, model), family="range")


def _range(d: Draw, model: Model) -> dict[str, Any]:
    spec: dict[str, Any] = {"subtype": d.pick(SUBTYPES)}
    if spec["subtype"] == "text" and d.one_in(2):
        spec["collation"] = d.pick(['"C"', *(mark(c) for c in model.of("collation"))])
    if spec["subtype"] == "integer" and d.one_in(2):
        spec["subtype_diff"] = "pg_catalog.int4range_subdiff"
    return spec


def change_range(d: Draw, model: Model, item: Item) -> None:
    keep = {k: v for k, v in item.spec.items() if k in ("comment", "grants")}
    model.change(item, spec={**keep, **_range(d, model)})


def make_collation(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    model.add("collation", d.name(model, home.id, "collation"), home.id, _collation(d))


def _collation(d: Draw) -> dict[str, Any]:
    if d.major >= 17 and d.one_in(2):
        return {"provider": "builtin", "locale": d.pick(["C.UTF-8", "C"])}
    return {"locale": d.pick(["C", "POSIX"])}


def change_collation(d: Draw, model: Model, item: Item) -> None:
    keep = {k: v for k, v in item.spec.items() if k == "comment"}
    model.change(item, spec={**keep, **_collation(d)})
