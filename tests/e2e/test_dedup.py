"""atlas dedup: files as people have them, and what it writes of them."""
import csv
import io
import math
import unittest

from command import CommandTest

HEADER = ["id", "given_name", "family_name", "phone", "email", "city"]
GIVEN = ["Amina", "Karim", "Sophie", "Julien", "Nadia", "Omar", "Claire", "Hugo", "Salma", "Rachid"]
SYLLABLES = ["ba", "ro", "mi", "ta", "len", "dou", "kar", "ne", "si", "vo"]
TOWNS = ["Rabat", "Fès", "Lyon", "Nice", "Tanger"]


def people(n=120):
    """Rows, and the true pairs: every third is met again with a slip and a gap."""
    rows, truth, state = [], [], 7

    def dice(most):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % most

    for i in range(n):
        given, family = GIVEN[dice(10)], "".join(SYLLABLES[dice(10)] for _ in range(3)).title()
        phone, mail = f"06{10000000 + dice(89999999)}", f"{given}.{family}{dice(1000)}@example.com".lower()
        town = TOWNS[dice(5)]
        rows.append([f"p{i:04}", given, family, phone, mail, town])
        if i % 3 == 0:
            slip = family[0] + family[2] + family[1] + family[3:]
            rows.append([f"q{i:04}", given, slip, "+212" + phone[1:], mail if i % 2 else "", town])
            truth.append((f"p{i:04}", f"q{i:04}"))
    return rows, truth


def text_of(rows, separator=",", header=HEADER):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(([header] if header else []) + rows)
    return out.getvalue()


