"""atlas import: files as offices write them, in, again, and back out."""
import csv
import io
import json
import subprocess
import unittest

from command import ATLAS, CommandTest

MAP = {
    "kind": "listings", "source": "erp",
    "columns": {"external_id": "Réf", "title": "Titre", "property_type_code": "Type",
               "transaction_type_code": "Offre", "price": "Prix", "surface_m2": "Surface", "city": "Ville"},
}
ROWS = [
    "Réf;Titre;Type;Offre;Prix;Surface;Ville",
    "A1;Appartement à Guéliz;Appartement;Vente;1 250 000,00 DH;79,5 m²;Fès",
    "A2;\"Villa \"\"Les Œillets\"\"; vue mer\";Villa;Vente;3,2 MDH;240,25;Tanger",
    "A3;Studio meublé;Studio;Location;4 500;32;Rabat",
    "A4;Terrain;Terrain;Vente;sur demande;vaste;Salé",
    "A5;;Villa;Vente;100;100;Agadir",
]


class Import(CommandTest):
    def setUp(self):
        super().setUp()
        self.atlas("init", "--name", "Agence", "--country", "MA")
        self.file = self.folder / "biens.csv"
        self.file.write_bytes("\r\n".join(ROWS).encode("cp1252"))
        self.map = self.folder / "map.json"
        self.map.write_text(json.dumps(MAP), encoding="utf-8")

    def load(self, *more, code=3):
        return self.result("import", "listings", str(self.file), "--map", str(self.map), *more, code=code)

    def counts(self, job):
        self.assertEqual(job["rows"], job["created"] + job["updated"] + job["duplicate"] + job["refused"])
        return job["created"], job["updated"], job["duplicate"], job["refused"]

    def listings(self):
        return {l["external_refs"][0]["id"]: l for l in self.result("call", "listings.list")["items"]}

    def test_a_windows_file_with_semicolons_and_decimal_commas(self):
        rejects = self.folder / "rejects.csv"
        job = self.load("--rejects", str(rejects))
        self.assertEqual(self.counts(job), (3, 0, 0, 2))
        self.assertEqual(job["status_code"], "IMPORT_DONE")
        self.assertEqual(job["file_name"], "biens.csv")
        stored = self.listings()
        self.assertEqual(stored["A1"]["title"], "Appartement à Guéliz")
        self.assertEqual(stored["A1"]["price"], {"amount": 125000000, "currency": "MAD"})
        self.assertEqual((stored["A1"]["surface_m2"], stored["A1"]["city"]), (79.5, "Fès"))
        self.assertEqual(stored["A2"]["title"], 'Villa "Les Œillets"; vue mer')
        self.assertEqual(stored["A2"]["price"]["amount"], 320000000)
        self.assertEqual((stored["A3"]["transaction_type_code"], stored["A3"]["price"]["amount"]), ("TX_RENT", 450000))
        # The rejects hold the line, the reason and the row's own cells, and can be mended and imported.
        table = list(csv.DictReader(io.StringIO(rejects.read_text(encoding="utf-8"), newline="")))
        self.assertEqual([(r["line"], r["field"]) for r in table], [("5", "/surface_m2"), ("6", "/title")])
        self.assertEqual((table[0]["Réf"], table[0]["Prix"], table[0]["Ville"]), ("A4", "sur demande", "Salé"))
        self.assertTrue(all(r["reason"] and r["message"] for r in table))
        mended = rejects.read_text(encoding="utf-8").replace("vaste", "1 200")
        rejects.write_text(mended, encoding="utf-8")
        again = self.result("import", "listings", str(rejects), "--map", str(self.map), code=3)
        self.assertEqual(self.counts(again), (1, 0, 0, 1))
        self.assertEqual(self.listings()["A4"]["surface_m2"], 1200)

    def test_again_changed_taken_back_and_again(self):
        first = self.load()
        self.assertEqual(self.counts(self.load()), (0, 0, 3, 2))
        self.file.write_bytes("\r\n".join(ROWS).replace("4 500", "4 800").encode("cp1252"))
        second = self.load()
        self.assertEqual(self.counts(second), (0, 1, 2, 2))
        self.assertEqual(self.listings()["A3"]["price"]["amount"], 480000)
        taken = self.result("import", "--revert", second["id"])
        self.assertEqual((taken["archived"], taken["restored"], taken["kept_count"]), (0, 1, 0))
        self.assertEqual(self.listings()["A3"]["price"]["amount"], 450000)
        # Somebody works on one of them: it stays, and is named.
        changed = self.listings()["A1"]
        self.result("call", "listings.update", json.dumps({"id": changed["id"], "version": changed["version"], "rooms": 3}))
        said = self.result("import", "--revert", first["id"], "--dry-run", code=3)
        self.assertEqual((said["archived"], said["kept_count"], len(self.listings())), (2, 1, 3))
        taken = self.result("import", "--revert", first["id"], code=3)
        self.assertEqual((taken["archived"], taken["kept_count"]), (2, 1))
        kept = {k["entity_id"]: k for k in taken["kept"]}
        self.assertIn("rooms", kept[changed["id"]]["changed"])
        self.assertEqual(taken["job"]["status_code"], "IMPORT_REVERTED")
        self.assertEqual(set(self.listings()), {"A1"})
        self.assertEqual(self.counts(self.load()), (2, 0, 1, 2))
        self.assertEqual(self.result("audit", "verify", "--records")["ok"], True)

    def test_a_dry_run_writes_nothing(self):
        said = self.load("--dry-run")
        self.assertEqual((self.counts(said), said["dry_run"], said["exact"]), ((3, 0, 0, 2), True, True))
        self.assertEqual(self.listings(), {})
        self.assertEqual(self.result("call", "imports.list")["items"], [])

    def test_a_guess_is_told_with_its_reasons(self):
        text = "Nom;Téléphone;Courriel\nOmar Tazi;06 12 34 56 78;omar@example.ma\nSara;+33 6 12 34 56 78;\n"
        done = self.run_atlas("import", "dossiers", "-", stdin=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = json.loads(done.stdout)
        self.assertEqual(self.counts(job), (2, 0, 0, 0))
        fields = {r["column"]: r["field"] for r in job["guess"]["reasons"]}
        self.assertEqual(fields["Téléphone"], "phone")
        self.assertTrue(all(r["reason"] for r in job["guess"]["reasons"]))

    def test_json_lines(self):
        lines = [{"ref": "1", "who": {"name": "Omar"}, "tel": "0612345678"}, {"ref": "2", "who": {"name": "Sara"}}]
        text = "\n".join(json.dumps(l) for l in lines) + "\n{broken\n"
        self.map.write_text(json.dumps({"kind": "dossiers", "source": "crm", "columns": {
            "external_id": "ref", "contact_name": "who.name", "phone": "tel"}}))
        rejects = self.folder / "rejects.csv"
        done = self.run_atlas("import", "dossiers", "-", "--map", str(self.map), "--rejects", str(rejects), stdin=text)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(self.counts(json.loads(done.stdout)), (1, 0, 0, 2))
        table = list(csv.DictReader(io.StringIO(rejects.read_text(encoding="utf-8"), newline="")))
        self.assertEqual([(r["line"], r["reason"]) for r in table], [("2", "required"), ("3", "not_json")])
        self.assertEqual(json.loads(table[0]["record"]), {"ref": "2", "who.name": "Sara"})

    def test_killed_and_gone_on_with(self):
        rows = 20000
        with open(self.file, "w", encoding="utf-8") as out:
            out.write("id;nom;tel\n")
            for i in range(rows):
                out.write(f"{i};Omar {i};06{12000000 + i:08d}\n")
        self.map.write_text(json.dumps({"kind": "dossiers", "source": "crm", "columns": {
            "external_id": "id", "contact_name": "nom", "phone": "tel"}}))
        words = ("import", "dossiers", str(self.file), "--map", str(self.map))
        running = subprocess.Popen([ATLAS, "--store", self.store, *words], env=self.environment, stdout=subprocess.PIPE)
        done = 0
        while done < 2000 and running.poll() is None:
            jobs = self.result("call", "imports.list")["items"]
            done = jobs[0]["rows_done"] if jobs else 0
        running.kill()
        finished = running.wait() == 0
        running.stdout.close()
        again = self.result(*words)
        if not finished:
            self.assertGreaterEqual(again["resumed_rows"], 2000)
            self.assertEqual(len(self.result("call", "imports.list")["items"]), 1)
            self.assertEqual(self.counts(again), (rows, 0, 0, 0))
        self.assertEqual(self.result("call", "dossiers.count", '{"exact": true}')["count"], rows)
        self.assertTrue(self.result("audit", "verify")["ok"])

    def test_rows_by_calls(self):
        job = self.result("call", "imports.start", '{"kind": "parties", "source": "erp"}')
        rows = [{"line": 2, "params": {"role_code": "SELLER", "family_name": "Alaoui", "phones": ["0612345678"]},
                 "external_ref": {"source": "erp", "id": "7"}},
                {"line": 3, "params": {"role_code": "SELLER", "colour": "red"}},
                {"line": 4, "refused": {"reason": "unreadable", "field": "/birth_date", "message": "no date"}}]
        call = json.dumps({"id": job["id"], "first_row": 1, "records": rows})
        taken = self.result("call", "imports.append", call)
        self.assertEqual((taken["created"], taken["refused"], taken["rows_done"]), (1, 2, 3))
        self.assertEqual([(r["line"], r["reason"]) for r in taken["rejects"]], [(3, "unknown_member"), (4, "unreadable")])
        self.assertEqual(self.result("call", "imports.append", call)["created"], 0)
        ended = self.result("call", "imports.finish", json.dumps({"id": job["id"], "rows": 3}))
        self.assertEqual(self.counts(ended), (1, 0, 0, 2))
        self.assertEqual(self.error("call", "imports.append", call)["details"]["reason"], "state")

    def test_mistakes(self):
        for words in (("import",), ("import", "listings"), ("import", "people", str(self.file)),
                      ("import", "--revert", "x"), ("import", "listings", str(self.file), "--revert", "x"),
                      ("import", "listings", str(self.file), "--rejects", str(self.file))):
            self.assertEqual(self.run_atlas(*words).returncode, 2, words)
        self.assertEqual(self.error("import", "listings", str(self.folder / "none.csv"))["code"], "not_found")
        wrong = self.error("import", "dossiers", str(self.file), "--map", str(self.map))
        self.assertEqual(wrong["code"], "invalid_argument")
        self.file.write_bytes(b"PK\x03\x04" + bytes(2000))
        self.assertEqual(self.error("import", "listings", str(self.file), "--map", str(self.map))["code"], "invalid_argument")
        self.file.write_text("a;b\n1;2\n")
        lacking = self.error("import", "listings", str(self.file), "--map", str(self.map))
        self.assertEqual(lacking["details"]["reason"], "missing_columns")
        self.assertEqual(self.result("call", "imports.list")["items"], [])


if __name__ == "__main__":
    unittest.main()
