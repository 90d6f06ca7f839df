"""What of a database a project manages: what `include`, `exclude`, `forget`, `grants` and `server_objects` say, and
what belongs to a managed service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from faberdb.config.pattern import pattern
from faberdb.declare.source import place_of
from faberdb.diff.forgotten import forgotten
from faberdb.errors import DeclarationError, FaberError
from faberdb.model import LEFT_OUT, OF_OTHERS, OF_SERVICE, Address

if TYPE_CHECKING:
    from faberdb.config.project import Environment, Project
    from faberdb.declare.load import Declaration
    from faberdb.model import Catalogue, Object, Unmanaged


class Extent:
    """How far a project reaches. declaration: what its schema files say; raises DeclarationError."""

    def __init__(self, project: Project, provider: Any, declaration: Callable[[], Declaration]) -> None:
        self.project, self.provider = project, provider
        self._declaration = declaration
        self._declared_names: dict[str, frozenset[Address]] = {}

    def managed(self, environment: Environment, objects: Mapping[Address, Object]) -> Callable[[Address], bool]:
        """Whether the project leaves one of these objects to faberdb: [project] grants by whose privileges it is,
        include and exclude by patterns of names, forget by kind:name of it or of what it belongs to."""
        ignored, service = self.grantees(environment, "ignore"), self.service(environment)
        left = forgotten(environment.forget, objects)
        of_server: Callable[[Address], bool] = self.provider.of_server
        asked = self.asked(environment)
        if not (ignored or service or left or self.project.include or self.project.exclude):
            return lambda address: not of_server(address) or (asked is not None and asked(address))

        def within(address: Address) -> bool:
            if of_server(address):
                return address not in left and asked is not None and asked(address)
            if address in left or not self.included(address):
                return False
            grantee = self.provider.grantee(address) if ignored or service else None
            of_service = service is not None and service.role(grantee) and not service.declared(address)
            return grantee not in ignored and not of_service

        return within

    def managed_objects(self, objects: Mapping[Address, Object], environment: Environment) -> dict[Address, Object]:
        within = self.managed(environment, objects)
        return {a: o for a, o in objects.items() if within(a)}

    def service(self, environment: Environment) -> Any:
        """The managed service that hosts an environment; None where none does."""

        known = self._declared_names

        def names() -> frozenset[Address]:
            # Read once: what is managed must not change under an apply because somebody edits a file meanwhile.
            if environment.name not in known:
                try:
                    declared = self.provider.with_roles(self._declaration().objects, environment.roles)
                    known[environment.name] = frozenset(self.provider.complete(declared))
                except FaberError:  # which those commands tell that need it
                    known[environment.name] = frozenset()
            return known[environment.name]

        return self.provider.service(environment.hosting, lambda address: address in names())

    def why_unmanaged(self, environment: Environment) -> Callable[[Address], str]:
        """Why the project leaves an address alone."""
        service = self.service(environment)

        def why(address: Address) -> str:
            theirs = service is not None and service.role(self.provider.grantee(address))
            return OF_SERVICE if theirs else LEFT_OUT

        return why

    def asked(self, environment: Environment) -> Callable[[Address], bool] | None:
        """Whether the project asks for an object of the whole server, under the name it has in an environment; None
        where it asks for none."""
        patterns = self.project.server_objects
        if not patterns:
            return None
        declared = {there: name for name, there in environment.roles.items()}

        def within(address: Address) -> bool:
            kind = self._kinds.get(address.kind)
            meant = kind.elsewhere(address, lambda role: declared.get(role, role)) if kind else address
            return bool(self.provider.of_server(address)) and self.named(meant, patterns)

        return within

    @cached_property
    def _kinds(self) -> dict[str, Any]:
        return {kind.name: kind for kind in self.provider.kinds}

    def additive(self, environment: Environment) -> Callable[[Address], bool]:
        """Whether an address is one of privileges to which somebody else may add."""
        grantees = self.grantees(environment, "additive")
        return lambda address: bool(grantees) and self.provider.grantee(address) in grantees

    def grantees(self, environment: Environment, how: str) -> frozenset[str]:
        """The grantees that [project] grants names so, as the environment calls them."""
        return frozenset(environment.roles.get(n, n) for n, mode in self.project.grants.items() if mode == how)

    def seen(self, catalogue: Catalogue, environment: Environment) -> Catalogue:
        """The catalogue without default privileges of grantees that are ignored. Their other privileges are part of it,
        outside of what is managed, and come back with what is made anew. What no kind models is left out by the same
        patterns as the rest."""
        if not (self.project.include or self.project.exclude or self.project.grants or environment.forget):
            return catalogue
        catalogue = catalogue._replace(unmanaged=tuple(map(self._why_left, catalogue.unmanaged)))
        within = self.managed(environment, catalogue.objects)
        hidden = {
            a
            for a, o in catalogue.objects.items()
            if o.parent not in catalogue.objects and self.provider.grantee(a) is not None and not within(a)
        }
        if not hidden:
            return catalogue
        return catalogue._replace(objects={a: o for a, o in catalogue.objects.items() if a not in hidden})

    def _why_left(self, item: Unmanaged) -> Unmanaged:
        known = item.reason in (OF_SERVICE, OF_OTHERS)
        return item if known or self.included(item.address) else item._replace(reason=LEFT_OUT)

    def here(self, declared: Mapping[Address, Object], environment: Environment, session: Any) -> dict[Address, Object]:
        """What is declared, with the names that its roles have in an environment."""
        translated: dict[Address, Object] = self.provider.here(session, declared, environment.roles)
        asked = self.asked(environment)
        for address, obj in translated.items():
            if self.provider.of_server(address) and not (asked and asked(address)) and obj.parent is None:
                raise DeclarationError(
                    f"{address} is declared, and belongs to the whole server, which this project does not ask for",
                    where=place_of(obj.origin) if obj.origin else "",
                    advice=f"other databases share it: if it is to be managed here, add"
                    f' `server_objects = ["{address}"]` to [project] in {self.project.file.as_posix()}',
                )
        return translated

    def included(self, address: Address) -> bool:
        """Whether include and exclude leave an address to faberdb."""
        include, exclude = self.project.include, self.project.exclude
        if not include and not exclude:
            return True
        kind = self._kinds.get(address.kind)
        if kind is not None and kind.once:  # it lies in no schema that a pattern could name
            return True
        return (not include or self.named(address, include)) and not self.named(address, exclude)

    def named(self, address: Address, patterns: tuple[str, ...]) -> bool:
        """Whether one of the patterns names an address, or what it lies in."""
        kind, path = address.kind, address.path
        if kind in ("comment", "extension_dependency", "grant", "owner", "security_label"):
            kind, path = path[0], path[1:]
        meant = Address(kind, path)
        return any(pattern(text).matches(meant, self._holders.get(kind, ())) for text in patterns)

    @cached_property
    def _holders(self) -> dict[str, tuple[str, ...]]:
        """The kinds that those of each kind can lie in; of those that are no entry of their own, all that hold any."""
        within = {kind.name: kind.within for kind in self.provider.kinds}
        holding = tuple(sorted({name for names in within.values() for name in names}))
        return {kind.name: kind.within if kind.section else holding for kind in self.provider.kinds}
