"""Bodies: what can be told of the bytes of a body, and strategies of those that spell the same in other words."""

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from fleet_contract.mock_server.messages import Json
from proof.moments import Moment
from proof.sending import Request, as_json
from proof.triggers import values as v
from proof.triggers.calls import WITH_BODY, calls
from proof.triggers.classes import Class, when

STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")  # behind any number of escaped backslashes
Respelling = Callable[[DrawFn, Json], bytes]  # draws how a value is spelled
HALF = re.compile("[\ud800-\udfff]")


# --- what can be told of them --------------------------------------------------------------------


def without_strings(raw: bytes) -> bytes:
    """Return a JSON text with nothing in its strings."""
    return STRING.sub(b'""', raw)


def depth(raw: bytes) -> int:
    """Return how deep a JSON text is nested."""
    steps = (1 if byte in b"[{" else -1 for byte in without_strings(raw) if byte in b"[]{}")
    deepest = level = 0
    for step in steps:
        level += step
        deepest = max(deepest, level)
    return deepest


def numbers(raw: bytes) -> list[bytes]:
    return NUMBER.findall(without_strings(raw))


def has_infinite_number(raw: bytes) -> bool:
    return b"Infinity" in without_strings(raw) or any(math.isinf(float(number)) for number in numbers(raw))


def has_half_pair(value: Json) -> bool:
    """Say whether a value holds half of a surrogate pair in any of its texts."""
    return bool(HALF.search(json.dumps(value, ensure_ascii=False))) if isinstance(value, str | list | dict) else False


def escapes(raw: bytes) -> list[int]:
    """Return the characters that a JSON text escapes by their number."""
    return [int(digits, 16) for _, digits in ESCAPE.findall(raw)]


def is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def ends_early(raw: bytes) -> bool:
    """Say whether a text begins like JSON and lacks its end."""
    try:
        json.loads(raw)
    except json.JSONDecodeError as wrong:
        return bool(raw.strip()) and (wrong.pos >= len(wrong.doc.rstrip()) or wrong.msg.startswith("Unterminated"))
    except (ValueError, RecursionError):
        pass
    return False


def names_given(raw: bytes) -> list[str]:
    """Return the names of the members of an object, each as often as it is given."""
    found: list[list[str]] = [[]]
    with suppress(ValueError, RecursionError):
        json.loads(raw, object_pairs_hook=lambda pairs: found.append([name for name, _ in pairs]))
    return found[-1]


# --- classes by them -----------------------------------------------------------------------------


def spelled(respell: Respelling, *operations: str) -> Class:
    """Return calls of which some are drawn whose body is respelled, to tell by a predicate which these are."""

    def changed(draw: DrawFn, usual: Request) -> Request:
        return usual.with_body(respell(draw, json.loads(usual.body)))

    return calls(*operations or WITH_BODY, changed=changed, holds=lambda _: True)


def changing(change: Callable[[bytes], bytes], respell: Respelling, *operations: str) -> Class:
    """Return the valid calls of whose body a function makes another."""

    def holds(moment: Moment) -> bool:
        return moment.is_valid and change(moment.raw) != moment.raw

    return when(holds, spelled(respell, *operations))


# --- other spellings -----------------------------------------------------------------------------


def with_text(texts: SearchStrategy[str], encode: Callable[[str], str] = lambda text: text) -> Respelling:
    """Return what gives the last text of a body another value, which it spells in its own way."""

    def respell(draw: DrawFn, value: Json) -> bytes:
        *_, name = (name for name, member in value.items() if isinstance(member, str))
        marked = json.dumps({**value, name: "MARK"}, ensure_ascii=False)
        return marked.replace('"MARK"', f'"{encode(draw(texts))}"').encode()

    return respell


def escaped(text: str, *, capitals: bool = False) -> str:
    """Return a text with every character escaped, as UTF-16 has it."""
    units = text.encode("utf-16-be").hex()
    hexes = (units[place : place + 4] for place in range(0, len(units), 4))
    return "".join(f"\\u{each.upper() if capitals else each}" for each in hexes)


def spread(comma: str, colon: str) -> Respelling:
    """Return what writes a body with these between its members, and after their names."""
    return lambda _, value: json.dumps(value, separators=(comma, colon)).encode()


def padded(least: int = 0) -> Respelling:
    """Return what writes a body between white space, after so much of it at least."""

    def respell(draw: DrawFn, value: Json) -> bytes:
        before, after = draw(_BLANKS), draw(_BLANKS)
        return (before * (least // len(before) + 1) + json.dumps(value) + after).encode()

    return respell


def reversed_members(_: DrawFn, value: Json) -> bytes:
    return json.dumps(dict(reversed(value.items()))).encode()


def escaped_names(_: DrawFn, value: Json) -> bytes:
    """Write a body with the first character of each name of a member escaped."""
    return re.sub(r'"(\w)(\w*)": ', lambda found: f'"{escaped(found[1])}{found[2]}": ', json.dumps(value)).encode()


def rereads(chosen: Callable[[int], bool], into: bytes = rb"\\u") -> Callable[[bytes], bytes]:
    """Return what takes the escapes of some characters, by their number, for a backslash and what follows."""

    def change(raw: bytes) -> bytes:
        return ESCAPE.sub(lambda found: found[1] + into + found[2] if chosen(int(found[2], 16)) else found[0], raw)

    return change


_BLANKS = st.text(" \t\r\n", min_size=1, max_size=9)
_PIECES = st.sampled_from([b"\xff", b"\xc3(", b"\xc0\xaf", b"\xe2\x28\xa1", b"\xfe", b"\x80", b"\xf0\x9f\x98"])
NO_UTF_8 = st.builds(lambda piece, name: b'{"fleetId": "' + name.encode() + piece + b'"}', _PIECES, v.PLAIN)
ODD_BYTES = st.builds(
    "{}{}".format, v.PLAIN, st.sampled_from(["%FF", "%C3%28", "%C0%AF", "%F0%9F", "%80", "%ED%A0%80"])
)
DEEP = st.integers(1_000, 3_000).map(lambda levels: b"[" * levels + b"]" * levels)
LONG_NUMBERS = st.integers(1_000, 3_000).map(lambda digits: b"7" * digits)
INFINITE_NUMBERS = st.integers(400, 9_999).map(b"-1e%d".__mod__) | st.sampled_from([b"Infinity", b"-Infinity"])
GIVEN_TWICE = st.builds('{{"newName": "{}", "newName": "{}"}}'.format, v.PLAIN, v.PLAIN).map(str.encode)
NO_OBJECTS = (v.NULL.drawn | v.BOOLEANS.drawn | v.NUMBERS.drawn | v.ARRAYS.drawn | v.PLAIN).map(as_json)
CUT_OFF = st.builds(
    lambda body, size: body[: 1 + size % (len(body) - 1)],
    st.fixed_dictionaries({"fleetId": v.IDS, "fleetName": v.NAMES, "newName": v.NAMES}).map(as_json),
    st.integers(0, 1_000),
)
