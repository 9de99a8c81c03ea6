"""Mutants that break what every operation owes to HTTP and JSON, but for its crashes."""

import json
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.bodies import is_json
from fleet_contract.mock_server.kinds import Kind
from proof.effects import Effect, declares, refuses, shows_bytes, shows_value, status, takes_bytes
from proof.moments import Moment
from proof.mutants.table import Row, Table, answered
from proof.sending import FLEETS, KEYS, MISSING, Request, request
from proof.triggers import bodies as b
from proof.triggers import calls as c
from proof.triggers import values as v
from proof.triggers.calls import SUCCEEDED, UNKNOWN_PATHS, VALID, any_call, creates, refused, renames, with_header
from proof.triggers.classes import Class, Predicate, when
from proof.triggers.stories import makes, names, sends_for, told
from proof.triggers.values import Values

CREATE, RENAME = "create_fleet", "rename_fleet"
OTHERWISE = with_header("content-type", c.DECLARED_OTHERWISE, *c.WITH_BODY) & refused(Kind.WRONG_MEDIA_TYPE)
UNDECLARED = with_header("content-type", v.ABSENT, *c.WITH_BODY) & refused(Kind.MISSING_MEDIA_TYPE)
ANSWERED = any_call() & when(lambda m: m.succeeded and m.answer.body)
CREATED, RENAMED, READ = (any_call(each) & SUCCEEDED for each in (CREATE, RENAME, "get_invitation_codes"))


def header(fits: Callable[[str], Any], *drawn: str) -> Values:
    """Return values of a header, of which some are drawn."""
    return Values(lambda sent: sent is not MISSING and fits(sent), st.sampled_from(drawn))


def of_json(fits: Callable[[str], Any], *parameters: str) -> Values:
    """Return media types of JSON, of which some are drawn by what follows the type."""
    return header(lambda sent: is_json(sent) and fits(sent), *map("application/json{}".format, parameters))


