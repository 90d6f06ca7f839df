"""What privileges share that are entries of their own: one for each grantee, with a list of what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faberdb.model import Object
from faberdb_providers.postgres.kinds.acl import phrases_of, together
from faberdb_providers.postgres.kinds.base import PostgresKind


class GrantedKind(PostgresKind):
    """Privileges under a key that names the grantee."""

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {"privileges": phrases_of(obj.attributes)}

    def joined(self, there: Object, declared: Object) -> Object:
        return declared._replace(attributes={**declared.attributes, **together(there.attributes, declared.attributes)})
