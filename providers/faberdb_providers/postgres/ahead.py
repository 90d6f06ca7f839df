"""Scratch databases that are made before they are asked for, and are gone in the end, whatever ends the work."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from types import FrameType

import psycopg

from faberdb.errors import FaberError
from faberdb.model import Catalogue
from faberdb_providers.postgres.session import Session

AHEAD = 2
"""How many databases are made before they are asked for: what is declared is tried out in one, what changes in another,
and few plans need a third."""


@contextmanager
def handed_out(
    make: Callable[[], Session], remove: Callable[[Session], None]
) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
    """Gives what opens an empty database, from any thread; those that were made are removed with the end of the
    `with`."""
    pool = ThreadPoolExecutor(AHEAD)
    databases = _Databases(make, remove, pool)
    try:
        yield databases.fresh
    finally:
        with uninterrupted():
            try:
                databases.close()
            finally:
                pool.shutdown()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off to the end of the `with`; the second one in it is not waited with."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    pressed = False

    def put_off(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    signal.signal(signal.SIGINT, put_off)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        before(signal.SIGINT, None)


class _Databases:
    """Makes the next database before it is asked for, and removes the last one while nobody waits for it."""

    def __init__(
        self, make: Callable[[], Session], remove: Callable[[Session], None], pool: ThreadPoolExecutor
    ) -> None:
        self._make, self._remove, self._pool = make, remove, pool
        self._making, self._reading, self._removing = threading.Lock(), threading.Lock(), threading.Lock()
        self._beginning: Catalogue | None = None
        self._coming: list[Future[Session]] = []
        """All that were ever ordered: Ctrl-C may come between two statements, and none may be lost sight of."""
        self._removed: set[Future[Session]] = set()
        self._ahead = deque(self._order() for _ in range(AHEAD))

    def _order(self) -> Future[Session]:
        coming = self._pool.submit(self._new)
        self._coming.append(coming)
        return coming

    def _new(self) -> Session:
        """A session on a new database that has made the server plan the queries of the catalogue. What such a database
        holds is put together from what the first one answers."""
        with self._making:
            session = self._make()
        try:
            session.prepare_bookkeeping()  # before that: a schema that is made later costs the server all its plans
            snapshot = session.snapshot()
            with self._reading:
                session.beginning = self._beginning = self._beginning or snapshot.catalogue()
        except BaseException:
            self._remove(session)
            raise
        return session

    @contextmanager
    def fresh(self) -> Iterator[Session]:
        """An empty database. Threads may ask for one."""
        try:
            coming = self._ahead.popleft()
        except IndexError:
            coming = self._order()
        try:
            yield coming.result()
        finally:
            self._pool.submit(self._discard, coming)

    def _discard(self, coming: Future[Session]) -> None:
        """Remove a database, unless that was done or it was never made."""
        with self._removing:
            if coming in self._removed:
                return
            self._removed.add(coming)
        if not coming.cancel():
            with suppress(psycopg.Error, FaberError, CancelledError):  # why one could not be made is told who asked
                self._remove(coming.result())

    def close(self) -> None:
        """Remove what was made and is not wanted any more."""
        with ExitStack() as ends:  # what one of them fails with keeps none of the others from going
            for coming in self._coming:
                ends.callback(self._discard, coming)
