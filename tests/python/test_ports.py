"""Ports written in Python: what they answer, and what they raise."""

import threading
from datetime import datetime, timedelta, timezone

import pytest

import atlas
import ports
from atlas.testing import FakeClock


def test_a_clock(atlas_session, atlas_engine, fake_clock):
    first = atlas_session.dossiers.create(contact_name="N", phone="0612345678")
    fake_clock.advance(timedelta(days=2, microseconds=7))
    second = atlas_session.dossiers.create(contact_name="M", phone="0612345679")
    assert second.created_at - first.created_at == timedelta(days=2, microseconds=7)
    fake_clock.set(datetime(2025, 1, 1, tzinfo=timezone.utc))
    third = atlas_session.dossiers.create(contact_name="O", phone="0612345677")
    assert third.created_at.year == 2025
    assert atlas_session.audit.verify(records=True).ok
    with pytest.raises(ValueError):
        fake_clock.advance(timedelta(seconds=-1))
    for naive in (fake_clock.set, FakeClock):
        with pytest.raises(ValueError):
            naive(datetime(2026, 1, 1))


@pytest.mark.parametrize("answer", [datetime(2026, 1, 1), None, "now", 10**30])
def test_a_broken_clock(new_organisation, unraisable, answer):
    class Broken(atlas.Clock):
        good = FakeClock()
        broken = False

        def now(self):
            return answer if self.broken else self.good.now()

    clock = Broken()
    with atlas.open(":memory:", clock=clock) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            clock.broken = True
            with pytest.raises(atlas.Internal) as caught:
                session.dossiers.create(contact_name="N", phone="0612345678")
            assert caught.value.reason == "port"
            clock.broken = False
            assert session.dossiers.count().count == 0
            session.dossiers.create(contact_name="N", phone="0612345678")
    assert {where for _, where in unraisable} == {"the clock"}


def test_a_store_in_python_behaves_as_a_store(new_organisation):
    store = ports.DictStore()
    with atlas.open("dictionary", kv=store) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            for i in range(150):
                session.dossiers.create(contact_name=f"Visitor {i}", phone=f"061234{i:04}")
            names = [d.contact_name for d in session.dossiers.list(order=["created_at"], page_size=7)]
            assert names == [f"Visitor {i}" for i in range(150)]
            before = store.state
            with pytest.raises(KeyError):
                with session.batch():
                    session.dossiers.create(contact_name="Undone", phone="0522345678")
                    raise KeyError("the host gives up")
            assert store.state is before
            assert session.dossiers.count(where={"phone": "+212522345678"}).count == 0
        assert engine.capabilities["name"] == "kv"
    assert not store.writer.locked()
    with atlas.open("dictionary", kv=store) as engine:
        assert [o.id for o in engine.organisations()] == [made.id]
        assert engine.check().ok


class Faulty(ports.DictStore):
    """Raises at the named method from when it is told to."""

    def __init__(self):
        super().__init__()
        self.at, self.error = None, None

    def fail(self, method):
        if method == self.at:
            raise self.error

    def begin_read(self):
        self.fail("begin_read")
        return FaultyTransaction(self, False)

    def begin_write(self):
        self.fail("begin_write")
        self.writer.acquire()
        return FaultyTransaction(self, True)


class FaultyTransaction(ports.DictTransaction):
    def get(self, key):
        self._store.fail("get")
        return super().get(key)

    def put(self, key, value):
        self._store.fail("put")
        super().put(key, value)

    def erase(self, key):
        self._store.fail("erase")
        super().erase(key)

    def scan(self, begin, end, descending):
        for pair in super().scan(begin, end, descending):
            yield pair
            self._store.fail("scan")

    def commit(self, durable):
        self._store.fail("commit")
        super().commit(durable)

    def close(self):
        super().close()
        self._store.fail("close")


@pytest.mark.parametrize("method", ["begin_write", "get", "put", "commit"])
@pytest.mark.parametrize("error", [ValueError("secret"), atlas.StorageFull("no room")])
def test_a_store_that_fails(method, error, new_organisation, unraisable):
    store = Faulty()
    with atlas.open("faulty", kv=store) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            before = store.state
            store.at, store.error = method, error
            expected = atlas.StorageFull if isinstance(error, atlas.Error) else atlas.StorageIo
            with pytest.raises(expected) as caught:
                session.dossiers.create(contact_name="N", phone="0612345678")
            assert "secret" not in str(caught.value.to_dict())
            store.at = None
            assert store.state is before and not store.writer.locked()
            session.dossiers.create(contact_name="N", phone="0612345678")
            assert session.audit.verify(records=True).ok
    told = {kind for kind, _ in unraisable}
    assert told == (set() if isinstance(error, atlas.Error) else {ValueError})


def test_a_store_that_fails_at_the_end_is_told(new_organisation, unraisable):
    store = Faulty()
    with atlas.open("faulty", kv=store) as engine:
        new_organisation(engine)
        store.at, store.error = "close", RuntimeError("late")
        engine.organisations()
        store.at = None
    assert unraisable and {where for _, where in unraisable} == {"the end of a key-value transaction"}


@pytest.mark.parametrize("wrong", [None, 5, "text", object()])
def test_a_store_that_answers_something_else(wrong, new_organisation, unraisable):
    class Odd(ports.DictStore):
        odd = False

        def begin_read(self):
            return wrong if self.odd else super().begin_read()

    store = Odd()
    with atlas.open("odd", kv=store) as engine:
        new_organisation(engine)
        store.odd = True
        with pytest.raises(atlas.StorageIo):
            engine.organisations()
        store.odd = False

    class Texts(ports.DictTransaction):
        def get(self, key):
            return "text"

    class OddValues(ports.DictStore):
        def begin_write(self):
            self.writer.acquire()
            return Texts(self, True)

    with pytest.raises(atlas.StorageIo):
        atlas.open("odd", kv=OddValues())


