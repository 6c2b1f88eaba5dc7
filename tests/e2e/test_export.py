"""atlas export, dump and load: what leaves the store, and what comes back the same."""
import csv
import io
import json
import os
import stat
import unittest

from command import CommandTest


class Exports(CommandTest):
    def setUp(self):
        super().setUp()
        self.atlas("init", "--name", "Agence Atlas")
        for i, name in enumerate(("Nadia", "=1+1", "Léa, dite \"Lou\"")):
            self.open_dossier(name, f"06123456{i}0")

    def test_a_csv_that_a_spreadsheet_may_open(self):
        out = self.atlas("export", "dossiers")
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual([row["contact_name"] for row in rows], ["Nadia", "'=1+1", 'Léa, dite "Lou"'])
        self.assertTrue(all(row["phone"].startswith("'+212") for row in rows))
        actions = [e["action"] for e in self.result("call", "audit.list", '{"limit": 1000}')["items"]]
        self.assertEqual((actions.count("export.started"), actions.count("export.finished")), (1, 1))

    def test_json_lines_of_some(self):
        where = json.dumps({"phone": "+212612345610"})
        (line,) = self.lines("export", "dossiers", "--format", "jsonl", "--where", where)
        self.assertEqual(line["contact_name"], "=1+1")
        self.assertEqual(self.error("export", "dossiers", "--where", '{"shoe_size": 4}')["code"], "invalid_argument")
        self.assertEqual(self.error("export", "secrets")["code"], "invalid_argument")
        self.assertEqual(self.run_atlas("export", "dossiers", "--format", "xml").returncode, 2)

    def test_a_file_is_new_whole_and_private(self):
        path = self.folder / "leads.csv"
        told = self.result("export", "dossiers", "--out", str(path))
        self.assertEqual(told["rows"], 3)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        before = path.read_bytes()
        self.assertEqual(self.error("export", "dossiers", "--out", str(path))["code"], "conflict")
        self.assertEqual(path.read_bytes(), before)

    def test_an_organisation_moves(self):
        head = self.result("audit", "head")
        self.atlas("dump", "one.dump")
        self.assertEqual(stat.S_IMODE((self.folder / "one.dump").stat().st_mode), 0o600)
        other = str(self.folder / "other.db")
        loaded = self.result("load", "one.dump", store=other, ATLAS_KEY="another key")
        self.assertTrue(loaded["verified"])
        self.assertEqual(self.result("audit", "head", store=other, ATLAS_KEY="another key"), head)
        self.assertTrue(self.result("check", store=other, ATLAS_KEY="another key")["ok"])
        self.atlas("dump", "two.dump", store=other, ATLAS_KEY="another key")
        self.assertEqual((self.folder / "one.dump").read_bytes(), (self.folder / "two.dump").read_bytes())
        self.assertEqual(self.error("load", "one.dump", store=other, ATLAS_KEY="another key")["code"], "conflict")

    def test_a_dump_cut_short_brings_nothing(self):
        self.atlas("dump", "one.dump")
        whole = (self.folder / "one.dump").read_bytes()
        other = str(self.folder / "other.db")
        for size in (0, 10, len(whole) // 2, len(whole) - 2):
            (self.folder / "cut.dump").write_bytes(whole[:size])
            self.assertEqual(self.error("load", "cut.dump", store=other)["code"], "invalid_argument", size)
        self.assertEqual(self.result("organisations", store=other)["items"], [])
        self.assertFalse(os.path.exists(self.folder / "missing.dump"))
        self.assertEqual(self.error("load", "missing.dump", store=other)["code"], "not_found")


class Rules(CommandTest):
    def test_rules_over_facts(self):
        given = [({"rule": {"==": [1, "1"]}}, {"result": True}),
                 ({"rule": {"var": "a.b"}, "data": {"a": {"b": 2.5}}}, {"result": 2.5}),
                 ({"rule": {"/": [1, 0]}, "data": None}, {"result": None}),
                 ({"rule": {"filter": [{"var": "n"}, {">": [{"var": ""}, 1]}]}, "data": {"n": [1, 2, 3]}}, {"result": [2, 3]})]
        answers = self.lines("try", "rule", stdin="".join(json.dumps(line) + "\n" for line, _ in given))
        self.assertEqual(answers, [answer for _, answer in given])
        wrong = self.lines("try", "rule", stdin='{"rule": {"shout": 1}}\n{"data": 1}\n')
        self.assertEqual([line["error"]["code"] for line in wrong], ["invalid_argument"] * 2)


class Workflows(CommandTest):
    def test_they_are_told_drawn_and_judged(self):
        names = self.result("workflows", "show")
        self.assertIn("CRM_LEAD_RENT", names["case_types"])
        self.assertIn("appointment", names["machines"])
        for name in (*names["case_types"], *names["machines"]):
            self.assertTrue(self.atlas("workflows", "show", name, "--format", "dot").startswith(f'digraph "{name}" {{'))
            self.assertIn("[*] --> ", self.atlas("workflows", "show", name, "--format", "mermaid"))
            self.assertTrue(self.result("workflows", "show", name, "--format", "json"))
        definition = self.result("workflows", "show", "CRM_LEAD_RENT", "--format", "json")
        self.atlas("init")
        self.assertTrue(self.result("workflows", "validate", "-", stdin=json.dumps(definition))["ok"])
        definition["transitions"] = []
        done = self.run_atlas("workflows", "validate", "-", stdin=json.dumps(definition))
        self.assertEqual(done.returncode, 3)
        self.assertIn("dead_end", {f["code"] for f in json.loads(done.stdout)["findings"]})
        self.assertEqual(self.error("workflows", "show", "nonsense")["code"], "not_found")
        self.assertEqual(self.error("workflows", "validate", "-", stdin="[]")["code"], "invalid_argument")


if __name__ == "__main__":
    unittest.main()
