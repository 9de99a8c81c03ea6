"""The ways to write the members of a body: as JSON in several spellings, as odd JSON, and as what is no JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from fleet_contract.contract_tests.judging.bodies import spell

PLAIN = "plain"
Members = Mapping[str, Any]


def _escaped(value: Any) -> str:
    """Write every character of every string as an escape, which means the same (RFC 8259, section 7)."""
    if isinstance(value, str):
        units = value.encode("utf-16-be", "surrogatepass")
        return '"' + "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)) + '"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{_escaped(name)}:{_escaped(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_escaped, value)) + "]"
    return json.dumps(value)


def _spaced(members: Members) -> bytes:
    return spell(members).replace(b'": ', b'" :\t', 1).replace(b"{", b" \r\n{\n", 1) + b"\n \t"


def _with_no_utf_8(members: Members) -> bytes:
    body = spell(members)
    return body[:-2] + b'\xc3\x28"}' if body.endswith(b'"}') else body + b"\xff"


def _twice(members: Members) -> bytes:
    body = spell(members)
    return body[:-1] + b", " + body[1:] if members else body


# First what says the same as the plain one, then what the standards leave open, last what is no JSON object.
SPELLINGS: Mapping[str, Callable[[Members], bytes]] = {
    PLAIN: spell,
    "spaced": _spaced,
    "reversed": lambda members: spell(dict(reversed(list(members.items())))),
    "in-ascii": lambda members: json.dumps(members).encode(),
    "escaped": lambda members: _escaped(members).encode(),
    "twice": _twice,
    "with-a-byte-order-mark": lambda members: b"\xef\xbb\xbf" + spell(members),
    "in-utf-16": lambda members: json.dumps(members).encode("utf-16"),
    "with-no-utf-8": _with_no_utf_8,
    "cut-off": lambda members: spell(members)[:-1],
    "with-more": lambda members: spell(members) + b" more",
    "in-an-array": lambda members: b"[" + spell(members) + b"]",
    "in-a-string": lambda members: spell(json.dumps(members)),
    "empty": lambda _: b"",
}
