"""Ports written in Python: a clock, a store of bytes, a keeper of keys; and the scenario on them.

PYTHONPATH=build/release/python python3 examples/python/ports.py
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from threading import Lock

import atlas
import scenario


class Steps(atlas.Clock):
    """Each look at it is a millisecond later than the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)

    def now(self) -> datetime:
        with self._lock:
            self._now += timedelta(milliseconds=1)
            return self._now


class State:
    """What was committed. Never changed: a commit makes the next one, so that readers keep theirs."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self.values = values
        self.keys = sorted(values)


class DictTransaction(atlas.KvTransaction):
    def __init__(self, store: DictStore, writes: bool) -> None:
        self._store = store
        self._writes = writes
        self._state = store.state
        self._changes: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> bytes | None:
        return self._changes[key] if key in self._changes else self._state.values.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self._changes[key] = value

    def erase(self, key: bytes) -> None:
        self._changes[key] = None

    def scan(self, begin: bytes, end: bytes | None, descending: bool) -> Iterator[tuple[bytes, bytes]]:
        keys = self._state.keys
        last = len(keys) if end is None else bisect_left(keys, end)
        found = keys[bisect_left(keys, begin) : last]
        changed = [k for k in self._changes if begin <= k and (end is None or k < end)]
        if changed:
            found = sorted({*found, *changed})
        for key in reversed(found) if descending else found:
            if (value := self.get(key)) is not None:
                yield key, value

    def commit(self, durable: bool) -> None:
        values = {**self._state.values, **{k: v for k, v in self._changes.items() if v is not None}}
        for key, value in self._changes.items():
            if value is None:
                values.pop(key, None)
        self._store.state = State(values)

    def close(self) -> None:
        if self._writes:
            self._writes = False
            self._store.writer.release()


class DictStore(atlas.KvStore):
    """Ordered bytes in a dictionary: one writer at a time, readers beside it."""

    durable = False

    def __init__(self) -> None:
        self.state = State({})
        self.writer = Lock()  # taken by one thread and perhaps given back by another

    def begin_read(self) -> DictTransaction:
        return DictTransaction(self, False)

    def begin_write(self) -> DictTransaction:
        self.writer.acquire()
        return DictTransaction(self, True)


class Keys(atlas.KeyStore):
    """A host would ask its vault here."""

    def key(self, name: str) -> bytes | None:
        return bytes(range(32)) if name in ("subjects", "checkpoint") else None


def main() -> int:
    store = DictStore()
    with atlas.open("a dictionary", kv=store, clock=Steps(), keys=Keys()) as engine:
        scenario.tell(engine, print)
        print(f"{len(store.state.keys)} keys in a dictionary; all is well: {engine.check().ok}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
