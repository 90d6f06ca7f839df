"""Random statistics, conversions, languages, extensions, foreign data, publications, owners and privileges."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import SORTABLE, TYPES, Draw, truth
from tests.database.random_model import KEY, NAME, Item, Model, Ref, mark


def keep(d: Draw, model: Model, item: Item) -> None:
    """There is nothing about it that could be changed."""


def make_statistics(d: Draw, model: Model) -> None:
    tables = [t for t in model.tables() if len(_sortable(model, t)) > 1]
    if tables:
        table = d.pick(tables)
        model.add("statistics", d.name(model, table.id, "statistics"), table.id, _statistics(d, model, table))


def _sortable(model: Model, table: Item) -> list[Item]:
    return [c for c in model.of("column", parent=table.id) if c.family in SORTABLE]


def _statistics(d: Draw, model: Model, table: Item) -> dict[str, Any]:
    spec: dict[str, Any] = {"on": [Ref(c.id) for c in d.some(_sortable(model, table), 2, 3)]}
    if d.one_in(2):
        spec["kinds"] = d.some(["ndistinct", "dependencies", "mcv"], 1, 2)
    if d.one_in(3):
        spec["target"] = 50
    return spec


def change_statistics(d: Draw, model: Model, item: Item) -> None:
    if d.one_in(2) or len(_sortable(model, model.items[item.parent])) < 2:
        model.respec(item, target=d.pick([None, 10, 100]))
    else:
        fresh = _statistics(d, model, model.items[item.parent])
        model.respec(item, **{"kinds": None, "target": None, **fresh})


CONVERSIONS = [
    {"source": "LATIN1", "target": "UTF8", "function": "iso8859_1_to_utf8"},
    {"source": "UTF8", "target": "LATIN1", "function": "utf8_to_iso8859_1"},
]


def make_conversion(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    model.add("conversion", d.name(model, home.id, "conversion"), home.id, d.pick(CONVERSIONS))


def change_conversion(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **d.pick(CONVERSIONS))


def make_language(d: Draw, model: Model) -> None:
    spec = {"handler": "plpgsql_call_handler", **_language(d)}
    model.add("language", d.name(model, 0, "language"), 0, spec)


def _language(d: Draw) -> dict[str, Any]:
    return d.pick([{}, {"trusted": True}, {"validator": "plpgsql_validator"}])


def change_language(d: Draw, model: Model, item: Item) -> None:
    spec = {"trusted": None, "validator": None, **_language(d)}
    # Only superusers may use an untrusted one, and the server refuses to grant it to anybody.
    model.respec(item, **spec if spec["trusted"] else {**spec, "grants": None})


def make_transform(d: Draw, model: Model) -> None:
    """Of a type for the language SQL, which calls none: what they do is not looked at."""
    free = [name for name in RECEIVE if not any(t.name == name for t in model.of("transform"))]
    if free:
        type_ = d.pick(free)
        model.add("transform", type_, 0, {KEY: f"{type_} for sql", **_transform(d, type_)})


RECEIVE = {"integer": "int4recv", "bigint": "int8recv", "text": "textrecv"}


def _transform(d: Draw, type_: str) -> dict[str, Any]:
    spec = {"from_sql": "prsd_lextype(internal)"}
    return {**spec, "to_sql": f"{RECEIVE[type_]}(internal)"} if d.one_in(2) else spec


def change_transform(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"to_sql": None, **_transform(d, item.name)})


def make_extension(d: Draw, model: Model) -> None:
    """The one that the embedded servers have. Without default privileges, which would give its objects some in a direct
    build, where a plan takes away what nobody declares."""
    if not model.of("extension", "default_privilege"):
        model.add("extension", "vector", 0, {"schema": Ref(d.pick(model.of("schema")).id)})


def change_extension(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, schema=Ref(d.pick(model.of("schema")).id))


def make_access_method(d: Draw, model: Model) -> None:
    if len(model.of("access_method")) < 2:
        spec = {"handler": "heap_tableam_handler", "table": True}
        model.add("access_method", d.name(model, 0, "access_method"), 0, spec)


OPTIONS: list[dict[str, Any]] = [{}, {"options": {"a": "1"}}, {"options": {"a": "2", "b": "it's"}}]


def change_options(d: Draw, model: Model, item: Item) -> None:
    """Other options for something foreign."""
    model.respec(item, **{"options": None, **d.pick(OPTIONS)})


def make_wrapper(d: Draw, model: Model) -> None:
    model.add("foreign_data_wrapper", d.name(model, 0, "foreign_data_wrapper"), 0, d.pick(OPTIONS))


def make_server(d: Draw, model: Model) -> None:
    if not model.of("foreign_data_wrapper"):
        make_wrapper(d, model)
    wrapper = d.pick(model.of("foreign_data_wrapper"))
    spec = {"wrapper": Ref(wrapper.id), **d.pick(OPTIONS), **({"version": "1"} if d.one_in(3) else {})}
    model.add("foreign_server", d.name(model, 0, "foreign_server"), 0, spec)


def change_server(d: Draw, model: Model, item: Item) -> None:
    if d.one_in(3):
        model.respec(item, version=d.pick([None, "1", "2"]))
    else:
        change_options(d, model, item)


def make_mapping(d: Draw, model: Model) -> None:
    """The name of the entry is a role's."""
    free = [(s, r) for s in model.of("foreign_server") for r in ("public", "g_reader") if not _mapped(model, s, r)]
    if free:
        server, role = d.pick(free)
        model.add("user_mapping", role, server.id, d.pick(MAPPINGS))


