"""Bodies: reading what a client sent as JSON, whatever it was."""

import codecs
import json
import re
from typing import Any, NoReturn

from fleet_contract.mock_server.forms import FIELDS_TAKEN_FROM_SCALARS
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Json
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.dialect import Dialect

LIMIT = 1024 * 1024
# Python refuses to read longer integers, and the standard library's own limit is that of its user to set.
LONGEST_INTEGER = 1000
SPELLINGS = {True: "true", False: "false"}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Spelling(str):
    """A number as it was spelled."""

    __slots__ = ()


def read_body(call: Call, dialect: Dialect) -> Json:
    """Return the value of a body; raises Refusal when it is not declared as JSON or cannot be read as JSON."""
    if not call.raw_body.strip():
        raise Refusal(Kind.BAD_BODY, "The body is empty; a JSON object is expected.")
    require_json_media_type(call, dialect)
    return taken(parsed(decoded(call.raw_body)), dialect)


def require_json_media_type(call: Call, dialect: Dialect) -> None:
    """Raise Refusal unless the body is declared as JSON, or the dialect reads it all the same."""
    declared = call.header("content-type")
    if declared is None or not declared.strip():
        if dialect["http.missing-media-type"] != "parsed":
            raise Refusal(Kind.MISSING_MEDIA_TYPE, "Content-Type is missing; application/json is expected.")
    elif not is_json(declared) and dialect["http.wrong-media-type"] != "parsed":
        raise Refusal(Kind.WRONG_MEDIA_TYPE, "Content-Type names something else; application/json is expected.")


def is_json(media_type: str) -> bool:
    """Say whether a media type is one of JSON, whatever its case and its parameters."""
    essence = media_type.split(";", maxsplit=1)[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))


def decoded(body: bytes) -> str:
    """Return a body as text; raises Refusal when it is not UTF-8. A byte order mark is overlooked (RFC 8259)."""
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as wrong:
        raise Refusal(Kind.BAD_BODY, f"The body is not UTF-8: byte {wrong.start} cannot be read.") from None


def parsed(text: str) -> Json:
    """Return the value of a JSON text; raises Refusal when it is not JSON or nested too deep to be read."""
    try:
        return json.loads(text, parse_int=Spelling, parse_float=Spelling, parse_constant=_refuse_constant)
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise Refusal(Kind.BAD_BODY, f"The body is not JSON: {wrong.msg} at {place}.") from None
    except RecursionError:
        raise Refusal(Kind.BAD_BODY, "The body is nested too deep to be read.") from None


def taken(value: Json, dialect: Dialect) -> Json:
    """Return a value with its scalars as the dialect takes them; raises Refusal for half a surrogate pair."""
    if isinstance(value, Spelling):
        return number(value)
    if not isinstance(value, dict):
        return value
    as_string = FIELDS_TAKEN_FROM_SCALARS if dialect["json.scalars"] == "as-string" else frozenset()
    return {name: _member(name, member, as_string) for name, member in value.items()}


def number(spelling: Spelling) -> float:
    """Return the number that is spelled so; one of absurd length only roughly."""
    is_integer = spelling.lstrip("-").isdigit() and len(spelling) <= LONGEST_INTEGER
    return int(spelling) if is_integer else float(spelling)


def _member(name: str, value: Json, as_string: frozenset[str]) -> Json:
    if isinstance(value, bool):
        return SPELLINGS[value] if name in as_string else value
    if isinstance(value, Spelling):
        return str(value) if name in as_string else number(value)
    if isinstance(value, str) and _LONE_SURROGATE.search(value):
        raise Refusal(Kind.BAD_BODY, f"{ascii(name)[1:-1]:.40} holds half of a surrogate pair, which is no character.")
    return value


def _refuse_constant(constant: str) -> NoReturn:
    raise Refusal(Kind.BAD_BODY, f"The body is not JSON: {constant} is no JSON number.")


class Incoming:
    """The bytes of a body as they arrive, refused as soon as they are too many."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive

    async def whole(self, declared: str | None) -> bytes:
        """Return the whole body; raises Refusal when it is larger than LIMIT, in words or in fact."""
        if declared is not None and declared.isdigit() and (len(declared) > len(str(LIMIT)) or int(declared) > LIMIT):
            raise too_large()
        chunks = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Refusal(Kind.BAD_BODY, "The body ended before it was whole.")
            chunks += message.get("body", b"")
            if len(chunks) > LIMIT:
                raise too_large()
            if not message.get("more_body", False):
                return bytes(chunks)


def too_large() -> Refusal:
    return Refusal(Kind.TOO_LARGE, f"The body is larger than {LIMIT} bytes.")
