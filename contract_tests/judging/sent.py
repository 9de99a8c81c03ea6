"""What a request asks for, read from its bytes alone, as any server would have to."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from fleet_contract.contract_tests.exchange import NotJson, Request, parse_json
from fleet_contract.spec.document import operations
from fleet_contract.spec.files import NotYaml, load_yaml

LIMIT = 100  # characters, of ids and of names (guide#fleet-identifier, guide#rename-a-fleet)
_DEEP = 100  # levels of nesting, beyond which a server may refuse a body as unreasonable
_WIDE = 20  # digits of a number, likewise
SLUG = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_UNRESERVED = SLUG | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ._~")
# Gateways refuse some of these in paths even when encoded, so a server may well not let them into an id.
HOSTILE = frozenset("/\\%?#;")
_MEDIA_TYPE = re.compile(r"\s*[!#$%&'*+.^_`|~\w-]+/[!#$%&'*+.^_`|~\w-]+\s*(;|$)", re.ASCII)  # RFC 9110, section 8.3.1
_SURROGATE = re.compile("[\ud800-\udfff]")
_ALARMING = re.compile(r"<\w|\$\{|;\s*drop\s|\.\./", re.IGNORECASE)
_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f]")  # the general category Cc

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})")


class Body(StrEnum):
    """What kind of body a request has."""

    OBJECT = "object"
    NO_JSON = "no-json"  # empty, no JSON, or no JSON object
    NEARLY_JSON = "nearly-json"  # no JSON, but a lenient parser may read it (RFC 8259, section 9)
    ODD = "odd"  # JSON that the standards leave open


class Media(StrEnum):
    """What a request says its body is."""

    JSON = "json"
    PARAMETERS = "parameters"  # JSON, with parameters or in another case
    WRONG = "wrong"
    MALFORMED = "malformed"  # none that could be read, or without a parameter that it needs
    MISSING = "missing"


@dataclass(frozen=True)
class Sent:
    """A request, understood: `operation` is empty for an unknown path or a wrong method.

    `path_id` is the decoded value of the path's parameter, None where it is no UTF-8
    or there is none. `fields` are the members of a body; of one that is odd or nearly
    JSON those that a lenient parser may read.
    """

    operation: str = ""
    wrong_method: bool = False
    path_id: str | None = None
    encoded: bool = False
    body: Body = Body.NO_JSON
    media: Media = Media.JSON
    fields: Mapping[str, Any] = field(default_factory=dict)
    unusually_spelled: bool = False
    query: Mapping[str, str] = field(default_factory=dict)


def whole_number(text: str) -> int | None:
    """Return the integer that a text is as JSON writes one, which every server reads alike; None for others."""
    return int(text) if _INTEGER.fullmatch(text) else None


@cache
def _templates(location_path: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    rows = []
    for operation in operations():
        path = location_path if operation.id == "get_location" else operation.path
        pattern = re.sub(r"\\{\w+\\}", "([^/]*)", re.escape(path))
        rows.append((operation.id, operation.method, re.compile(pattern)))
    return tuple(rows)


def read_request(request: Request, location_path: str) -> Sent:
    """Return what a request asks for; never raises, whatever it holds."""
    raw = urlsplit(request.path).path
    matches = [
        (id, method, match) for id, method, pattern in _templates(location_path) if (match := pattern.fullmatch(raw))
    ]
    operation, match = next(((id, match) for id, method, match in matches if method == request.method), ("", None))
    if match is None:
        return Sent(wrong_method=bool(matches), query=dict(request.query))
    segment = match.group(1) if match.groups() else ""
    body, fields, odd_spelling = _read_body(request.body)
    return Sent(
        operation=operation,
        path_id=_decoded(segment) if match.groups() else None,
        encoded="%" in segment,
        body=body,
        media=_media(request.header("content-type")),
        fields=fields,
        unusually_spelled=odd_spelling,
        query=dict(request.query),
    )


def _decoded(segment: str) -> str | None:
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _media(content_type: str | None) -> Media:
    if content_type is None:
        return Media.MISSING
    if content_type == "application/json":
        return Media.JSON
    if not _MEDIA_TYPE.match(content_type) or _needs_a_boundary(content_type.lower()):
        return Media.MALFORMED
    name, _, parameters = content_type.lower().partition(";")
    understood = name.strip() == "application/json" and parameters.strip() in ("", "charset=utf-8", 'charset="utf-8"')
    return Media.PARAMETERS if understood else Media.WRONG


def _needs_a_boundary(content_type: str) -> bool:
    return content_type.startswith("multipart/") and "boundary=" not in content_type


def _read_body(body: bytes) -> tuple[Body, dict[str, Any], bool]:
    if not _is_utf_8(body):
        return Body.NEARLY_JSON, _perhaps_read(body), False
    try:
        value = parse_json(body)
    except NotJson:
        value = None
    if _left_open(body):
        return Body.ODD, _perhaps_read(body), False
    if isinstance(value, dict):
        return Body.OBJECT, value, body != spell(value)
    fields = _perhaps_read(body) if value is None else {}
    return Body.NEARLY_JSON if fields else Body.NO_JSON, fields, False


_LENIENT: tuple[Callable[[str], Any], ...] = (lambda text: json.JSONDecoder().raw_decode(text)[0], load_yaml)


def _perhaps_read(body: bytes) -> dict[str, Any]:
    """Return the members that a lenient parser may read of a body, none where there are none.

    It reads bytes that are no UTF-8 as well as it can and overlooks what follows an
    object, as do Jackson and Go, single quotes and a comma too many, as does Newtonsoft;
    YAML's flow mappings are all that.
    """
    text = body.decode(json.detect_encoding(body), "replace").lstrip()
    if not text.startswith("{"):
        return {}
    for read in _LENIENT[: 1 if _depth(body) > _DEEP else None]:  # libyaml crashes on deep nesting
        try:
            value = read(text)
        except (ValueError, RecursionError, NotYaml):
            continue
        return value if isinstance(value, dict) and all(isinstance(name, str) for name in value) else {}
    return {}


def _is_utf_8(body: bytes) -> bool:
    """Say whether a body is UTF-8, and not another encoding of JSON that happens to look like it."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in body


