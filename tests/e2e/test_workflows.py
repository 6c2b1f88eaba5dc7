"""Workflows of an organisation's own, by the command: shown, judged, tried, published, compared."""
import json
import unittest

from command import CommandTest


class WorkflowTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.atlas("init", "--name", "Agence", "--country", "MA")

    def file(self, definition, name="rent.json"):
        (self.folder / name).write_text(json.dumps(definition), encoding="utf-8")
        return name

    def without_triage(self):
        """The rentals' workflow, without the state CRM_TRIAGED."""
        d = self.result("workflows", "show", "CRM_LEAD_RENT", "--format", "json")
        self.assertEqual(d["version"], 1)
        d["states"] = [s for s in d["states"] if s["code"] != "CRM_TRIAGED"]
        d["transitions"] = [t for t in d["transitions"] if "CRM_TRIAGED" not in (t["from"], t["to"])]
        d["transitions"].append({"code": "T_CALL", "from": "CRM_NEW", "to": "CRM_CONTACTED", "roles": ["AGENT", "MANAGER"]})
        return d

    def lead(self, number):
        return self.result("call", "dossiers.create", json.dumps(
            {"case_type_code": "CRM_LEAD_RENT", "contact_name": "Sara", "email": f"sara{number}@example.ma"}))

    def test_from_the_file_to_the_moved_dossier(self):
        lead = self.lead(1)
        self.atlas("call", "dossiers.transition", json.dumps({"id": lead["id"], "version": 1, "to": "CRM_TRIAGED"}))
        name = self.file(self.without_triage())
        self.assertTrue(self.result("workflows", "validate", name)["ok"])

        tried = self.result("workflows", "simulate", name, code=3)
        self.assertEqual((tried["records"], tried["stranded"]), (1, 1))
        self.assertEqual(tried["stranded_records"], [lead["id"]])
        self.assertEqual((tried["steps"], tried["refused"]), (1, 1))
        tried = self.result("workflows", "simulate", name, "--map", "CRM_TRIAGED=CRM_CONTACTED")
        self.assertEqual(tried["stranded"], 0)

        move = ["workflows", "publish", name, "--move"]
        self.assertFalse(self.result(*move, "--dry-run", code=3)["ok"])
        error = self.error(*move)
        self.assertEqual(error["code"], "definition_invalid")
        self.assertEqual(error["details"]["findings"][0]["code"], "mapping_missing")
        move += ["--map", "CRM_TRIAGED=CRM_CONTACTED"]
        self.assertTrue(self.result(*move, "--dry-run")["ok"])
        done = self.result(*move, "--note", "nobody triages")
        self.assertEqual((done["version"], done["to_move"]), (2, 1))
        # The file was made from version 1, and there is a newer one now.
        self.assertEqual(self.error(*move)["code"], "conflict")
        self.atlas("pump")
        moved = self.result("call", "dossiers.get", json.dumps({"id": lead["id"]}))
        self.assertEqual((moved["status_code"], moved["workflow_version"]), ("CRM_CONTACTED", 2))

        shown = self.result("workflows", "show", "CRM_LEAD_RENT", "--format", "json")
        self.assertEqual(shown["version"], 2)
        self.assertIn("CRM_TRIAGED", self.atlas("workflows", "show", "CRM_LEAD_RENT", "--version", "1", "--format", "mermaid"))
        self.assertNotIn("CRM_TRIAGED", self.atlas("workflows", "show", "CRM_LEAD_RENT", "--format", "dot"))
        self.assertIn("- state CRM_TRIAGED", self.result("workflows", "diff", "CRM_LEAD_RENT")["lines"])
        self.assertEqual(self.result("workflows", "diff", "CRM_LEAD_RENT", name, "--from", "2")["lines"], [])
        versions = self.result("workflows", "versions", "CRM_LEAD_RENT")["items"]
        self.assertEqual([v["version"] for v in versions], [2, 1])
        self.assertEqual((versions[0]["moved"], versions[0]["move_status"]), (1, "DONE"))

    def test_what_is_no_definition(self):
        broken = self.without_triage()
        broken["transitions"][0]["roles"] = ["KING"]
        found = self.result("workflows", "validate", self.file(broken), code=3)
        self.assertEqual([f["code"] for f in found["findings"]], ["unknown_role"])
        self.assertEqual(self.error("workflows", "publish", self.file(broken))["code"], "definition_invalid")
        (self.folder / "none.json").write_text('{"states": 3}', encoding="utf-8")
        self.assertEqual(self.error("workflows", "publish", "none.json")["code"], "invalid_argument")
        self.atlas("workflows", "publish", self.file(self.without_triage()), "--map", "A", code=2)
        self.atlas("workflows", "publish", "nowhere.json", code=1)
        self.assertEqual(self.error("workflows", "show", "CRM_NOTHING")["code"], "not_found")


if __name__ == "__main__":
    unittest.main()
