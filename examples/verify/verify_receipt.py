#!/usr/bin/env python3
"""Verifies a consent receipt, with nothing but Python's standard library.

    verify_receipt.py RECEIPT.json ['name+hash+key']

RECEIPT.json is the answer of `consents.receipt`, the last argument the public half of the checkpoint key. Exit
0: the record is whole, its events are those that were recorded, the last of them stands in the audit under the
checkpoint, and with a key both notes are signed by it; 1: not so, and what; 2: usage. See docs/format.md.
"""

import base64
import hashlib
import json
import sys
import uuid


class NotVerified(Exception):
    pass


def require(condition, why):
    if not condition:
        raise NotVerified(why)


def sha256(data):
    return hashlib.sha256(data).digest()


# Ed25519 (RFC 8032, section 5.1), points in extended coordinates.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    w, x, y, z = f - e, h - g, h + g, f + e
    return w * x % P, y * z % P, x * y % P, w * z % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    require(y < P and x * x % P == square and not (x == 0 and sign), "not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signature(public_key, text, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + text).digest(), "little") % ORDER
    left = multiply(s, BASE)
    right = add(decompress(signature[:32]), multiply(h, decompress(public_key)))
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return len(signature) == 64 and s < ORDER and same


def read_note(note, verifier_key):
    """The lines of a C2SP signed note; with a key, one that carries a good signature of it."""
    note = note.encode()
    blank = note.rindex(b"\n\n")
    text, signatures = note[: blank + 1], note[blank + 2 :].decode().splitlines()
    if verifier_key is not None:
        name, key_id, key = verifier_key.split("+", 2)
        key = base64.b64decode(key, validate=True)
        require(len(key) == 33 and key[0] == 1, "the key is not one of Ed25519")
        require(sha256(name.encode() + b"\n" + key)[:4].hex() == key_id, "the key does not fit its hash")
        start = f"\u2014 {name} "
        mine = [line[len(start) :] for line in signatures if line.startswith(start)]
        mine = [base64.b64decode(encoded, validate=True) for encoded in mine]
        mine = [signature[4:] for signature in mine if signature[:4].hex() == key_id]
        require(mine, "not signed by this key")
        require(all(is_signature(key[1:], text, s) for s in mine), "the signature is wrong")
    return text.decode().split("\n")


def canonical(value):
    """RFC 8785 for what a receipt holds: texts, integers, and member names of ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# What an event does to a state; any other leaves it as it is.
MACHINE = {
    "REQUESTED": {"none": "requested"},
    "GRANTED": {state: "granted" for state in ("requested", "refused", "withdrawn", "expired")},
    "REFUSED": {"requested": "refused"},
    "WITHDRAWN": {"granted": "withdrawn"},
    "EXPIRED": {"granted": "expired"},
}
OF_CONSENT = ("consent_id", "organisation", "address", "channel_code", "purpose_code")


def verify_events(record):
    """The last event; the events are whole, in order, of this consent, and add up to its state."""
    processing, previous, state, event = record["processing"], "", "none", None
    whose = [record["record_id"], processing["controller"]["id"], record["principal"]["address"]]
    whose += [processing["channel"], processing["purpose"]]
    for number, told in enumerate(record["events"], 1):
        event = told["event"]
        require(sha256(canonical(event).encode()).hex() == told["hash"], f"event {number} was altered")
        require(event["number"] == number and event["previous"] == previous, f"event {number} is out of order")
        require([event[name] for name in OF_CONSENT] == whose, f"event {number} is of another consent")
        previous = told["hash"]
        state = MACHINE[event["kind"]].get(state, state)
    require(event is not None, "there are no events")
    require(state == record["state"], "the events do not add up to the state")
    return event["id"], previous


def verify_audit(audit, record, last_id, last_hash, key):
    line, decode = audit["entry"], json.JSONDecoder().raw_decode
    diff, middle = decode(line, 8)
    require(line[:8] == '{"diff":' and line[middle : middle + 10] == ',"header":', "not an exported entry")
    header, end = decode(line, middle + 10)
    hashed = (line[middle + 10 : end].encode(), line[8:middle].encode())
    parts = b"".join(len(part).to_bytes(8, "big") + part for part in hashed)
    for part in json.loads(line)["sealed"]:
        parts += sha256(uuid.UUID(part["subject"]).bytes + base64.b64decode(part["data"], validate=True))
    require(header["org"] == record["processing"]["controller"]["id"], "the entry is of another organisation")
    about = (header["entity_kind"], header["entity_id"])
    require(about == ("consent", record["record_id"]), "the entry is not of this consent")
    told = [event for step in diff if step["path"] == "/payload" for event in step["value"]["events"]]
    last = told and (told[-1]["id"], told[-1]["hash"])
    require(last == (last_id, last_hash), "the entry tells of another event")
    index, size, root = audit["index"], audit["size"], audit["root"]
    path = [base64.b64decode(node, validate=True) for node in audit["inclusion"]]
    require(header["seq"] == index + 1 and 0 <= index < size, "the entry is elsewhere in the tree")
    found, fn, sn = sha256(b"\0" + parts), index, size - 1
    for node in path:  # RFC 9162, section 2.1.3.2
        require(sn > 0, "the proof is too long")
        if fn & 1 or fn == sn:
            found = sha256(b"\1" + node + found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = sha256(b"\1" + found + node)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0 and found == base64.b64decode(root, validate=True), "the entry is not in the tree")
    note = read_note(audit["checkpoint"], key)[:3]
    require(note == [f"libatlas/audit/{header['org']}", str(size), root], "the checkpoint is of another tree")


def verify(receipt, key):
    text = receipt["record"]
    record = json.loads(text)
    require(canonical(record) == text, "the record is not in canonical form")
    require(sha256(text.encode()).hex() == receipt["sha256"], "the record was altered")
    require(record["schema_version"] == "libatlas/consent-receipt/1", "a record of another version")
    verify_audit(receipt["audit"], record, *verify_events(record), key)
    if key is not None:
        require(receipt["signature"], "the record is not signed")
        mark = [f"libatlas/consent-receipt/{record['processing']['controller']['id']}", record["record_id"]]
        lines = read_note(receipt["signature"], key)
        require(lines == [*mark, receipt["sha256"], ""], "the signature is of another record")
    return record


def main(arguments):
    if len(arguments) not in (1, 2):
        print("usage: verify_receipt.py RECEIPT.json ['name+hash+key']", file=sys.stderr)
        return 2
    key = arguments[1] if len(arguments) == 2 else None
    try:
        with open(arguments[0], encoding="utf-8") as file:
            record = verify(json.load(file), key)
    except OSError as error:
        print(f"verify_receipt.py: {error}", file=sys.stderr)
        return 2
    except (NotVerified, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        print(f"NOT VERIFIED: {error}", file=sys.stderr)
        return 1
    what, count = record["processing"], len(record["events"])
    print(f"verified: {what['purpose']} by {what['channel']} is {record['state']}, {count} events")
    if key is None:
        print("no key was given: who signed it was not looked at")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
