"""The fixtures of the pytest plugin, as a host uses them."""

pytest_plugins = ["pytester"]


def test_fixtures(pytester):
    pytester.makepyfile("""
        from datetime import timedelta
        import atlas

        kept = []

        def test_one(atlas_engine, atlas_session, fake_clock):
            assert isinstance(atlas_engine, atlas.Engine)
            before = fake_clock.now()
            made = atlas_session.dossiers.create(contact_name="N", phone="0612345678")
            assert made.created_at == before
            assert fake_clock.advance(timedelta(hours=1)) == before + timedelta(hours=1)
            kept.append(atlas_engine)

        def test_two(atlas_session):
            assert kept[0].closed
            assert atlas_session.dossiers.count().count == 0
        """)
    pytester.runpytest_inprocess("-p", "atlas.pytest_plugin").assert_outcomes(passed=2)