def _mapped(model: Model, server: Item, role: str) -> bool:
    return any(m.name == role for m in model.of("user_mapping", parent=server.id))


MAPPINGS: list[dict[str, Any]] = [{}, {"options": {"user": "far"}}, {"options": {"user": "away"}}]


def change_mapping(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"options": None, **d.pick(MAPPINGS)})


def make_foreign_table(d: Draw, model: Model) -> None:
    if not model.of("foreign_server"):
        make_server(d, model)
    home = d.pick(model.of("schema"))
    spec = {"server": Ref(d.pick(model.of("foreign_server")).id), **d.pick(OPTIONS)}
    table = model.add("foreign_table", d.name(model, home.id, "foreign_table"), home.id, spec)
    for _ in range(d.number(1, 3)):
        family = d.pick(["int", "text"])
        column = {"type": d.pick(TYPES[family]), **({"null": True} if d.one_in(2) else {})}
        model.add("column", d.name(model, table.id, "column"), table.id, column, family=family)


def make_publication(d: Draw, model: Model) -> None:
    spec = {"all_tables": True} if d.one_in(6) else {}
    publication = model.add("publication", d.name(model, 0, "publication"), 0, {**spec, **_publication(d)})
    for _ in range(d.number(0, 2)):
        _publish(d, model, publication)


def _publication(d: Draw) -> dict[str, Any]:
    """None that publishes updates: those of a table without a key would be refused."""
    spec = {"publish": d.pick([["insert"], ["insert", "truncate"]])}
    return {**spec, **({"publish_via_partition_root": True} if d.one_in(3) else {})}


def change_publication(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"publish_via_partition_root": None, **_publication(d)})


def make_subscription(d: Draw, model: Model) -> None:
    model.add("subscription", d.name(model, 0, "subscription"), 0, _subscription(d))


def _subscription(d: Draw) -> dict[str, Any]:
    spec: dict[str, Any] = {"publications": d.some(["p", "q", "Third"], 1, 2), "binary": d.one_in(2)}
    if d.one_in(2):
        spec |= {"slot_name": d.pick(["one", "two"]), "enabled": d.one_in(2)}
    if d.major >= 15 and d.one_in(4):
        spec["two_phase"] = True
    return spec


def change_subscription(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{"slot_name": None, "enabled": None, "two_phase": None, **_subscription(d)})


def make_published(d: Draw, model: Model) -> None:
    if publications := model.of("publication"):
        _publish(d, model, d.pick(publications))


