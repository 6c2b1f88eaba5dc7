"""The guided tour: its figures, its promises, and that it keeps its keys to itself."""
import csv
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from command import ATLAS, CommandTest

SANITIZED = os.environ.get("ATLAS_SANITIZED") == "1"


class Demo(CommandTest):
    def tour(self, *arguments, **more):
        return subprocess.run([ATLAS, *arguments], capture_output=True, text=True, cwd=self.folder, timeout=900,
                              env={**self.environment, **more})

    def test_the_tour(self):
        place = self.folder / "tour"
        begin = time.monotonic()
        done = self.tour("demo", "--dir", str(place))
        seconds = time.monotonic() - begin
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("✗", done.stdout)
        self.assertNotIn("\x1b", done.stdout, "no colours where nobody sees them")
        self.assertEqual(done.stderr, "")
        key = (place / "agency.key").read_text().strip()
        self.assertNotIn(key, done.stdout)
        self.assertNotIn(b"SQLite format 3", (place / "agency.db").read_bytes()[:100])
        if not SANITIZED:
            self.assertLess(seconds, 60, "15 s are promised on a quiet machine")
        # What it says to try next works as printed.
        store = str(place / "agency.db")
        self.assertTrue(self.result("check", store=store, ATLAS_KEY=key)["ok"])
        words = next(line for line in done.stdout.splitlines() if "audit verify --records" in line and "--key '" in line)
        verifier = words.split("--key '")[1].rstrip("'")
        self.assertTrue(self.result("audit", "verify", "--note", str(place / "checkpoint.note"), "--key", verifier,
                                    store=store, ATLAS_KEY=key)["checkpoint_signed"])
        published = self.result("call", "listings.list", '{"where": {"status_code": "ANN_PUBLISHED"}}', store=store,
                                ATLAS_KEY=key)
        self.assertEqual(len(published["items"]), 1)
        visits = self.result("call", "dossiers.list", '{"where": {"status_code": "CRM_VISIT_PLANNED"}}', store=store,
                             ATLAS_KEY=key)
        self.assertTrue(visits["items"])
        meetings = self.result("call", "appointments.list", "{}", store=store, ATLAS_KEY=key)["items"]
        self.assertEqual([(m["type_code"], m["confirm_status_code"], m["listing_id"]) for m in meetings],
                         [("APPOINT_VISIT", "APPT_CONFIRMED", published["items"][0]["id"])])

    def test_its_figures_and_that_nothing_stays(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as temporary:
            done = self.tour("--json", "demo", TMPDIR=temporary)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(list(pathlib.Path(temporary).iterdir()), [])
        facts = json.loads(done.stdout)
        expected = {"ok": True, "files": 4, "files_left": 0, "rows": 600 + 1000 + 4000 + 10845,
                    "next_day_twice": 0, "published": "ANN_PUBLISHED", "walked_to": "CRM_VISIT_PLANNED",
                    "refused_with": "transition_not_allowed", "created_parties": 600,
                    "proof_valid": True, "tampered": 4, "caught": 4, "cut_found_without_checkpoint": False}
        self.assertEqual({name: facts[name] for name in expected}, expected)
        self.assertEqual(facts["created"] + facts["duplicate"] + facts["refused"], facts["rows"])
        self.assertEqual(facts["dossiers"], facts["created_dossiers"])
        self.assertGreaterEqual(facts["listings"], facts["created_listings"])
        self.assertGreaterEqual(facts["created_listings"], 900)
        # 200 listings a day later, every eighth at another price, save those without one.
        self.assertTrue(15 <= facts["next_day_updated"] <= 25, facts["next_day_updated"])
        self.assertGreaterEqual(facts["history_steps"], 3000)
        self.assertGreaterEqual(facts["publishing_conditions"], 2)
        # Equal numbers and addresses find most of those who come again, and are seldom wrong.
        for source in ("leads", "people"):
            self.assertGreater(facts[f"{source}_met_true"], 0.7 * facts[f"{source}_met"])
            self.assertGreater(facts[f"{source}_true_pairs_found"], 0.4 * facts[f"{source}_true_pairs"])

    def test_ones_own_files(self):
        data = self.folder / "data"
        data.mkdir()
        rows = [["id", "nom", "téléphone", "ville"]]
        rows += [[f"a{i}", f"Nadia Amrani{i}", f"06{12000000 + i}", "Rabat"] for i in range(30)]
        rows += [[f"b{i}", f"N. Amrani{i}", f"+212 6{12000000 + i}", "Rabat"] for i in range(5)]  # the same numbers
        rows += [[f"c{i}", f"Lost Person{i}", "", ""] for i in range(3)]  # nobody can be reached
        with open(data / "contacts.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        (data / "notes.csv").write_text("colour,weather\nblue,rain\n", encoding="utf-8")  # no records that we know
        done = self.tour("--json", "demo", "--data", str(data))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        facts = json.loads(done.stdout)
        expected = {"ok": True, "files": 1, "files_left": 1, "rows": 38, "created": 30, "duplicate": 5, "refused": 3,
                    "dossiers": 30, "listings": 0, "walked_to": "CRM_VISIT_PLANNED", "caught": 4}
        self.assertEqual({name: facts[name] for name in expected}, expected)

    def test_files_without_leads(self):
        data = self.folder / "data"
        data.mkdir()
        rows = [["référence", "type de bien", "transaction", "titre", "prix", "surface", "ville"],
                ["A1", "Villa", "Vente", "Villa avec jardin à Targa", "3 200 000 DH", "320 m²", "Marrakech"]]
        with open(data / "biens.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        done = self.tour("--json", "demo", "--data", str(data))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        facts = json.loads(done.stdout)
        expected = {"ok": True, "created_listings": 1, "dossiers": 1, "listings": 1, "walked_to": "CRM_VISIT_PLANNED",
                    "publishing_conditions": 3, "caught": 4}
        self.assertEqual({name: facts[name] for name in expected}, expected)

    def test_breaking_it_off_leaves_nothing(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as temporary:
            tour = subprocess.Popen([ATLAS, "demo"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self.folder,
                                    env={**self.environment, "TMPDIR": temporary})
            with tour:
                while b"files come in" not in (line := tour.stdout.readline()):
                    self.assertTrue(line, "the tour ended before its second chapter")
                self.assertTrue(list(pathlib.Path(temporary).iterdir()))
                tour.send_signal(signal.SIGINT)
                tour.stdout.read()
            self.assertEqual(tour.returncode, -signal.SIGINT)
            self.assertEqual(list(pathlib.Path(temporary).iterdir()), [])

    def test_without_files(self):
        done = self.tour("demo", "--data", str(self.folder))
        self.assertEqual((done.returncode, json.loads(done.stderr)["code"]), (1, "not_found"))


if __name__ == "__main__":
    unittest.main()
