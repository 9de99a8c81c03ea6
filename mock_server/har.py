"""HAR: the journal in the form that browsers and test tools read (HTTP Archive 1.2), without a secret.

API keys and invitation codes are replaced by pseudonyms: the same one always by the same, so that it can still be
judged whether two exchanges had the same key, and whether a code was seen before.
"""

import base64
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version
from secrets import token_bytes
from typing import Any
from urllib.parse import parse_qsl

from fleet_contract.mock_server.access import HEADER as KEY
from fleet_contract.mock_server.clock import moment
from fleet_contract.mock_server.journal import Entry

Json = Any

PHRASES = {status.value: status.phrase for status in HTTPStatus}
SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie")
CODES = "get_invitation_codes"
MASKED = "masked"
SHORTEST = 4
CODE = re.compile(r'("code"\s*:\s*")(?!CODE[0-9A-F]{12}")([^"]*)')


class Pseudonyms:
    """Names for secrets, which nobody can lead back to them; they hold as long as the process."""

    def __init__(self) -> None:
        self._salt = token_bytes(32)

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
        sent = {value for entry in entries for name, value in entry.call.headers if name == KEY and value}
        seen = {code for entry in entries for code in codes_in(entry)}
        self._keys = {key: names.of_key(key) for key in {*keys, *sent}}
        self._codes = {code: names.of_code(code) for code in {*codes, *seen}}
        by_length = sorted({**self._keys, **self._codes}.items(), key=lambda each: -len(each[0]))
        self._longest_first = [each for each in by_length if len(each[0]) >= SHORTEST]

    def header(self, name: str, value: str) -> str:
        """Return the value of a header field."""
        if name == KEY:
            return self._keys.get(value, value)
        return MASKED if name in SECRET_HEADERS else self._text(value)

    def body(self, body: bytes) -> bytes:
        """Return a body, byte for byte where no secret is in it.

        Where it is JSON only whole strings are replaced, so that no other text is touched.
        """
        given = body.decode("utf-8", "surrogateescape")
        text = self._text(given)
        try:
            value = json.loads(body)
            masked = self._value(value)
            is_free = text == given and masked == value
            return body if is_free else json.dumps(masked, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            pass
        # What was cut off may end within a code.
        text = CODE.sub(lambda found: found[1] + self._names.of_code(found[2]), text)
        return text.encode("utf-8", "surrogateescape")

    def _text(self, text: str) -> str:
        """Return a text without the secrets in it, but for those that are so short that they may be in any text."""
        for secret, name in self._longest_first:
            text = text.replace(secret, name)
        return text

    def _value(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if isinstance(value, dict):
            return {name: self._value(each) for name, each in value.items()}
        return self._keys.get(value) or self._codes.get(value) or value if isinstance(value, str) else value


def codes_in(entry: Entry) -> Iterator[str]:
    """Yield the invitation codes that an exchange shows."""
    if entry.call.operation_id != CODES or not entry.answer.succeeded:
        return
    try:
        shown = json.loads(entry.answer.body)
    except ValueError:
        return
    yield from (each["code"] for each in shown if isinstance(each, dict) and isinstance(each.get("code"), str))


def as_har(entries: list[Entry], masking: Masking, scheme: str, base_path: str) -> Json:
    """Return exchanges as an HTTP Archive."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "fleet-mock", "version": version("fleet-contract")},
            "entries": [_entry(entry, masking, scheme, base_path) for entry in entries],
        }
    }


def _entry(entry: Entry, masking: Masking, scheme: str, base_path: str) -> Json:
    taken = round(entry.seconds * 1000, 3)
    return {
        "startedDateTime": moment(entry.at),
        "time": taken,
        "request": _request(entry, masking, scheme, base_path),
        "response": _response(entry, masking),
        "cache": {},
        "timings": {"send": 0, "wait": taken, "receive": 0},
        "_replica": entry.replica,
        "_world": entry.call.world,
        "_operation": entry.call.operation_id,
        "_reason": entry.answer.reason.kind.value if entry.answer.reason else None,
    }


def _request(entry: Entry, masking: Masking, scheme: str, base_path: str) -> Json:
    call = entry.call
    query, host = call.raw_query.decode("latin-1"), call.header("host") or "localhost"
    request = {
        "method": call.method,
        "url": f"{scheme}://{host}{base_path}{call.raw_path}{'?' + query if query else ''}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": masking.header(name, value)} for name, value in call.headers],
        "queryString": [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)],
        "headersSize": -1,
        "bodySize": len(call.raw_body),
    }
    if call.raw_body:
        body = masking.body(call.raw_body)
        request["postData"] = {"mimeType": call.header("content-type") or "", "text": body.decode("utf-8", "replace")}
    return request


def _response(entry: Entry, masking: Masking) -> Json:
    answer = entry.answer
    return {
        "status": answer.status,
        "statusText": PHRASES.get(answer.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": masking.header(name, value)} for name, value in answer.headers.items()],
        "content": _content(masking.body(answer.body), answer.headers.get("content-type", "")),
        "redirectURL": answer.headers.get("location", ""),
        "headersSize": -1,
        "bodySize": len(answer.body),
    }


def _content(body: bytes, media_type: str) -> Json:
    content: dict[str, Json] = {"size": len(body), "mimeType": media_type}
    try:
        return {**content, "text": body.decode()}
    except UnicodeDecodeError:
        return {**content, "text": base64.b64encode(body).decode(), "encoding": "base64"}
