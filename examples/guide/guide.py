"""What the README shows in Python; tests/docs runs it: guide.py FOLDER"""

import pathlib
import shutil
import sys


def taste(path: str) -> None:
    # [taste]
    import atlas

    with atlas.open(path, key="correct horse") as engine:
        agency = engine.host_session().organisations.create(
            name="Agence Atlas", admin_email="admin@agence.example"
        )
        session = engine.session(org=agency.id, user=agency.admin_user_id)

        lead = session.dossiers.create(contact_name="Nadia Amrani", phone="06 12 34 56 78")
        again = session.dossiers.create(contact_name="N. Amrani", phone="+212 612-345678")
        print("met" if again.id == lead.id else "new")

        for dossier in session.dossiers.list(status_code="CRM_NEW"):
            print(dossier.contact_name, dossier.created_at)
        with session.batch():  # one transaction
            session.dossiers.add_note(lead.id, body="Looks for three rooms.")
            session.dossiers.add_task(lead.id, title="Call back")
        print(session.audit.verify(records=True).ok)
        try:
            session.dossiers.create(contact_name="Nobody")
        except atlas.InvalidArgument as error:
            print([field.path for field in error.fields])  # ['/phone', '/email']
    # [/taste]
    assert again.id == lead.id and not again.created


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    taste(str(folder / "agency.db"))
