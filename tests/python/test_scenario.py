"""The scenario of the other languages on each store that needs no server, and the examples as programs."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

import atlas
import ports
import scenario

EXAMPLES = Path(scenario.__file__).parent


def test_scenario_on_postgres():
    """Run by its own entry of ctest, beside a server."""
    server = os.environ.get("ATLAS_TEST_POSTGRES")
    if not server:
        pytest.skip("no server: see tests/postgres/with_server.sh")
    url = server
    if "://" not in server:
        parts = dict(part.split("=", 1) for part in server.split())
        url = f"postgresql:///{parts['dbname']}?host={quote(parts['host'], safe='')}&user={parts['user']}"
    said = []
    with atlas.open(url) as engine:
        scenario.tell(engine, said.append)
        assert engine.check().ok
        assert engine.capabilities["name"] == "postgres" and engine.capabilities["concurrent_writers"]
    assert len(said) == 1


@pytest.mark.parametrize("store", ["memory", "sqlite", "sqlcipher", "raw key", "python"])
def test_scenario(store, tmp_path):
    options = {
        "memory": {"store": ":memory:"},
        "sqlite": {"store": tmp_path / "agency.db"},
        "sqlcipher": {"store": tmp_path / "agency.db", "key": "a passphrase"},
        "raw key": {"store": tmp_path / "agency.db", "key": bytes(range(32))},
        "python": {"store": "dictionary", "kv": ports.DictStore()},
    }[store]
    said = []
    with atlas.open(**options) as engine:
        scenario.tell(engine, said.append)
        assert engine.check().ok
        assert engine.capabilities["encrypted"] == (store in ("sqlcipher", "raw key"))
    assert len(said) == 1 and said[0].endswith("created, met, moved, proved")


@pytest.mark.parametrize(
    "program, says",
    [
        (["scenario.py", "agency.db"], "created, met, moved, proved"),
        (["ports.py"], "created, met, moved, proved"),
        (["tour.py", "agency.db"], "Nadia Amrani"),
        (
            ["-m", "pytest", "-q", "-p", "atlas.pytest_plugin", "-p", "no:cacheprovider", "test_host.py"],
            "1 passed",
        ),
    ],
)
def test_examples_run_as_programs(program, says, tmp_path):
    arguments = [str(EXAMPLES / a) if a.endswith(".py") else a for a in program]
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert says in done.stdout
    assert done.stderr == ""


def test_every_example_runs():
    assert {p.name for p in EXAMPLES.glob("*.py")} == {"scenario.py", "ports.py", "tour.py", "test_host.py"}


def test_the_store_outlives_the_engine(tmp_path, new_organisation):
    path = tmp_path / "agency.db"
    with atlas.open(path, key="one") as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            opened = session.dossiers.create(contact_name="Nadia Amrani", phone="0612345678")
    with atlas.open(path, key="one", create=False) as engine:
        assert [o.id for o in engine.organisations()] == [made.id]
        with engine.session(org=str(made.id), user=str(made.admin_user_id)) as session:
            found = session.dossiers.get(opened.id)
            assert found == opened.dossier or found.to_dict().items() <= opened.to_dict().items()
            assert session.users.me().id == made.admin_user_id
