#!/usr/bin/env python3
"""Verifies a Shearline audit export as spec/audit.md says. Python 3.8 or later, the standard library alone.

    audit_verify.py EXPORT [--checkpoint FILE]... [--key ED_ID]...
    audit_verify.py --self-test VECTORS        # spec/vectors/audit.json

Prints what the export is worth, or the first place that is wrong, and exits with 0 or 1. Written from the document, not from the server's
code: where the two disagree, one of them has a fault.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys

# --- Ed25519, RFC 8032 section 5.1: verification -----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


def decode_point(raw):
    """The point in extended coordinates, or None."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_MINUS_1 % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verifies(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public_key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(k, a))
    return not (left[0] * right[2] - right[0] * left[2]) % P and not (left[1] * right[2] - right[1] * left[2]) % P


# --- hashes -------------------------------------------------------------------------------------------------------------------

ZERO = bytes(32)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def link(previous, seq, event):
    return sha256(previous, seq.to_bytes(8, "big"), event)


def leaf(nonce, seq, head, chain):
    return sha256(nonce, seq.to_bytes(8, "big"), head, chain.encode())


# --- the export ---------------------------------------------------------------------------------------------------------------


class Broken(Exception):
    def __init__(self, place, fault):
        super().__init__(fault)
        self.place = place


def unbase64(text):
    return base64.b64decode(text, validate=True)


def read_keys(listed):
    """The public keys of an export. An id is made of its key, so that a known id means a known key."""
    keys = {}
    for each in listed:
        key = unbase64(each["public_key"])
        if each["id"] != "ed_" + sha256(key).hex()[:16]:
            raise Broken("key %s" % each["id"], "it is not the id of its public key: the key was exchanged")
        keys[each["id"]] = key
    return keys


def check_signed(place, checkpoint, keys, accepted):
    """What can be wrong with a checkpoint by itself; returns its content."""
    signed, key = unbase64(checkpoint["bytes"]), keys.get(checkpoint["key"])
    if key is None or not ed25519_verifies(key, signed, unbase64(checkpoint["signature"])):
        raise Broken(place, "its signature is not of its bytes and a key of the export")
    content = json.loads(signed)
    if content["v"] != 1 or content["number"] != checkpoint["number"] or content["key"] != checkpoint["key"]:
        raise Broken(place, "its bytes are of another number, key or version")
    own = leaf(bytes.fromhex(checkpoint["nonce"]), checkpoint["seq"], bytes.fromhex(checkpoint["hash"]), checkpoint["chain"])
    if own.hex() not in content["leaves"]:
        raise Broken(place, "it does not say that seq %d has this hash" % checkpoint["seq"])
    if accepted and checkpoint["key"] not in accepted:
        raise Broken(place, "it is signed with %s, which is not a key that you accept" % checkpoint["key"])
    return content


def field(thing, name, kind):
    """A field that must be there, and what it must be."""
    value = thing[name]
    if type(value) is not kind:
        raise ValueError(name)
    return value


def hash_of(thing, name):
    value = field(thing, name, str)
    if len(value) != 64 or len(bytes.fromhex(value)) != 32:
        raise ValueError(name)


def check_head(thing):
    hash_of(thing, "hash")
    if not field(thing, "chain", str) or field(thing, "seq", int) < 1:
        raise ValueError("head")


def checked(kept):
    """A kept checkpoint that is whole; ValueError for anything else."""
    try:
        if field(kept, "number", int) < 1 or not field(kept, "key", str) or len(unbase64(field(kept, "signature", str))) != 64:
            raise ValueError("number, key or signature")
        if "bytes" in kept:
            unbase64(field(kept, "bytes", str))
            hash_of(kept, "nonce")
            check_head(kept)
        else:
            hash_of(kept, "checkpoint_hash")
            if not field(kept, "heads", list):
                raise ValueError("heads")
            for head in kept["heads"]:
                check_head(head)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise ValueError("this is no checkpoint: %s" % json.dumps(kept)[:200]) from None
    return kept


LOGGED = "audit checkpoint "


def in_line(line):
    """The checkpoint in a line of a log, or none: most of a log speaks of something else."""
    start = line.find("{")
    try:
        found = json.loads(line[start:]) if start >= 0 else None
    except ValueError:
        if '"checkpoint_hash' in line.replace("\\", ""):
            raise ValueError("this is no whole checkpoint: " + line[:200]) from None
        return []
    return in_object(found) if isinstance(found, dict) else []


def in_object(found):
    if "bytes" in found or "checkpoint_hash" in found:
        return [checked(found)]
    message = found.get("message")
    if isinstance(message, str) and message.startswith(LOGGED):
        return [checked(json.loads(message[len(LOGGED):]))]
    return []


