"""Fixtures for pytest: `fake_clock`, `recording_transport`, `atlas_engine` and `atlas_session`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import Engine, Session, open
from .testing import FakeClock, RecordingTransport


@pytest.fixture
def fake_clock() -> FakeClock:
    """A clock that stands at Monday 2026-01-05 09:00 UTC."""
    return FakeClock()


@pytest.fixture
def recording_transport() -> RecordingTransport:
    """What messages of `atlas_engine` leave by, whoever their provider is; nothing goes anywhere."""
    return RecordingTransport()


@pytest.fixture
def atlas_engine(fake_clock: FakeClock, recording_transport: RecordingTransport) -> Iterator[Engine]:
    """An engine over an empty store in memory that lives by `fake_clock` and `recording_transport`."""
    providers = ("TWILIO", "META", "SMTP", "FILE", "MEMORY", "HOST")
    transports = {provider: recording_transport for provider in providers}
    with open(":memory:", clock=fake_clock, transports=transports) as engine:
        yield engine


@pytest.fixture
def atlas_session(atlas_engine: Engine) -> Iterator[Session]:
    """A session of the administrator of a new organisation in `atlas_engine`."""
    with atlas_engine.host_session() as host:
        made = host.organisations.create(name="Agence de test", admin_email="admin@example.test")
    with atlas_engine.session(org=made.id, user=made.admin_user_id) as session:
        yield session