FORM_BODIES = st.builds("fleetId={}&fleetName={}".format, v.PLAIN, v.PLAIN).map(str.encode)
FORMS = header(lambda sent: "form" in sent, "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
WITH_PARAMETER = of_json(lambda sent: ";" in sent, "; charset=utf-8", ";charset=utf-8", '; charset="utf-8"', "; v=1")
CHARSET_IN_CAPITALS = of_json(
    re.compile(r'charset="?[^a-z]*[A-Z][^a-z]*$').search, "; charset=UTF-8", '; charset="UTF-8"', ";charset=US-ASCII"
)
IN_CAPITALS = header(
    lambda sent: is_json(sent) and sent.partition(";")[0] != sent.partition(";")[0].lower(),
    *("Application/JSON", "APPLICATION/JSON", "application/Json", "Application/json; charset=utf-8"),
)
JSON_ALONE = header(
    lambda sent: all(map(is_json, sent.split(","))),
    *("application/json", "application/json; charset=utf-8", "application/json, application/problem+json"),
)
WEIGHED = header(
    re.compile(r";\s*q=", re.IGNORECASE).search,
    *("application/json; q=0.9, text/html; q=0.1", "application/json;q=1", "*/*;q=0.1"),
)
SEVERAL = header(
    lambda sent: {True, False} == set(map(is_json, sent.split(","))),
    *("application/json, text/html", "text/html, application/json", "application/json;q=1, */*"),
)


def deleted(moment: Moment) -> bool:
    """Say whether its caller has sent a DELETE of the fleet that a call looks up."""
    own = moment.operation in c.ON_A_FLEET and moment.is_own
    deletes = (each for each in moment.earlier() if each.call.method == "DELETE" and each.tenant == moment.tenant)
    return own and any(unquote(each.call.raw_path) == f"{FLEETS}/{moment.id}" for each in deletes)


def unknown(*operations: str) -> Callable[[Moment], Any]:
    """Return whether a body has members that its operation does not know."""
    known = {CREATE: {"fleetId", "fleetName"}, RENAME: {"newName"}}
    return lambda m: m.operation in operations and isinstance(m.body, dict) and set(m.body) - known[m.operation]


def reads(text: str, change: Callable[[bytes], bytes], respell: b.Respelling) -> Row:
    """Return the row of a parser that takes the bytes of a body for others."""
    return text, b.changing(change, respell), takes_bytes(change)


def stumbles(text: str, holds: Predicate, respell: b.Respelling, *operations: str) -> Row:
    """Return the row of a parser that refuses valid bodies for how they are spelled."""
    valid = when(lambda m: m.is_valid and m.operation in (operations or c.WITH_BODY) and holds(m))
    return text, b.spelled(respell, *operations) & valid, refuses(Kind.BAD_BODY)


def refuses_a_type(text: str, types: Values, *operations: str) -> Row:
    """Return the row of some media types that are JSON's and refused."""
    declared = with_header("content-type", types, *operations or c.WITH_BODY) & VALID
    return text, declared, refuses(Kind.WRONG_MEDIA_TYPE)


def is_in_order(moment: Moment, *names: str) -> bool:
    """Say whether a body has members of these names, in this order."""
    return [each for each in moment.body if each in names] == [*names]


def has_a_body(what: str, change: Callable[[bytes], bytes]) -> Row:
    """Return the mutant whose successes have other bytes for a body."""
    return f"A success has a body {what}.", ANSWERED, shows_bytes(change)


def as_form(draw: DrawFn, usual: Request) -> Request:
    return usual.with_body(draw(FORM_BODIES)).with_header("content-type", "application/x-www-form-urlencoded")


def ends_at(size: int, *operations: str) -> tuple[str, Class, Effect]:
    """Return the row of a buffer that holds so much of a body of some operations, or of any."""
    known = operations or c.WITH_BODY
    longer = when(
        lambda m: m.is_valid and m.operation in known and m.raw[size:].strip(), b.spelled(b.padded(size), *known)
    )
    return f"What follows the first {size:,} bytes of a body is not read.", longer, takes_bytes(lambda raw: raw[:size])


def in_latin_1(body: bytes) -> bytes:
    """Return a text in Latin-1, with JSON's escapes for the characters that it lacks."""
    return "".join(each if each <= "\xff" else json.dumps(each)[1:-1] for each in body.decode()).encode("latin-1")


def as_python(body: bytes) -> bytes:
    return str(json.loads(body)).encode()


def with_number(number: float) -> Any:
    """Return what adds a number to a value, spelled as Python does."""
    return shows_value(lambda value, _: [*value, number] if isinstance(value, list) else {**value, "discount": number})


def needs_no_escape(code: int) -> bool:
    return code >= 0x20 and chr(code) not in '"\\' and not 0xD800 <= code <= 0xDFFF


# fmt: off
TABLE: Table = {
    "http.unknown-paths-are-refused": {
        "an-unknown-path-succeeds": answered("A path that is no operation is", UNKNOWN_PATHS, 200),
        "an-unknown-path-is-gone": answered("A path that is no operation is", UNKNOWN_PATHS, 410),
        "an-unknown-path-is-unprocessable": answered("A path that is no operation is", UNKNOWN_PATHS, 422),
        "an-unknown-path-leads-elsewhere": answered("A path that is no operation is", UNKNOWN_PATHS, 302),
        "a-fleet-can-be-deleted": (
            "A DELETE of a fleet is answered 204.",
            c.elsewhere(Kind.UNKNOWN_PATH, v.IDS.map(lambda a: request("DELETE", f"{FLEETS}/{a}")),
                        lambda m: m.call.method == "DELETE" and re.fullmatch(f"{FLEETS}/[^/]+", m.call.raw_path)),
            status(204)),
        "what-follows-a-rename-is-overlooked": (
            "A PUT of a path that goes on behind that of a rename is answered 200.",
            c.elsewhere(Kind.UNKNOWN_PATH, v.IDS.map(lambda a: request("PUT", f"{FLEETS}/{a}/rename/now", body=b"{}")),
                        lambda m: m.call.method == "PUT" and re.match(f"{FLEETS}/[^/]+/rename/", m.call.raw_path)),
            status(200)),
        "paths-are-known-by-their-beginning": (
            "A GET of whatever begins like the path of the keys is answered 200.",
            c.elsewhere(Kind.UNKNOWN_PATH, v.PLAIN.map(lambda a: request("GET", f"{KEYS}-{a}")),
                        lambda m: m.call.method == "GET" and m.call.raw_path.startswith(KEYS)),
            status(200)),
        "what-follows-a-path-is-overlooked": answered(
            "A path that has one segment more than that of an operation is", c.LONGER_PATHS, 204),
    },
    "http.wrong-methods-are-refused": {
        "a-wrong-method-succeeds": answered(
            "A request by a method that its path does not have is", c.wrong_methods(), 200),
        **{f"{method.lower()}-is-accepted": (
            f"{method} is answered 204 where there is no such operation.", c.wrong_methods(method), status(204))
            for method in ("DELETE", "PATCH")},
        "a-rename-may-be-posted": (
            "A POST with a newName is answered 200 where a PUT would be a rename.",
            c.elsewhere(Kind.WRONG_METHOD,
                        v.IDS.map(lambda a: request("POST", f"{FLEETS}/{a}/rename", body=b'{"newName": "Another"}')),
                        lambda m: m.call.method == "POST" and m.member("newName") is not MISSING),
            status(200)),
    },
    "http.media-type-is-judged": {
        "a-wrong-media-type-is-unprocessable": answered(
            "A body that is not declared as JSON is", OTHERWISE | UNDECLARED, 422),
        "an-undeclared-body-is-unprocessable": answered("A body without Content-Type is", UNDECLARED, 422),
        "a-form-is-not-acceptable": answered(
            "A JSON body that is declared as a form is",
            with_header("content-type", FORMS, *c.WITH_BODY) & refused(Kind.WRONG_MEDIA_TYPE), 406),
        "a-form-is-unprocessable": (
            "A create with the fields of a form that is declared as one is answered 422.",
            when(lambda m: "urlencoded" in m.media_type and m.operation == CREATE and b"=" in m.raw,
                 c.calls(CREATE, changed=as_form, holds=bool)) & refused(Kind.WRONG_MEDIA_TYPE),
            status(422)),
    },
    "http.media-type-parameters-are-allowed": {
        "a-charset-is-refused": refuses_a_type("A body whose media type has a parameter is refused.", WITH_PARAMETER),
        "media-types-have-case": refuses_a_type(
            "A body whose media type is not in lower case is refused.", IN_CAPITALS),
        "a-create-refuses-a-charset": refuses_a_type(
            "The body of a create is refused where its media type has a parameter.", WITH_PARAMETER, CREATE),
        "a-charset-in-capitals-is-refused": refuses_a_type(
            "A body whose charset is spelled in capitals is refused.", CHARSET_IN_CAPITALS),
        "the-media-type-of-a-charging-key-has-case": refuses_a_type(
            "The body of a charging key is refused where its media type is not in lower case.",
            IN_CAPITALS, "create_charging_key"),
    },
    "http.json-is-read-by-value": {
        "escapes-stay-escaped": reads(
            "An escape of a character that needs none is read as its six characters.",
            b.rereads(needs_no_escape), b.with_text(v.PLAIN, b.escaped)),
        "escapes-are-refused": stumbles(
            "A body in which an ASCII letter is escaped is answered 400.",
            lambda m: any(chr(each).isalpha() and each < 0x80 for each in b.escapes(m.raw)),
            b.with_text(v.LETTERS, b.escaped)),
        "white-space-is-refused": stumbles(
            "A body that begins or ends with white space is answered 400.",
            lambda m: m.raw != m.raw.strip(), b.padded()),
        "the-name-must-follow-the-id": stumbles(
            "A create whose body has fleetName before fleetId is answered 400.",
            lambda m: is_in_order(m, "fleetName", "fleetId"), b.reversed_members, CREATE),
        "line-breaks-between-members-are-no-json": stumbles(
            "A body with a line break after a colon is answered 400.",
            lambda m: re.search(rb":\s*[\r\n]", b.without_strings(m.raw)), b.spread(", ", ":\n")),
        "a-blank-before-a-colon-is-no-json": stumbles(
            "A body with a blank between a member's name and its colon is answered 400.",
            lambda m: b" :" in b.without_strings(m.raw), b.spread(", ", " : ")),
        "escapes-in-capitals-stay-escaped": reads(
            "An escape with capital letters is read as its six characters.",
            lambda raw: re.sub(rb"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-f]*[A-F])", rb"\1\\\\u", raw),
            b.with_text(v.BEYOND_LATIN_1, lambda text: b.escaped(text, capitals=True))),
        "an-escaped-slash-keeps-its-backslash": reads(
            "An escaped slash in a body is read as a backslash and a slash.",
            lambda raw: re.sub(rb"(?<!\\)((?:\\\\)*)\\/", rb"\1\\\\/", raw),
            b.with_text(v.PLAIN, lambda text: f"{text}\\/{text}")),
        "names-of-members-are-not-unescaped": reads(
            "A member whose name is escaped is an unknown one.",
            lambda raw: re.sub(rb'"(?:[^"\\]|\\.)*\\(?:[^"\\]|\\.)*"(?=\s*:)', b'"unknown"', raw), b.escaped_names),
        "pairs-of-escapes-are-read-apart": reads(
            "A character that is escaped as two is read as two question marks.",
            lambda raw: re.sub(rb"(?i)(?<!\\)((?:\\\\)*)\\ud[89ab]..\\ud[c-f]..", rb"\1??", raw),
            b.with_text(v.ASTRAL_ALONE, b.escaped)),
        "a-body-ends-at-its-4096th-byte": ends_at(4096),
        "a-rename-has-room-for-512-bytes": stumbles(
            "The body of a rename is answered 400 where it has more than 512 bytes, whatever they mean.",
            lambda m: len(m.raw) > 512, b.padded(512), RENAME),
        "a-create-knows-no-escaped-names-of-members": stumbles(
            "A create in whose body the name of a member is escaped is answered 400.",
            lambda m: re.search(rb'\\u[^"]*"\s*:', m.raw), b.escaped_names, CREATE),
    },
    ("create.accepts-a-valid-fleet", "rename.accepts-a-valid-name"): {
        "comments-are-cut-out": reads(
            "What follows two slashes in a line of a body is cut out as a comment, within a string too.",
            lambda raw: re.sub(rb"//.*", b"", raw), b.with_text(v.PLAIN.map("https://{}".format))),
    },
    "http.unknown-properties": {
        "an-unknown-property-is-a-conflict": (
            "A create or a rename with a property that it does not know is answered 409.",
            when(unknown(CREATE, RENAME), creates(more=v.ANYTHING) | renames(more=v.ANYTHING))
            & SUCCEEDED,
            status(409)),
        "an-unknown-property-is-forbidden": answered(
            "A create with a property that it does not know is",
            when(unknown(CREATE), creates(more=v.ANYTHING)) & SUCCEEDED, 403),
        "an-unknown-property-has-no-method": (
            "A rename with a property called __proto__ is answered 405, as by a guard against polluted prototypes.",
            renames(**{"__proto__": Values(v.PRESENT.fits, v.OBJECTS.drawn)}), status(405)),
    },
    "http.success-is-json": {
        "successes-end-with-a-comma": has_a_body(
            "that is JSON but for a comma at its end", lambda body: body + b","),
        "successes-are-utf-16": has_a_body("in UTF-16", lambda body: body.decode().encode("utf-16")),
        "successes-are-cut-off": has_a_body("without its last character", lambda body: body[:-1]),
        "successes-begin-with-a-guard": has_a_body(
            "that begins with four characters against its use as a script", lambda body: b")]}'" + body),
        "a-success-is-followed-by-a-warning": has_a_body(
            "with a line behind it that was meant for a log", lambda body: body + b"\nWarning: deprecated"),
        "successes-are-written-as-python": has_a_body("with apostrophes for quotes", as_python),
        "successes-hold-nan": (
            "A success has a member that is NaN, which Python reads and no other client does.", ANSWERED,
            with_number(math.nan)),
        "a-create-is-answered-in-words": (
            "A create is answered with a word that is no JSON.", CREATED, shows_bytes(lambda _: b"Created")),
        "a-create-has-an-empty-body": ("A create is answered 201 without a body.", CREATED, shows_bytes(lambda _: b"")),
        "a-rename-has-an-empty-body": ("A rename is answered 200 without a body.", RENAMED, shows_bytes(lambda _: b"")),
        "a-rename-answers-minus-infinity": (
            "The answer to a rename has a member that is -Infinity.", RENAMED, with_number(-math.inf)),
        "nobody-may-ask-for-json-alone": answered(
            "A request that accepts nothing but JSON is", with_header("accept", JSON_ALONE), 406),
        "several-types-are-not-acceptable": answered(
            "A request whose Accept lists JSON and another type is", with_header("accept", SEVERAL), 406),
        "weights-in-accept-are-not-understood": answered(
            "A request whose Accept has a weight is", with_header("accept", WEIGHED), 406),
        "who-asks-for-json-is-told-in-words": (
            "A request that accepts nothing but JSON is answered with the value as Python spells it.",
            with_header("accept", JSON_ALONE) & when(lambda m: m.succeeded and m.answer.body), shows_bytes(as_python)),
        "successes-are-latin-1": (
            "A success has a body in Latin-1, with JSON's escapes for the characters that it lacks.",
            when(lambda m: m.succeeded and not m.answer.body.isascii(), c.named(v.BEYOND_ASCII)),
            shows_bytes(in_latin_1)),
    },
    "http.success-is-declared-as-json": {
        "successes-are-declared-as-html": (
            "A success is declared as text/html.", ANSWERED, declares("text/html; charset=utf-8")),
        "successes-are-declared-as-bytes": (
            "A success is declared as application/octet-stream.", ANSWERED, declares("application/octet-stream")),
        "successes-are-declared-as-text": (
            "A success is declared as text/plain.", ANSWERED, declares("text/plain; charset=utf-8")),
        "successes-are-not-declared": ("A success has no Content-Type.", ANSWERED, declares(None)),
        "codes-are-declared-as-text": ("A list of codes is declared as text/plain.", READ, declares("text/plain")),
    },
    ("rename.accepts-a-valid-name", "create.accepts-a-valid-fleet"): {
        "a-body-ends-at-its-65536th-byte": (*ends_at(65536, CREATE, RENAME), Depth.DEEP),
    },
    **{
        requirement: {
            **({} if depth is Depth.STANDARD else {"a-rename-ends-at-its-8192nd-byte": ends_at(8192, RENAME)}),
            f"a-{words}-in-chunks-has-no-body": (
                f"A {words} whose body comes in chunks is answered 400, as if it had none.",
                with_header("transfer-encoding", v.one("chunked"), operation) & VALID, refuses(Kind.BAD_BODY), depth),
        }
        for requirement, words, operation, depth in (
            ("create.accepts-a-valid-fleet", "create", CREATE, Depth.STANDARD),
            ("rename.accepts-a-valid-name", "rename", RENAME, Depth.DEEP))
    },
    "fleets.id-never-changes": {
        "a-delete-that-is-refused-deletes": (
            "A DELETE of a fleet is refused, and the fleet is gone.",
            told(deleted, makes("a"), sends_for("a", lambda a: request("DELETE", f"{FLEETS}/{a}")), names("a")),
            refuses(Kind.UNKNOWN_FLEET)),
    },
}