def read_kept(text):
    """Checkpoints as the API serves them, one, a line each or a page, or as a node logs them, among whatever else it logs."""
    try:
        whole = json.loads(text)
    except ValueError:
        found = [kept for line in text.splitlines() for kept in in_line(line)]
    else:
        if not isinstance(whole, dict):
            raise ValueError("there is no checkpoint in it")
        found = [checked(each) for each in field(whole, "items", list)] if "items" in whole else in_object(whole)
    if not found:
        raise ValueError("there is no checkpoint in it")
    return found


class Verification:
    def __init__(self, kept, accepted):
        self.kept, self.accepted, self.heads, self.keys, self.unsealed, self.signers = kept, accepted, {}, {}, [], []
        self.events = self.checkpoints = self.covered = self.erased = self.erasures = self.line = 0
        self.last = None
        self.ended = False

    def run(self, lines):
        for text in lines:
            self.line += 1
            content = None
            try:
                content = json.loads(text)
                kind = content["type"]
                if self.ended or (self.line == 1) != (kind == "header"):
                    raise Broken("line", "this line has no place here")
                {"header": self.header, "event": self.event, "checkpoint": self.checkpoint,
                 "unsealed": self.not_sealed, "end": self.end}[kind](content)
            except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
                raise Broken("line", "this is no line of an export") from None
        if not self.ended:
            self.line += 1
            raise Broken("end", "the export stops in the middle")

    def header(self, content):
        self.chain, self.first, self.to, self.head = (content[name] for name in ("chain", "from_seq", "to_seq", "head_seq"))
        if content["format"] != "shearline-audit-export" or content["version"] != 1 or not (
                1 <= self.first <= self.to + 1 <= self.head + 1):
            raise Broken("header", "this is no export that this version knows")
        self.seq, self.hash = self.first - 1, bytes.fromhex(content["previous"])
        if self.first == 1 and self.hash != ZERO:
            raise Broken("header", "a chain begins with 32 zero bytes as the hash before")
        self.keys = read_keys(content["keys"])
        for kept in self.kept:
            place = "kept checkpoint %d" % kept["number"]
            if "bytes" in kept:
                check_signed(place, kept, self.keys, self.accepted)
                if kept["chain"] != self.chain:
                    raise Broken(place, "it is of another chain")
            for known in kept.get("heads", [kept]):
                if known["chain"] == self.chain:
                    self.remember(place, known["seq"], bytes.fromhex(known["hash"]))
        if self.kept and not self.heads:
            raise Broken("kept checkpoints", "none of them is of this chain and of a seq of this export: nothing can be compared")

    def remember(self, place, seq, known):
        if seq > self.to == self.head:
            raise Broken(place, "it knows seq %d, and the chain ends at %d: rows were removed at the end, or this export is older"
                         % (seq, self.to))
        if not self.first - 1 <= seq <= self.to:
            return
        if (seq == self.seq and known != self.hash) or self.heads.get(seq, known) != known:
            raise Broken(place, "seq %d had another hash: the chain was rewritten" % seq)
        self.heads[seq] = known

    def event(self, content):
        seq, event = content["seq"], unbase64(content["bytes"])
        place = "seq %d" % seq
        if seq > self.seq + 1:
            raise Broken(place, "seq %d is missing before it: a row was removed or moved" % (self.seq + 1))
        if seq <= self.seq:
            raise Broken(place, "it comes after seq %d: a row was inserted or moved" % self.seq)
        if seq > self.to or self.unsealed:
            raise Broken(place, "it lies behind the end of the export: a row was inserted")
        expected = link(self.hash, seq, event)
        if expected != bytes.fromhex(content["hash"]):
            raise Broken(place, "its hash does not follow from its bytes and the hash before: a row was altered")
        if self.heads.get(seq, expected) != expected:
            raise Broken(place, "seq %d had another hash: the chain was rewritten" % seq)
        self.seq, self.hash = seq, expected
        self.events += 1
        self.erased += self.is_erased(place, event, content["personal"])

    def is_erased(self, place, event, personal):
        content = json.loads(event)
        if content["organization"] != self.chain:
            raise Broken(place, "it is an event of another chain")
        self.erasures += content.get("action") in ("user.erased", "member.erased")
        if personal is None:
            return "personal" in content
        if sha256(unbase64(personal["salt"]), unbase64(personal["fields"])).hex() != content.get("personal"):
            raise Broken(place, "its personal fields are not those that were written")
        return False

    def checkpoint(self, content):
        place = "checkpoint %d" % content["number"]
        if content["chain"] != self.chain:
            raise Broken(place, "it is of another chain")
        if content["seq"] != self.seq:
            raise Broken(place, "it covers seq %d, and the row before it is seq %d" % (content["seq"], self.seq))
        signed = check_signed(place, content, self.keys, self.accepted)
        if bytes.fromhex(content["hash"]) != self.hash:
            raise Broken(place, "seq %d had another hash when it was signed: the chain was rewritten" % self.seq)
        own = sha256(unbase64(content["bytes"]))
        if self.last is not None:
            number, before = self.last
            if content["number"] <= number or (content["number"] == number + 1 and signed["previous"] != before.hex()):
                raise Broken(place, "it does not follow checkpoint %d" % number)
        for kept in self.kept:
            known = sha256(unbase64(kept["bytes"])).hex() if "bytes" in kept else kept["checkpoint_hash"]
            if kept["number"] == content["number"] and known != own.hex():
                raise Broken(place, "it is not the one that you kept")
        self.last = (content["number"], own)
        self.checkpoints += 1
        self.signed_by(content["key"])
        self.covered = self.seq

    def signed_by(self, key):
        first = max(self.covered + 1, self.first)
        if first > self.seq:
            return
        if self.signers and self.signers[-1][0] == key:
            first = self.signers.pop()[1]
        self.signers.append([key, first, self.seq])

    def not_sealed(self, content):
        event = unbase64(content["bytes"])
        name = json.loads(event)["id"]
        self.is_erased("unsealed " + name, event, content["personal"])
        self.unsealed.append(name)

    def end(self, content):
        if self.seq != self.to:
            raise Broken("seq %d" % (self.seq + 1), "it is missing: the export is to seq %d" % self.to)
        if self.covered != self.to and self.to >= self.first:
            raise Broken("seq %d" % self.to, "no checkpoint covers the end of the export")
        if [content["events"], content["checkpoints"], content["unsealed"]] != [
                self.events, self.checkpoints, len(self.unsealed)]:
            raise Broken("end", "it counts other lines than there are")
        self.ended = True