def _publish(d: Draw, model: Model, publication: Item) -> None:
    if publication.spec.get("all_tables"):
        return
    there = model.of("published_table", "published_schema", parent=publication.id)
    used = {i for member in there for i in member.uses()}
    if d.major >= 15 and d.one_in(3):
        schemas = [s for s in model.of("schema") if s.id not in used]
        if schemas and not any("columns" in m.spec for m in there):
            schema = d.pick(schemas)
            model.add("published_schema", f"schema {schema.id}", publication.id, {NAME: Ref(schema.id)})
        return
    tables = [t for t in model.tables() if t.id not in used and not t.spec.get("unlogged")]
    if tables:
        table = d.pick(tables)
        lists = not any(m.kind == "published_schema" for m in there)
        spec = {KEY: mark(table), **_published(d, model, table, lists=lists)}
        model.add("published_table", f"table {table.id}", publication.id, spec)


def _published(d: Draw, model: Model, table: Item, *, lists: bool) -> dict[str, Any]:
    builtin = [c for c in model.of("column", parent=table.id) if "⟧" not in c.spec["type"] and c.family]
    builtin = [c for c in builtin if "generated" not in c.spec and "⟧" not in c.spec.get("collation", "")]
    spec: dict[str, Any] = {}
    if d.major < 15 or "partition_by" in table.spec or not builtin:
        return spec
    if lists and d.one_in(3):
        spec["columns"] = [Ref(c.id) for c in d.some(builtin, 1, 2)]
    if d.one_in(3):
        spec["where"] = truth(d, d.pick(builtin), own=False)
    return spec


def change_published(d: Draw, model: Model, item: Item) -> None:
    table = next(t for t in model.tables() if mark(t) == item.spec[KEY])
    lists = not model.of("published_schema", parent=item.parent)
    model.respec(item, **{"columns": None, "where": None, **_published(d, model, table, lists=lists)})


RIGHTS = {
    ("table", "view", "materialized_view", "foreign_table"): ["select", "insert", "update"],
    ("column",): ["select", "update"],
    ("function", "procedure", "aggregate"): ["execute"],
    ("enum", "domain", "composite_type", "range_type", "base_type", "language"): ["usage"],
    ("schema", "foreign_data_wrapper", "foreign_server", "sequence"): ["usage"],
}
PRIVILEGES = {kind: privileges for kinds, privileges in RIGHTS.items() for kind in kinds}
GRANTEES = ("public", "g_reader", "g_writer")


def grant(d: Draw, model: Model) -> None:
    """Privileges on something, or none any more."""
    found = [i for i in model.of(*PRIVILEGES) if i.name != "public"]
    items = [i for i in found if i.kind != "language" or i.spec.get("trusted")]
    if items:
        item = d.pick(items)
        roles = d.some(GRANTEES, 0, 2)
        model.respec(item, grants={r: _phrases(d, r, PRIVILEGES[item.kind]) for r in roles} or None)


def _phrases(d: Draw, role: str, privileges: list[str]) -> list[str]:
    option = " with grant option" if role != "public" and d.one_in(4) else ""
    return [privilege + option for privilege in d.some(privileges, 1, 2)]


DEFAULTS = {"tables": ["select", "insert"], "sequences": ["usage"], "functions": ["execute"], "types": ["usage"]}


def make_default_privilege(d: Draw, model: Model) -> None:
    home = d.pick(model.of("schema"))
    what, role = d.pick(list(DEFAULTS)), d.pick(["g_reader", "g_writer"])
    name = f"{what} to {role}"
    there = model.of("default_privilege", parent=home.id)
    if not model.of("extension") and not any(p.name == name for p in there):
        spec = {"privileges": d.some(DEFAULTS[what], 1, 2)}
        model.add("default_privilege", name, home.id, spec)


def change_default_privilege(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, privileges=d.some(DEFAULTS[item.name.split()[0]], 1, 2))


OWNED = """
schema enum sequence table function procedure aggregate operator operator_family operator_class
domain composite_type range_type base_type collation text_search_dictionary text_search_configuration statistics
conversion language foreign_server foreign_table publication
""".split()
"""All that has an owner, less what only superusers may own, and views: a materialized view cannot be filled from one
whose owner may not read what it shows."""
OWNERS = (None, "g_app", "g_clerk", "@database")


def give(d: Draw, model: Model) -> None:
    """Another owner for something."""
    if items := [i for i in model.of(*OWNED) if i.name != "public" and "owned_by" not in i.spec]:
        model.respec(d.pick(items), owner=d.pick(OWNERS))
