"""An application at work: `python -m tests.benchmarks.stall.workload CONNINFO RATE INTO`, until its input ends.

Queries arrive at a fixed rate whether or not the ones before are answered (an open loop), and each counts from the
moment it was due: who stalls the server is charged for every query that would have come meanwhile. Half of the clients
keep their statements prepared on the server, half send plain text. Beside them are a reader and a writer whose
transactions last for seconds.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

CLIENTS = 6
READING, WRITING, PAUSE = 5.0, 3.0, 1.0
"""Seconds that a transaction of the long reader and of the long writer lasts, and between two of them, on average: were
they always the same, the two would for minutes never pause at the same time, or always."""
SELECT = "select id, owner_id, balance, visits, kind, note from acc where id = %s"
UPDATE = "update acc set balance = balance + 1, visits = visits + 1 where id = %s"
INSERT = "insert into acc (owner_id, balance, visits, kind, note) values (%s, 0, 0, 'plain', 'new')"
MOVE = "update acc set balance = balance + %s where id = %s"


@dataclass(frozen=True)
class Answer:
    """due: when the query was to be sent, in seconds of the clock; waited: until it was answered; prepared: by a client
    that keeps its statements prepared; sqlstate: empty where it succeeded."""

    due: float
    waited: float
    prepared: bool
    sqlstate: str = ""


@dataclass
class Ledger:
    """What the application knows that it has done, to be held against the rows."""

    updates: int = 0
    inserts: int = 0
    in_doubt: int = 0


@dataclass
class Client:
    """One connection that takes every query whose turn it is. rows: how many there are to be found."""

    conninfo: str
    number: int
    rate: float
    rows: int
    answers: list[Answer] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def prepared(self) -> bool:
        return self.number % 2 == 0

    def work(self, begin: float, ended: threading.Event) -> None:
        chance = random.Random(self.number)
        connection = self._connect()
        turn = self.number
        while not ended.is_set():
            due = begin + turn / self.rate
            turn += CLIENTS
            time.sleep(max(0.0, due - time.time()))
            try:
                self._query(connection, chance)
                sqlstate = ""
            except psycopg.Error as error:
                sqlstate = error.sqlstate or "lost"
                self.ledger.in_doubt += error.sqlstate is None
                connection.close()  # as a pool does with a connection that gave an error
                connection = self._connect()
            self.answers.append(Answer(due, time.time() - due, self.prepared, sqlstate))
        connection.close()

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        while True:
            try:
                connection = psycopg.connect(self.conninfo, autocommit=True)
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        connection.prepare_threshold = 0 if self.prepared else None
        if not self.prepared:
            connection.cursor_factory = psycopg.ClientCursor
        return connection

    def _query(self, connection: psycopg.Connection[tuple[object, ...]], chance: random.Random) -> None:
        which, row = chance.random(), chance.randint(1, self.rows)
        if which < 0.6:
            connection.execute(SELECT, (row,)).fetchall()
        elif which < 0.9:
            self.ledger.updates += connection.execute(UPDATE, (row,)).rowcount
        elif which < 0.98:
            connection.execute(INSERT, (row % 1000 + 1,))
            self.ledger.inserts += 1
        else:
            with connection.transaction():
                # In the order of the key, so that two of them cannot lock each other out.
                other = chance.randint(1, self.rows)
                for amount, target in sorted([(-1, row), (1, other)], key=lambda move: move[1]):
                    connection.execute(MOVE, (amount, target))


def long_reader(conninfo: str, ended: threading.Event) -> None:
    """One snapshot after the other, each held for seconds."""
    chance = random.Random("reader")
    with psycopg.connect(conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        while not ended.is_set():
            with suppress(psycopg.Error), connection.transaction():
                connection.execute("select count(*) from owner")
                connection.execute("select balance from acc where id = 1")
                ended.wait(READING)
            ended.wait(PAUSE * chance.uniform(0.5, 1.5))


def long_writer(conninfo: str, ended: threading.Event) -> None:
    """One row locked after the other, each for seconds."""
    chance = random.Random("writer")
    with psycopg.connect(conninfo) as connection:
        while not ended.is_set():
            with suppress(psycopg.Error), connection.transaction():
                connection.execute("update acc set note = 'seen' where id = 0")
                ended.wait(WRITING)
            ended.wait(PAUSE * chance.uniform(0.5, 1.5))


def main(conninfo: str, rate: str, into: str) -> None:
    """Work until the standard input ends, and write down what happened."""
    with psycopg.connect(conninfo) as connection:
        ((rows,),) = connection.execute("select max(id) from acc").fetchall()
    ended = threading.Event()
    clients = [Client(conninfo, n, float(rate), int(rows)) for n in range(CLIENTS)]
    begin = time.time() + 0.5
    work: list[tuple[Callable[..., None], tuple[object, ...]]] = [(c.work, (begin, ended)) for c in clients]
    work += [(long_reader, (conninfo, ended)), (long_writer, (conninfo, ended))]
    threads = [threading.Thread(target=target, args=args) for target, args in work]
    for thread in threads:
        thread.start()
    time.sleep(max(0.0, begin - time.time()))
    print("at work", flush=True)
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()
    answers = [[a.due, a.waited, a.prepared, a.sqlstate] for client in clients for a in client.answers]
    done = {key: sum(getattr(c.ledger, key) for c in clients) for key in ("updates", "inserts", "in_doubt")}
    Path(into).write_text(json.dumps({"answers": answers, "done": done}))


if __name__ == "__main__":
    main(*sys.argv[1:])
