"""An open store."""

from __future__ import annotations

import atexit
import json
import os
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from . import _core
from ._session import Session
from ._wire import from_micros, to_micros
from .ports import Clock, KeyStore, KvStore
from .transports import OwnTransports, Secrets, TransportMap, native_settings, native_transports

SECONDS_AT_EXIT = 5
_FOR_EVER_MS = 1000 * 60 * 60 * 24 * 365
PrincipalKind = Literal["user", "api_key", "public", "system", "provider", "agent"]


@dataclass(frozen=True, slots=True)
class Event:
    """A committed change. No personal data. `sequence` is that of the audit entry that caused it."""

    org_id: UUID
    sequence: int
    type: str
    entity_kind: str
    entity_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PumpResult:
    """Jobs run, of which failed (they come again), and when the next is due (None: nothing waits)."""

    done: int
    failed: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    """An organisation of the store's directory."""

    id: UUID
    name: str
    status_code: str


@dataclass(frozen=True, slots=True)
class StoreFinding:
    """Something that the backend's own check found."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a host sends back to a provider (status, content_type, body), and what was in the request."""

    status: int
    content_type: str
    body: str
    messages: int
    statuses: int
    duplicates: int
    rejected: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class OrganisationCheck:
    """What the check of one organisation read and found."""

    id: UUID
    name: str
    entries: int
    entities: int
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All is well when `ok`."""

    ok: bool
    store: tuple[StoreFinding, ...]
    organisations: tuple[OrganisationCheck, ...]


@dataclass(frozen=True, slots=True)
class OperationMetrics:
    """How often an operation was called, how often it failed, and the nanoseconds of those that did not."""

    calls: int
    errors: int
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts since the engine was opened."""

    operations: dict[str, OperationMetrics]
    refusals: int
    audit_refusals_unrecorded: int
    conflicts_retried: int
    callbacks_failed: int


class Subscription:
    """Events that go to a callback until it is cancelled, or its `with` block ends."""

    __slots__ = ("_engine", "_id")

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine = engine
        self._id: int | None = number

    def cancel(self) -> None:
        """Returns when no call of the callback is running (from inside the callback: at once)."""
        number, self._id = self._id, None
        if number is not None and not self._engine.closed:
            self._engine._native.unsubscribe(number)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()


