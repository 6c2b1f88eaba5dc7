"""Times, ids, money, records: Python's own types on either side."""

import copy
import pickle
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

import atlas
from atlas import Money, _wire


def test_money_is_exact():
    assert Money("1850000", "MAD").minor_units == 185_000_000
    assert Money(Decimal("0.10"), "MAD") + Money("0.20", "MAD") == Money("0.3", "MAD")
    assert str(Money(5, "JPY")) == "5 JPY" and Money(5, "JPY").minor_units == 5
    assert Money("1.234", "TND").minor_units == 1234
    assert Money.of_minor_units(-5, "EUR") == -Money("0.05", "EUR") < Money(0, "EUR")
    assert Money("10.01", "EUR").rounded(Decimal("0.5")) == Money("5.00", "EUR")
    assert len({Money("1", "EUR"), Money("1.00", "EUR"), Money("1", "MAD")}) == 2
    assert Money("999999999999999", "JPY").minor_units == 999_999_999_999_999
    copied = pickle.loads(pickle.dumps(Money("7.5", "EUR")))
    assert copied == Money("7.5", "EUR") == copy.deepcopy(copied)


@pytest.mark.parametrize(
    "amount, currency",
    [
        ("1.005", "MAD"),
        ("0.5", "JPY"),
        ("1", "XYZ"),
        ("1", "mad"),
        ("one", "MAD"),
        ("NaN", "MAD"),
        ("Infinity", "MAD"),
        ("1000000000000000", "JPY"),
        ("1e400", "EUR"),
        ("", "EUR"),
    ],
)
def test_what_is_no_money(amount, currency):
    with pytest.raises(ValueError):
        Money(amount, currency)


def test_money_keeps_floats_and_currencies_apart():
    for wrong in (1.5, True, None):
        with pytest.raises(TypeError):
            Money(wrong, "MAD")
    with pytest.raises(ValueError):
        Money(1, "MAD") + Money(1, "EUR")
    with pytest.raises(ValueError):
        Money(1, "MAD") < Money(1, "EUR")
    with pytest.raises(TypeError):
        Money(1, "MAD") + 1


def test_money_in_and_out(atlas_session, dossier):
    assert dossier.budget_max == Money("1850000.00", "MAD") and dossier.budget_min is None
    raw = atlas_session.call("dossiers.get", {"id": dossier.id})
    assert raw["budget_max"] == {"amount": 185_000_000, "currency": "MAD"}
    changed = atlas_session.dossiers.update(
        dossier.id, version=dossier.version, budget_max=None, budget_min=Money("0.01", "MAD")
    )
    assert changed.budget_max is None and changed.budget_min == Money("0.01", "MAD")


def test_times(atlas_session, dossier, fake_clock):
    assert dossier.created_at == fake_clock.now() and dossier.created_at.tzinfo is not None
    assert isinstance(dossier.id, UUID)
    paris = timezone(timedelta(hours=1))
    due = datetime(2026, 3, 1, 10, 30, 0, 123456, tzinfo=paris)
    task = atlas_session.dossiers.add_task(dossier.id, title="Call back", due_at=due)
    assert task.due_at == due and task.due_at.utcoffset() == timedelta(0)
    assert atlas_session.dossiers.add_task(
        dossier.id, title="Again", due_at="2026-03-01T10:30:00+01:00"
    ).due_at == due.replace(microsecond=0)
    with pytest.raises(atlas.InvalidArgument) as caught:
        atlas_session.dossiers.add_task(dossier.id, title="Call back", due_at=datetime(2026, 3, 1))
    assert [(f.path, f.code) for f in caught.value.fields] == [("/due_at", "not_a_time")]


def test_micros():
    for moment in (
        datetime(1, 1, 1, tzinfo=timezone.utc),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc),
    ):
        assert _wire.from_micros(_wire.to_micros(moment)) == moment
    with pytest.raises(ValueError):
        _wire.to_micros(datetime(2026, 1, 1))


