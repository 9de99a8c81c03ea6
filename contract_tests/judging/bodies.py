"""The bodies of requests: how JSON is written, and what some bytes are to a strict parser and to a lenient one."""

import json
import math
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from fleet_contract.contract_tests.exchange import NotJson, parse_json
from fleet_contract.spec.files import NotYaml, load_plain_yaml

_DEEP = 100  # levels of nesting, beyond which a server may refuse a body as unreasonable
_WIDE = 20  # digits of a number, likewise
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Body(StrEnum):
    """What kind of body a request has."""

    OBJECT = "object"
    NO_JSON = "no-json"  # empty, no JSON, or no JSON object
    NEARLY_JSON = "nearly-json"  # no JSON, but a lenient parser may read it (RFC 8259, section 9)
    ODD = "odd"  # JSON that the standards leave open
    OTHER_FORMAT = "other-format"  # a form, XML or parts, and declared as that


class ReadBody(NamedTuple):
    """A body, understood: its members are those that a lenient parser may read, where it is odd or nearly JSON."""

    kind: Body
    fields: dict[str, Any]
    is_unusually_spelled: bool = False


def spell(value: Any) -> bytes:
    """Return the JSON text that the suite sends for a value: UTF-8, no escapes beyond the needed."""
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:  # A lone surrogate can only be sent as an escape.
        return json.dumps(value).encode("utf-8")


def read_body(body: bytes) -> ReadBody:
    """Return what a body is; never raises, whatever it holds."""
    if not body:
        return ReadBody(Body.NO_JSON, {})
    if not _is_utf_8(body):
        return ReadBody(Body.NEARLY_JSON, _read_leniently(body))
    if _is_left_open(body):
        return ReadBody(Body.ODD, _read_leniently(body))
    try:
        value = parse_json(body)
    except NotJson:
        fields = _read_leniently(body)
        return ReadBody(Body.NEARLY_JSON if fields else Body.NO_JSON, fields)
    if not isinstance(value, dict):
        return ReadBody(Body.NO_JSON, {})
    return ReadBody(Body.OBJECT, value, body != spell(value))


# By the beginning of a media type, how a body of it begins.
_FORMATS = {
    "application/x-www-form-urlencoded": re.compile(rb"[\w.~%+-]+="),
    "multipart/": re.compile(rb"--"),
    "application/xml": re.compile(rb"<"),
    "text/xml": re.compile(rb"<"),
}


def is_of_another_format(body: bytes, media_type: str) -> bool:
    """Say whether a body is what its media type says, and that is not JSON."""
    return any(media_type.lower().startswith(name) and begins.match(body) for name, begins in _FORMATS.items())


def _is_utf_8(body: bytes) -> bool:
    """Say whether a body is UTF-8, and not another encoding of JSON that happens to look like it."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in body


# --- leniently -----------------------------------------------------------------------------------

_LENIENT: tuple[Callable[[str], Any], ...] = (lambda text: json.JSONDecoder().raw_decode(text)[0], load_plain_yaml)


def _read_leniently(body: bytes) -> dict[str, Any]:
    """Return the members that a lenient parser may read of a body, none where there are none.

    It reads bytes that are no UTF-8 as well as it can and overlooks what follows an
    object, as do Jackson and Go, single quotes and a comma too many, as does Newtonsoft;
    YAML's flow mappings are all that.
    """
    text = body.decode(json.detect_encoding(body), "replace").lstrip()
    if not text.startswith("{"):
        return {}
    for read in _LENIENT:
        try:
            value = read(text)
        except (ValueError, RecursionError, NotYaml):
            continue
        return value if isinstance(value, dict) and all(isinstance(name, str) for name in value) else {}
    return {}


# --- what the standards leave open ---------------------------------------------------------------


def _is_left_open(body: bytes) -> bool:
    """Say whether the standards leave open what a JSON text means (RFC 8259, sections 4, 6, 8.1, 8.2, 9)."""
    if body.startswith(_BYTE_ORDER_MARK) or _depth(body) > _DEEP:
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
    may_hold_surrogates = b"\\u" in body  # UTF-8 has none
    return bool(oddities) or (
        may_hold_surrogates and _SURROGATE.search(json.dumps(value, ensure_ascii=False)) is not None
    )


def _depth(body: bytes) -> int:
    return max(body.count(b"["), body.count(b"{"))
