"""The atlas command: exit codes, streams, sessions, the audit, upkeep."""
import json
import os
import pathlib
import pty
import signal
import sqlite3
import subprocess
import time
import unittest

from command import ATLAS, KEY, CommandTest


class Basics(CommandTest):
    def test_usage_is_2(self):
        for words in ((), ("nonsense",), ("call",), ("init", "--no-such"), ("batch", "a", "b", "c"), ("audit",),
                      ("audit", "prove", "0"), ("audit", "prove", "x"), ("workers", "0"), ("rekey",), ("pump", "--until", "noon")):
            self.assertEqual(self.run_atlas(*words).returncode, 2, words)
        self.assertEqual(subprocess.run([ATLAS, "call", "dossiers.list"], capture_output=True, env=self.environment).returncode, 2)
        self.assertEqual(self.run_atlas("--help").returncode, 0)
        self.assertEqual(self.run_atlas("--version").stdout.count("."), 2)

    def test_a_store_that_cannot_be_opened_is_4(self):
        self.assertEqual(self.error("call", "dossiers.list", code=4)["code"], "storage_not_a_store")
        self.assertFalse(os.path.exists(self.store))
        other = self.folder / "other.txt"
        other.write_text("not a store\n" * 400)
        self.assertEqual(self.error("check", code=4, store=str(other))["code"], "storage_not_a_store")
        self.atlas("init", ATLAS_KEY=KEY)
        for more in ({}, {"ATLAS_KEY": "wrong"}):
            self.assertEqual(self.error("organisations", code=4, **more)["code"], "storage_wrong_key")

    def test_init_and_the_only_organisation(self):
        made = self.result("init", "--name", "Agence Atlas", "--country", "FR", "--currency", "EUR")
        self.assertEqual(made["name"], "Agence Atlas")
        organisation = self.result("call", "organisations.get")
        self.assertEqual((organisation["id"], organisation["default_currency"]), (made["organisation_id"], "EUR"))
        self.assertEqual(self.error("init")["code"], "conflict")
        self.assertEqual(self.result("--user", made["admin_user_id"], "call", "users.me")["roles"], ["ADMIN_ORG"])

    def test_a_failed_init_can_be_repeated(self):
        self.assertEqual(self.error("init", "--admin-email", "nonsense")["code"], "invalid_argument")
        self.atlas("init")

    def test_which_organisation(self):
        first = self.result("init", "--name", "One")
        self.atlas("call", "organisations.create", '{"name": "Two", "admin_email": "two@two.example"}')
        self.assertEqual(self.run_atlas("call", "dossiers.count").returncode, 2)
        self.assertEqual(self.error("--org", "Three", "call", "dossiers.count")["code"], "not_found")
        for org in ("One", first["organisation_id"]):
            self.assertEqual(self.result("--org", org, "call", "organisations.get")["name"], "One")
        self.assertEqual([o["name"] for o in self.result("organisations")["items"]], ["One", "Two"])

    def test_users_and_roles(self):
        admin = self.result("init")["admin_user_id"]
        self.open_dossier("Nadia", "0612345678")
        as_agent = ("--user", admin, "--roles", "AGENT", "call")
        self.assertEqual(self.result(*as_agent, "dossiers.count")["count"], 0)
        self.assertEqual(self.error(*as_agent, "audit.verify")["code"], "forbidden")
        self.assertEqual(self.result("--user", admin, "--roles", "AGENT,MANAGER", "call", "dossiers.count")["count"], 1)
        self.assertEqual(self.result("call", "--roles", "AGENT", "--user", admin, "dossiers.count", "{}")["count"], 0)
        self.assertEqual(self.error("--user", admin, "--roles", "KING", "call", "dossiers.count")["code"], "unauthenticated")
        self.assertEqual(self.run_atlas("--roles", "AGENT", "call", "dossiers.count").returncode, 2)
        self.assertEqual(self.run_atlas("--user", "nobody", "call", "dossiers.count").returncode, 2)
        self.assertEqual(self.error("--user", admin, "call", "organisations.create",
                                    '{"name": "Mine", "admin_email": "a@b.example"}')["code"], "forbidden")

    def test_call_reads_standard_input_and_tells_every_wrong_field(self):
        self.atlas("init")
        made = self.result("call", "dossiers.create", "-", stdin='{"contact_name": "Zoé", "email": "zoe@example.com"}')
        self.assertEqual(made["contact_name"], "Zoé")
        error = self.error("call", "dossiers.create", '{"phone": 1, "nonsense": 2}')
        self.assertEqual({f["path"] for f in error["details"]["fields"]}, {"/phone", "/nonsense", "/contact_name"})
        self.assertEqual(self.error("call", "dossiers.create", "{")["code"], "invalid_argument")
        self.assertEqual(self.error("call", "no.such")["code"], "not_found")

    def test_operations_need_no_store(self):
        out = subprocess.run([ATLAS, "operations"], capture_output=True, env=self.environment, check=True).stdout
        names = [item["name"] for item in json.loads(out)["items"]]
        self.assertIn("dossiers.create", names)
        one = self.result("operations", "dossiers.create")["items"]
        self.assertEqual([item["name"] for item in one], ["dossiers.create"])
        self.assertIn("contact_name", one[0]["input"]["properties"])
        self.assertEqual(self.error("operations", "no.such")["code"], "not_found")