def verify(lines, kept, accepted):
    verification = Verification(kept, accepted)
    try:
        verification.run(lines)
    except Broken as broken:
        print("broken at line %d, %s: %s" % (verification.line, broken.place, broken))
        return 1
    for signer in verification.signers:
        print("signed by %s: seq %d to %d" % tuple(signer))
    for name in verification.unsealed:
        print("unsealed " + name)
    if verification.erased and not verification.erasures:
        print("personal fields are gone, and no event of this export says that somebody was erased")
    print("%s seq %d to %d of %d whole, checkpoints %d, covered to seq %d, erased %d, unsealed %d, held against kept checkpoints %d" % (
        verification.chain, verification.first, verification.to, verification.head, verification.checkpoints,
        verification.covered, verification.erased, len(verification.unsealed), len(verification.heads)))
    return 0


def self_test(vectors):
    for v in vectors["ed25519"]:
        message, signature = bytes.fromhex(v["message"]), bytes.fromhex(v["signature"])
        assert ed25519_verifies(bytes.fromhex(v["public_key"]), message, signature), v
        assert not ed25519_verifies(bytes.fromhex(v["public_key"]), message + b"x", signature), v
    for v in vectors["links"]:
        assert link(bytes.fromhex(v["previous"]), v["seq"], v["bytes"].encode()).hex() == v["hash"], v
    for v in vectors["personal"]:
        assert sha256(bytes.fromhex(v["salt"]), v["fields"].encode()).hex() == v["hash"], v
    for v in vectors["leaves"]:
        assert leaf(bytes.fromhex(v["nonce"]), v["seq"], bytes.fromhex(v["hash"]), v["chain"]).hex() == v["leaf"], v
    for v in vectors["checkpoints"]:
        signed = v["bytes"].encode()
        assert ed25519_verifies(bytes.fromhex(v["public_key"]), signed, unbase64(v["signature"])), v
    for v in vectors["exports"]:
        verification = Verification(v.get("kept", []), v.get("keys", []))
        try:
            verification.run(v["lines"])
            assert v["broken_line"] is None and len(verification.heads) == v.get("held", 0), v["name"]
            assert verification.signers == v["signers"], v["name"]
        except Broken:
            assert verification.line == v["broken_line"], (v["name"], verification.line)
    for v in vectors["kept"]:
        try:
            found = len(read_kept(v["text"]))
        except ValueError:
            found = None
        assert found == v["checkpoints"], (v["name"], found)
    print("all vectors hold")
    return 0


def main():
    parser = argparse.ArgumentParser(description="Verifies a Shearline audit export.")
    parser.add_argument("export", help="a file, or - for standard input")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="checkpoints that you have kept")
    parser.add_argument("--key", action="append", default=[], metavar="ED_ID", help="keys that you accept; without one, any")
    parser.add_argument("--self-test", action="store_true", help="EXPORT is spec/vectors/audit.json")
    given = parser.parse_args()
    if given.self_test:
        with open(given.export, encoding="utf-8") as file:
            return self_test(json.load(file))
    kept = []
    for name in given.checkpoint:
        with open(name, encoding="utf-8") as file:
            try:
                kept += read_kept(file.read())
            except ValueError as fault:
                parser.error("%s: %s" % (name, fault))
    if given.export == "-":
        return verify(sys.stdin, kept, given.key)
    with open(given.export, encoding="utf-8") as file:
        return verify(file, kept, given.key)


if __name__ == "__main__":
    sys.exit(main())
