#!/usr/bin/env python3
"""The fake providers against requests written by hand: what they take, and each refusal."""
import base64
import errno
import json
import pathlib
import socket
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fake_http
import fake_meta
import fake_smtp
import fake_twilio


def exchange(port, request):
    """The bytes as they are; (status, headers, JSON or text)."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        s.sendall(request)
        try:
            s.shutdown(socket.SHUT_WR)
        except OSError as e:
            if e.errno != errno.ENOTCONN:  # the other end was quicker
                raise
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
    if not answer:
        raise ConnectionResetError("closed without an answer")
    head, _, body = answer.partition(b"\r\n\r\n")
    try:
        body = json.loads(body)
    except ValueError:
        pass
    return int(head.split()[1]), head.decode(), body


class Twilio(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = fake_http.Server(fake_twilio.Handler)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def post(self, form, user="AC00000000000000000000000000000001:the-auth-token", path=None,
             content_type="application/x-www-form-urlencoded"):
        path = path or "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"
        body = form if isinstance(form, bytes) else form.encode()
        return exchange(self.server.port, (
            f"POST {path} HTTP/1.1\r\nHost: api.twilio.com\r\nConnection: close\r\n"
            f"Authorization: Basic {base64.b64encode(user.encode()).decode()}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)

    def code(self, *args, **kwargs):
        status, _, body = self.post(*args, **kwargs)
        self.assertEqual(status, body["status"])
        return body["code"]

    def test_takes(self):
        good = ["To=%2B33612345678&From=%2B33700000000&Body=Bonjour",
                "To=%2B33612345678&From=AGENCE&Body=Bonjour",
                "To=%2B33612345678&MessagingServiceSid=MG00000000000000000000000000000003&Body=x",
                "To=whatsapp%3A%2B212612345678&From=whatsapp%3A%2B33700000000&Body=" + "a" * 1600,
                "To=whatsapp%3A%2B212612345678&From=whatsapp%3A%2B33700000000&ContentSid=HX00000000000000000000000000000004"
                "&ContentVariables=%7B%221%22%3A%22Amal%22%2C%222%22%3A%2215%20h%22%7D",
                "To=%2B33612345678&From=%2B33700000000&MediaUrl=https%3A%2F%2Fx.example%2Fa.jpg",
                "To=%2B33612345678&From=%2B33700000000&Body=x&StatusCallback=https%3A%2F%2Fcrm.example%2Fs"]
        for form in good:
            status, _, body = self.post(form)
            self.assertEqual(status, 201, body)
            self.assertRegex(body["sid"], "^(SM|MM)[0-9a-f]{32}$")
        self.assertEqual(self.post(good[0], user="SK00000000000000000000000000000002:the-key-secret")[0], 201)

    def get(self, path, user="AC00000000000000000000000000000001:the-auth-token"):
        return exchange(self.server.port, (
            f"GET /2010-04-01/Accounts/AC00000000000000000000000000000001/{path} HTTP/1.1\r\nHost: api.twilio.com\r\n"
            f"Connection: close\r\nAuthorization: Basic {base64.b64encode(user.encode()).decode()}\r\n\r\n").encode())

    def test_tells(self):
        made = [self.post(f"To=%2B33611111111&From=%2B33700000000&Body={i}")[2]["sid"] for i in range(3)]
        status, _, page = self.get("Messages.json?To=%2B33611111111")
        self.assertEqual(status, 200)
        self.assertEqual([m["sid"] for m in page["messages"]], made[::-1])
        self.assertEqual(page["messages"][0]["body"], "2")
        self.assertIsNone(page["next_page_uri"])
        self.assertEqual(self.get("Messages.json?To=%2B33611111112")[2]["messages"], [])
        self.assertEqual(self.get("Messages.json?To=%2B33611111111&DateSent%3E=2999-01-01")[2]["messages"], [])
        self.assertEqual(len(self.get("Messages.json?To=%2B33611111111&DateSent%3E=2020-01-01")[2]["messages"]), 3)
        self.assertIsNotNone(self.get("Messages.json?To=%2B33611111111&PageSize=2")[2]["next_page_uri"])
        self.assertEqual(self.get(f"Messages/{made[0]}.json")[2]["body"], "0")
        self.assertEqual(self.get("Messages/SM" + "0" * 32 + ".json")[0], 404)
        self.assertEqual(self.get("Messages.json?PageSize=0")[0], 400)
        self.assertEqual(self.get("Messages.json?DateSent=today")[0], 400)
        self.assertEqual(self.get("Messages.json", user="AC00000000000000000000000000000001:wrong")[0], 401)

    def test_refuses(self):
        base = "From=%2B33700000000&Body=x"
        to = "To=%2B33612345678&"
        whatsapp = "To=whatsapp%3A%2B212612345678&From=whatsapp%3A%2B33700000000&"
        self.assertEqual(self.code(to + base, user="AC00000000000000000000000000000001:wrong"), 20003)
        self.assertEqual(self.code(to + base, user="AC00000000000000000000000000000009:the-auth-token"), 20003)
        self.assertEqual(self.code(to + base, path="/2010-04-01/Accounts/AC1/Messages.json"), 20404)
        self.assertEqual(self.code(to + base, content_type="application/json"), 20001)
        self.assertEqual(self.code(base), 21604)
        self.assertEqual(self.code("To=0612345678&" + base), 21211)
        self.assertEqual(self.code("To=mail%3A%2B33612345678&" + base), 21211)
        self.assertEqual(self.code(to + "Body=x"), 21603)
        self.assertEqual(self.code(to + "From=%2B33799999999&Body=x"), 21606)
        self.assertEqual(self.code(to + "MessagingServiceSid=MG1&Body=x"), 21705)
        self.assertEqual(self.code("To=whatsapp%3A%2B212612345678&" + base), 21910)
        self.assertEqual(self.code("To=whatsapp%3A%2B212612345678&From=whatsapp%3A%2B33799999999&Body=x"), 63007)
        self.assertEqual(self.code("To=%2B33600000001&" + base), 21610)
        self.assertEqual(self.code(to + "From=%2B33700000000"), 21619)
        self.assertEqual(self.code(to + "From=%2B33700000000&Body=" + "a" * 1601), 21617)
        self.assertEqual(self.code(to + base + "&MediaUrl=https%3A%2F%2Fx" * 11), 21623)
        self.assertEqual(self.code(to + base + "&MediaUrl=file%3A%2F%2Fx"), 21620)
        self.assertEqual(self.code(to + base + "&StatusCallback=here"), 21609)
        self.assertEqual(self.code(whatsapp + "ContentSid=HX9"), 21655)
        sid = "ContentSid=HX00000000000000000000000000000004&ContentVariables="
        self.assertEqual(self.code(whatsapp + sid + "%7B1%7D"), 21656)
        self.assertEqual(self.code(whatsapp + sid + "%7B%221%22%3A7%2C%222%22%3A%22b%22%7D"), 21656)
        self.assertEqual(self.code(whatsapp + sid + "%7B%221%22%3A%22a%22%7D"), 63028)

    def test_scenarios(self):
        path = "/~{}/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"
        status, head, body = self.post("", path=path.format("error-30001-400"))
        self.assertEqual((status, body["code"]), (400, 30001))
        status, head, _ = self.post("", path=path.format("retry-429-7"))
        self.assertEqual(status, 429)
        self.assertIn("Retry-After: 7", head)
        self.assertEqual(self.post("", path=path.format("status-502"))[0], 502)
        status, head, _ = self.post("", path=path.format("redirect"))
        self.assertIn("Location: /redirected", head)
        with self.assertRaises(ConnectionError):
            self.post("", path=path.format("reset"))
        self.assertEqual(self.post("", path=path.format("cut"))[2], b'{"sid":"SM1"')
        self.assertEqual(self.server.received[-1]["scenario"], "cut")


class Meta(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = fake_http.Server(fake_meta.Handler)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def post(self, text, token="EAAG-the-access-token", number="106540352242922", content_type="application/json"):
        body = text.encode()
        return exchange(self.server.port, (
            f"POST /v23.0/{number}/messages HTTP/1.1\r\nHost: graph.facebook.com\r\nConnection: close\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body)

    def code(self, *args, **kwargs):
        status, _, body = self.post(*args, **kwargs)
        self.assertGreaterEqual(status, 400, body)
        return body["error"]["code"]

    HEAD = '{"messaging_product":"whatsapp","recipient_type":"individual","to":"+212612345678",'

    def test_takes(self):
        good = ['"type":"text","text":{"body":"Bonjour"}}',
                '"type":"text","text":{"body":"' + "a" * 4096 + '"}}',
                '"type":"image","image":{"link":"https://x.example/a.jpg","caption":"Vue"}}',
                '"type":"audio","audio":{"id":"77"}}',
                '"type":"template","template":{"name":"simple","language":{"code":"en_US"}}}',
                '"type":"template","template":{"name":"visite","language":{"code":"fr"},"components":[{"type":"body",'
                '"parameters":[{"type":"text","text":"Amal"},{"type":"text","text":"15 h"}]}]}}',
                '"type":"template","template":{"name":"visite_nommee","language":{"code":"fr"},"components":[{"type":'
                '"body","parameters":[{"type":"text","parameter_name":"prenom","text":"Amal"},{"type":"text",'
                '"parameter_name":"heure","text":"15 h"}]}]}}',
                '"type":"template","template":{"name":"plan","language":{"code":"fr"},"components":[{"type":"header",'
                '"parameters":[{"type":"document","document":{"link":"https://x.example/p.pdf"}}]},{"type":"button",'
                '"sub_type":"url","index":"0","parameters":[{"type":"text","text":"42"}]}]}}',
                '"context":{"message_id":"wamid.A"},"biz_opaque_callback_data":"t","type":"text","text":{"body":"x"}}']
        for rest in good:
            status, _, body = self.post(self.HEAD + rest)
            self.assertEqual(status, 200, body)
            self.assertEqual(body["contacts"][0]["wa_id"], "212612345678")
            self.assertTrue(body["messages"][0]["id"].startswith("wamid."))

    def test_refuses(self):
        text = '"type":"text","text":{"body":"x"}}'
        self.assertEqual(self.code(self.HEAD + text, token="other"), 190)
        self.assertEqual(self.code(self.HEAD + text, number="1"), 100)
        self.assertEqual(self.code(self.HEAD + text, content_type="text/plain"), 100)
        self.assertEqual(self.code("{"), 100)
        self.assertEqual(self.code('{"to":"+212612345678",' + text), 100)
        self.assertEqual(self.code('{"messaging_product":"whatsapp",' + text), 100)
        self.assertEqual(self.code(self.HEAD.replace("+212612345678", "12") + text), 131009)
        self.assertEqual(self.code(self.HEAD.replace("+212612345678", "+33700000000") + text), 131021)
        for rest, code in [
                ('"type":"text"}', 131008),
                ('"type":"text","text":{"body":""}}', 131008),
                ('"type":"text","text":{"body":"' + "a" * 4097 + '"}}', 100),
                ('"type":"hologram","hologram":{}}', 100),
                ('"context":{"message_id":"7"},' + text, 131009),
                ('"biz_opaque_callback_data":"' + "t" * 513 + '",' + text, 100),
                ('"type":"image","image":{"link":"https://x","id":"7"}}', 100),
                ('"type":"image","image":{"link":"file:///x"}}', 131009),
                ('"type":"image","image":{"id":"x"}}', 131009),
                ('"type":"image","image":{"link":"https://x","caption":"' + "a" * 1025 + '"}}', 100),
                ('"type":"image","image":{"link":"https://x","filename":"x"}}', 100),
                ('"type":"audio","audio":{"link":"https://x","caption":"x"}}', 100)]:
            self.assertEqual(self.code(self.HEAD + rest), code, rest[:60])

    def test_refuses_templates(self):
        def template(name, language, components="[]"):
            return self.code(self.HEAD + '"type":"template","template":{"name":"' + name + '","language":{"code":"' +
                             language + '"},"components":' + components + "}}")

        def body(*values):
            return json.dumps([{"type": "body", "parameters": [{"type": "text", "text": v} for v in values]}])
        self.assertEqual(template("visit", "fr"), 132001)
        self.assertEqual(template("visite", "ar"), 132001)
        self.assertEqual(template("visite", "fr"), 132000)
        self.assertEqual(template("visite", "fr", body("a")), 132000)
        self.assertEqual(template("visite", "fr", body("a", "b", "c")), 132000)
        self.assertEqual(template("visite_nommee", "fr", body("a", "b")), 132000)
        self.assertEqual(template("visite", "fr", body("a", "b\nc")), 132018)
        self.assertEqual(template("visite", "fr", body("a", "b      c")), 132018)
        self.assertEqual(template("visite", "fr", body("a", "")), 132012)
        self.assertEqual(template("simple", "en_US", body("a")), 132000)
        self.assertEqual(template("simple", "en_US", '[{"type":"footer"}]'), 100)
        self.assertEqual(template("plan", "fr"), 132012)
        header = '{"type":"header","parameters":[{"type":"document","document":{"link":"https://x"}}]}'
        self.assertEqual(template("plan", "fr", f"[{header}]"), 131008)
        self.assertEqual(template("plan", "fr", '[%s,{"type":"button","sub_type":"call","index":"0"}]' % header), 132012)


class Smtp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = fake_smtp.Server(plain_auth=True)

    AUTH = "AUTH PLAIN " + base64.b64encode("\0contact@agence.example\0pass word é".encode()).decode()
    BEGIN = ["EHLO here", AUTH, "MAIL FROM:<contact@agence.example>", "RCPT TO:<amal@example.com>", "DATA"]
    CONTENT = ["From: <contact@agence.example>", "To: <amal@example.com>", "Date: Sun, 22 Nov 2026 09:50:00 +0000",
               "Message-ID: <1@agence.example>", "", "Bonjour", "."]

    def talk(self, lines, server=None):
        """The last line of each reply; the first is the greeting."""
        replies = []
        with socket.create_connection(("127.0.0.1", (server or self.server).port), timeout=5) as s:
            file = s.makefile("rwb")

            def reply():
                while line := file.readline():
                    if line[3:4] != b"-":
                        return line.decode().rstrip()
                return ""
            replies.append(reply())
            content = False
            for line in lines:
                file.write(line if isinstance(line, bytes) else line.encode() + b"\r\n")
                file.flush()
                if content and line != ".":
                    continue
                replies.append(reply())
                content = line == "DATA" and replies[-1].startswith("354")
        return replies

    def test_takes(self):
        replies = self.talk(self.BEGIN + self.CONTENT + ["QUIT"])
        self.assertEqual([r[:3] for r in replies], "220 250 235 250 250 354 250 221".split())
        self.assertEqual(self.server.received[-1]["recipient"], "amal@example.com")

    def test_refuses(self):
        def last(lines):
            return self.talk(lines)[-1][:9]
        self.assertEqual(last(["MAIL FROM:<contact@agence.example>"]), "503 5.5.1")
        self.assertEqual(last(["EHLO a b"]), "501 5.5.4")
        self.assertEqual(last(["EHLO here", "VRFY x"]), "502 5.5.2")
        self.assertEqual(last(["EHLO here", "MAIL FROM:<contact@agence.example>"]), "530 5.7.0")
        self.assertEqual(last(["EHLO here", "AUTH PLAIN " + base64.b64encode(b"\0a\0b").decode()]), "535 5.7.8")
        self.assertEqual(last(["EHLO here", "AUTH CRAM-MD5"]), "504 5.5.4")
        self.assertEqual(last(self.BEGIN[:2] + ["MAIL FROM:contact"]), "501 5.5.4")
        self.assertEqual(last(self.BEGIN[:2] + ["MAIL FROM:<a@other.example>"]), "553 5.7.1")
        self.assertEqual(last(self.BEGIN[:2] + ["MAIL FROM:<a@agence.example> SIZE=999999"]), "552 5.3.4")
        self.assertEqual(last(self.BEGIN[:2] + ["RCPT TO:<a@example.com>"]), "503 5.5.1")
        self.assertEqual(last(self.BEGIN[:3] + ["DATA"]), "503 5.5.1")
        for name, code in [("nobody", "550 5.1.1"), ("full", "452 4.2.2"), ("grey", "450 4.7.1"),
                           ("closed", "421 4.3.2"), ("elsewhere", "554 5.7.1")]:
            self.assertEqual(last(self.BEGIN[:3] + [f"RCPT TO:<{name}@example.com>"]), code)

    def test_refuses_contents(self):
        def content(lines):
            return self.talk(self.BEGIN + lines)[-1][:9]
        self.assertEqual(content(self.CONTENT[1:]), "550 5.6.0")
        self.assertEqual(content([self.CONTENT[0]] + self.CONTENT), "550 5.6.0")
        self.assertEqual(content(["Subject: pourriel"] + self.CONTENT), "550 5.7.1")
        self.assertEqual(content(["Subject: é"] + self.CONTENT), "554 5.6.1")
        self.assertEqual(content(self.CONTENT[:-1] + [b"bare\n"] + ["."]), "500 5.5.2")
        self.assertEqual(content(self.CONTENT[:-1] + ["a" * 999] + ["."]), "500 5.5.2")
        self.assertEqual(content(self.CONTENT[:-1] + ["a" * 900] * 120 + ["."]), "552 5.3.4")

    def test_greets(self):
        server = fake_smtp.Server(greeting="421 4.3.2 Too many connections")
        self.assertEqual(self.talk([], server), ["421 4.3.2 Too many connections"])


if __name__ == "__main__":
    unittest.main()
