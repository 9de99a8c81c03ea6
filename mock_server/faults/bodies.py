"""Faults in reading a body, which is to mean the same however it is spelled."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.dialect import Dialect


def refuse_bodies(parts: Parts, kind: Kind, condition: Callable[[Call], bool]) -> None:
    """Let a body for which a condition holds be refused before it is read."""
    inner = parts.read_body

    def reading(call: Call, dialect: Dialect) -> Json:
        if condition(call):
            raise Refusal(kind, "The body cannot be read.")
        return inner(call, dialect)

    parts.read_body = reading


@fault(breaks={"http.media-type-parameters-are-allowed"})
def a_charset_is_refused(parts: Parts) -> None:
    """A body whose media type has a parameter is refused."""
    refuse_bodies(parts, Kind.WRONG_MEDIA_TYPE, lambda call: "json" in declared(call) and ";" in declared(call))


@fault(breaks={"http.media-type-parameters-are-allowed"})
def media_types_have_case(parts: Parts) -> None:
    """A body whose media type is not in lower case is refused."""

    def is_spelled_oddly(call: Call) -> bool:
        return "json" in declared(call).lower() and "application/json" not in declared(call)

    refuse_bodies(parts, Kind.WRONG_MEDIA_TYPE, is_spelled_oddly)


def declared(call: Call) -> str:
    """Return the media type that a call declares."""
    return call.header("content-type") or ""


@fault(breaks={"http.json-is-read-by-value"})
def escapes_are_refused(parts: Parts) -> None:
    """A body in which an ASCII letter is escaped is answered 400."""
    refuse_bodies(parts, Kind.BAD_BODY, lambda call: re.search(rb"\\u00[4-7]", call.raw_body) is not None)


@fault(breaks={"http.json-is-read-by-value"})
def white_space_is_refused(parts: Parts) -> None:
    """A body that begins or ends with white space is answered 400."""
    refuse_bodies(parts, Kind.BAD_BODY, lambda call: bool(call.raw_body) and call.raw_body != call.raw_body.strip())


@fault(breaks={"http.json-is-read-by-value"})
def the_name_must_follow_the_id(parts: Parts) -> None:
    """A create whose body has fleetName before fleetId is answered 400."""

    def is_reversed(call: Call) -> bool:
        try:
            body = json.loads(call.raw_body)
        except (ValueError, RecursionError):
            return False
        names = [name for name in body if name in ("fleetId", "fleetName")] if isinstance(body, dict) else []
        return call.operation_id == "create_fleet" and names == ["fleetName", "fleetId"]

    refuse_bodies(parts, Kind.BAD_BODY, is_reversed)


@fault(breaks={"http.unknown-properties"})
def an_unknown_property_is_a_conflict(parts: Parts) -> None:
    """A body with a property that the operation does not know is answered 409."""
    known = {
        "create_fleet": set(parts.schema("NewFleet")["properties"]),
        "rename_fleet": set(parts.schema("NewName")["properties"]),
    }

    def refused(call: Call, answer: Answer) -> Answer:
        unknown = set(body_of(call)) - known[call.operation_id or ""]
        return replace(answer, status=409) if unknown and answer.succeeded else answer

    for operation in known:
        parts.filter(operation, refused)


@fault(breaks={"http.unknown-properties"})
def an_unknown_property_is_forbidden(parts: Parts) -> None:
    """A create with a property that it does not know is answered 403."""

    def refused(call: Call, answer: Answer) -> Answer:
        unknown = set(body_of(call)) - {"fleetId", "fleetName"}
        return replace(answer, status=403) if unknown and answer.succeeded else answer

    parts.filter("create_fleet", refused)


@fault(breaks={"http.json-is-read-by-value"})
def a_rename_has_room_for_512_bytes(parts: Parts) -> None:
    """The body of a rename is answered 400 where it has more than 512 bytes, whatever they mean."""

    def is_refused(call: Call) -> bool:
        return call.operation_id == "rename_fleet" and len(call.raw_body) > 512

    refuse_bodies(parts, Kind.BAD_BODY, is_refused)


def misread(name: str, text: str, breaks: str, change: Callable[[bytes], bytes]) -> None:
    """Register the fault of a parser that takes the bytes of a body for others."""
    register_fault(name, {breaks}, text, lambda parts: reread(parts, change))


def reread(parts: Parts, change: Callable[[bytes], bytes]) -> None:
    """Let the bytes of a body be taken for others in creates and renames of fleets."""

    async def misreading(_: World, call: Call) -> None:
        call.raw_body = change(call.raw_body)

    for operation in ("create_fleet", "rename_fleet"):
        parts.before(operation, misreading)


BY_VALUE = "http.json-is-read-by-value"
misread(
    "escapes-stay-escaped",
    "An escape of a character that needs none is read as its six characters.",
    BY_VALUE,
    lambda body: re.sub(rb"\\u(00[2-9a-f][0-9a-f])", rb"\\\\u\1", body),
)
misread(
    "pairs-of-escapes-are-read-apart",
    "A character that is escaped as two is read as two question marks.",
    BY_VALUE,
    lambda body: re.sub(rb"(?i)\\ud83d\\ude97", b"??", body),
)
misread(
    "escapes-in-capitals-stay-escaped",
    "An escape with capital letters is read as its six characters.",
    BY_VALUE,
    lambda body: re.sub(rb"\\u(?=[0-9A-F]*[A-F])([0-9A-F]{4})", rb"\\\\u\1", body),
)
misread(
    "an-escaped-slash-keeps-its-backslash",
    "An escaped slash in a body is read as a backslash and a slash.",
    BY_VALUE,
    lambda body: body.replace(b"\\/", b"\\\\/"),
)
misread(
    "line-breaks-between-members-are-no-json",
    "A body with a line break after a colon is answered 400.",
    BY_VALUE,
    lambda body: re.sub(rb":\s*\n", b":?", body),
)
misread(
    "a-blank-before-a-colon-is-no-json",
    "A body with a blank between a member's name and its colon is answered 400.",
    BY_VALUE,
    lambda body: re.sub(rb'" +:', b'"?:', body),
)
misread(
    "names-of-members-are-not-unescaped",
    "A member whose name is escaped is an unknown one.",
    BY_VALUE,
    lambda body: body.replace(b"\\u006eewName", b"unknown"),
)


@fault(breaks={"http.media-type-parameters-are-allowed"})
def a_charset_in_capitals_is_refused(parts: Parts) -> None:
    """A body whose charset is spelled in capitals is refused."""
    refuse_bodies(parts, Kind.WRONG_MEDIA_TYPE, lambda call: "charset=UTF" in declared(call))


@fault(breaks={"http.media-type-parameters-are-allowed"})
def a_create_refuses_a_charset(parts: Parts) -> None:
    """The body of a create is refused where its media type has a parameter."""

    def is_refused(call: Call) -> bool:
        return call.operation_id == "create_fleet" and "json" in declared(call) and ";" in declared(call)

    refuse_bodies(parts, Kind.WRONG_MEDIA_TYPE, is_refused)


@fault(breaks={"http.unknown-properties"})
def an_unknown_property_has_no_method(parts: Parts) -> None:
    """A rename with a property called __proto__ is answered 405, as by a guard against polluted prototypes."""

    def refused(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=405) if "__proto__" in body_of(call) else answer

    parts.filter("rename_fleet", refused)


@fault(breaks={"http.media-type-parameters-are-allowed"})
def the_media_type_of_a_charging_key_has_case(parts: Parts) -> None:
    """The body of a charging key is refused where its media type is not in lower case."""

    def is_refused(call: Call) -> bool:
        return call.operation_id == "create_charging_key" and declared(call).startswith("Application/")

    refuse_bodies(parts, Kind.WRONG_MEDIA_TYPE, is_refused)


@fault(breaks={"create.accepts-a-valid-fleet", "rename.accepts-a-valid-name"})
def comments_are_cut_out(parts: Parts) -> None:
    """What follows two slashes in a line of a body is cut out as a comment, within a string too."""
    reread(parts, lambda body: re.sub(rb"//.*", b"", body))


misread(
    "a-body-ends-at-its-4096th-byte",
    "What follows the first 4,096 bytes of a body is not read.",
    BY_VALUE,
    lambda body: body[:4096],
)
