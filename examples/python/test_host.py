"""A host's tests with the plugin's fixtures: pytest -p atlas.pytest_plugin examples/python/test_host.py"""

from __future__ import annotations

# [pytest]
from datetime import timedelta

import atlas
from atlas.testing import FakeClock


def test_a_lead_is_met_again(atlas_session: atlas.Session, fake_clock: FakeClock) -> None:
    first = atlas_session.dossiers.create(contact_name="Nadia Amrani", phone="0612345678")
    fake_clock.advance(timedelta(days=3))
    again = atlas_session.dossiers.create(contact_name="N. Amrani", phone="+212 612 345 678")
    assert again.id == first.id and again.last_activity_at == fake_clock.now()


# [/pytest]
