import gc
import sys

import pytest

import atlas
from atlas import _core


@pytest.fixture(autouse=True)
def nothing_left_behind(request, monkeypatch):
    """Every test lets go of all that it opened in the native half, and none raises where nobody sees it."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: seen.append((type(told.exc_value), told.object)))
    before = live()
    yield seen
    gc.collect()
    assert live() == before
    assert seen == [] or "unraisable" in request.fixturenames


@pytest.fixture
def unraisable(nothing_left_behind):
    """What was told to sys.unraisablehook: the type of the exception and where."""
    return nothing_left_behind


def live():
    counts = dict(_core.live())
    counts.pop("dropped_callbacks")
    return counts


@pytest.fixture
def new_organisation():
    def make(engine, name="Agence Atlas"):
        with engine.host_session() as host:
            return host.organisations.create(name=name, admin_email="admin@agence.example")

    return make


@pytest.fixture
def dossier(atlas_session):
    return atlas_session.dossiers.create(
        contact_name="Nadia Amrani",
        phone="06 12 34 56 78",
        case_type_code="CRM_LEAD_BUY",
        budget_max=atlas.Money("1850000", "MAD"),
    )
