"""The scratch server of one plan, which is opened only if the plan comes to need one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faberdb.model import Address, Object


class ScratchDoor:
    """Called, it opens the scratch server, the first time, and gives it. needed: asks the session what that server must
    have; stack: closes it in the end."""

    def __init__(self, provider: Any, session: Any, needed: Callable[[], Any], stack: ExitStack) -> None:
        self._provider, self._session, self._needed, self._stack = provider, session, needed, stack
        self._need: Any = None
        self._opened: Any = None

    def ask(self) -> None:
        """Ask the session what is needed, which nobody else may be using meanwhile."""
        self._need = self._need or self._needed()

    def prepare_for(self, declared: Mapping[Address, Object]) -> None:
        """Make sure that the server can also hold what is declared and not there yet. Raises DatabaseError where the
        database that is planned for could not."""
        self.ask()
        new = self._provider.new_extensions(self._session, declared)
        named = self._provider.require_roles(self._session, declared)
        if new or named - self._need.roles - self._need.named:
            self._opened = None
        self._need = self._need._replace(new=new or self._need.new, named=named)

    def __call__(self) -> Any:
        if self._opened is None:
            self.ask()
            self._opened = self._stack.enter_context(self._provider.scratch(self._need))
        return self._opened
