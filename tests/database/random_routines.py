"""Random functions, procedures and aggregates, and what is made of them: operators, operator classes, casts."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import Draw
from tests.database.random_model import KEY, Item, Model, mark

TYPES = {"int": "bigint", "text": "text"}
BODIES = {"int": ["select $1", "select $1 + 1", "select abs($1)"], "text": ["select lower($1)", "select $1 || '!'"]}
SETTINGS = ("strict", "cost", "parallel", "set", "leakproof", "security_definer")


def make_function(d: Draw, model: Model) -> None:
    what = d.pick(["pure", "pure", "pure", "of a type", "of rows", "reader", "trigger"])
    if what == "of a type":
        _of_a_type(d, model)
    elif what in ("of rows", "reader"):
        _of_a_table(d, model, what)
    elif what == "trigger":
        trigger_function(d, model)
    else:
        pure_function(d, model)


def _add(d: Draw, model: Model, spec: dict[str, Any], family: str = "") -> Item:
    home = d.pick(model.of("schema"))
    return model.add("function", d.name(model, home.id, "function"), home.id, spec, family=family)


def pure_function(d: Draw, model: Model) -> Item:
    """An immutable function from a family to itself."""
    family = d.pick(list(TYPES))
    return _add(d, model, {"volatility": "immutable", **_pure(d, family)}, family)


def _pure(d: Draw, family: str) -> dict[str, Any]:
    type_ = TYPES[family]
    default = d.pick(["", "", " default null"])
    spec: dict[str, Any] = {"arguments": f"{d.pick(['a', 'a', 'b'])} {type_}{default}", "returns": type_}
    way = d.number(0, 3)
    if way == 0 and d.major >= 14:
        spec["sql_body"] = f"return {spec['arguments'].split()[0]}"
    elif way == 1:
        spec["body"] = "begin return $1; end"
    else:
        spec |= {"language": "sql", "body": d.pick(BODIES[family])}
    return spec | _settings(d)


def _settings(d: Draw) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {"strict": True},
        {"cost": 5},
        {"parallel": "safe"},
        {"set": {"search_path": "public, pg_temp"}},
        {"leakproof": True},
        {"security_definer": True},
    ]
    return d.pick(choices) if d.one_in(3) else {}


def _of_a_type(d: Draw, model: Model) -> None:
    types = model.of("enum", "domain", "composite_type", "range_type")
    if types:
        spec = {"arguments": f"a {mark(d.pick(types))}", "returns": "text", "body": "begin return a::text; end"}
        _add(d, model, {**spec, **({"volatility": "immutable"} if d.one_in(2) else {})})


def _of_a_table(d: Draw, model: Model, what: str) -> None:
    tables = [t for t in model.tables() if model.of("column", parent=t.id)]
    if not tables:
        return
    table = d.pick(tables)
    columns = [c for c in model.of("column", parent=table.id) if c.family in TYPES]
    if what == "of rows":
        spec = {"returns": f"setof {mark(table)}", "language": "sql", "body": "select null where false"}
        if d.one_in(2):
            spec = {"arguments": f"r {mark(table)}", "returns": "text", "body": "begin return r::text; end"}
        _add(d, model, {**spec, "volatility": "stable"})
    elif columns and d.major >= 14:
        column = d.pick(columns)
        body = f"begin atomic\n select max(t.{mark(column)}) from {mark(table)} t;\nend"
        _add(d, model, {"returns": TYPES[column.family], "sql_body": body, "volatility": "stable"})


def trigger_function(d: Draw, model: Model, result: str = "trigger") -> Item:
    """A function that lets everything happen."""
    body = "begin return new; end" if result == "trigger" else "begin null; end"
    return _add(d, model, {"returns": result, "body": body}, result)


def change_function(d: Draw, model: Model, item: Item) -> None:
    if item.spec.get("language") == "internal":
        model.respec(item, **{**dict.fromkeys(SETTINGS), **_settings(d), "strict": True})
    elif item.family in TYPES and d.one_in(2):
        keep = {k: v for k, v in item.spec.items() if k in ("volatility", "comment", "grants")}
        model.change(item, spec={**keep, **_pure(d, item.family)})
    elif item.family in ("", *TYPES) and not model.users(item) and d.one_in(3):
        model.respec(item, volatility=None if item.spec.get("volatility") else "stable")
    elif "body" in item.spec and item.family not in TYPES and d.one_in(2):
        model.respec(item, body=item.spec["body"] + "\n-- otherwise")
    else:
        model.respec(item, **{**dict.fromkeys(SETTINGS), **_settings(d)})


def make_procedure(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    model.add("procedure", d.name(model, home.id, "procedure"), home.id, _procedure(d))


def _procedure(d: Draw) -> dict[str, Any]:
    spec = d.pick(
        [
            {"arguments": "inout a bigint", "body": "begin a := 1; end"},
            {"arguments": "a text, b integer default 1", "body": "begin null; end"},
            {"body": "begin null; end"},
        ]
    )
    return {**spec, **({"security_definer": True} if d.one_in(3) else {})}


def change_procedure(d: Draw, model: Model, item: Item) -> None:
    keep = {k: v for k, v in item.spec.items() if k in ("comment", "grants")}
    model.change(item, spec={**keep, **_procedure(d)})


def make_aggregate(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    family = d.pick(list(TYPES))
    spec = {"arguments": TYPES[family], "stype": TYPES[family], **_aggregate(d, model, family)}
    model.add("aggregate", d.name(model, home.id, "aggregate"), home.id, spec, family=family)


def _aggregate(d: Draw, model: Model, family: str) -> dict[str, Any]:
    own = [mark(f) for f in model.of("function") if f.family == family]
    spec = {"sfunc": "int8pl" if family == "int" else "textcat", "initcond": "0" if d.one_in(2) else "5"}
    if own and d.one_in(2):
        spec["finalfunc"] = d.pick(own)
    if d.one_in(3):
        spec["parallel"] = "safe"
    return spec


def change_aggregate(d: Draw, model: Model, item: Item) -> None:
    fresh = {"finalfunc": None, "parallel": None, **_aggregate(d, model, item.family)}
    model.respec(item, **fresh)


SYMBOLS = ["@@@", "&&&", "<->>", "#<>#", "|<>|", "~~~=", "%%%"]


def make_operator(d: Draw, model: Model) -> None:
    free = [s for s in SYMBOLS if s not in {o.name for o in model.of("operator")} | d.reserved]
    if not free:
        return
    home = d.pick(model.of("schema"))
    arguments = {"arguments": "a bigint, b bigint", "returns": "boolean", "language": "sql"}
    function = _add(d, model, {**arguments, "body": "select $1 < $2", "volatility": "immutable"}, "compare")
    spec: dict[str, Any] = {KEY: "{}(bigint, bigint)", "function": mark(function), **_operator(d)}
    model.add("operator", d.pick(free), home.id, spec)


def _operator(d: Draw) -> dict[str, Any]:
    return d.pick([{}, {}, {"restrict": "scalarltsel"}, {"join": "scalarltjoinsel"}, {"hashes": True}])


def change_operator(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{**dict.fromkeys(("restrict", "join", "hashes")), **_operator(d)})


FAMILY_MEMBERS: list[dict[str, Any]] = [
    {},
    {"operators": ["1 < (bigint, integer)"]},
    {"operators": ["1 < (bigint, integer)", "2 <= (bigint, integer)"]},
    {"functions": ["1 (bigint, integer) btint84cmp(bigint, integer)"]},
]


def make_family(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    spec = {KEY: "{} using btree", **d.pick(FAMILY_MEMBERS)}
    model.add("operator_family", d.name(model, home.id, "operator_family"), home.id, spec)


def change_family(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"operators": None, "functions": None, **d.pick(FAMILY_MEMBERS)})


def make_class(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    families = [f for f in model.of("operator_family") if not model.users(f)]
    spec = {KEY: "{} using btree", "type": "text", **_class(d)}
    if families and d.one_in(2):
        spec["family"] = mark(d.pick(families))
    model.add("operator_class", d.name(model, home.id, "operator_class"), home.id, spec)


def _class(d: Draw) -> dict[str, Any]:
    operators = ["1 <", "2 <=", "3 =", "4 >=", "5 >"]
    return {
        "operators": operators,
        "functions": [d.pick(["1 bttextcmp(text, text)", "1 bttext_pattern_cmp(text, text)"])],
    }


def change_class(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **_class(d))


def make_cast(d: Draw, model: Model) -> None:
    used = {i for c in model.of("cast") for i in c.uses()}
    types = [t for t in model.of("enum", "composite_type", "range_type") if t.id not in used]
    if not types:
        return
    type_ = d.pick(types)
    arguments = {"arguments": f"a {mark(type_)}", "returns": "bigint", "language": "sql", "volatility": "immutable"}
    function = _add(d, model, {**arguments, "body": "select 1::bigint"})
    spec = {KEY: f"{mark(type_)} as bigint", "function": f"{mark(function)}({mark(type_)})", **_cast(d)}
    model.add("cast", f"cast {type_.id}", 0, spec)


def _cast(d: Draw) -> dict[str, Any]:
    return d.pick([{}, {"context": "assignment"}])


def change_cast(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"context": None, **_cast(d)})
