"""Threads, the GIL, fork, and the end of the interpreter."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta

import pytest

import atlas
from atlas import _core
from atlas.testing import FakeClock

PATIENCE = 60


class Worker(threading.Thread):
    """A thread whose exception is the test's."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work = work
        self.raised = None
        self.start()

    def run(self):
        try:
            self.work()
        except BaseException as raised:
            self.raised = raised

    def end(self):
        self.join(PATIENCE)
        assert not self.is_alive(), "the thread hangs"
        if self.raised:
            raised, self.raised = self.raised, None
            raise raised


def test_a_session_belongs_to_its_thread(atlas_engine, atlas_session, dossier):
    for use in (
        lambda: atlas_session.dossiers.count(),
        lambda: atlas_session.batch().__enter__(),
        lambda: atlas_session.in_batch,
        lambda: atlas_session.close(),
        lambda: next(iter(atlas_session.dossiers.list())),
    ):
        worker = Worker(use)
        with pytest.raises(atlas.Misuse) as caught:
            worker.end()
        assert caught.value.reason == "thread"
    assert atlas_session.dossiers.count().count == 1


def test_sessions_of_two_threads_progress_together(tmp_path, new_organisation):
    """Each waits for the other again and again: one thread after the other would hang."""
    with atlas.open(tmp_path / "agency.db", durability="fast") as engine:
        made = new_organisation(engine)
        met = threading.Barrier(2)

        def work(first):
            with engine.session(org=made.id, user=made.admin_user_id) as session:
                for i in range(40):
                    session.dossiers.create(contact_name="N", phone=f"06123{first}{i:04}")
                    met.wait(PATIENCE)

        workers = [Worker(lambda first=first: work(first)) for first in (1, 2)]
        for worker in workers:
            worker.end()
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            assert session.dossiers.count().count == 80
            assert session.audit.verify(records=True).ok


def test_a_call_that_waits_lets_others_run(atlas_engine, atlas_session):
    """Our batch holds the writer; the other thread's call waits for it in the library, without the GIL."""
    made = atlas_engine.organisations()[0]
    user = atlas_session.users.me().id
    started = threading.Event()

    def work():
        with atlas_engine.session(org=made.id, user=user) as session:
            started.set()
            session.dossiers.create(contact_name="Second", phone="0612345679")

    with atlas_session.batch():
        atlas_session.dossiers.create(contact_name="First", phone="0612345678")
        worker = Worker(work)
        assert started.wait(PATIENCE)
        turns = 0
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            turns += 1
        assert turns > 1000 and worker.is_alive()
        assert atlas_session.dossiers.count().count == 1
    worker.end()
    assert [e.action for e in atlas_session.audit.list(limit=2)] == ["dossier.created", "dossier.created"]


def test_closing_waits_for_running_calls(new_organisation):
    class SlowClock(atlas.Clock):
        def __init__(self):
            self.inside, self.go = threading.Event(), threading.Event()
            self.slow = False

        def now(self):
            if self.slow:
                self.inside.set()
                assert self.go.wait(PATIENCE)
            return FakeClock().now()

    clock = SlowClock()
    engine = atlas.open(":memory:", clock=clock)
    made = new_organisation(engine)

    def work():
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            session.dossiers.create(contact_name="N", phone="0612345678")

    clock.slow = True
    worker = Worker(work)
    assert clock.inside.wait(PATIENCE)
    closing = Worker(engine.close)
    time.sleep(0.05)
    assert closing.is_alive()
    with pytest.raises(atlas.Misuse):
        engine.pump()
    clock.go.set()
    closing.end()
    worker.end()
    assert engine.closed


def test_closed_is_misuse(new_organisation):
    engine = atlas.open(":memory:")
    made = new_organisation(engine)
    session = engine.session(org=made.id, user=made.admin_user_id)
    other = engine.session(org=made.id, user=made.admin_user_id)
    listing = other.dossiers.list()
    session.close()
    session.close()
    with pytest.raises(atlas.Misuse):
        session.dossiers.count()
    with pytest.raises(atlas.Misuse) as caught:
        with other.batch():
            engine.close()
    assert caught.value.reason == "closed"
    engine.close()
    for use in (
        lambda: list(listing),
        other.users.me,
        engine.host_session,
        engine.metrics,
        engine.organisations,
    ):
        with pytest.raises(atlas.Misuse):
            use()
    other.close()
    assert engine.closed


