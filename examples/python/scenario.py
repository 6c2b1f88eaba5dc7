"""One dossier in Python: what scenario.sh, scenario.c and scenario.cpp do in their languages.

PYTHONPATH=build/release/python python3 examples/python/scenario.py STORE
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from uuid import UUID

import atlas

KEY = "a passphrase of the scenario"


def expect(good: bool, what: str) -> None:
    if not good:
        raise RuntimeError(what)


def meet_twice(agent: atlas.Session) -> atlas.types.Dossier:
    """What the README shows: a lead comes in, and comes in again."""
    lead = agent.dossiers.create(
        case_type_code="CRM_LEAD_BUY", contact_name="Nadia Amrani", phone="06 12 34 56 78"
    )
    again = agent.dossiers.create(
        case_type_code="CRM_LEAD_BUY",
        contact_name="N. Amrani",
        phone="+212 612-345678",
        email="nadia@example.com",
    )
    met = lead.created and not again.created and again.id == lead.id
    expect(met and again.matched_on == ("phone",), "the person was not met again")
    return again


def work_on(agent: atlas.Session, id: UUID) -> atlas.types.Dossier:
    """A note, a task, two steps; a step that the workflow does not know is refused and changes nothing."""
    agent.dossiers.add_note(id, body="Looks for three rooms.")
    agent.dossiers.add_task(id, title="Call back")
    dossier = agent.dossiers.get(id)
    dossier = agent.dossiers.transition(id, version=dossier.version, to="CRM_CONTACTED")
    try:
        agent.dossiers.transition(id, version=dossier.version, to="CRM_SIGNING_SCHEDULED")
        expect(False, "a step that does not exist was taken")
    except atlas.TransitionNotAllowed:
        pass
    return agent.dossiers.transition(id, version=dossier.version, to="CRM_QUALIFIED")


def import_visitors(admin: atlas.Session) -> None:
    """Ten leads in one transaction; one of them cannot be reached and undoes only itself."""
    with admin.batch() as batch:
        for i in range(10):
            phone = f"+21261234560{i}" if i != 5 else None
            try:
                admin.dossiers.create(contact_name=f"Visitor {i}", phone=phone)
            except atlas.InvalidArgument:
                expect(i == 5, "another lead than expected was refused")
    expect(batch.calls == 10 and batch.failed == 1, "the batch counted otherwise")


def tell(engine: atlas.Engine, say: Callable[[str], None]) -> None:
    """The whole of it, on an empty store."""
    with engine.host_session() as host:
        made = host.organisations.create(name="Agence Atlas", admin_email="admin@agence.example")
    admin = engine.session(org=made.id, user=made.admin_user_id)
    user = admin.users.create(email="agent@agence.example", roles=["AGENT"])
    agent = engine.session(org=made.id, user=user.id)

    events: list[str] = []
    with engine.subscribe("dossier.*", lambda event: events.append(event.type)):
        dossier = work_on(agent, meet_twice(agent).id)
    expect(dossier.status_code == "CRM_QUALIFIED", "the dossier is not where it should be")
    expect(events[0] == "dossier.created" and len(events) > 3, "the events do not tell it")
    latest = agent.activities.timeline(dossier_id=dossier.id).first()
    expect(
        latest is not None and latest.type_code == "ACT_STATUS_CHANGE",
        "the timeline does not tell the last step",
    )

    import_visitors(admin)
    expect(sum(1 for _ in admin.dossiers.list(page_size=3)) == 10, "the list is not whole")
    expect(len(list(admin.dossiers.list(status_code="CRM_QUALIFIED"))) == 1, "the filter lets others through")

    proof = admin.audit.prove(seq=3)
    verified = admin.audit.verify(records=True)
    expect(verified.ok and verified.root == proof.root, "the audit does not add up")
    say(f"dossier {dossier.id}: created, met, moved, proved")


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: scenario.py STORE", file=sys.stderr)
        return 2
    with atlas.open(sys.argv[1], key=KEY) as engine:
        tell(engine, print)
    return 0


if __name__ == "__main__":
    sys.exit(main())
