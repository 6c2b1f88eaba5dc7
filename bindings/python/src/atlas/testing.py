"""For tests of hosts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from threading import Lock

from .ports import Clock
from .transports import Envelope, Outcome, Sending, Transport


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


class RecordingTransport(Transport):
    """Keeps what it is given, and answers what it is told to: accepted as "rec-1", "rec-2"… otherwise."""

    marks_begin = True

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: list[Outcome | Exception] = []
        self._accepted = 0
        self.envelopes: list[Envelope] = []
        """Everything that was handed over, in order."""

    def answer(self, *answers: Outcome | Exception) -> None:
        """The next answers, in this order; an exception is raised after the sending has begun."""
        with self._lock:
            self._answers.extend(answers)

    def send(self, envelope: Envelope, sending: Sending) -> Outcome:
        if not sending.begin():
            return Outcome.not_taken("deadline")
        with self._lock:
            self.envelopes.append(envelope)
            if self._answers:
                answer = self._answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer
            self._accepted += 1
            return Outcome.accepted(f"rec-{self._accepted}")
