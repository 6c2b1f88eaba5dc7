"""What a host may bring, written in Python.

The library calls these from any of its threads, with the GIL taken for the call. An exception becomes an error
of the operation: an atlas.Error keeps its class, anything else is told to sys.unraisablehook.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from time import monotonic_ns


class Clock(ABC):
    """What time it is. Called from several threads."""

    @abstractmethod
    def now(self) -> datetime:
        """Now, with a time zone. May jump, also backwards."""

    def monotonic_ns(self) -> int:
        """Nanoseconds of a clock that never goes back; only differences mean anything."""
        return monotonic_ns()


class KvTransaction(ABC):
    """A transaction over ordered bytes, on one thread at a time. It may call nothing of the library."""

    @abstractmethod
    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""

    @abstractmethod
    def put(self, key: bytes, value: bytes) -> None:
        """Sets a value."""

    @abstractmethod
    def erase(self, key: bytes) -> None:
        """Removes a key, if it is there."""

    @abstractmethod
    def scan(self, begin: bytes, end: bytes | None, descending: bool) -> Iterable[tuple[bytes, bytes]]:
        """Pairs with begin ≤ key < end (None: no end), in the order of unsigned bytes, shorter first.

        It may be left before its end. `get` may be called in between.
        """

    @abstractmethod
    def commit(self, durable: bool) -> None:
        """Makes the changes visible and, if `durable`, safe against a power cut, before it returns."""

    @abstractmethod
    def close(self) -> None:
        """Always the last call, perhaps of another thread. Without a commit before it: undoes everything."""


class KvStore(ABC):
    """An ordered store of bytes. Called from several threads; one writer at a time."""

    durable: bool = False
    """Does a durable commit survive a power cut?"""

    @abstractmethod
    def begin_read(self) -> KvTransaction:
        """A transaction that sees one state and is never made to wait by a writer."""

    @abstractmethod
    def begin_write(self) -> KvTransaction:
        """Waits for the writer before it. The transaction sees its own changes."""


class KeyStore(ABC):
    """Keys that a host keeps. Asked at open, by name.

    "store": the raw key of the file. "subjects": wraps the keys of data subjects. "checkpoint": the Ed25519
    seed that signs checkpoints.
    """

    @abstractmethod
    def key(self, name: str) -> bytes | None:
        """32 bytes; None is the built-in way."""
