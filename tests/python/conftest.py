import gc

import pytest

import atlas
from atlas import _core


@pytest.fixture(autouse=True)
def nothing_left_behind():
    """Every test lets go of all that it opened in the native half."""
    before = live()
    yield
    gc.collect()
    assert live() == before


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
