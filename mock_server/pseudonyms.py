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
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from secrets import token_bytes
from typing import Any, NamedTuple

from fleet_contract.mock_server.access import HEADER as KEY
from fleet_contract.mock_server.codings import CODINGS
from fleet_contract.mock_server.journal import Entry
from fleet_contract.mock_server.messages import Answer, Call, Fields, Reason
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.codes import codes_of
from fleet_contract.spec.escapes import SHORTEST, Find, Place, finding, folded, meanings, rewritten

Json = Any

LOGINS = ("authorization", "proxy-authorization")
SECRET_HEADERS = (*LOGINS, "cookie")
CODES = "get_invitation_codes"
MASKED = "masked"
MOST_REMEMBERED = 100
FEW = 100  # texts; to search for each of more takes longer than to look at all ends that there are
MOST_UNPACKED = 1024 * 1024  # bytes of a body that was compressed
CODE = re.compile(r'("code"\s*:\s*")(?!CODE[0-9A-F]{12}")([^"]*)')


class Secrets(NamedTuple):
    """The API keys and invitation codes that a world has or had, revoked and replaced ones too."""

    keys: tuple[str, ...]
    codes: tuple[str, ...]


class Pseudonyms:
    """Names for secrets, which nobody can lead back to them; they hold as long as the process.

    `remembered` has those of the secrets that exchanges showed last: later ones may repeat them.
    """

    def __init__(self) -> None:
        self._salt = token_bytes(32)
        self.remembered: dict[str, str] = {}
        self.of_all = lru_cache(maxsize=8)(self._of_all)

    def _of_all(self, secrets: Secrets) -> tuple[Mapping[str, str], Find]:
        """Return the name of each of some secrets, and what finds them; a world's are the same for many exchanges."""
        of_codes = {code: self.of_code(code) for code in secrets.codes}
        names = {**of_codes, **{key: self.of_key(key) for key in secrets.keys}}
        return names, finding_secrets(names)

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
    """Replaces the secrets of some exchanges, and those that are known beside what these show."""

    def __init__(self, entries: Iterable[Entry], known: Secrets, names: Pseudonyms) -> None:
        self._names = names
        of_codes = {code: names.of_code(code) for entry in entries for code in codes_in(entry.call, entry.answer)}
        of_keys = {key: names.of_key(key) for entry in entries for key in keys_in(entry.call)}
        names.remember({**of_codes, **of_keys})
        shown = {**names.remembered, **of_codes, **of_keys}
        given, find_given = names.of_all(known)
        self._known = {**given, **shown}
        self._find = finding_any(find_given, finding_secrets(shown))

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
    wanted = {each: name for secret, name in long.items() for each in meanings(secret)}
    return finding(wanted) if len(wanted) <= FEW else finding_many(wanted)


def finding_many(wanted: Mapping[bytes, bytes]) -> Find:
    """Return what finds texts as `finding` does, but looks only for those whose ends are there.

    Secrets that are made by a program often begin alike.
    """
    by_end: dict[bytes, dict[bytes, bytes]] = {}
    for text, instead in wanted.items():
        by_end.setdefault(text[-SHORTEST:], {})[text] = instead
    lengths = {len(end) for end in by_end}

    def find(data: bytes) -> Iterable[Place]:
        plain = folded(data)
        ends = {plain[at : at + length] for length in lengths for at in range(len(plain) - length + 1)}
        near = {text: name for end in by_end.keys() & ends for text, name in by_end[end].items()}
        return finding(near)(data)

    return find


def finding_any(*finds: Find) -> Find:
    """Return what finds all that any of these find."""
    return lambda data: chain.from_iterable(find(data) for find in finds)


def without_secrets(text: str, find: Find) -> str:
    """Return a text with the names of the secrets that are found in it."""
    return rewritten(_bytes(text), find).decode("utf-8", "surrogatepass")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