class DedupTest(CommandTest):
    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    def pairs(self, *arguments, **more):
        out = str(self.folder / "pairs.csv")
        told = self.result("--json", "dedup", *arguments, "--out", out, **more)
        with open(out, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file)), told

    def ids(self, *arguments):
        return {(row["id_a"], row["id_b"]) for row in self.pairs(*arguments)[0]}

    def test_pairs_add_up(self):
        rows, truth = people()
        path = self.write("people.csv", text_of(rows))
        truth_path = self.write("truth.csv", text_of(truth, header=["id_a", "id_b"]))
        pairs, told = self.pairs(path, "--truth", truth_path)
        self.assertEqual(list(pairs[0]), ["id_a", "id_b", "score", "probability", "cluster_id"])
        self.assertEqual(told["pairs"], len(pairs))
        self.assertGreater(told["default"]["f1"], 0.95)
        self.assertGreaterEqual(told["best"]["f1"], told["default"]["f1"])
        self.assertEqual(told["blocking_recall"], 1)
        for pair in pairs:
            self.assertLess(pair["id_a"], pair["id_b"])
            weight = float(pair["score"])
            self.assertLess(abs(float(pair["probability"]) - 2**weight / (1 + 2**weight)), 1e-9)
        why = self.result("--json", "dedup", path, "--explain", pairs[0]["id_a"], pairs[0]["id_b"])
        self.assertLess(abs(why["weight"] - float(pairs[0]["score"])), 1e-9)
        self.assertLess(abs(why["prior"] + math.fsum(part["bits"] for part in why["contributions"])
                            - why["weight"]), 1e-9)
        self.assertLess(abs(why["probability"] - 2**why["weight"] / (1 + 2**why["weight"])), 1e-9)
        self.assertEqual(why["path"], [pairs[0]["id_a"], pairs[0]["id_b"]])
        self.assertTrue(why["would_change"])
        for part in why["contributions"]:
            for language in ("en", "fr", "ar"):
                self.assertIn("bits" if language != "ar" else "", part[language])
                self.assertGreater(len(part[language]), 5)
        other = self.result("--json", "dedup", path, "--explain", pairs[0]["id_b"], pairs[0]["id_a"])
        self.assertEqual(other["weight"], why["weight"])
        self.assertEqual(self.error("dedup", path, "--explain", "p0000", "nobody")["code"], "not_found")

    def test_review_has_a_band_and_all_the_pairs(self):
        rows, _ = people()
        path = self.write("people.csv", text_of(rows))
        same, _ = self.pairs(path)
        both, told = self.pairs(path, "--review")
        self.assertEqual({row["band"] for row in both} | {"same"}, {"same", "review"})
        self.assertEqual([{k: row[k] for k in same[0]} for row in both if row["band"] == "same"], same)
        self.assertEqual(told["pairs"], len(same))

    def test_row_numbers_and_other_ids(self):
        rows, truth = people(60)
        path = self.write("people.csv", text_of([row[1:] for row in rows], header=HEADER[1:]))
        number = {row[0]: str(i + 1) for i, row in enumerate(rows)}
        expected = self.ids(self.write("with.csv", text_of(rows)))
        self.assertTrue(expected & set(truth))
        self.assertEqual(self.ids(path), {tuple(sorted((number[a], number[b]))) for a, b in expected})
        named = self.write("named.csv", text_of(rows, header=["ref", *HEADER[1:]]))
        self.assertEqual(self.ids(named, "--id", "ref"), expected)
        self.assertEqual(self.error("dedup", named, "--id", "none")["code"], "invalid_argument")

    def test_two_files(self):
        rows, truth = people()
        first = self.write("first.csv", text_of([row for row in rows if row[0][0] == "p"]))
        second = self.write("second.csv", text_of([row for row in rows if row[0][0] == "q"], separator=";"))
        pairs, told = self.pairs(first, "--link", second)
        self.assertTrue(told["one_to_one"])
        found = {(row["id_a"], row["id_b"]) for row in pairs}
        self.assertGreaterEqual(len(found & set(truth)), len(truth) * 9 // 10)
        self.assertTrue(all(a[0] == "p" and b[0] == "q" for a, b in found))

    def test_texts_of_every_encoding_and_shape_are_one(self):
        rows, _ = people()
        text = text_of(rows)
        expected = self.ids(self.write("plain.csv", text))
        self.assertTrue(expected)
        for name, data in {
            "marked": b"\xef\xbb\xbf" + text.encode(),
            "utf16le": b"\xff\xfe" + text.encode("utf-16-le"),
            "utf16be": b"\xfe\xff" + text.encode("utf-16-be"),
            "latin": text.encode("cp1252"),
            "cr": text.replace("\n", "\r").encode(),
            "crlf": text.replace("\n", "\r\n").encode(),
            "semicolons": text_of(rows, separator=";").encode(),
            "tabs": text_of(rows, separator="\t").encode(),
            "no last line break": text.rstrip("\n").encode(),
            "blank lines": text.replace("\n", "\n\n").encode(),
        }.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.write("file.csv", data)), expected)

    def test_hostile_files_are_answered(self):
        rows, _ = people(40)
        text = text_of(rows)
        refused = {
            "empty": b"", "line breaks": b"\n\n\r\n", "a quote left open": (text + '"p9,').encode(),
            "ids doubled": (text + text_of([rows[0]], header=None)).encode(),
            "an id missing": (text + ",A,B,,,\n").encode(),
            "ten thousand columns": (",".join(f"c{i}" for i in range(10_000)) + "\n").encode(),
            "a spreadsheet": b"PK\x03\x04" + bytes(500), "nothing but zeros": bytes(5000),
            "nothing to compare": b"id\n1\n2\n3\n", "blank cells": b"id,name\n1,\n2,\n",
        }
        for name, data in refused.items():
            with self.subTest(name):
                self.assertEqual(self.error("dedup", self.write("file.csv", data))["code"], "invalid_argument")
        answered = {
            "a header alone": ",".join(HEADER).encode(), "one row": text_of(rows[:1]).encode(),
            "zeros in cells": text.replace("Rabat", "Ra\0bat").encode(),
            "one column": ("name\n" + "\n".join(f"{row[1]} {row[2]}" for row in rows)).encode(),
            "rows of every length": (text + "x1,A\nx2,A,B,C,D,E,F,G,H\nx3\n").encode(),
            "headers doubled": text.replace("given_name", "family_name", 1).encode(),
            "a quote inside": (text + 'x1,A"b",C,,,\n').encode(),
            "broken bytes": text.encode() + b"x1,\xff\xfe\xed\xa0\x80,\xc0,,,\n",
            "a name of a megabyte": (text + f"x1,{'A' * 2**20},B,,,\nx2,{'A' * 2**20},B,,,\n").encode(),
            "every plane": (text + "".join(
                f"y{plane},{chr(plane * 0x10000 + 0x141) * 4},{chr(plane * 0x10000 + 0x42)},,,\n"
                for plane in range(17))).encode(),
        }
        for name, data in answered.items():
            with self.subTest(name):
                _, told = self.pairs(self.write("file.csv", data))
                self.assertGreaterEqual(told["records"], 0)
        truth = self.write("truth.csv", "id_a,id_b\np0000,nobody\n")
        path = self.write("people.csv", text)
        self.assertEqual(self.error("dedup", path, "--truth", truth)["code"], "invalid_argument")
        self.assertEqual(self.error("dedup", str(self.folder / "none.csv"))["code"], "not_found")

    def test_nothing_found_is_an_answer(self):
        pairs, told = self.pairs(self.write("two.csv", text_of([
            ["a", "Amina", "Baromi", "0661000001", "a@example.com", "Rabat"],
            ["b", "Hugo", "Sivokar", "0537000222", "h@example.org", "Nice"]])))
        self.assertEqual((pairs, told["pairs"]), ([], 0))


if __name__ == "__main__":
    unittest.main()
