"""atlas try: known answers, hostile input, order and bounds."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import unittest

from command import ATLAS, CommandTest


def b64(data):
    return base64.b64encode(data).decode()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves):
    """RFC 9162 §2.1.1, from its definition."""
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def inclusion(index, leaves):
    """RFC 9162 §2.1.3."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return inclusion(index, leaves[:k]) + [root(leaves[k:])]
    return inclusion(index - k, leaves[k:]) + [root(leaves[:k])]


def consistency(size, leaves, whole=True):
    """RFC 9162 §2.1.4."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if size <= k:
        return consistency(size, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(size - k, leaves[k:], False) + [root(leaves[:k])]


class Try(CommandTest):
    def ask(self, kind, *lines):
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        answers = self.lines("try", kind, stdin=text)
        self.assertEqual(len(answers), len(lines))
        return answers

    def test_json(self):
        accepted = [b"null", b" [1, 2.5, \"a\"] ", b'{"a":1,"a":2}', b'"\\ud83d\\ude00"', "\"é\"".encode(),
                    b"-0", b"1E5", b"[" * 512 + b"]" * 512]
        refused = [b"", b"[1,]", b"01", b"nul", b"[1] x", b'"\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}",
                   b"[" * 513 + b"]" * 513, b'"\t"', b"'a'", b"+1", b"NaN", b"{1:2}", b"[1", b'"\x00"']
        answers = self.ask("json", *({"base64": b64(text)} for text in accepted + refused))
        for text, answer in zip(accepted, answers):
            self.assertIs(answer["accepted"], True, text)
            self.assertEqual(json.loads(answer["text"]), json.loads(text), text)
        for text, answer in zip(refused, answers[len(accepted):]):
            self.assertEqual(answer, {"accepted": False, "text": None}, text)

    def test_phone(self):
        answers = self.ask("phone", {"raw": "06 12 34 56 78", "region": "FR"}, {"raw": "0612345678", "region": "MA"},
                           {"raw": "+33 1 42 68 53 00", "region": "ZZ"}, {"raw": "0612345678", "region": "ZZ"},
                           {"raw": "", "region": "FR"}, {"raw": "٠٦١٢٣٤٥٦٧٨", "region": "MA"})
        nothing = {"valid": False, "e164": None, "type": None, "region": None}
        self.assertEqual(answers, [
            {"valid": True, "e164": "+33612345678", "type": "MOBILE", "region": "FR"},
            {"valid": True, "e164": "+212612345678", "type": "MOBILE", "region": "MA"},
            {"valid": True, "e164": "+33142685300", "type": "FIXED_LINE", "region": "FR"}, nothing, nothing,
            {"valid": True, "e164": "+212612345678", "type": "MOBILE", "region": "MA"}])

    def test_proof(self):
        leaves = [hashlib.sha256(b"\x00" + bytes([i])).digest() for i in range(23)]
        asked, expected = [], []
        for size in (1, 2, 7, 8, 23):
            for index in range(size):
                proof = {"proof_kind": "inclusion", "index": index, "size": size, "root": b64(root(leaves[:size])),
                         "leaf_hash": b64(leaves[index]), "proof": [b64(h) for h in inclusion(index, leaves[:size])]}
                asked += [proof, {**proof, "leaf_hash": b64(leaves[index][::-1])}, {**proof, "index": size}]
                expected += [True, False, False]
            for earlier in range(1, size + 1):
                proof = {"proof_kind": "consistency", "size1": earlier, "size2": size,
                         "root1": b64(root(leaves[:earlier])), "root2": b64(root(leaves[:size])),
                         "proof": [b64(h) for h in consistency(earlier, leaves[:size])]}
                asked += [proof, {**proof, "root1": b64(leaves[0][::-1])}]
                expected += [True, False]
        whole = asked[-2]
        for wrong in ({"proof": ["!"]}, {"size1": -1}, {"size2": 1 << 70}, {"root1": "AAAA"}, {"proof": [b64(b"x" * 31)]},
                      {"size1": 1.5}, {"proof": [b64(b"x" * 32)] * 500}):
            asked.append({**whole, **wrong})
            expected.append(False)
        self.assertEqual([answer["valid"] for answer in self.ask("proof", *asked)], expected)

    def test_csv(self):
        text = b64("name;city\r\n\"Aït;Ali\";Salé\r\nx\r\n1;2;3;4\r\n".encode())
        answers = self.ask("csv", {"base64": text, "header": True}, {"base64": text, "header": False},
                           {"base64": b64(b"a,b\n1,2\n"), "header": False, "separator": ";"},
                           {"base64": "", "header": True}, {"base64": b64(b"\xef\xbb\xbfa\n1\n"), "header": True})
        self.assertEqual(answers[0]["rows"], [{"name": "Aït;Ali", "city": "Salé"}, {"name": "x"},
                                              {"name": "1", "city": "2", "": ["3", "4"]}])
        self.assertEqual(answers[1]["rows"], [["name", "city"], ["Aït;Ali", "Salé"], ["x"], ["1", "2", "3", "4"]])
        self.assertEqual(answers[2]["rows"], [["a,b"], ["1,2"]])
        self.assertEqual(answers[3]["rows"], [])
        self.assertEqual(answers[4]["rows"], [{"a": "1"}])

    def test_signature(self):
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        params = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
                  "Caller": "+14158675309"}
        twilio = {"scheme": "twilio", "secret": "12345", "url": url, "params": params}
        body = b'{"property": "value", "boolean": true}'
        hashed = url + "&bodySHA256=" + hashlib.sha256(body).hexdigest()
        meta = {"scheme": "meta", "secret": "app", "body_base64": b64(body)}
        right = "sha256=" + hmac.new(b"app", body, hashlib.sha256).hexdigest()
        cases = [
            ({**twilio, "signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, True),
            ({**twilio, "signature": "kvajT1Ptam85bY51eRf/AJRuM3w="}, True),
            ({**twilio, "signature": "RSOYDt4T1cUTdK1PDd93/VVr8B9="}, False),
            ({**twilio, "secret": "", "signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, False),
            ({**twilio, "signature": None}, False),
            (twilio, False),
            ({**twilio, "params": {"Sid": "CA123", "SidAccount": "AC123", "Digits": ["5678", "1234"]},
              "signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU="}, True),
            ({**twilio, "params": {"Sid": "CA123", "SidAccount": "AC123", "Digits": [5678, 1234, 1234]},
              "signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU="}, True),
            ({"scheme": "twilio", "secret": "12345", "url": hashed, "body_base64": b64(body),
              "signature": "a9nBmqA0ju/hNViExpshrM61xv4="}, True),
            ({"scheme": "twilio", "secret": "12345", "url": hashed, "body_base64": b64(body + b" "),
              "signature": "a9nBmqA0ju/hNViExpshrM61xv4="}, False),
            ({**meta, "signature": right}, True),
            ({**meta, "body_base64": b64(body + b"\n"), "signature": right}, False),
            ({**meta, "signature": None}, False), (meta, False), ({**meta, "signature": ""}, False)]
        answers = self.ask("signature", *[line for line, _ in cases])
        self.assertEqual(answers, [{"valid": valid} for _, valid in cases])

    def test_lines_that_cannot_be_answered(self):
        """Each gives an error, and the stream goes on."""
        wrong = {"json": [{"base64": "!"}, {"base64": 1}, {}], "phone": [{"raw": 1}, {"region": "FR"}, {"raw": "1", "region": "FRA"}],
                 "proof": [{"proof_kind": "x", "proof": []}, {"proof_kind": "inclusion"}, {"proof_kind": "inclusion", "proof": [1]}],
                 "csv": [{"base64": "!"}, {"base64": b64(b'"open')}, {"base64": b64(b"\xff")}, {"base64": "", "separator": "ab"}],
                 "signature": [{"scheme": "slack", "secret": "s"}, {"scheme": "meta", "secret": "s"}, {"scheme": "meta", "secret": 1},
                               {"scheme": "meta", "secret": "s", "body_base64": "!"}, {"scheme": "twilio", "secret": "s", "url": "u"},
                               {"scheme": "twilio", "secret": "s", "url": "u", "params": []},
                               {"scheme": "twilio", "secret": "s", "url": "u", "params": {"a": None}},
                               {"scheme": "twilio", "secret": "s", "url": "u", "params": {}, "signature": 1},
                               {"scheme": "twilio", "secret": "s", "params": {}}]}
        good = {"json": {"base64": "MQ=="}, "phone": {"raw": "", "region": "FR"}, "csv": {"base64": ""},
                "signature": {"scheme": "meta", "secret": "", "body_base64": ""},
                "proof": {"proof_kind": "inclusion", "index": 0, "size": 1, "root": "", "leaf_hash": "", "proof": []}}
        hostile = ["", "x", "[]", "{", '{"a":1,"a":2}', "\udcff", '{"x":' + "[" * 5000, "null", '"\\ud800"']
        for kind, lines in wrong.items():
            answers = self.ask(kind, *lines, *hostile, good[kind])
            for line, answer in zip(lines + hostile, answers):
                self.assertEqual(answer.get("error", {}).get("code"), "invalid_argument", line)
                self.assertTrue(answer["error"]["message"])
            self.assertNotIn("error", answers[-1])

    def test_last_line_needs_no_break_and_a_long_line_is_passed_over(self):
        long = '{"base64":"' + "A" * (30 << 20) + '"}'
        answers = self.lines("try", "json", stdin=long + "\n" + '{"base64":"MQ=="}')
        self.assertEqual([("error" in a, a.get("accepted")) for a in answers], [(True, None), (False, True)])

    def test_unknown_kind_is_usage(self):
        self.assertEqual(self.run_atlas("try", "magic").returncode, 2)

    def test_answers_come_in_order_and_memory_is_bounded(self):
        lines = 200_000
        script = (f"import resource, subprocess, sys\n"
                  f"child = subprocess.Popen([{ATLAS!r}, 'try', 'phone'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
                  f"import threading\n"
                  f"def feed():\n"
                  f"    for i in range({lines}):\n"
                  f"        child.stdin.write(b'{{\"raw\":\"06%08d\",\"region\":\"FR\"}}\\n' % (12000000 + i))\n"
                  f"    child.stdin.close()\n"
                  f"threading.Thread(target=feed).start()\n"
                  f"right = sum(b'06%08d'[1:] % (12000000 + i) in line for i, line in enumerate(child.stdout))\n"
                  f"child.wait()\n"
                  f"print(right, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n")
        out = subprocess.run(["python3", "-c", script], capture_output=True, text=True, timeout=300, check=True).stdout
        right, kib = map(int, out.split())
        self.assertEqual(right, lines)
        if os.environ.get("ATLAS_SANITIZED") != "1":  # a sanitizer keeps what was freed
            self.assertLess(kib, 300 * 1024)


if __name__ == "__main__":
    unittest.main()
