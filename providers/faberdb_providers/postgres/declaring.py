"""A declaration as a whole: what it implies, and what only all of it together tells."""

from __future__ import annotations

from collections.abc import Mapping

from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.kinds.acl import RELATIONS, ROUTINES, TYPES
from faberdb_providers.postgres.kinds.owned_along import with_table_owners
from faberdb_providers.postgres.kinds.partition_index import with_siblings
from faberdb_providers.postgres.reading.server_names import refer_to_server
from faberdb_providers.postgres.routines import resolved
from faberdb_providers.postgres.server_wide import OF_SERVER

_OTHERS = """
    sequence collation operator operator_class operator_family conversion statistics text_search_parser
    text_search_template text_search_dictionary text_search_configuration
"""
IN_SCHEMAS = frozenset((*RELATIONS, *TYPES, *ROUTINES, *_OTHERS.split()))
"""Kinds whose path begins with their schema. Live objects do not tell that they refer to one that the server made."""


def complete(
    declared: Mapping[Address, Object], beside: Mapping[Address, Object] | None = None
) -> dict[Address, Object]:
    """The declaration with what it implies: the schema of every object it declares, and what only the whole
    declaration tells. beside: what is declared besides, as live objects.

    Raises DeclarationError.
    """
    beside = beside or {}
    whole = resolved({**beside, **declared})
    kinds = {kind.name: kind for kind in KINDS}
    declared = {a: kinds[a.kind].settled(o, whole) for a, o in whole.items() if a not in beside}
    schemas: dict[Address, Object] = {}
    for obj in declared.values():
        if obj.address.kind not in ("extension", "default_privilege", "privilege"):
            for reference in obj.references:
                if reference.kind == "schema":
                    schemas.setdefault(reference, obj)
    for name in {a.path[0] for a in beside if a.kind in IN_SCHEMAS}:
        schema = Address("schema", (name,))
        if schema not in whole:
            schemas.setdefault(schema, Object(schema, {}))
    implied = {a: Object(a, {}, origin=obj.origin) for a, obj in schemas.items() if a not in whole}
    declared = {**implied, **declared}
    whole = {**beside, **declared}
    siblings = with_siblings(whole)
    complete = {a: siblings.get(a, o) for a, o in declared.items()}
    along = with_table_owners({**beside, **complete})
    complete = {a: along.get(a, o) for a, o in complete.items()}
    return refer_to_server(complete) if any(a.kind in OF_SERVER for a in whole) else complete