def spell(value: Any) -> bytes:
    """Return the JSON text that the suite sends for a value: UTF-8, no escapes beyond the needed."""
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:  # A lone surrogate can only be sent as an escape.
        return json.dumps(value).encode("utf-8")


def _left_open(body: bytes) -> bool:
    """Say whether the standards leave open what a JSON text means (RFC 8259, sections 4, 6, 8.1, 8.2, 9)."""
    if body.startswith(b"\xef\xbb\xbf") or _depth(body) > _DEEP:
        return True
    oddities: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            oddities.append("duplicate")
        return dict(pairs)

    def number(text: str) -> float:
        if len(text) > _WIDE or not math.isfinite(float(text)):
            oddities.append("wide")
        return 0.0

    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=members,
            parse_constant=oddities.append,
            parse_int=number,
            parse_float=number,
        )
    except (ValueError, RecursionError):
        return bool(oddities)
    return bool(oddities) or not _encodable(json.dumps(value, ensure_ascii=False))


def _depth(body: bytes) -> int:
    return max(body.count(b"["), body.count(b"{"))


def _encodable(text: str) -> bool:
    return _SURROGATE.search(text) is None


# --- strings -----------------------------------------------------------------------------------


def utf16_units(text: str) -> int:
    """Return the length in UTF-16 code units, as Java, JavaScript and C# count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_overlong(text: str) -> bool:
    """Say whether a text is beyond the limit in every unit that a server may count in."""
    return len(text) > LIMIT


def is_overlong_by_blanks(text: str) -> bool:
    """Say whether a text is beyond the limit only as long as nobody trims it."""
    return is_overlong(text) and not is_overlong(text.strip())


def is_between_the_units(text: str) -> bool:
    """Say whether a text is within the limit in code points and beyond it in UTF-16 units."""
    return len(text) <= LIMIT < utf16_units(text)


def is_longest(text: str) -> bool:
    """Say whether a text just fits, in some unit that servers count in, bytes among them."""
    return utf16_units(text) <= LIMIT and (len(text) >= LIMIT - 1 or len(text.encode("utf-8", "replace")) > LIMIT)


def has_control_characters(text: str) -> bool:
    return _CONTROL_CHARACTER.search(text) is not None


def has_blanks_around(text: str) -> bool:
    return text != text.strip()


def is_normalised(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def is_alarming(text: str) -> bool:
    """Say whether a firewall for web applications may take a text for an attack."""
    return _ALARMING.search(text) is not None


def is_unusual(character: str) -> bool:
    """Say whether a server may let a character into no name: none of letters, digits, - . _, and blanks or controls.

    What becomes of blanks and control characters are questions of their own.
    """
    return not (character.isalnum() or character.isspace() or character in "-._" or has_control_characters(character))


def is_slug(id: str) -> bool:
    """Say whether an id has only characters that every server lets into an id."""
    return set(id) <= SLUG


def is_unreserved(id: str) -> bool:
    """Say whether an id has only characters that no path needs to encode (RFC 3986, section 2.3)."""
    return set(id) <= _UNRESERVED
