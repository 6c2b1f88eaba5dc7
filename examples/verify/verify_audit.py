#!/usr/bin/env python3
"""Verifies an audit export against a signed checkpoint, with nothing but Python's standard library.

    verify_audit.py EXPORT.jsonl NOTE 'name+hash+key'

EXPORT.jsonl is the output of `atlas audit export` (one entry a line), NOTE a checkpoint, the last argument
the public half of its key. Exit 0: every entry up to the checkpoint is there, in order, unaltered; 1: not so,
and which line; 2: usage. The formats are in docs/format.md, the signature is RFC 8032, the tree RFC 9162.
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


def read_checkpoint(note, verifier_key):
    """The (origin, size, root) of a C2SP signed note that carries a signature of this key."""
    name, key_id, key = verifier_key.split("+", 2)
    key = base64.b64decode(key, validate=True)
    require(len(key) == 33 and key[0] == 1, "the key is not one of Ed25519")
    require(sha256(name.encode() + b"\n" + key)[:4].hex() == key_id, "the key does not fit its hash")
    blank = note.rindex(b"\n\n")
    text, signatures = note[: blank + 1], note[blank + 2 :].decode().splitlines()
    start = f"\u2014 {name} "
    mine = [line[len(start) :] for line in signatures if line.startswith(start)]
    mine = [base64.b64decode(encoded, validate=True) for encoded in mine]
    mine = [signature[4:] for signature in mine if signature[:4].hex() == key_id]
    require(mine, "the checkpoint is not signed by this key")
    require(all(is_signature(key[1:], text, s) for s in mine), "the checkpoint's signature is wrong")
    origin, size, root = text.decode().split("\n")[:3]
    require(size.isascii() and size.isdigit(), "the checkpoint's size is no number")
    return origin, int(size), base64.b64decode(root, validate=True)


def take(text, at, literal):
    require(text.startswith(literal, at), "not an exported entry")
    return at + len(literal)


def read_entry(line):
    """The header, the leaf hash that the line's bytes give, and the one it tells."""
    text = line.decode()
    value = json.JSONDecoder().raw_decode
    begin = take(text, 0, '{"diff":')
    diff, end = value(text, begin)
    diff_bytes = b"" if diff is None else text[begin:end].encode()
    begin = take(text, end, ',"header":')
    header, end = value(text, begin)
    header_bytes = text[begin:end].encode()
    told, end = value(text, take(text, end, ',"leaf":'))
    sealed, end = value(text, take(text, end, ',"sealed":'))
    require(text[end:] == "}\n", "not an exported entry")
    data = b"".join(len(part).to_bytes(8, "big") + part for part in (header_bytes, diff_bytes))
    for part in sealed:
        data += sha256(uuid.UUID(part["subject"]).bytes + base64.b64decode(part["data"], validate=True))
    return header, sha256(b"\0" + data), told


def head(roots):
    """The head of a tree from the roots of its complete subtrees, largest first."""
    if not roots:
        return sha256(b"")
    result = roots[-1]
    for root in reversed(roots[:-1]):
        result = sha256(b"\1" + root + result)
    return result


def verify(export, note, verifier_key):
    origin, size, root = read_checkpoint(note, verifier_key)
    count, leaf, roots, found = 0, bytes(32), [], head([])
    for line in export:
        count += 1
        try:
            header, entry_leaf, told = read_entry(line)
            require(entry_leaf.hex() == told, "it was altered")
            require(header["seq"] == count, f"it says it is entry {header['seq']}")
            require(header["previous"] == leaf.hex(), "it does not follow the entry before it")
            require(origin.endswith("/" + header["org"]), "it is not of the checkpoint's organisation")
        except (NotVerified, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise NotVerified(f"entry {count}: {error}") from None
        leaf = entry_leaf
        roots.append(leaf)
        n = count
        while n % 2 == 0:
            right = roots.pop()
            roots[-1] = sha256(b"\1" + roots[-1] + right)
            n //= 2
        if count == size:
            found = head(roots)
    require(count >= size, f"the export ends at entry {count}, the checkpoint covers {size}")
    require(found == root, "the entries are not those of the checkpoint")
    return origin, size, count - size


def main(arguments):
    if len(arguments) != 3:
        print("usage: verify_audit.py EXPORT.jsonl NOTE 'name+hash+key'", file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as export, open(arguments[1], "rb") as note:
            origin, size, later = verify(export, note.read(), arguments[2])
    except OSError as error:
        print(f"verify_audit.py: {error}", file=sys.stderr)
        return 2
    except (NotVerified, ValueError) as error:
        print(f"NOT VERIFIED: {error}", file=sys.stderr)
        return 1
    print(f"verified: {size} entries of {origin}")
    if later:
        print(f"{later} later entries are chained to them, but not covered")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
