"""Messages leave from the shell: accepted by one call, handed over by another process that pumps."""
import json
import unittest

from command import CommandTest


class Send(CommandTest):
    def call(self, operation, **params):
        done = self.run_atlas("call", operation, json.dumps(params))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_file(self):
        files = self.folder / "out"
        files.mkdir()
        self.assertEqual(self.run_atlas("init", "--name", "Agence").returncode, 0)
        self.call("channels.create", channel_code="CHAN_SMS", provider="FILE", sender="+212500000000")
        dossier = self.call("dossiers.create", contact_name="Salma", phone="+212600000001")["id"]
        self.call("consents.grant", channel_code="CHAN_SMS", address="+212600000001", purpose_code="CONSENT_CONTACT",
                  source_code="CONSENT_SRC_FORM", wording="J'accepte", wording_version="1", language="fr",
                  evidence={"kind": "web_form", "reference": "https://agence.example", "sha256": "e" * 64})
        message = self.call("messages.send", dossier_id=dossier, channel_code="CHAN_SMS",
                            purpose_code="CONSENT_CONTACT", body="Bonjour Salma", urgent=True)["id"]
        self.assertEqual(self.call("messages.get", id=message)["status_code"], "QUEUED")
        wrong = self.run_atlas("--transports", '{"colour": "red"}', "pump")
        self.assertEqual((wrong.returncode, list(files.iterdir())), (2, []))
        self.assertEqual(self.run_atlas("--transports", json.dumps({"directory": str(files)}), "pump").returncode, 0)
        self.assertEqual(self.call("messages.get", id=message)["status_code"], "SENT")
        (file,) = files.iterdir()
        written = json.loads(file.read_text())
        self.assertEqual((written["to"], written["body"]), ("+212600000001", "Bonjour Salma"))


if __name__ == "__main__":
    unittest.main()
