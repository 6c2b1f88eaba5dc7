"""A submission server that takes what RFC 5321, 3207 and 4954 let it take, and refuses the rest.

A test asks for a scenario by the name that it greets with (EHLO): drop-data (closes instead of answering to the
content), silent-data (never answers to it), drop-mail (closes after MAIL), cut-data (closes in the middle of the
content), no-tls (offers no STARTTLS), no-auth (offers no AUTH, asks for none).
"""
import asyncio
import base64
import email
import email.policy
import json
import re
import threading

USER, PASSWORD = "contact@agence.example", "pass word é"
DOMAIN = "agence.example"
LONGEST = 100_000


class Session:
    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.name = self.sender = self.recipient = None
        self.user = None
        self.tls = server.implicit_tls

    async def say(self, *lines):
        for line in lines:
            self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def line(self):
        line = await self.reader.readline()
        if not line.endswith(b"\r\n") or len(line) > 1000:
            raise ConnectionError
        return line[:-2].decode("ascii")

    async def run(self):
        await self.say(self.server.greeting)
        if not self.server.greeting.startswith("220"):
            return
        while True:
            verb, _, rest = (await self.line()).partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                await self.say("221 2.0.0 Bye")
                return
            handler = getattr(self, "do_" + verb, None)
            if handler is None:
                await self.say("502 5.5.2 Command not recognised")
            elif await handler(rest):
                return

    async def do_EHLO(self, rest):
        if not re.fullmatch(r"[A-Za-z0-9.\-\[\]:]+", rest):
            return await self.say("501 5.5.4 Syntax: EHLO hostname")
        self.name, self.sender, self.recipient = rest, None, None
        offers = ["250-fake", f"250-SIZE {LONGEST}"]
        if self.server.context and not self.tls and rest != "no-tls":
            offers.append("250-STARTTLS")
        if rest != "no-auth" and (self.tls or self.server.plain_auth):
            offers.append("250-AUTH PLAIN LOGIN")
        await self.say(*offers, "250 ENHANCEDSTATUSCODES")

    async def do_STARTTLS(self, rest):
        if self.tls or self.server.context is None or rest:
            return await self.say("503 5.5.1 TLS is not possible")
        await self.say("220 2.0.0 Ready to start TLS")
        transport = self.writer.transport
        protocol = transport.get_protocol()
        loop = asyncio.get_running_loop()
        encrypted = await loop.start_tls(transport, protocol, self.server.context, server_side=True)
        self.reader._transport = encrypted
        self.writer = asyncio.StreamWriter(encrypted, protocol, self.reader, loop)
        protocol._stream_writer = self.writer
        protocol._transport = encrypted
        self.tls, self.name = True, None

    async def do_AUTH(self, rest):
        if self.name is None or not (self.tls or self.server.plain_auth):
            return await self.say("538 5.7.11 Encryption required for requested authentication mechanism")
        kind, _, first = rest.partition(" ")
        if kind == "PLAIN":
            if not first:
                await self.say("334 ")
                first = await self.line()
            _, user, password = base64.b64decode(first).decode().split("\0")
        elif kind == "LOGIN":
            await self.say("334 " + base64.b64encode(b"Username:").decode())
            user = base64.b64decode(await self.line()).decode()
            await self.say("334 " + base64.b64encode(b"Password:").decode())
            password = base64.b64decode(await self.line()).decode()
        else:
            return await self.say("504 5.5.4 Unrecognised authentication type")
        if user == "temporary@agence.example":
            return await self.say("454 4.7.0 Temporary authentication failure")
        if (user, password) != (USER, PASSWORD):
            return await self.say("535 5.7.8 Authentication credentials invalid")
        self.user = user
        await self.say("235 2.7.0 Authentication successful")

    async def do_MAIL(self, rest):
        if self.name is None:
            return await self.say("503 5.5.1 Say hello first")
        if self.server.context and not self.tls and not self.server.plain_auth:
            return await self.say("530 5.7.0 Must issue a STARTTLS command first")
        if self.user is None and self.name != "no-auth":
            return await self.say("530 5.7.0 Authentication required")
        match = re.fullmatch(r"FROM:<([^<>@ ]+@[^<>@ ]+)>(?: SIZE=(\d+))?", rest)
        if not match:
            return await self.say("501 5.5.4 Syntax: MAIL FROM:<address>")
        if self.name == "drop-mail":
            return True
        if match[1].partition("@")[2] != DOMAIN:
            return await self.say("553 5.7.1 Sender address rejected: not owned by user")
        if match[2] and int(match[2]) > LONGEST:
            return await self.say("552 5.3.4 Message size exceeds fixed limit")
        self.sender = match[1]
        await self.say("250 2.1.0 Ok")

    async def do_RCPT(self, rest):
        if self.sender is None:
            return await self.say("503 5.5.1 Need MAIL command")
        match = re.fullmatch(r"TO:<([^<>@ ]+)@([^<>@ ]+)>", rest)
        if not match:
            return await self.say("501 5.5.4 Syntax: RCPT TO:<address>")
        refusals = {"nobody": "550 5.1.1 <" + match[1] + "@" + match[2] + ">: Recipient address rejected",
                    "full": "452 4.2.2 Mailbox full", "grey": "450 4.7.1 Greylisted, try again",
                    "closed": "421 4.3.2 Shutting down", "elsewhere": "554 5.7.1 Relay access denied"}
        if match[1] in refusals:
            await self.say(refusals[match[1]])
            return match[1] == "closed"
        self.recipient = match[1] + "@" + match[2]
        await self.say("250 2.1.5 Ok")

    async def do_DATA(self, _rest):
        if self.recipient is None:
            return await self.say("503 5.5.1 Need RCPT command")
        await self.say("354 End data with <CR><LF>.<CR><LF>")
        if self.name == "cut-data":
            await self.reader.read(100)
            return True
        content = bytearray()
        fault = None
        while True:
            line = await self.reader.readline()
            if not line:
                return True
            if line == b".\r\n":
                break
            if not line.endswith(b"\r\n") or b"\0" in line or len(line) > 1000:
                fault = "500 5.5.2 Line too long, or not ended by CRLF"
            if any(byte > 127 for byte in line):
                fault = "554 5.6.1 8-bit content, which was not announced"
            content += line[1:] if line.startswith(b".") else line
        if self.name == "drop-data":
            self.note(content)
            return True
        if self.name == "silent-data":
            self.note(content)
            await asyncio.sleep(15)
            return True
        await self.say(fault or self.judge(bytes(content)))

    def note(self, content):
        self.server.note({"provider": "SMTP", "sender": self.sender, "recipient": self.recipient, "tls": self.tls,
                          "user": self.user, "content": bytes(content).decode("ascii", "replace")})

    def judge(self, content):
        if len(content) > LONGEST:
            return "552 5.3.4 Message too big for system"
        message = email.message_from_bytes(content, policy=email.policy.default)
        if message.defects or any(part.defects for part in message.walk()):
            return "554 5.6.0 Malformed content"
        for header in ("From", "Date", "Message-ID", "To"):
            if len(message.get_all(header, [])) != 1:
                return f"550 5.6.0 Exactly one {header} is needed"
        if message["Date"].datetime is None:
            return "550 5.6.0 No date"
        if "pourriel" in (message["Subject"] or ""):
            return "550 5.7.1 Rejected as spam"
        self.note(content)
        return "250 2.0.0 Ok: queued as 4FX"


class Server:
    def __init__(self, log=None, context=None, implicit_tls=False, plain_auth=False, greeting="220 fake ESMTP"):
        self.log, self.context, self.implicit_tls = log, context, implicit_tls
        self.plain_auth, self.greeting = plain_auth, greeting
        self.received, self.lock = [], threading.Lock()
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()
        self.ready.wait()

    def serve(self):
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(lambda *_: None)  # connections break here on purpose

        async def start():
            server = await asyncio.start_server(self.connected, "127.0.0.1", 0,
                                                ssl=self.context if self.implicit_tls else None)
            self.port = server.sockets[0].getsockname()[1]
            self.ready.set()

        self.loop.run_until_complete(start())
        self.loop.run_forever()

    async def connected(self, reader, writer):
        session = Session(self, reader, writer)
        try:
            await session.run()
        except (ConnectionError, ValueError, OSError):
            pass
        finally:
            session.writer.close()

    def note(self, entry):
        with self.lock:
            self.received.append(entry)
            if self.log:
                with open(self.log, "a", encoding="utf-8") as out:
                    out.write(json.dumps(entry) + "\n")
