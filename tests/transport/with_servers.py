#!/usr/bin/env python3
"""with_servers.py COMMAND…: runs it beside the fake providers, whose addresses are in its environment."""
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fake_http
import fake_meta
import fake_smtp
import fake_twilio


def certificate(folder):
    """A key and a certificate for this host that nobody has signed."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


def main(command):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = folder / "received.jsonl"
        log.touch()
        cert, context = certificate(folder)
        closed = socket.socket()  # bound and not listening: whoever connects is refused
        closed.bind(("127.0.0.1", 0))
        deaf = socket.socket()  # listening and never answering
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        twilio = fake_http.Server(fake_twilio.Handler, log)
        secure = fake_http.Server(fake_twilio.Handler, log, context)
        meta = fake_http.Server(fake_meta.Handler, log)
        ports = {"TWILIO": twilio.port, "TWILIO_TLS": secure.port, "META": meta.port,
                 "SMTP": fake_smtp.Server(log, plain_auth=True).port,
                 "SMTP_STARTTLS": fake_smtp.Server(log, context).port,
                 "SMTPS": fake_smtp.Server(log, context, implicit_tls=True).port,
                 "SMTP_BUSY": fake_smtp.Server(log, greeting="421 4.3.2 Too many connections").port,
                 "SMTP_CLOSED": fake_smtp.Server(log, greeting="554 5.3.2 No mail here").port,
                 "REFUSED": closed.getsockname()[1], "DEAF": deaf.getsockname()[1]}
        environment = dict(os.environ, ATLAS_TEST_LOG=str(log), ATLAS_TEST_CERTIFICATE=str(cert),
                           **{f"ATLAS_TEST_{k}_PORT": str(v) for k, v in ports.items()})
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
