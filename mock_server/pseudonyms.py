"""Pseudonyms: exchanges without a secret, for all who only look at them: the archive and the page.

API keys and invitation codes are replaced by pseudonyms: the same one always by the same, so that it can still be
judged whether two exchanges had the same key, and whether a code was seen before.
"""

import hmac
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from fleet_contract.mock_server.access import HEADER as KEY
from fleet_contract.mock_server.codings import CODINGS
from fleet_contract.mock_server.journal import Entry
from fleet_contract.mock_server.messages import Answer, Call, Fields, Reason
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.codes import codes_of
from fleet_contract.spec.escapes import SHORTEST, Find, finding, meanings, rewritten

Json = Any

LOGINS = ("authorization", "proxy-authorization")
SECRET_HEADERS = (*LOGINS, "cookie")
CODES = "get_invitation_codes"
MASKED = "masked"
MOST_REMEMBERED = 100
MOST_UNPACKED = 1024 * 1024  # bytes of a body that was compressed
CODE = re.compile(r'("code"\s*:\s*")(?!CODE[0-9A-F]{12}")([^"]*)')


class Pseudonyms:
    """Names for secrets, which nobody can lead back to them; they hold as long as the process.

    `remembered` has those of the secrets that exchanges showed last: later ones may repeat them.
    """

    def __init__(self) -> None:
        self._salt = token_bytes(32)
        self.remembered: dict[str, str] = {}

    def remember(self, names: Mapping[str, str]) -> None:
        """Remember these names, and forget the oldest where there are too many."""
        self.remembered = dict([*{**self.remembered, **names}.items()][-MOST_REMEMBERED:])

    def of_key(self, key: str) -> str:
        return f"key-{self._digest(key)}"

    def of_code(self, code: str) -> str:
        return f"CODE{self._digest(code).upper()}"

    def _digest(self, secret: str) -> str:
        return hmac.new(self._salt, secret.encode("utf-8", "replace"), sha256).hexdigest()[:12]


class Masking:
    """Replaces the secrets of some exchanges; `keys` are API keys that are known beside those that were sent."""

    def __init__(self, entries: Iterable[Entry], keys: Iterable[str], codes: Iterable[str], names: Pseudonyms) -> None:
        self._names = names
        of_codes = {code: names.of_code(code) for entry in entries for code in codes_in(entry.call, entry.answer)}
        of_keys = {key: names.of_key(key) for entry in entries for key in keys_in(entry.call)}
        names.remember({**of_codes, **of_keys})
        given = {**{code: names.of_code(code) for code in codes}, **{key: names.of_key(key) for key in keys}}
        self._known = {**names.remembered, **given, **of_codes, **of_keys}
        self._find = finding_secrets(self._known)

    def entry(self, entry: Entry) -> Entry:
        """Return an exchange without its secrets, wherever they stand in it, and with a body that is not packed."""
        call, answer = entry.call, entry.answer
        sent = tuple((name, self._header(name, value)) for name, value in call.headers)
        return entry._replace(
            call=replace(
                call,
                raw_path=self._text(call.raw_path),
                raw_query=rewritten(call.raw_query, self._find),
                headers=Fields(sent),
                raw_body=self._body(call.raw_body),
            ),
            answer=replace(
                answer,
                headers={name: self._header(name, value) for name, value in answer.headers.items()},
                body=self._body(unpacked(answer)),
                reason=answer.reason and self._reason(answer.reason),
            ),
        )

    def _header(self, name: str, value: str) -> str:
        if name == KEY and value in self._known:
            return self._known[value]
        return MASKED if name in SECRET_HEADERS else self._text(value)

    def _reason(self, reason: Reason) -> Reason:
        fault = reason.fault
        if fault is not None:
            pointer, parameter = (text and self._text(text) for text in (fault.pointer, fault.parameter))
            fault = fault._replace(pointer=pointer, parameter=parameter)
        return reason._replace(detail=self._text(reason.detail), fault=fault)

    def _body(self, body: bytes) -> bytes:
        """Return a body, byte for byte where no secret is in it; one that is JSON stays JSON."""
        masked = rewritten(body, self._find)
        try:
            value = json.loads(body)
            shown = self._value(value)
            return body if masked == body and shown == value else json.dumps(shown, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            pass
        # What was cut off may end within a code.
        text = masked.decode("utf-8", "surrogateescape")
        text = CODE.sub(lambda found: found[1] + self._names.of_code(found[2]), text)
        return text.encode("utf-8", "surrogateescape")

    def _text(self, text: str) -> str:
        return without_secrets(text, self._find)

    def _value(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if isinstance(value, dict):
            return {self._text(name): self._value(each) for name, each in value.items()}
        if isinstance(value, str):
            return self._known.get(value) or self._text(value)
        return self._known.get(str(value), value)


def keys_in(call: Call) -> Iterator[str]:
    """Yield the API keys that a request carries, and what else lets it in."""
    for name, value in call.headers:
        if name == KEY and value:
            yield value
        elif name in LOGINS and value:
            yield value.rpartition(" ")[2]


def codes_in(call: Call, answer: Answer) -> Iterator[str]:
    """Yield the invitation codes that an exchange shows."""
    if call.operation_id == CODES and answer.succeeded:
        try:
            shown = json.loads(unpacked(answer))
        except (ValueError, RecursionError):
            return
        yield from codes_of(shown)


def unpacked(answer: Answer) -> bytes:
    """Return the body of an answer as it was before it was compressed, as far as it can be read."""
    read: Callable[[bytes, int], bytes] | None = CODINGS.get(answer.headers.get("content-encoding", ""))
    if read is None:
        return answer.body
    try:
        return read(answer.body, MOST_UNPACKED)
    except (zlib.error, Refusal):
        return answer.body


def finding_secrets(names: Mapping[str, str]) -> Find:
    """Return what finds secrets, each with its name, but for those that are so short that they may be in any text."""
    long = {_bytes(secret): name.encode() for secret, name in names.items() if len(secret) >= SHORTEST}
    return finding({each: name for secret, name in long.items() for each in meanings(secret)})


def without_secrets(text: str, find: Find) -> str:
    """Return a text with the names of the secrets that are found in it."""
    return rewritten(_bytes(text), find).decode("utf-8", "surrogatepass")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
