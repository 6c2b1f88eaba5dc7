"""What the two fakes of HTTP providers have in common: scenarios that a test asks for by the first segment of the
path (`/~slow-500/…`), a log of what was received, and answers that break in every way that answers break.

Scenarios: error-CODE-STATUS (the provider's error), status-STATUS (no body of its kind), retry-STATUS-SECONDS
(with Retry-After), slow-MS (answers late), silent (never), reset (the connection, after the request), cut (in the
middle of the answer), huge (an answer without end), redirect, page (HTML with 200), interim (100 Continue, then
silence), blank (200 with an empty object).
"""
import http.server
import json
import socket
import struct
import threading
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "fake"

    def log_message(self, *args):
        pass

    def setup(self):
        super().setup()
        self.request.settimeout(20)

    def do_GET(self):
        self.take(lambda path, body: self.handle_question(path))

    def do_POST(self):
        self.take(self.handle_message)

    def handle_question(self, path):
        return 404, self.error_body(20404, 404, "not found")

    def take(self, handle):
        scenario, path = "", self.path
        if path.startswith("/~"):
            scenario, _, rest = path[2:].partition("/")
            path = "/" + rest
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.note({"provider": self.provider, "scenario": scenario, "path": path, "method": self.command,
                          "headers": {k.lower(): v for k, v in self.headers.items()},
                          "body": body.decode("utf-8", "replace")})
        if scenario and self.play(scenario):
            return
        self.answer(*handle(path, body))

    def play(self, scenario):
        """True when the scenario has answered itself."""
        name, *words = scenario.split("-")
        if name == "error":
            self.answer(int(words[1]), self.error_body(int(words[0]), int(words[1]), "as asked for"))
        elif name == "status":
            self.answer(int(words[0]), b"<html>no</html>", "text/html")
        elif name == "retry":
            self.answer(int(words[0]), b"{}", more={"Retry-After": urllib.parse.unquote(words[1])})
        elif name == "slow":
            time.sleep(int(words[0]) / 1000)
            return False
        elif name == "silent":
            self.server.stopping.wait(15)
            self.close_connection = True
        elif name == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
            self.close_connection = True
        elif name == "cut":
            self.wfile.write(b"HTTP/1.1 %s x\r\nContent-Length: 500\r\n\r\n{\"sid\":\"SM1\"" %
                             (words[0] if words else "201").encode())
            self.wfile.flush()
            self.close_connection = True
        elif name == "huge":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            try:
                for _ in range(64):
                    self.wfile.write(b"[" * 65536)
            except OSError:
                pass
            self.close_connection = True
        elif name == "redirect":
            self.answer(307, b"", more={"Location": "/redirected"})
        elif name == "page":
            self.answer(200, b"<html>fine</html>", "text/html")
        elif name == "blank":
            self.answer(200, b"{}")
        elif name == "interim":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
            self.server.stopping.wait(15)
            self.close_connection = True
        else:
            raise ValueError(scenario)
        return True

    def answer(self, status, body, content_type="application/json", more=None):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler, log=None, tls=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.log, self.lock, self.stopping = log, threading.Lock(), threading.Event()
        self.received = []
        self.tls = tls
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client_address):
        if self.tls is not None:  # in the request's own thread: a client that refuses us holds up nobody
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # clients of these tests break connections on purpose

    @property
    def port(self):
        return self.server_address[1]

    def note(self, entry):
        with self.lock:
            self.received.append(entry)
            if self.log:
                with open(self.log, "a", encoding="utf-8") as out:
                    out.write(json.dumps(entry) + "\n")

    def stop(self):
        self.stopping.set()
        self.shutdown()
        self.server_close()
