"""Every workflow of dossiers through `atlas batch`, as a host would drive it, against the table that was
transcribed by hand (tests/data/workflows.tsv): what may be done, what is told, and what comes of every pair of
states."""
import collections
import json
import os
import shutil
import tempfile
import unittest

from command import SOURCE, CommandTest

Row = collections.namedtuple("Row", "case_type from_ to code roles needs")
REASONS = {"LOSS_REASON": "PRICE_TOO_HIGH", "WON_REASON": "SIGNED", "B2B_LOST_REASON": "B2B_LOST_TIMING"}


def table():
    flows = collections.OrderedDict()
    for line in (SOURCE / "tests/data/workflows.tsv").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        cells = (line.split("\t") + [""])[:6]
        row = Row(*cells[:4], tuple(sorted(cells[4].split(","))), tuple(n for n in cells[5].split(",") if n))
        if not row.case_type.startswith("COOP_"):  # those are no dossiers
            flows.setdefault(row.case_type, []).append(row)
    return flows


class Transitions(CommandTest):
    def setUp(self):
        super().setUp()
        if os.path.isdir("/dev/shm"):  # thousands of commits: this is no test of the disk
            folder = tempfile.mkdtemp(prefix="atlas-e2e-", dir="/dev/shm")
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
            self.store = os.path.join(folder, "agency.db")
        made = self.result("init", "--name", "Agence", "--country", "MA")
        self.users = {"ADMIN_ORG": made["admin_user_id"]}
        for role in ("MANAGER", "AGENT"):
            self.users[role] = self.result("call", "users.create", json.dumps(
                {"email": f"{role.lower()}@example.ma", "roles": [role]}))["id"]
        self.number = 0

    def batch(self, calls, role="ADMIN_ORG", atomic=False):
        """Answers of `atlas batch`, one for each call; all of them in one transaction where none may fail."""
        text = "".join(json.dumps({"op": op, "params": params}) + "\n" for op, params in calls)
        done = self.run_atlas("--user", self.users[role], "batch", *(["--atomic"] if atomic else []), stdin=text)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if atomic:
            self.assertTrue(answers.pop()["committed"], done.stdout[-2000:])
        self.assertEqual(len(answers), len(calls), done.stderr)
        return answers

    def open(self, case_type, count):
        """So many dossiers, the agent's."""
        calls = []
        for _ in range(count):
            self.number += 1
            calls.append(("dossiers.create", {
                "case_type_code": case_type, "contact_name": "Sara", "email": f"sara{self.number}@example.ma",
                "assigned_to_user_id": self.users["AGENT"]}))
        return [answer["ok"] for answer in self.batch(calls, atomic=True)]

    def step_of(self, row, d):
        """The step of a row, with what the table says that it needs."""
        step = {"id": d["id"], "version": d["version"], "transition_code": row.code, "fields": {}}
        for need in row.needs:
            if need in REASONS:
                step["reason_code"] = REASONS[need]
            elif need == "comment":
                step["comment"] = "because"
            elif need == "qualification.notes":
                step["fields"]["qualification"] = {"notes": "12 agents"}
            elif need == "appointment":
                step["fields"]["appointment"] = {"starts_at": "2031-06-02T10:00:00Z"}
            elif need.startswith("fields.appointment"):
                step["fields"]["appointment"] = {"starts_at": "2031-06-03T10:00:00Z"}
        return step

    def take(self, rows, dossiers):
        """Each dossier takes the step of its row, by somebody who may."""
        by_role = collections.defaultdict(list)
        for i, row in enumerate(rows):
            if "appointment.status_code=APPOINT_DONE" in row.needs:
                self.hold(dossiers[i])
                dossiers[i] = self.batch([("dossiers.get", {"id": dossiers[i]["id"]})])[0]["ok"]
            by_role["MANAGER" if "MANAGER" in row.roles else row.roles[0]].append(i)
        after = list(dossiers)
        for role, some in by_role.items():
            answers = self.batch([("dossiers.transition", self.step_of(rows[i], dossiers[i])) for i in some], role,
                                 atomic=True)
            for i, answer in zip(some, answers):
                self.assertIn("ok", answer, f"{rows[i]}: {answer}")
                after[i] = answer["ok"]
        return after

    def hold(self, d):
        """The dossier's appointment takes place."""
        where = {"where": {"dossier_id": d["id"], "status_code": "APPOINT_SCHEDULED"}, "scan": True}
        a = self.batch([("appointments.list", where)])[0]["ok"]["items"][0]
        done = {"id": a["id"], "version": a["version"], "outcome_code": "OUTCOME_DONE"}
        self.assertIn("ok", self.batch([("appointments.done", done)])[0])

    @staticmethod
    def way_to(rows, state):
        """The shortest way of rows from the first state."""
        first = rows[0].from_
        before, open_ = {first: None}, collections.deque([first])
        while open_:
            here = open_.popleft()
            for row in rows:
                if row.from_ == here and row.to != "@previous" and row.to not in before:
                    before[row.to] = row
                    open_.append(row.to)
        way = []
        while before[state]:
            way.insert(0, before[state])
            state = before[state].from_
        return way

    def arrive(self, case_type, rows, state, count):
        """`count` dossiers in `state`, and the state before it."""
        some = self.open(case_type, count)
        previous = None
        for row in self.way_to(rows, state):
            previous = row.from_
            some = self.take([row] * count, some)
        for d in some:
            self.assertEqual(d["status_code"], state)
        return some, previous

    def check_flow(self, case_type, rows):
        states = list(dict.fromkeys([r.from_ for r in rows] + [r.to for r in rows if r.to != "@previous"]))
        only_told, only_table = [], []
        for state in states:
            some, previous = self.arrive(case_type, rows, state, 1 + len(states))
            stays, goers = some[0], some[1:]
            expected = {}
            for row in rows:
                if row.from_ == state and not (row.to == "@previous" and previous is None):
                    expected[row.code] = row._replace(to=previous if row.to == "@previous" else row.to)

            # What is told: the same rows, open to those whom the table names.
            for role in ("ADMIN_ORG", "MANAGER", "AGENT"):
                told = self.batch([("dossiers.transitions", {"id": stays["id"]})], role)[0]["ok"]
                self.assertEqual(told["status_code"], state)
                ways = {way["code"]: way for way in told["items"]}
                only_told += [f"{case_type} {state} {code}" for code in ways if code not in expected]
                only_table += [f"{case_type} {state} {code}" for code in expected if code not in ways]
                for code, row in expected.items():
                    way = ways.get(code)
                    if not way:
                        continue
                    where = f"{case_type} {role} {code}: {way}"
                    self.assertEqual(way["to"], row.to, where)
                    self.assertTrue(way["label"] and way["to_label"], where)
                    self.assertEqual([way["reason_dictionary"]] if way["reason_dictionary"] else [],
                                     [n for n in row.needs if n in REASONS], where)
                    if role not in row.roles:
                        self.assertEqual((way["open"], way["closed_by"]), (False, "role"), where)
                    else:
                        missing = [n for n in row.needs if n not in REASONS and n in way["missing"]]
                        self.assertEqual(way["missing"], missing, where)
                        said_with_step = [n for n in missing if n == "comment" or n.startswith("fields.")]
                        self.assertEqual(way["open"], missing == said_with_step, where)

            # What comes of every target.
            takers, rows_taken, refused = [], [], []
            for target, goer in zip(states, goers):
                fitting = [row for row in expected.values() if row.to == target]
                self.assertLess(len(fitting), 2, fitting)
                if fitting:
                    takers.append(goer)
                    rows_taken.append(fitting[0])
                else:
                    refused.append((target, {"id": goer["id"], "version": goer["version"], "to": target,
                                             "reason_code": "OTHER", "comment": "because"}))
            answers = self.batch([("dossiers.transition", step) for _, step in refused])
            for (target, _), answer in zip(refused, answers):
                where = f"{case_type} {state} → {target}: {answer}"
                self.assertIn("error", answer, where)
                self.assertEqual(answer["error"]["code"], "transition_not_allowed", where)
                self.assertEqual(sorted(answer["error"]["details"]["possible"]),
                                 sorted(r.code for r in rows if r.from_ == state), where)
            self.check_needs(rows_taken, takers)
            for row, d in zip(rows_taken, self.take(rows_taken, takers)):
                self.assertEqual(d["status_code"], row.to, row)
            self.assertEqual(self.batch([("dossiers.get", {"id": stays["id"]})])[0]["ok"]["version"],
                             stays["version"])
            self.pairs += len(states)
        self.assertEqual((only_told, only_table), ([], []), "rows on one side only: told, in the table")

    def check_needs(self, rows, dossiers):
        """Without what it needs a step is refused, and to those whom the table does not name always."""
        for role in ("ADMIN_ORG", "MANAGER", "AGENT"):
            tried = []
            for row, d in zip(rows, dossiers):
                if row.needs or role not in row.roles:
                    tried.append((row, {"id": d["id"], "version": d["version"], "transition_code": row.code}))
            answers = self.batch([("dossiers.transition", step) for _, step in tried], role)
            for (row, _), answer in zip(tried, answers):
                self.assertEqual(answer.get("error", {}).get("code"),
                                 "fields_missing" if role in row.roles else "forbidden", f"{role} {row}: {answer}")

    def test_every_pair_of_states(self):
        self.pairs = 0
        flows = table()
        shown = {item["case_type_code"] for item in self.batch([("workflows.list", {})])[0]["ok"]["items"]}
        self.assertEqual({c for c in shown if not c.startswith("COOP_")}, set(flows))
        for case_type, rows in flows.items():
            with self.subTest(case_type=case_type):
                self.check_flow(case_type, rows)
        self.assertGreater(self.pairs, 1000)


if __name__ == "__main__":
    unittest.main()
