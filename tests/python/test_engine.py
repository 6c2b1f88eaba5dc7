"""Upkeep: backup, rekey, check, metrics; and that nothing is left behind."""

import gc
import sqlite3
import weakref

import pytest

import atlas
from atlas import _core
from atlas.testing import FakeClock


def test_backup_and_rekey(tmp_path, new_organisation):
    path, copy = tmp_path / "agency.db", tmp_path / "copy.db"
    with atlas.open(path, key="one") as engine:
        made = new_organisation(engine)
        engine.backup(copy)
        with pytest.raises(atlas.Error):
            engine.backup(copy)
        engine.rekey("two")
    with pytest.raises(atlas.StorageWrongKey):
        atlas.open(path, key="one")
    for store, key in ((path, "two"), (copy, "one")):
        with atlas.open(store, key=key, create=False) as engine:
            assert [o.name for o in engine.organisations()] == ["Agence Atlas"]
            assert engine.organisations()[0].id == made.id


def test_check_finds_what_was_changed_behind_its_back(tmp_path, new_organisation):
    path = tmp_path / "agency.db"
    with atlas.open(path) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            session.dossiers.create(contact_name="N", phone="0612345678", city="Rabat")
        good = engine.check()
        assert good.ok and good.organisations[0].entries == 3 and good.organisations[0].findings == ()
    with sqlite3.connect(path) as raw:
        assert raw.execute("UPDATE dossier SET city = 'Salé'").rowcount == 1
    raw.close()
    with atlas.open(path) as engine:
        bad = engine.check()
        assert not bad.ok and len(bad.organisations[0].findings) == 1
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            verified = session.audit.verify(records=True)
            assert not verified.ok and "dossier" in verified.findings[0].record


def test_proofs(atlas_session, dossier):
    old = atlas_session.audit.head()
    atlas_session.dossiers.add_note(dossier.id, body="Later")
    new = atlas_session.audit.head()
    assert new.size > old.size and new.root != old.root
    consistency = atlas_session.audit.consistency(from_=old.size)
    assert (consistency.root1, consistency.root2) == (old.root, new.root)
    proof = atlas_session.audit.prove(seq=1, size=old.size)
    assert proof.root == old.root and proof.entry
    note = atlas_session.audit.checkpoint().note
    assert atlas_session.audit.verify(checkpoint=note).ok
    exported = atlas_session.audit.export()
    assert len(exported.lines) >= new.size and exported.next is None


def test_metrics(atlas_engine, atlas_session, dossier):
    atlas_session.dossiers.get(dossier.id)
    with pytest.raises(atlas.NotFound):
        atlas_session.dossiers.get(dossier.org_id)
    counts = atlas_engine.metrics()
    assert counts.operations["dossiers.get"].calls == 2 and counts.operations["dossiers.get"].errors == 1
    assert counts.operations["dossiers.create"].nanoseconds == 0  # the fake clock stands
    assert 'atlas_calls_total{operation="dossiers.get"} 2' in atlas_engine.metrics_text()


def test_roles_of_the_host(atlas_engine, atlas_session):
    made = atlas_engine.organisations()[0]
    user = atlas_session.users.me().id
    with atlas_engine.session(org=made.id, user=user, roles=["AUDITOR"]) as session:
        assert session.audit.list().first() is not None
        with pytest.raises(atlas.Forbidden):
            session.dossiers.create(contact_name="N", phone="0612345678")
    with atlas_engine.session(org=made.id, user=user, roles=["EMPEROR"]) as session:
        with pytest.raises(atlas.Error):
            session.dossiers.count()


def test_a_visitor(atlas_engine, atlas_session):
    org = atlas_engine.organisations()[0].id
    with atlas_engine.session(org=org, kind="public", client="203.0.113.7") as visitor:
        assert visitor.call("portal.search")["items"] == []
        with pytest.raises(atlas.Forbidden):
            visitor.call("dossiers.list")
    with pytest.raises(atlas.InvalidArgument):
        atlas_engine.session(org=org, kind="public", client="x" * 257)


def test_visitors_share(new_organisation):
    with atlas.open(":memory:", public_calls_per_minute=1) as engine:
        org = new_organisation(engine).id
        with engine.session(org=org, kind="public", client="203.0.113.7") as visitor:
            event = {"listing_id": org, "kind": "SHARED"}
            for _ in range(10):  # ten small things are one call
                with pytest.raises(atlas.NotFound):
                    visitor.call("portal.event", event)
            with pytest.raises(atlas.RateLimited) as limited:
                visitor.call("portal.event", event)
    assert limited.value.details["retry_after"] == 6


def test_version():
    assert atlas.__version__ == _core.version() and atlas.__version__.count(".") == 2
    assert len(set(atlas.__all__)) == len(atlas.__all__)
    assert all(hasattr(atlas, name) for name in atlas.__all__)


def test_nothing_is_left(new_organisation):
    """Neither in the native half nor in Python, whether closed or only let go, in any order."""
    before = _core.live()

    def once(close):
        engine = atlas.open(":memory:", clock=FakeClock(), log=lambda level, line: None)
        made = new_organisation(engine)
        session = engine.session(org=made.id, user=made.admin_user_id)
        session.dossiers.create(contact_name="N", phone="0612345678")
        engine.subscribe("*", lambda event: engine_of_callback)
        engine_of_callback = None
        walk = iter(session.dossiers.list(page_size=1))
        next(walk)
        assert _core.live()["engines"] == before["engines"] + 1
        assert _core.live()["callbacks"] > before["callbacks"]
        if close:
            engine.close()
        return weakref.ref(engine), weakref.ref(session)

    refs = [ref for close in (True, False) * 5 for ref in once(close)]
    gc.collect()
    assert [ref() for ref in refs] == [None] * len(refs)
    assert _core.live() == before


def test_a_session_keeps_its_engine(new_organisation):
    def open_and_forget():
        engine = atlas.open(":memory:")
        made = new_organisation(engine)
        return engine.session(org=made.id, user=made.admin_user_id)

    session = open_and_forget()
    gc.collect()
    assert session.users.me().email == "admin@agence.example"


def test_objects_do_not_pile_up(atlas_session, dossier):
    def work():
        for _ in range(50):
            atlas_session.dossiers.get(dossier.id)
            list(atlas_session.audit.list())
            with pytest.raises(atlas.NotFound):
                atlas_session.dossiers.get(dossier.org_id)

    work()
    gc.collect()
    before = len(gc.get_objects())
    work()
    gc.collect()
    assert len(gc.get_objects()) - before < 100