def test_a_batch_on_a_python_store_and_a_thread_that_waits(new_organisation):
    store = ports.DictStore()
    with atlas.open("dictionary", kv=store) as engine:
        made = new_organisation(engine)
        done = []

        def work():
            with engine.session(org=made.id, user=made.admin_user_id) as mine:
                mine.dossiers.create(contact_name="Second", phone="0612345679")
                done.append(True)

        with engine.session(org=made.id, user=made.admin_user_id) as session:
            thread = threading.Thread(target=work)
            with session.batch():
                session.dossiers.create(contact_name="First", phone="0612345678")
                thread.start()
                thread.join(0.1)
                assert not done
            thread.join(60)
            assert done and session.dossiers.count().count == 2


def test_keys(tmp_path, new_organisation):
    asked = []

    class Keeper(atlas.KeyStore):
        def key(self, name):
            asked.append(name)
            return bytes([len(name)]) * 32

    path = tmp_path / "agency.db"
    with atlas.open(path, keys=Keeper()) as engine:
        made = new_organisation(engine)
        assert engine.capabilities["encrypted"]
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            assert session.audit.checkpoint().signed
    assert set(asked) == {"store", "subjects", "checkpoint"}
    with atlas.open(path, keys=Keeper(), create=False) as engine:
        assert engine.check().ok
    with pytest.raises(atlas.StorageWrongKey):
        atlas.open(path)

    class Failing(atlas.KeyStore):
        answer: object = None

        def key(self, name):
            if self.answer is None:
                raise PermissionError("the vault is sealed")
            return self.answer

    keeper = Failing()
    with pytest.raises(PermissionError, match="sealed"):
        atlas.open(path, keys=keeper)
    for keeper.answer, error in ((b"short", ValueError), ("text" * 8, TypeError)):
        with pytest.raises(error):
            atlas.open(path, keys=keeper)


def test_events(atlas_engine, atlas_session, unraisable):
    seen, all_of_them = [], []
    with atlas_engine.subscribe("dossier.*", seen.append), atlas_engine.subscribe("*", all_of_them.append):
        dossier = atlas_session.dossiers.create(contact_name="N", phone="0612345678")
        atlas_session.parties.create(role_code="BUYER", family_name="Amrani")
        with pytest.raises(atlas.InvalidArgument):
            atlas_session.dossiers.create(contact_name="")
        with pytest.raises(KeyError):
            with atlas_session.batch():
                atlas_session.dossiers.create(contact_name="M", phone="0612345679")
                raise KeyError
        with atlas_session.batch():
            atlas_session.dossiers.add_note(dossier.id, body="Waits for the commit")
            assert len(seen) == 1
    assert {e.type.split(".")[0] for e in all_of_them} > {"dossier"}
    event = seen[0]
    assert (
        event.type == "dossier.created" and event.entity_id == dossier.id and event.entity_kind == "dossier"
    )
    assert event.org_id == dossier.org_id and event.at == dossier.created_at and event.sequence > 0
    count = len(all_of_them)
    atlas_session.dossiers.add_note(dossier.id, body="Nobody listens")
    assert len(all_of_them) == count and unraisable == []
    later = atlas_session.events.list(after=event.sequence - 1).items
    assert later[0].type == event.type and later[0].sequence == event.sequence


def test_a_callback_that_raises_is_counted(atlas_engine, atlas_session, unraisable):
    subscription = atlas_engine.subscribe("*", lambda event: 1 / 0)
    atlas_session.dossiers.create(contact_name="N", phone="0612345678")
    assert atlas_engine.metrics().callbacks_failed == len(unraisable) > 0
    assert unraisable[0] == (ZeroDivisionError, "an event callback")
    assert atlas_session.dossiers.count().count == 1
    subscription.cancel()
    subscription.cancel()
    failed = atlas_engine.metrics().callbacks_failed
    atlas_session.dossiers.create(contact_name="M", phone="0612345679")
    assert atlas_engine.metrics().callbacks_failed == failed


def test_what_a_callback_may_do(atlas_engine, atlas_session):
    """Another session works inside it; the session that is committing and the engine's end do not."""
    made = atlas_engine.organisations()[0]
    user = atlas_session.users.me().id
    answers = []

    def callback(event):
        if event.type != "dossier.created":
            return
        with atlas_engine.session(org=made.id, user=user) as other:
            answers.append(other.dossiers.get(event.entity_id).contact_name)
        for use in (atlas_session.dossiers.count, atlas_session.close, atlas_engine.close):
            try:
                use()
                answers.append("it worked")
            except atlas.Misuse as error:
                answers.append(error.reason)
        subscription.cancel()

    subscription = atlas_engine.subscribe("dossier.*", callback)
    atlas_session.dossiers.create(contact_name="N", phone="0612345678")
    assert answers == ["N", "busy", "busy", "busy"]


def test_other_callbacks(tmp_path, new_organisation):
    notes, clock = [], FakeClock()
    with atlas.open(
        tmp_path / "a.db", clock=clock, checkpoint=notes.append, log=lambda level, line: None
    ) as engine:
        new_organisation(engine)
        for _ in range(3):
            clock.advance(timedelta(days=1, seconds=1))
            engine.pump()
        steps = []
        engine.check(progress=lambda step, of: steps.append((step, of)))
    assert steps[0] == (0, 1) and steps[-1] == (1, 1)
    assert notes and all(isinstance(note, str) for note in notes)