class Engine:
    """An open store, from any thread. Close it, or use it as a context manager; it does not survive fork."""

    __slots__ = ("_native", "__weakref__")

    def __init__(self, native: _core.Engine) -> None:
        self._native = native
        _open_engines.add(self)

    def session(
        self,
        *,
        org: UUID | str,
        user: UUID | str | None = None,
        roles: Iterable[str] = (),
        kind: PrincipalKind = "user",
        client: str = "",
    ) -> Session:
        """A session for the thread that calls. `roles` replace the stored ones for this session.

        Who the principal is, is loaded at each call: an unknown user is Unauthenticated then, not here.
        `client`: whose request it is, an IP address, for the rate limits of the public side.
        """
        name = None if user is None else str(user)
        return Session(self._native.session(str(org), name, list(roles), kind, client), self)

    def host_session(self) -> Session:
        """The host's own: `organisations.create` and the like, no business data."""
        return Session(self._native.host_session(), self)

    def pump(self, max_jobs: int = 100) -> PumpResult:
        """Runs at most so many due jobs and says when the next is due."""
        done, failed, due = self._native.pump(max_jobs)
        return PumpResult(done, failed, None if due is None else from_micros(due))

    def start_workers(self, count: int) -> None:
        """Threads that pump until stop_workers() or close()."""
        self._native.start_workers(count)

    def stop_workers(self) -> None:
        """Waits for the job each is at."""
        self._native.stop_workers()

    def subscribe(self, pattern: str, callback: Callable[[Event], object]) -> Subscription:
        """Calls back after each commit of this engine with what matches ("*", "dossier.*" or a full type).

        On the committing thread, whose session answers Misuse meanwhile. What the callback raises is counted
        (Metrics.callbacks_failed) and told to sys.unraisablehook; the commit stands.
        """

        def deliver(org: str, sequence: int, kind: str, entity: str, entity_id: str | None, at: int) -> None:
            id_ = None if entity_id is None else UUID(entity_id)
            callback(Event(UUID(org), sequence, kind, entity, id_, from_micros(at)))

        return Subscription(self, self._native.subscribe(pattern, deliver))

    def organisations(self) -> list[OrganisationEntry]:
        """The organisations of this store, by name."""
        return [
            OrganisationEntry(UUID(id_), name, status) for id_, name, status in self._native.organisations()
        ]

    def inbound(
        self,
        endpoint: str,
        method: str,
        url: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]],
        body: bytes = b"",
    ) -> WebhookAnswer:
        """A provider's request to an endpoint of a channel account: what to send back as it is.

        Of a request that is right the status is 200 whatever it holds; what cannot be taken is kept
        (inbound.failures). Raises NotFound (no such endpoint), Unauthenticated (not the provider's),
        InvalidArgument (another method, too large) and the Storage errors, after which it comes again.
        """
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        answer = json.loads(self._native.inbound(endpoint, method, url, list(pairs), body))
        rejected = tuple((item["index"], item["reason"]) for item in answer.pop("rejected"))
        return WebhookAnswer(rejected=rejected, **answer)

    def backup(self, path: str | os.PathLike[str]) -> None:
        """A consistent copy at `path`, with the same key and without the keys of data subjects."""
        self._native.backup(os.fspath(path))

    def rekey(self, new_passphrase: str) -> None:
        """Changes the passphrase; needs the store alone."""
        self._native.rekey(new_passphrase)

    def check(self, progress: Callable[[int, int], object] | None = None) -> CheckResult:
        """The backend's check, and of every organisation the chain and the records. Reads everything."""
        found = self._native.check(progress)
        return CheckResult(
            found["ok"],
            tuple(StoreFinding(*finding) for finding in found["store"]),
            tuple(
                OrganisationCheck(UUID(id_), name, entries, entities, tuple(findings))
                for id_, name, entries, entities, findings in found["organisations"]
            ),
        )

    @property
    def schema_version(self) -> int:
        return self._native.schema_version()

    @property
    def capabilities(self) -> dict[str, Any]:
        """What the store can do: its name, encrypted, durable, many_processes…"""
        return self._native.capabilities()

    def metrics(self) -> Metrics:
        counts = self._native.metrics()
        operations = {name: OperationMetrics(*numbers) for name, *numbers in counts.pop("operations")}
        return Metrics(operations, **counts)

    def metrics_text(self) -> str:
        """The same in the text format of Prometheus."""
        return self._native.metrics_text()

    def close(self) -> None:
        """Waits for running calls, rolls back open batches, stops workers. Closing twice is fine."""
        self._native.close(_FOR_EVER_MS)

    @property
    def closed(self) -> bool:
        return self._native.closed()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(
    store: str | os.PathLike[str],
    *,
    key: str | bytes | None = None,
    create: bool = True,
    migrate: bool = False,
    read_only: bool = False,
    durability: Literal["durable", "fast"] = "durable",
    subject_keys: Literal["automatic", "beside", "inside"] = "automatic",
    kv: KvStore | None = None,
    keys: KeyStore | None = None,
    clock: Clock | None = None,
    secrets: Secrets | None = None,
    transports: TransportMap | None = None,
    own_transports: OwnTransports | None = None,
    busy_ms: int = 5_000,
    batch_idle_ms: int = 5_000,
    batch_max_ms: int = 60_000,
    max_request_bytes: int = 16 << 20,
    calls_per_second: int = 0,
    public_calls_per_minute: int = 30,
    log: Callable[[str, str], object] | None = None,
    checkpoint: Callable[[str], object] | None = None,
    migration_progress: Callable[[int, int], object] | None = None,
) -> Engine:
    """Opens a store: a file's path, ":memory:" or a PostgreSQL URL; with `kv`, a storage of the host's own.

    `key`: a passphrase (text) or a raw key (32 bytes) for an encrypted file. `migrate`: bring an older store
    up to date, after a backup copy. `calls_per_second`: per principal; `public_calls_per_minute`: leads and
    reports per address of the public side; 0 is no limit. `transports`: by provider ("HOST"), or by provider and
    channel; `own_transports`: the library's own besides, which otherwise send nothing. `log` gets (level, line), `checkpoint` each note
    that due work makes, `migration_progress` (step, of). Raises atlas.Error (`storage_*`), with advice.
    """
    if key is not None and not isinstance(key, (str, bytes)):
        raise TypeError("a key is text (a passphrase) or 32 bytes")
    native = _core.Engine(
        store=os.fspath(store),
        passphrase=key if isinstance(key, str) else None,
        raw_key=key if isinstance(key, bytes) else None,
        create=create,
        migrate=migrate,
        read_only=read_only,
        durability=durability,
        subject_keys=subject_keys,
        kv=kv,
        keys=None if keys is None else keys.key,
        clock_now=None if clock is None else _micros_of(clock),
        clock_monotonic=None if clock is None else clock.monotonic_ns,
        busy_ms=busy_ms,
        batch_idle_ms=batch_idle_ms,
        batch_max_ms=batch_max_ms,
        max_request_bytes=max_request_bytes,
        calls_per_second=calls_per_second,
        public_calls_per_minute=public_calls_per_minute,
        log=log,
        checkpoint=checkpoint,
        migration_progress=migration_progress,
        secrets=None if secrets is None else secrets.secret,
        transports=native_transports(transports),
        own_transports=native_settings(own_transports),
    )
    return Engine(native)


def _micros_of(clock: Clock) -> Callable[[], int]:
    return lambda: to_micros(clock.now())


_open_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _close_all() -> None:
    # A clock and a store in Python are still needed for what is rolled back; afterwards no callback is let in.
    engines = [engine._native for engine in list(_open_engines)]
    for native in engines:
        if not native.closed():
            native.close(SECONDS_AT_EXIT * 1000)
    _core.begin_exit()


atexit.register(_close_all)