def test_encode():
    assert _wire.encode(
        {"d": date(2026, 1, 5), "n": Decimal("85.50"), "l": (1, {"x": None}), "u": atlas.UNSET}
    ) == {"d": "2026-01-05", "n": "85.50", "l": [1, {"x": None}]}
    assert _wire.decode_decimal(85.5) == Decimal("85.5") and _wire.decode_decimal(7) == 7
    for value, path in (
        ({"a": [object()]}, "/a/0"),
        ({"a": float("nan")}, "/a"),
        ({"a": float("inf")}, "/a"),
        ({"a": b"x"}, "/a"),
    ):
        with pytest.raises(atlas.InvalidArgument) as caught:
            _wire.encode(value)
        assert caught.value.fields[0].path == path
    with pytest.raises(atlas.InvalidArgument):
        _wire.encode({1: 2})
    with pytest.raises(atlas.InvalidArgument):
        _wire.dump({"a": "\ud800"})


def test_keywords_of_python(atlas_session, dossier, fake_clock):
    later = fake_clock.now() + timedelta(days=1)
    assert list(atlas_session.audit.list(from_=later)) == []
    assert len(list(atlas_session.audit.list(until=later))) == 3


def test_nested_records(atlas_session, dossier):
    changed = atlas_session.dossiers.update(
        dossier.id,
        version=dossier.version,
        qualification={"notes": "Three rooms", "deal_value": Money(12, "MAD"), "needs": []},
    )
    assert changed.qualification.notes == "Three rooms" and changed.qualification.deal_value == Money(
        12, "MAD"
    )
    again = atlas_session.dossiers.update(
        dossier.id, version=changed.version, qualification=changed.qualification
    )
    assert again.qualification == changed.qualification
    party = atlas_session.dossiers.add_party(
        dossier.id, party={"role_code": "BUYER", "family_name": "Amrani"}
    )
    held = atlas_session.dossiers.parties(dossier.id)
    assert [i.party.id for i in held.items] == [party.id]
    assert held.to_dict()["items"][0]["party"]["id"] == party.id


def test_records_do_not_change_and_do_not_tell(dossier):
    with pytest.raises(AttributeError):
        dossier.city = "Rabat"
    with pytest.raises(AttributeError):
        dossier.town
    text = repr(dossier)
    assert "CRM_NEW" in text and "Nadia" not in text and "6123" not in text
    assert dossier == dossier and dossier != 1 and dossier.dossier is dossier


def test_a_record_that_one_may_not_see(atlas_engine, atlas_session, dossier):
    """The dossier met lies with a colleague: that there is one is said, and no more."""
    agent = atlas_session.users.create(email="agent@agence.example", roles=["AGENT"])
    with atlas_engine.session(org=dossier.org_id, user=agent.id) as session:
        hidden = session.dossiers.create(
            contact_name="N. Amrani", phone="+212612345678", case_type_code="CRM_LEAD_BUY"
        )
    assert hidden.dossier is None and not hidden.created and hidden.matched_on == ("phone",)
    with pytest.raises(AttributeError, match="outside"):
        hidden.contact_name
    assert "created=False" in repr(hidden) and hidden.to_dict()["id"] is None


def test_members_of_a_newer_library_are_kept():
    head = atlas.types.AuditHead._decode({"origin": "o", "size": 1, "root": "r", "shape": "tree"})
    assert head.extra == {"shape": "tree"} and head.size == 1 and not head.replayed
    assert pickle.loads(pickle.dumps(head)) == head == copy.copy(head)
    assert len({head, copy.copy(head)}) == 1


def test_idempotency(atlas_session):
    first = atlas_session.dossiers.create(contact_name="N", phone="0612345678", idempotency_key="form-1")
    again = atlas_session.dossiers.create(contact_name="N", phone="0612345678", idempotency_key="form-1")
    assert again.replayed and not first.replayed and again.id == first.id and again.created
    with pytest.raises(atlas.Conflict):
        atlas_session.dossiers.create(contact_name="M", phone="0612345678", idempotency_key="form-1")
