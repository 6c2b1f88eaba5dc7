"""One class per code, with everything that the error object says."""

import pickle
import uuid

import pytest

import atlas
from atlas import _core


def test_every_row_of_the_error_table_has_its_class():
    rows = _core.error_rows()
    assert len(rows) > 30
    for code, number, http, advice in rows:
        cls = atlas.Error._classes[code]
        assert issubclass(cls, atlas.Error) and cls is not atlas.Error
        assert getattr(atlas, cls.__name__) is cls
        assert (cls.code, cls.number, cls.http, cls.advice) == (code, number, http, advice)
    assert {cls.code for cls in atlas.Error.__subclasses__()} >= {row[0] for row in rows}
    assert len({cls.__name__ for cls in atlas.Error._classes.values()}) == len(atlas.Error._classes)


def test_all_wrong_fields_at_once(atlas_session):
    with pytest.raises(atlas.InvalidArgument) as caught:
        atlas_session.dossiers.create(contact_name="", email="nobody", locale="Klingon")
    error = caught.value
    codes = {f.path: f.code for f in error.fields}
    assert codes["/contact_name"] == "too_short" and codes["/email"] == "not_an_email"
    assert "/locale" in {f.path for f in error.fields}
    assert error.code == "invalid_argument" and error.number == 1 and error.http == 400
    assert "nobody" not in str(error)


def test_details(atlas_session, dossier):
    atlas_session.dossiers.update(dossier.id, version=dossier.version, city="Rabat")
    with pytest.raises(atlas.Conflict) as caught:
        atlas_session.dossiers.update(dossier.id, version=dossier.version, city="Salé")
    assert caught.value.reason == "stale_version"
    assert caught.value.details["current"] == dossier.version + 1
    with pytest.raises(atlas.NotFound):
        atlas_session.dossiers.get(uuid.uuid4())
    with pytest.raises(atlas.TransitionNotAllowed) as caught:
        atlas_session.dossiers.transition(dossier.id, version=dossier.version + 1, to="CRM_SIGNING_SCHEDULED")
    assert caught.value.details["possible"]


def test_a_refusal_is_tied_to_the_audit(atlas_engine, atlas_session):
    made = atlas_engine.organisations()[0]
    agent = atlas_session.users.create(email="agent@agence.example", roles=["AGENT"])
    with atlas_engine.session(org=made.id, user=agent.id) as session:
        with pytest.raises(atlas.Forbidden) as caught:
            session.users.create(email="other@agence.example", roles=["ADMIN_ORG"])
    assert caught.value.details["permission"] == "USER_CREATE"
    entry = next(e for e in atlas_session.audit.list() if e.correlation_id == caught.value.correlation_id)
    assert entry.actor_id == str(agent.id)


def test_unknown_members_operations_and_principals(atlas_engine, atlas_session):
    with pytest.raises(atlas.InvalidArgument) as caught:
        atlas_session.call("dossiers.create", {"contact_name": "N", "phone": "0612345678", "nam": 1})
    assert [(f.path, f.code) for f in caught.value.fields] == [("/nam", "unknown_member")]
    with pytest.raises(atlas.NotFound):
        atlas_session.call("dossiers.explode")
    with pytest.raises(TypeError):
        atlas_session.dossiers.create(contact_name="N", nam=1)
    stranger = atlas_engine.session(org=atlas_engine.organisations()[0].id, user=uuid.uuid4())
    with pytest.raises(atlas.Unauthenticated):
        stranger.dossiers.count()
    for wrong in ({"org": "not an id"}, {"org": uuid.uuid4(), "kind": "host"}):
        with pytest.raises(atlas.InvalidArgument):
            atlas_engine.session(**wrong)


def test_errors_travel(atlas_session):
    with pytest.raises(atlas.InvalidArgument) as caught:
        atlas_session.dossiers.create(contact_name="")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is atlas.InvalidArgument
    assert again.to_dict() == caught.value.to_dict()


def test_a_code_of_a_newer_library_is_still_an_error():
    error = atlas.error_from_json('{"code": "of_tomorrow", "message": "later", "details": {"a": 1}}')
    assert type(error) is atlas.Error and error.details == {"a": 1}


def test_opening(tmp_path, new_organisation):
    path = tmp_path / "agency.db"
    with pytest.raises(atlas.StorageNotAStore):
        atlas.open(path, create=False)
    with atlas.open(path, key="right") as engine:
        new_organisation(engine)
    for wrong in ("wrong", None, bytes(32)):
        with pytest.raises(atlas.StorageWrongKey) as caught:
            atlas.open(path, key=wrong)
        assert caught.value.advice and "wrong" not in caught.value.message.replace("wrong key", "")
    with pytest.raises(atlas.InvalidArgument):
        atlas.open(path, key=b"short")
    with pytest.raises(TypeError):
        atlas.open(path, key=bytearray(32))
    with pytest.raises(atlas.NotSupported):
        atlas.open(":memory:", key="right")
    for option in ("durability", "subject_keys"):
        with pytest.raises(atlas.InvalidArgument):
            atlas.open(":memory:", **{option: "somehow"})
    (tmp_path / "other").write_bytes(b"x" * 5000)
    with pytest.raises(atlas.StorageNotAStore):
        atlas.open(tmp_path / "other")
    with atlas.open(path, key="right", read_only=True) as engine, engine.host_session() as host:
        with pytest.raises(atlas.StorageReadOnly):
            host.organisations.create(name="Second", admin_email="b@agence.example")
