"""What docs/guide/python.md shows: tour.py STORE"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import atlas
from atlas.testing import FakeClock


# [port]
class Office(atlas.Clock):
    """It is always nine in the morning."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc).replace(hour=9, minute=0)


# [/port]


# [transport]
class Relay(atlas.Transport):
    """Hands text messages to a gateway of the office's own."""

    marks_begin = True

    def __init__(self, gateway: Callable[[str, str], str]) -> None:
        self.gateway = gateway

    def send(self, envelope: atlas.Envelope, sending: atlas.Sending) -> atlas.Outcome:
        if not sending.begin():
            return atlas.Outcome.not_taken("deadline")
        return atlas.Outcome.accepted(self.gateway(envelope.to, envelope.body))


# [/transport]


def begin(path: str) -> tuple[UUID, UUID]:
    # [open]
    with atlas.open(path, key="correct horse") as engine:
        with engine.host_session() as host:
            agency = host.organisations.create(name="Agence Atlas", admin_email="admin@agence.example")
        with engine.session(org=agency.id, user=agency.admin_user_id) as session:
            lead = session.dossiers.create(contact_name="Nadia Amrani", phone="06 12 34 56 78")
            print(lead.status_code, lead.created_at, lead.phone)
    # [/open]
    return agency.id, agency.admin_user_id


def values(session: atlas.Session) -> None:
    # [values]
    lead = session.dossiers.create(
        contact_name="Karim Idrissi",
        email="karim@example.com",
        case_type_code="CRM_LEAD_BUY",
        budget_max=atlas.Money(Decimal("1850000"), "MAD"),
    )
    due = datetime.now(timezone.utc) + timedelta(days=1)
    task = session.dossiers.add_task(lead.id, title="Call back", due_at=due)
    assert lead.budget_max == atlas.Money("1850000.00", "MAD") and task.due_at == due

    moved = session.dossiers.update(lead.id, version=lead.version, city="Rabat", budget_max=None)
    # [/values]
    assert moved.city == "Rabat" and moved.budget_max is None and moved.email == "karim@example.com"


def lists(session: atlas.Session) -> None:
    # [lists]
    for dossier in session.dossiers.list(status_code="CRM_NEW"):
        print(dossier.contact_name)

    recent = session.dossiers.list(
        where={"created_at": {"gte": datetime.now(timezone.utc) - timedelta(days=7)}},
        order=["-created_at"],
        limit=100,
    )
    newest, rows = recent.first(), recent.to_dicts()
    page = recent.page(limit=1)
    rest = recent.page(after=page.next) if page.next else ()
    # [/lists]
    assert newest is not None and len(rows) == 2 and rows[0]["id"] == newest.id and len(rest) == 1


def errors(session: atlas.Session) -> None:
    # [errors]
    try:
        session.dossiers.create(contact_name="", email="nobody")
    except atlas.InvalidArgument as error:
        wrong = [(field.path, field.code) for field in error.fields]
        print(error.code, wrong, error.correlation_id)
    # [/errors]
    assert ("/email", "not_an_email") in wrong


def batches(session: atlas.Session) -> None:
    # [batch]
    with session.batch() as batch:  # one transaction; an exception that leaves the block undoes it
        for i in range(3):
            try:
                session.dossiers.create(contact_name=f"Visitor {i}", phone=f"+21266100000{i}")
            except atlas.InvalidArgument:
                pass  # this one call is undone, the batch goes on
    print(batch.calls, batch.failed)
    # [/batch]
    assert (batch.calls, batch.failed) == (3, 0)


def events(engine: atlas.Engine, session: atlas.Session) -> None:
    seen: list[atlas.Event] = []
    # [events]
    with engine.subscribe("dossier.*", seen.append):
        session.dossiers.create(contact_name="Salma Berrada", phone="0661 000 010")
    print(seen[0].type, seen[0].entity_id, seen[0].sequence)

    due = engine.pump()  # runs what is due; engine.start_workers(2) does it by itself
    print(due.done, due.next_due)
    # [/events]
    assert [event.type for event in seen] == ["dossier.created"]


def threads(engine: atlas.Engine, org: UUID, user: UUID) -> None:
    # [threads]
    def work(number: int) -> None:
        with engine.session(org=org, user=user) as mine:  # one for each thread
            mine.dossiers.create(contact_name="Visitor", phone=f"+21266100002{number}")

    hands = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    # [/threads]


def ports() -> None:
    # [clock]
    clock = FakeClock()
    with atlas.open(":memory:", clock=clock) as engine:
        clock.advance(timedelta(days=30))
        engine.pump()
    # [/clock]
    relay = Relay(lambda to, body: f"gateway-{len(to) + len(body)}")
    with atlas.open(
        ":memory:", clock=Office(), transports={"HOST": relay}
    ) as engine, engine.host_session() as host:
        made = host.organisations.create(name="Agence", admin_email="admin@agence.example")
    assert made.created_at.hour == 9


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    org, user = begin(sys.argv[1])
    with atlas.open(sys.argv[1], key="correct horse") as engine:
        with engine.session(org=org, user=user) as session:
            values(session)
            lists(session)
            errors(session)
            batches(session)
            events(engine, session)
            threads(engine, org, user)
            assert session.audit.verify(records=True).ok
    ports()
    return 0


if __name__ == "__main__":
    sys.exit(main())
