"""Bodies: reading what a client sent as JSON, whatever it was."""

import codecs
import json
from typing import Any, NoReturn

from fleet_contract.mock_server.forms import FIELDS_TAKEN_FROM_SCALARS
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Fault, Json
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.dialect import Dialect

LIMIT = 128 * 1024  # bytes; a body of this API has few hundred
# Python refuses to read longer integers, and the standard library's own limit is that of its user to set.
LONGEST_INTEGER = 1000
BLANKS = " \t\n\r"  # of JSON (RFC 8259, section 2)
SPELLINGS = {True: "true", False: "false"}


class Spelling(str):
    """A number as it was spelled."""

    __slots__ = ()


def read_body(call: Call, dialect: Dialect) -> Json:
    """Return the value of a body; raises Refusal when it is not declared as JSON or cannot be read as JSON."""
    if not call.raw_body.strip():
        raise Refusal(Kind.BAD_BODY, "The body is empty; expected a JSON object.")
    require_json_media_type(call, dialect)
    text = decoded(call.raw_body)
    try:
        value = taken(parsed(text, SPELLED)) if dialect["json.scalars"] == "as-string" else parsed(text, PLAIN)
        if "\\u" in text:  # Otherwise there is none, since UTF-8 has no way to write one.
            require_whole_characters(value)
    except RecursionError:
        raise Refusal(Kind.BAD_BODY, "The body is nested too deeply.") from None
    return value


def require_json_media_type(call: Call, dialect: Dialect) -> None:
    """Raise Refusal unless the body is declared as JSON, or the dialect reads it all the same."""
    declared = call.header("content-type")
    if declared is None or not declared.strip():
        if dialect["http.missing-media-type"] != "parsed":
            raise Refusal(Kind.MISSING_MEDIA_TYPE, "Content-Type is missing; expected application/json.")
    elif not is_json(declared) and dialect["http.wrong-media-type"] != "parsed":
        raise Refusal(Kind.WRONG_MEDIA_TYPE, "Content-Type is not JSON; expected application/json.")


def is_json(media_type: str) -> bool:
    """Say whether a media type is one of JSON, whatever its case and its parameters."""
    if media_type == "application/json":
        return True
    essence = media_type.split(";", maxsplit=1)[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))


def decoded(body: bytes) -> str:
    """Return a body as text; raises Refusal when it is not UTF-8. A byte order mark is overlooked (RFC 8259)."""
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as wrong:
        raise Refusal(Kind.BAD_BODY, f"The body is not UTF-8: byte {wrong.start} cannot be decoded.") from None


def parsed(text: str, decoder: json.JSONDecoder) -> Json:
    """Return the value of a JSON text; raises Refusal when it is not JSON, and RecursionError."""
    try:
        # `decode` looks for blanks by regular expressions, which takes as long as all the rest.
        value, end = decoder.raw_decode(text, len(text) - len(text.lstrip(BLANKS)))
        return value if end == len(text) else decoder.decode(text)
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise Refusal(Kind.BAD_BODY, f"The body is not JSON: {wrong.msg} at {place}.") from None
    except ValueError:  # Python refuses to read an integer of so many digits.
        return numbers_read(parsed(text, SPELLED))


def require_whole_characters(value: Json) -> None:
    """Raise Refusal where a string holds half of a surrogate pair, which an escape can write (RFC 8259, 8.2)."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Refusal(Kind.BAD_BODY, "The body contains a lone surrogate, which is not a character.") from None


def taken(value: Json) -> Json:
    """Return a value with the scalars in certain fields as strings."""
    if isinstance(value, dict):
        fields = FIELDS_TAKEN_FROM_SCALARS & value.keys()
        value = {**value, **{name: as_string(value[name]) for name in fields}}
    return numbers_read(value)


def as_string(member: Json) -> Json:
    """Return a number or a boolean as it was spelled, and anything else as it is."""
    if isinstance(member, bool):
        return SPELLINGS[member]
    return str(member) if isinstance(member, Spelling) else member


def numbers_read(value: Json) -> Json:
    """Return a value with the numbers that are spelled in it, however deep."""
    if isinstance(value, dict):
        return {name: numbers_read(member) for name, member in value.items()}
    if isinstance(value, list):
        return [numbers_read(member) for member in value]
    return number(value) if isinstance(value, Spelling) else value


def number(spelling: Spelling) -> float:
    """Return the number that is spelled so; one of absurd length only roughly."""
    is_integer = spelling.lstrip("-").isdigit() and len(spelling) <= LONGEST_INTEGER
    return int(spelling) if is_integer else float(spelling)


def _refuse_constant(constant: str) -> NoReturn:
    raise Refusal(Kind.BAD_BODY, f"The body is not JSON: {constant} is not a JSON number.")


PLAIN = json.JSONDecoder(parse_constant=_refuse_constant)
SPELLED = json.JSONDecoder(parse_int=Spelling, parse_float=Spelling, parse_constant=_refuse_constant)


class Incoming:
    """The bytes of a body as they arrive, refused as soon as they are too many; `is_read` once anybody wanted them."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self.is_read = False
        self._whole: bytes | None = None

    async def whole(self, declared: str | None, most: int) -> bytes:
        """Return the whole body, again too; raises Refusal when it is larger than `most` bytes, in words or in fact."""
        if self._whole is not None:
            return self._whole
        self.is_read = True
        if declared is not None and declared.isdigit() and (len(declared) > len(str(most)) or int(declared) > most):
            raise too_large(most)
        chunks = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Refusal(Kind.BAD_BODY, "The body is incomplete.")
            chunks += message.get("body", b"")
            if len(chunks) > most:
                raise too_large(most)
            if not message.get("more_body", False):
                self._whole = bytes(chunks)
                return self._whole

    async def gone(self) -> None:
        """Return once nobody waits for the response any more."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def too_large(most: int) -> Refusal:
    return Refusal(Kind.TOO_LARGE, f"The body is larger than {most} bytes.", fault=Fault(limit=most, unit="bytes"))
