"""Faults of a server that breaks on what nobody thought of: one table, each row another request."""

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.http import break_on, text_of
from fleet_contract.mock_server.faults.registry import register_fault
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.parts import Parts

LEVELS, DIGITS = 1_000, 1_000


class Crash(NamedTuple):
    """What is answered 500: the end of the sentence, the operations, and the condition."""

    text: str
    operations: tuple[str, ...]
    condition: Callable[[Call], bool]


def has_value(kind: type) -> Callable[[Call], bool]:
    """Return whether a body has a name of this JSON type."""
    return lambda call: any(type(body_of(call).get(name)) is kind for name in ("fleetName", "newName"))


def has_bytes(pattern: bytes) -> Callable[[Call], bool]:
    """Return whether a body has bytes of this pattern."""
    return lambda call: re.search(pattern, call.raw_body) is not None


RENAME = ("rename_fleet",)
WITH_BODY = ("create_fleet", "rename_fleet", "create_charging_key")
IN_PATHS = ("rename_fleet", "get_invitation_codes")
CRASHES: dict[str, Crash] = {
    "a-number-for-a-name": Crash("A name that is a number", WITH_BODY, has_value(int)),
    "a-boolean-for-a-name": Crash("A name that is a boolean", WITH_BODY, has_value(bool)),
    "an-array-for-a-name": Crash("A name that is an array", WITH_BODY, has_value(list)),
    "an-object-for-a-name": Crash("A name that is an object", WITH_BODY, has_value(dict)),
    "null-for-a-name": Crash("A newName of null", RENAME, lambda call: body_of(call).get("newName", "") is None),
    "an-empty-name": Crash("An empty newName", RENAME, lambda call: body_of(call).get("newName") == ""),
    "a-missing-name": Crash(
        "A rename without newName", RENAME, lambda call: isinstance(call.body, dict) and "newName" not in call.body
    ),
    "half-a-surrogate-pair": Crash("Half of a surrogate pair", WITH_BODY, has_bytes(rb"\\ud[89a-f]..(?!\\u)")),
    "a-deep-body": Crash("A body nested a thousand deep", WITH_BODY, lambda call: call.raw_body.count(b"[") >= LEVELS),
    "a-long-number": Crash("A number of a thousand digits", WITH_BODY, has_bytes(rb"\d{%d}" % DIGITS)),
    "not-a-number": Crash("A NaN", WITH_BODY, has_bytes(rb"NaN")),
    "an-infinite-number": Crash("A number beyond every float", WITH_BODY, has_bytes(rb"1e999|Infinity")),
    "a-member-given-twice": Crash("A newName given twice", RENAME, has_bytes(rb'"newName".*"newName"')),
    "bytes-that-are-no-utf-8": Crash("A body that is not UTF-8", WITH_BODY, has_bytes(rb"[\xc0\xc1\xfe\xff]|\xc3\(")),
    "a-byte-order-mark": Crash("A body that begins with a byte order mark", WITH_BODY, has_bytes(rb"^\xef\xbb\xbf")),
    "a-key-that-is-no-utf-8": Crash(
        "The create of a charging key whose body is not UTF-8",
        ("create_charging_key",),
        has_bytes(rb"[\xc0\xc1\xfe\xff]"),
    ),
    "a-filter-that-is-no-utf-8": Crash(
        "A filter that is not UTF-8", ("list_charging_keys",), lambda call: b"%FF" in call.raw_query
    ),
    "a-page-size-beyond-a-signed-byte": Crash(
        "A page_size of 128", ("list_charging_keys",), lambda call: b"page_size=128" in call.raw_query
    ),
    "a-long-location-id": Crash(
        "A location id of more than 255 characters", ("get_location",), lambda call: len(call.path["locationId"]) > 255
    ),
    "a-long-api-key": Crash(
        "An API key of more than 128 characters",
        tuple(HANDLERS),
        lambda call: len(call.header("x-api-key") or "") > 128,
    ),
    "a-body-cut-off": Crash("A body that ends too early", WITH_BODY, lambda call: call.raw_body == b"{"),
    "an-unknown-property": Crash(
        "A rename with another property", RENAME, lambda call: bool(set(body_of(call)) - {"newName"})
    ),
    "a-member-that-every-object-has": Crash(
        "A rename with a member __proto__", RENAME, lambda call: "__proto__" in body_of(call)
    ),
    "a-per-cent-sign-in-a-name": Crash("A name with a per cent sign", WITH_BODY, lambda call: "%" in text_of(call)),
    "braces-in-a-name": Crash("A name with braces", WITH_BODY, lambda call: "{" in text_of(call)),
    "a-backslash-in-a-name": Crash("A name with a backslash", WITH_BODY, lambda call: "\\" in text_of(call)),
    "a-quote-in-a-name": Crash("A name with a double quote", WITH_BODY, lambda call: '"' in text_of(call)),
    "a-path-that-is-no-utf-8": Crash(
        "A path that is not UTF-8 when decoded", IN_PATHS, lambda call: bool(re.search("%(FF|C3%28)", call.raw_path))
    ),
    "a-name-of-the-language-in-a-path": Crash(
        "A path with the name of a member that every object has", IN_PATHS, lambda call: "__proto__" in call.raw_path
    ),
    "a-nul-in-a-path": Crash("A path with a NUL character", IN_PATHS, lambda call: "%00" in call.raw_path),
    "an-encoded-slash-in-a-path": Crash("A path with an encoded slash", IN_PATHS, lambda call: "%2F" in call.raw_path),
    "a-character-beyond-ascii-in-a-path": Crash(
        "A path with a character beyond ASCII", IN_PATHS, lambda call: not "".join(call.path.values()).isascii()
    ),
    "a-strange-cursor": Crash(
        "A cursor that was made up", ("list_charging_keys",), lambda call: b"cursor=ten" in call.raw_query
    ),
    "a-page-size-of-zero": Crash(
        "A page_size of 0", ("list_charging_keys",), lambda call: b"page_size=0" in call.raw_query
    ),
    "a-huge-page-size": Crash(
        "A page_size of thirty digits",
        ("list_charging_keys",),
        lambda call: b"page_size=" + b"9" * 30 in call.raw_query,
    ),
    "a-missing-key": Crash("A request without a key", tuple(HANDLERS), lambda call: call.header("x-api-key") is None),
}
REFUSALS: dict[str, tuple[str, str, set[Kind]]] = {
    "rename-of-an-unknown-fleet": ("A rename of an id that no fleet has", "rename_fleet", {Kind.UNKNOWN_FLEET}),
    "codes-of-an-unknown-fleet": (
        "A list of codes of a fleet without any, or of none",
        "get_invitation_codes",
        {Kind.UNKNOWN_FLEET, Kind.NO_CODES},
    ),
    "codes-of-a-foreign-fleet": (
        "A list of another organization's codes",
        "get_invitation_codes",
        {Kind.FOREIGN_FLEET, Kind.FOREIGN_FLEET_WITHOUT_CODES},
    ),
    "a-second-key": ("The create of a charging key that exists", "create_charging_key", {Kind.KEY_TAKEN}),
    "an-invalid-key": ("The create of an invalid charging key", "create_charging_key", {Kind.BAD_KEY}),
    "an-unknown-location": ("A location that does not exist", "get_location", {Kind.UNKNOWN_LOCATION}),
}


def register_crash(name: str, crash: Crash) -> None:
    edit = partial(break_on, condition=crash.condition, operations=crash.operations)
    register_fault(f"{name}-breaks-the-server", {"http.never-a-server-error"}, f"{crash.text} is answered 500.", edit)


def register_refusal(name: str, text: str, operation: str, kinds: set[Kind]) -> None:
    def edit(parts: Parts) -> None:
        parts.refuse_with(operation, 500, *kinds)

    register_fault(f"{name}-breaks-the-server", {"http.never-a-server-error"}, f"{text} is answered 500.", edit)


for slug, crash in CRASHES.items():
    register_crash(slug, crash)
for slug, (text, operation, kinds) in REFUSALS.items():
    register_refusal(slug, text, operation, kinds)
