"""A principal at work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from . import _core, _wire
from ._operations import Operations


class Batch:
    """Many calls, one transaction: `with session.batch() as b:`.

    An exception that leaves the block undoes them all. A call that fails and is caught inside undoes only itself. `calls` and `failed` are known after the block.
    """

    __slots__ = ("_native", "calls", "failed")

    def __init__(self, native: _core.Session) -> None:
        self._native = native
        self.calls = 0
        self.failed = 0

    def __enter__(self) -> Batch:
        self._native.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if raised is None:
            self.calls, self.failed = self._native.commit()
            return
        try:
            self._native.rollback()
        except Exception as second:
            # The session or its engine was closed inside the block, which has rolled back already.
            raised.add_note(f"the batch was gone before its rollback: {second}")


class Session(Operations):
    """Opened by Engine.session; for the thread that opened it alone (a second one gets Misuse).

    Its attributes are the modules: `session.dossiers.create(contact_name="…")`. Use it as a context manager,
    or close it, or let it go.
    """

    __slots__ = ("_native", "_engine", "__weakref__")

    def __init__(self, native: _core.Session, engine: object) -> None:
        self._native = native
        self._engine = engine  # so that it does not close while a session is in use

    def call(self, operation: str, arguments: Mapping[str, Any] | None = None, /) -> dict[str, Any]:
        """Any operation by its name, with JSON members in and out; times, ids and money may be Python's."""
        answer: dict[str, Any] = json.loads(self._native.call(operation, _wire.dump(arguments or {})))
        return answer

    def batch(self) -> Batch:
        """One transaction around the calls of a `with` block. One at a time."""
        return Batch(self._native)

    @property
    def in_batch(self) -> bool:
        return self._native.in_batch()

    def close(self) -> None:
        """Rolls back an open batch. Closing twice is fine."""
        self._native.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
