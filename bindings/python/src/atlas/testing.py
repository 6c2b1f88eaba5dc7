"""For tests of hosts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from threading import Lock

from .ports import Clock


class FakeClock(Clock):
    """A clock that stands until it is told to go."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs a time zone")
        self._lock = Lock()
        self._now = start
        self._monotonic = 0

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic_ns(self) -> int:
        with self._lock:
            return self._monotonic

    def advance(self, by: timedelta) -> datetime:
        """Lets time pass; both clocks go on."""
        if by < timedelta(0):
            raise ValueError("time passes forwards: set() jumps")
        with self._lock:
            self._now += by
            self._monotonic += by // timedelta(microseconds=1) * 1000
            return self._now

    def set(self, to: datetime) -> None:
        """Jumps, also backwards, as clocks of machines do; the monotonic one does not."""
        if to.tzinfo is None:
            raise ValueError("a clock needs a time zone")
        with self._lock:
            self._now = to