def test_fork(atlas_engine, atlas_session, dossier):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        answers = []
        for use in (atlas_session.dossiers.count, atlas_engine.host_session, atlas_engine.pump):
            try:
                use()
                answers.append("it worked")
            except atlas.Misuse as error:
                answers.append(str(error.reason))
            except BaseException as error:
                answers.append(type(error).__name__)
        atlas_session.close()
        atlas_engine.close()
        with atlas.open(":memory:") as own:
            answers.append(str(own.schema_version))
        os.write(write, " ".join(answers).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answers:
        assert answers.read() == "fork fork fork " + str(atlas_engine.schema_version)
    assert os.waitpid(child, 0)[1] == 0
    assert atlas_session.dossiers.count().count == 1


def run(program, *arguments, cwd):
    command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done


def test_an_interpreter_that_ends_closes_its_engines(tmp_path):
    done = run(
        """
        import threading, atlas
        engine = atlas.open("agency.db")
        with engine.host_session() as host:
            made = host.organisations.create(name="Agence", admin_email="admin@agence.example")
        engine.subscribe("*", print)
        engine.start_workers(2)
        session = engine.session(org=made.id, user=made.admin_user_id)
        session.dossiers.create(contact_name="Kept", phone="0612345678")
        session.batch().__enter__()
        session.dossiers.create(contact_name="Open", phone="0612345679")

        def for_ever():
            with engine.session(org=made.id, user=made.admin_user_id) as mine:
                while True:
                    mine.dossiers.count()

        threading.Thread(target=for_ever, daemon=True).start()
        print(made.id, made.admin_user_id)
        """,
        cwd=tmp_path,
    )
    org, user = done.stdout.splitlines()[-1].split()
    with atlas.open(tmp_path / "agency.db") as engine, engine.session(org=org, user=user) as session:
        assert [d.contact_name for d in session.dossiers.list()] == ["Kept"]
        assert session.audit.verify(records=True).ok


def test_callbacks_after_the_end_are_dropped_and_counted(tmp_path):
    done = run(
        """
        import atlas
        from atlas import _core
        from atlas.testing import FakeClock
        with atlas.open(":memory:", clock=FakeClock(), log=print) as engine:
            with engine.host_session() as host:
                made = host.organisations.create(name="Agence", admin_email="admin@agence.example")
            engine.subscribe("*", print)
            _core.begin_exit()
            with engine.session(org=made.id, user=made.admin_user_id) as session:
                session.dossiers.create(contact_name="N", phone="0612345678")
                print(session.dossiers.count().count, _core.live()["dropped_callbacks"] > 1)
        """,
        cwd=tmp_path,
    )
    assert done.stdout == "1 True\n"


def test_workers(atlas_engine, atlas_session, fake_clock):
    due = atlas_engine.pump().next_due
    assert due is not None and due > fake_clock.now()
    fake_clock.advance(due - fake_clock.now() + timedelta(seconds=1))
    atlas_engine.start_workers(2)
    until = time.monotonic() + PATIENCE
    while atlas_engine.pump().next_due == due and time.monotonic() < until:
        time.sleep(0.01)
    atlas_engine.stop_workers()
    assert atlas_engine.pump().next_due > due


def test_many_threads_come_and_go(atlas_engine, atlas_session, dossier):
    made = atlas_engine.organisations()[0]
    user = atlas_session.users.me().id
    before = _core.live()

    def work():
        session = atlas_engine.session(org=made.id, user=user)
        assert session.dossiers.get(dossier.id).id == dossier.id

    for _ in range(20):
        for worker in [Worker(work) for _ in range(4)]:
            worker.end()
    assert _core.live() == before