class Batches(CommandTest):
    def setUp(self):
        super().setUp()
        self.atlas("init")

    @staticmethod
    def create(i, **more):
        return json.dumps({"op": "dossiers.create", "params": {"contact_name": f"V{i}", "phone": f"+2126{i:08}", **more}}) + "\n"

    def test_answers_stand_in_order_and_the_good_ones_count(self):
        text = "".join(self.create(i) if i % 3 else "nonsense\n" for i in range(1, 31))
        answers = self.lines("batch", code=3, stdin=text)
        self.assertEqual([answer.get("ok", {}).get("contact_name") for answer in answers],
                         [f"V{i}" if i % 3 else None for i in range(1, 31)])
        self.assertEqual(self.result("call", "dossiers.count")["count"], 20)
        self.assertEqual(self.atlas("batch", stdin=""), "")
        self.assertEqual(len(self.lines("batch", stdin=self.create(99))), 1)

    def test_lines_that_are_no_calls(self):
        lines = ["", "[]", "{}", '{"op": 1}', '{"op": "dossiers.count", "params": []}', '{"op": "dossiers.count", "more": 1}',
                 '{"op": "no.such"}', '{"op": "dossiers.count", "op": "dossiers.count"}', "[" * 4000]
        answers = self.lines("batch", code=3, stdin="\n".join(lines) + "\n" + '{"op": "dossiers.count"}\n')
        codes = [answer.get("error", {}).get("code") for answer in answers]
        self.assertEqual(codes, ["invalid_argument"] * 6 + ["not_found"] + ["invalid_argument"] * 2 + [None])

    def test_atomic_is_all_or_nothing(self):
        answers = self.lines("batch", "--atomic", stdin="".join(self.create(i) for i in range(5)))
        self.assertEqual(answers[-1], {"committed": True, "failed_at": None})
        self.assertEqual(len(answers), 6)
        text = self.create(10) + self.create(11) + '{"op": "dossiers.create", "params": {}}\n' + self.create(12)
        answers = self.lines("batch", "--atomic", code=3, stdin=text)
        self.assertEqual([list(answer)[0] for answer in answers], ["ok", "ok", "error", "committed"])
        self.assertEqual(answers[-1], {"committed": False, "failed_at": 3})
        self.assertEqual(self.result("call", "dossiers.count")["count"], 5)

    def test_a_line_is_answered_before_the_next_is_written(self):
        child = subprocess.Popen([ATLAS, "--store", self.store, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 env=self.environment)
        for i in range(3):
            child.stdin.write(self.create(i).encode())
            child.stdin.flush()
            self.assertIn("ok", json.loads(child.stdout.readline()))
        child.stdin.close()
        self.assertEqual(child.wait(30), 0)
        child.stdout.close()

    def test_a_reader_that_leaves(self):
        """No crash, no message; what --atomic has not committed is gone."""
        lines = "".join(self.create(i) for i in range(200))
        (self.folder / "lines.jsonl").write_text(lines)
        for words in (("batch",), ("batch", "--atomic")):
            before = self.result("call", "dossiers.count")["count"]
            script = f'"$0" --store "$1" {" ".join(words)} "$2" | head -1; exit "${{PIPESTATUS[0]}}"'
            done = subprocess.run(["bash", "-c", script, ATLAS, self.store, str(self.folder / "lines.jsonl")],
                                  capture_output=True, text=True, timeout=60, env=self.environment)
            self.assertEqual(done.stderr, "")
            self.assertIn("ok", json.loads(done.stdout))
            if done.returncode != 0:  # head may be slow to leave
                self.assertEqual(done.returncode, 3)
                if "--atomic" in words:
                    self.assertEqual(self.result("call", "dossiers.count")["count"], before)


class Audit(CommandTest):
    def setUp(self):
        super().setUp()
        self.atlas("init")
        for i in range(5):
            self.open_dossier(f"V{i}", f"+21261234560{i}")

    def sql(self, statement, *values):
        with sqlite3.connect(self.store) as database:
            count = database.execute(statement, values).rowcount
        database.close()
        return count

    def test_head_prove_consistency_export(self):
        head = self.result("audit", "head")
        proof = self.result("audit", "prove", "2")
        self.assertEqual((proof["size"], proof["root"]), (head["size"], head["root"]))
        self.assertEqual(self.lines("try", "proof", stdin=json.dumps({**proof, "proof_kind": "inclusion"})), [{"valid": True}])
        self.open_dossier("later", "+212612345699")
        later = self.result("audit", "consistency", str(head["size"]), str(head["size"] + 1))
        self.assertEqual(later["root1"], head["root"])
        self.assertEqual(self.lines("try", "proof", stdin=json.dumps({**later, "proof_kind": "consistency"})), [{"valid": True}])
        self.assertEqual(self.error("audit", "prove", "999")["code"], "not_found")
        exported = self.lines("audit", "export")
        self.assertEqual([line["header"]["seq"] for line in exported], list(range(1, len(exported) + 1)))

    def test_tampering_is_3_and_named(self):
        self.assertTrue(self.result("audit", "verify", "--records")["ok"])
        self.assertEqual(self.sql("UPDATE audit_entry SET action = 'dossier.nothing' WHERE seq = 4"), 1)
        result = self.result("audit", "verify", code=3)
        self.assertEqual([f["seq"] for f in result["findings"]], [4])
        self.assertFalse(self.result("check", code=3)["ok"])

    def test_a_record_changed_behind_the_library(self):
        self.assertEqual(self.sql("UPDATE dossier SET contact_name = 'Somebody' WHERE contact_name = 'V2'"), 1)
        self.atlas("audit", "verify")
        self.assertEqual(len(self.result("audit", "verify", "--records", code=3)["findings"]), 1)

    def test_a_store_put_back_is_found_by_a_checkpoint(self):
        self.atlas("backup", "earlier.db")
        self.open_dossier("hidden", "+212612345677")
        key = self.result("audit", "keygen", "seed", "--name", "ours")["verifier_key"]
        self.assertEqual((self.folder / "seed").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.error("audit", "keygen", "seed")["code"], "conflict")
        (self.folder / "note").write_text(self.atlas("audit", "checkpoint", "--key-file", "seed", "--name", "ours"))
        good = self.result("audit", "verify", "--note", "note", "--key", key)
        self.assertEqual((good["ok"], good["checkpoint_signed"]), (True, True))
        self.atlas("audit", "verify", store="earlier.db")
        self.assertFalse(self.result("audit", "verify", "--note", "note", "--key", key, store="earlier.db", code=3)["ok"])
        other = self.result("audit", "keygen", "seed2", "--name", "ours")["verifier_key"]
        self.assertFalse(self.result("audit", "verify", "--note", "note", "--key", other, code=3)["ok"])
        self.assertEqual(self.run_atlas("audit", "verify", "--key", key).returncode, 2)


class Upkeep(CommandTest):
    def test_backup_restore_rekey(self):
        encrypted = {"ATLAS_KEY": KEY}
        self.atlas("init", **encrypted)
        self.open_dossier("Nadia", "0612345678", **encrypted)
        self.atlas("backup", "backup.db", **encrypted)
        self.assertEqual(self.error("backup", "backup.db", **encrypted)["code"], "invalid_argument")
        self.open_dossier("Later", "0612345679", **encrypted)
        self.atlas("--key-env", "OLD", "rekey", "--new-key-env", "NEW", OLD=KEY, NEW="another passphrase")
        self.assertEqual(self.error("organisations", code=4, **encrypted)["code"], "storage_wrong_key")
        encrypted_anew = {"ATLAS_KEY": "another passphrase"}
        self.assertEqual(self.result("call", "dossiers.count", **encrypted_anew)["count"], 2)
        # The backup has the old passphrase; the keys of persons, that were rewrapped since, still open it.
        self.assertEqual(self.run_atlas("restore", "backup.db", store="again.db", **encrypted).returncode, 2)
        self.assertEqual(self.error("restore", "backup.db", "--keys", "backup.db.keys", store="again.db", **encrypted)["code"],
                         "invalid_argument")
        self.assertFalse((self.folder / "again.db").exists())
        self.assertEqual(self.error("restore", "backup.db", "--keys", self.store + ".keys", store="again.db", code=4,
                                    **encrypted_anew)["code"], "storage_wrong_key")
        self.assertFalse((self.folder / "again.db").exists())
        restored = self.result("restore", "backup.db", "--keys", self.store + ".keys", store="again.db", **encrypted)
        self.assertTrue(restored["ok"])
        self.assertEqual(self.result("call", "dossiers.count", store="again.db", **encrypted)["count"], 1)
        self.assertEqual(self.error("restore", "backup.db", "--keys", self.store + ".keys", store="again.db", **encrypted)["code"],
                         "conflict")
        self.atlas("restore", "backup.db", "--without-keys", store="bare.db", **encrypted)

    def test_a_plain_backup_is_restored(self):
        self.atlas("init")
        self.open_dossier("Nadia", "0612345678")
        self.atlas("backup", "backup.db")
        self.assertTrue(self.result("restore", "backup.db", "--keys", self.store + ".keys", store="again.db")["ok"])

    def test_the_key_is_nowhere(self):
        """Not among the arguments of a running process, nor its environment, nor in any file or output."""
        out = self.atlas("init", ATLAS_KEY=KEY) + self.atlas("check", ATLAS_KEY=KEY)
        child = subprocess.Popen([ATLAS, "--store", self.store, "workers", "1"], env={**self.environment, "ATLAS_KEY": KEY},
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        seen = KEY.encode()
        while (KEY.encode() in seen or b"workers" not in seen) and time.monotonic() < deadline:
            time.sleep(0.05)
            seen = b"".join(pathlib.Path(f"/proc/{child.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        child.send_signal(signal.SIGTERM)
        stdout, stderr = child.communicate(timeout=30)
        self.assertEqual(child.returncode, 0)
        everything = out.encode() + seen + stdout + stderr + b"".join(p.read_bytes() for p in self.folder.iterdir())
        self.assertNotIn(KEY.encode(), everything)

    def test_a_raw_key(self):
        raw = {"ATLAS_KEY": "raw:" + "0123456789abcdef" * 4}
        self.assertTrue(self.result("init", **raw)["encrypted"])
        self.atlas("check", **raw)
        self.assertEqual(self.run_atlas("check", ATLAS_KEY="raw:123").returncode, 2)
        self.assertEqual(self.run_atlas("--key-env", "UNSET", "check").returncode, 2)

    def test_migrate_check_pump(self):
        self.atlas("init")
        self.assertEqual(self.result("migrate", "--dry-run")["migrated"], False)
        self.assertEqual(self.result("migrate")["steps"], [])
        self.assertTrue(self.result("check")["ok"])
        self.assertEqual(self.result("pump")["failed"], 0)
        begin = time.monotonic()
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        self.atlas("pump", "--until", until)
        self.assertGreater(time.monotonic() - begin, 0.5)

    def test_bench_without_such_a_program(self):
        self.assertEqual(self.error("bench", "no-such")["code"], "not_found")


class Terminals(CommandTest):
    def on_terminal(self, *words, code=0):
        """What a terminal of 100 columns shows."""
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.clear()
            os.environ.update({**self.environment, "TERM": "xterm", "COLUMNS": "100"})
            os.execvp(ATLAS, [ATLAS, "--store", self.store, *words])
        shown = b""
        while True:
            try:
                piece = os.read(fd, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(fd)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), code, shown)
        return shown.decode()

    def test_people_get_tables_and_scripts_get_json(self):
        self.atlas("init")
        dossier = self.open_dossier("Nadia Amrani", "0612345678")["id"]
        shown = self.on_terminal("call", "dossiers.list")
        self.assertIn("contact_name", shown)
        self.assertNotIn("{", shown)
        self.assertIn("\x1b[1m", shown)
        self.assertNotIn("\x1b", self.on_terminal("--no-color", "call", "dossiers.list"))
        self.assertEqual(len(json.loads(self.on_terminal("--json", "call", "dossiers.list"))["items"]), 1)
        self.assertIn("contact_name", self.on_terminal("call", "dossiers.create", "{}", code=1))
        self.atlas("call", "dossiers.add_note", json.dumps({"id": dossier, "body": "red\x1b[31m and \u009b31m\nnext"}))
        shown = self.on_terminal("call", "activities.timeline", json.dumps({"dossier_id": dossier}))
        self.assertIn("red [31m and  31m next", shown, "data drives the terminal")
        self.assertIn("adds up", self.on_terminal("audit", "verify"))


if __name__ == "__main__":
    unittest.main()
