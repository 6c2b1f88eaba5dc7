"""The files of an invented agency: whole, the same each time, never written over by mistake."""
import collections
import csv
import hashlib
import json
import os
import resource
import unittest

from command import CommandTest

NAMES = {"listings.csv", "leads.csv", "owners.csv", "histories.jsonl", "truth_listings.csv", "truth_leads.csv",
         "look_alikes_listings.csv", "look_alikes_leads.csv"}


class DemoData(CommandTest):
    def write(self, name, *more, code=0):
        self.atlas("demo-data", "--out", name, *more, code=code)
        return self.folder / name

    @staticmethod
    def rows(path):
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @staticmethod
    def digest(folder):
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    def test_the_files(self):
        told = self.result("demo-data", "--out", "data", "--listings", "300", "--leads", "3000", "--seed", "7")
        data = self.folder / "data"
        self.assertEqual({path.name for path in data.iterdir()}, NAMES)
        self.assertEqual(told["seed"], 7)
        self.assertEqual({file["file"]: file["bytes"] for file in told["files"]},
                         {path.name: path.stat().st_size for path in data.iterdir()})
        leads, listings, owners = (self.rows(data / f"{name}.csv") for name in ("leads", "listings", "owners"))
        self.assertEqual((len(leads), len(listings), len(owners)), (3000, 300, 180))
        self.assertEqual({file["file"]: file["records"] for file in told["files"]}["leads.csv"], 3000)
        # References lead somewhere.
        ids = {row["référence"] for row in listings}
        asked = {row["annonce"] for row in leads} - {""}
        self.assertTrue(asked and asked <= ids)
        self.assertLessEqual({row["réf. propriétaire"] for row in listings}, {row["référence"] for row in owners})
        for kind, rows in (("leads", leads), ("listings", listings)):
            order = {row["référence"]: i for i, row in enumerate(rows)}
            pairs = [(row["id_a"], row["id_b"]) for row in self.rows(data / f"truth_{kind}.csv")]
            self.assertEqual(len(pairs), len(set(pairs)))
            self.assertTrue(all(order[a] < order[b] for a, b in pairs))
            apart = [(row["id_a"], row["id_b"]) for row in self.rows(data / f"look_alikes_{kind}.csv")]
            self.assertTrue(pairs and apart and not set(pairs) & set(apart))
        steps = [json.loads(line) for line in (data / "histories.jsonl").read_text(encoding="utf-8").splitlines()]
        known = {row["référence"] for row in leads}
        self.assertTrue(all(step["lead"] in known for step in steps))
        kinds = collections.Counter(step["op"] for step in steps)
        self.assertEqual(set(kinds), {"dossiers.transition", "dossiers.add_note", "dossiers.add_task"})

    def test_a_seed_gives_the_same_files(self):
        size = ("--listings", "50", "--leads", "500")
        one = self.digest(self.write("one", *size))
        self.assertEqual(one, self.digest(self.write("two", *size, "--seed", "1")))
        self.assertNotEqual(one["leads.csv"], self.digest(self.write("other", *size, "--seed", "2"))["leads.csv"])

    def test_a_country(self):
        data = self.write("morocco", "--listings", "40", "--leads", "200", "--country", "MA")
        self.assertEqual({row["pays"] for row in self.rows(data / "leads.csv")}, {"MA"})
        self.assertEqual(self.run_atlas("demo-data", "--out", "x", "--country", "ES").returncode, 2)

    def test_nothing_is_written_over(self):
        size = ("--listings", "10", "--leads", "20")
        data = self.write("data", *size)
        before = self.digest(data)
        error = self.error("demo-data", "--out", "data", "--listings", "10", "--leads", "30")
        self.assertEqual(error["code"], "conflict")
        self.assertEqual(self.digest(data), before)
        self.write("data", "--listings", "10", "--leads", "30", "--force")
        self.assertEqual(len(self.rows(data / "leads.csv")), 30)

    def test_sizes_out_of_range(self):
        error = self.error("demo-data", "--out", "data", "--leads", "-1")
        self.assertEqual([field["path"] for field in error["details"]["fields"]], ["/leads"])
        self.assertFalse((self.folder / "data").exists())
        self.write("none", "--listings", "0", "--leads", "0")

    @unittest.skipIf(os.environ.get("ATLAS_SANITIZED") == "1", "a sanitizer's own memory")
    def test_memory_does_not_grow_with_the_size(self):
        def peak(leads):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            self.write(f"of{leads}", "--listings", "100", "--leads", str(leads))
            return before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        _, small = peak(30_000)
        _, large = peak(150_000)
        self.assertLess(large - small, 4_000, "KiB more for five times the leads")


if __name__ == "__main__":
    unittest.main()
