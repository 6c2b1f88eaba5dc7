"""Lists: pages, filters, and what they become."""

import sys
import threading
import time
import types

import pytest

import atlas


@pytest.fixture
def visitors(atlas_session):
    with atlas_session.batch() as batch:
        for i in range(25):
            city = "Rabat" if i % 5 == 0 else None
            atlas_session.dossiers.create(contact_name=f"V{i}", phone=f"+2126123456{i:02}", city=city)
    assert (batch.calls, batch.failed) == (25, 0) and not atlas_session.in_batch
    return atlas_session


def test_every_page(visitors):
    names = {f"V{i}" for i in range(25)}
    for size in (1, 4, 25, 500):
        seen = [d.contact_name for d in visitors.dossiers.list(page_size=size)]
        assert len(seen) == 25 and set(seen) == names
    oldest = visitors.dossiers.list(order=["created_at"], page_size=10)
    assert [len(p) for p in oldest.pages()] == [10, 10, 5]
    assert [d.contact_name for d in oldest][:2] == ["V0", "V1"] and oldest.first().contact_name == "V0"
    page = oldest.page(limit=3)
    assert [d.contact_name for d in page] == ["V0", "V1", "V2"] and page[-1].contact_name == "V2"
    assert oldest.page(limit=1, after=page.next)[0].contact_name == "V3"
    rest = visitors.dossiers.list(order=["created_at"], after=page.next, limit=4)
    assert [d.contact_name for d in rest] == ["V3", "V4", "V5", "V6"]


def test_limits(visitors):
    assert len(list(visitors.dossiers.list(limit=7, page_size=3))) == 7
    assert list(visitors.dossiers.list(limit=0)) == [] and visitors.dossiers.list(limit=0).first() is None
    for wrong in ({"page_size": 0}, {"page_size": 1001}, {"limit": -1}):
        with pytest.raises(ValueError):
            visitors.dossiers.list(**wrong)


def test_filters(visitors):
    one = visitors.dossiers.list(phone="+212612345607").first()
    assert one.contact_name == "V7"
    assert len(list(visitors.dossiers.list(status_code="CRM_NEW"))) == 25
    assert len(list(visitors.dossiers.list(city="Rabat", scan=True))) == 5
    assert len(list(visitors.dossiers.list(city=None, scan=True))) == 20
    where = {"phone": {"in": ["+212612345600", "+212612345601"]}}
    assert visitors.dossiers.count(where=where, city="Rabat", scan=True).count == 1
    with pytest.raises(atlas.InvalidArgument) as caught:
        visitors.dossiers.list(where={"status_code": "CRM_NEW"}, status_code="CRM_LOST")
    assert caught.value.fields[0].path == "/where/status_code"
    with pytest.raises(atlas.InvalidArgument):
        list(visitors.dossiers.list(where={"utm": 1}))
    with pytest.raises(atlas.InvalidArgument):
        list(visitors.dossiers.list(after="somewhere"))


def test_a_walk_that_sees_commits(visitors):
    walk = iter(visitors.dossiers.list(order=["created_at"], page_size=20))
    first = next(walk)
    visitors.dossiers.create(contact_name="V25", phone="+212612345625")
    seen = [first, *walk]
    assert [d.contact_name for d in seen] == [f"V{i}" for i in range(26)]


def test_dicts(visitors):
    rows = visitors.dossiers.list(limit=2).to_dicts()
    assert len(rows) == 2 and rows[0]["status_code"] == "CRM_NEW" and rows[0]["budget_max"] is None


def test_pandas(visitors, monkeypatch):
    """The call that is made, with a stand-in; and with the real one where it is installed."""
    made = {}
    stand_in = types.ModuleType("pandas")
    stand_in.DataFrame = lambda rows, columns: made.update(rows=rows, columns=columns) or "frame"
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pandas", stand_in)
        assert visitors.dossiers.list().to_pandas() == "frame"
        assert len(made["rows"]) == 25 and set(made["columns"]) == set(made["rows"][0])
        patch.setitem(sys.modules, "pandas", None)
        with pytest.raises(ImportError):
            visitors.dossiers.list().to_pandas()
    try:
        import pandas  # noqa: F401
    except ImportError:
        return
    frame = visitors.dossiers.list().to_pandas()
    assert len(frame) == 25 and frame["contact_name"].nunique() == 25


def test_batches(atlas_session):
    with atlas_session.batch() as batch:
        assert atlas_session.in_batch
        atlas_session.dossiers.create(contact_name="A", phone="0612345678")
        with pytest.raises(atlas.InvalidArgument):
            atlas_session.dossiers.create(contact_name="")
        with pytest.raises(atlas.Misuse):
            atlas_session.batch().__enter__()
    assert (batch.calls, batch.failed) in ((1, 0), (2, 1))
    assert atlas_session.dossiers.count().count == 1
    with pytest.raises(KeyError, match="enough"):
        with atlas_session.batch():
            atlas_session.dossiers.create(contact_name="B", phone="0612345679")
            raise KeyError("enough")
    assert not atlas_session.in_batch and atlas_session.dossiers.count().count == 1


def test_a_batch_that_was_idle_too_long(new_organisation):
    with atlas.open(":memory:", batch_idle_ms=20) as engine:
        made = new_organisation(engine)

        def work():
            with engine.session(org=made.id, user=made.admin_user_id) as other:
                other.dossiers.create(contact_name="B", phone="0612345679")

        with engine.session(org=made.id, user=made.admin_user_id) as session:
            with pytest.raises(atlas.BatchAborted):
                with session.batch():
                    session.dossiers.create(contact_name="A", phone="0612345678")
                    time.sleep(0.05)
                    thread = threading.Thread(target=work)
                    thread.start()
                    thread.join(60)
            assert [d.contact_name for d in session.dossiers.list()] == ["B"]
