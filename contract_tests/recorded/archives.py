"""HTTP archives (HAR 1.2) of browsers, proxies and test tools: each entry as plain data, as far as it tells."""

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fleet_contract.contract_tests.exchange import integer
from fleet_contract.contract_tests.network.outgoing import WITH_A_BODY
from fleet_contract.contract_tests.target.kinds import TOKEN
from fleet_contract.spec.files import Contradiction, read_text

WHAT, EXPECTED = "The archive", "Expected an HTTP archive (HAR 1.2), a JSON file with log.entries."
LARGEST = 128 * 1024 * 1024  # bytes
VERSIONS = ("", "1.1", "1.2")  # none means 1.1
STATUSES = range(100, 1000)  # that HTTP can carry (RFC 9112, section 4)
OURS = "fleet-contract"
_VISIBLE = "!\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~"
_NOT_UTF_8 = "\ufffd"  # what a decoder writes for bytes that are no text
_FINEST = 1e-6  # seconds
Headers = tuple[tuple[str, str], ...]


class Unreadable(ValueError):
    """An entry lacks what every entry has, or has what none can have."""


@dataclass(frozen=True)
class Entry:
    """One entry. A body is None where it was not recorded as it was on the wire; a status of 0 is no response.

    `started` and `ended` are seconds since 1970, each as early or late as its digits leave open; `ended` is infinite
    where nothing says. `caller` is whose key it carried by the word of a run of ours.
    """

    method: str
    url: str
    headers: Headers
    body: bytes | None
    status: int
    response_headers: Headers
    response_body: bytes | None
    started: float
    ended: float
    trouble: str = ""
    is_from_cache: bool = False
    caller: str = ""

    def header(self, name: str) -> str | None:
        """Return the value of a request's header, that of several fields as one list; None where there is none."""
        values = [value for each, value in self.headers if each.lower() == name]
        return ", ".join(values) if values else None


@dataclass(frozen=True)
class Archive:
    """The entries of an archive in the order of the file, and how many could not be read."""

    entries: tuple[Entry, ...]
    unreadable: int = 0


def read_archive(path: Path) -> Archive:
    """Return what an archive holds; raises Contradiction where it is none, is cut off or is too large."""
    log = _log(read_text(path, WHAT, EXPECTED, LARGEST), path)
    is_ours = isinstance(log.get("creator"), dict) and log["creator"].get("name") == OURS
    read = [_read(each, is_ours=is_ours) for each in log["entries"]]
    entries = tuple(each for each in read if each is not None)
    return Archive(entries, len(read) - len(entries))


def _log(text: str, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_int=integer)
    except json.JSONDecodeError as wrong:
        is_cut = wrong.pos >= len(text.rstrip()) or wrong.msg.startswith("Unterminated")
        problem = "ends in the middle, as if it was cut off" if is_cut else f"is not JSON: {wrong}"
        raise Contradiction(f"{WHAT} {path} {problem}. {EXPECTED} Export it again.") from None
    except RecursionError:
        raise Contradiction(f"{WHAT} {path} is nested too deeply to be one. {EXPECTED} Export it again.") from None
    log = value.get("log") if isinstance(value, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        raise Contradiction(f"{WHAT} {path} has no log.entries. {EXPECTED} Export it as HAR.")
    version = log.get("version", "")
    if version not in VERSIONS:
        raise Contradiction(
            f"{WHAT} {path} is of version {str(version)[:20]!r}. Expected 1.2. Export it as HAR 1.2, or convert it."
        )
    return log


def _read(value: Any, *, is_ours: bool) -> Entry | None:
    try:
        return _sound(_entry(value, is_ours=is_ours))
    except (Unreadable, TypeError, KeyError, AttributeError, ValueError, OverflowError, OSError):
        return None


def _sound(entry: Entry) -> Entry:
    """Return an entry that HTTP could carry, and that can be told; raises Unreadable, and what calendars raise."""
    if not TOKEN.fullmatch(entry.method) or entry.status not in (0, *STATUSES):
        raise Unreadable
    for text in (entry.trouble, *chain.from_iterable(entry.headers + entry.response_headers)):
        text.encode()
    for moment in filter(math.isfinite, (entry.started, entry.ended)):
        datetime.fromtimestamp(moment, UTC)
    return entry


def _entry(value: Mapping[str, Any], *, is_ours: bool) -> Entry:
    request, response = value["request"], value.get("response") or {}
    started, ended = _times(value)
    status = response.get("status") or 0
    method, url = request["method"], request["url"]
    if not (isinstance(method, str) and isinstance(url, str) and type(status) is int):
        raise Unreadable
    error = value.get("_error") or response.get("_error") or ""
    return Entry(
        method=method,
        url=quote(url, safe=_VISIBLE),
        headers=_headers(request),
        body=_sent(request),
        status=max(status, 0),
        response_headers=_headers(response),
        response_body=_received(response),
        started=started,
        ended=ended,
        trouble=f"no response was recorded{f': {error}' if isinstance(error, str) and error else ''}",
        is_from_cache=status == 304 or bool(value.get("_fromCache") or value.get("_fetchedViaServiceWorker")),
        caller=str(value.get("_caller", "")) if is_ours else "",
    )


def _headers(message: Mapping[str, Any]) -> Headers:
    """Return the header fields, without the blanks around values; what HTTP/2 writes before them is none of these."""
    pairs = ((each["name"], each["value"]) for each in message.get("headers") or ())
    return tuple((str(name), str(value).strip(" \t")) for name, value in pairs if not str(name).startswith(":"))


# --- times ---------------------------------------------------------------------------------------


def _times(value: Mapping[str, Any]) -> tuple[float, float]:
    """Return when an entry began at the earliest, and ended at the latest, by how finely its times are written."""
    text = value["startedDateTime"]
    moment = datetime.fromisoformat(text)
    began = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    fineness = max(_fineness(text.partition("T")[2]), _FINEST)
    taken = value.get("time")
    is_known = isinstance(taken, int | float) and math.isfinite(taken) and taken >= 0
    until = (taken / 1000) + max(_fineness(repr(taken)) / 1000, _FINEST) if is_known and taken is not None else math.inf
    return began - fineness / 2, began + fineness + until


def _fineness(number: str) -> float:
    """Return what the last digit of a number is worth."""
    digits = number.partition(".")[2]
    length = next((place for place, each in enumerate(digits) if not each.isdigit()), len(digits))
    return float(10**-length)


# --- bodies --------------------------------------------------------------------------------------


def _sent(request: Mapping[str, Any]) -> bytes | None:
    """Return the body of a request; where nothing says that there is none, and none was recorded, it is unknown."""
    data, size = request.get("postData"), request.get("bodySize")
    if not data:
        return b"" if _has_none(request) else None
    text = data.get("text")
    if data.get("_altered") or text is None or (text == "" and (data.get("params") or size != 0)):
        return None
    return _bytes_of(text, data.get("encoding"))


def _has_none(request: Mapping[str, Any]) -> bool:
    """Say whether a request had no body: what its headers announce was left out, whatever its size is said to be."""
    announced = [value for name, value in _headers(request) if name.lower() in ("content-length", "transfer-encoding")]
    if announced:
        return announced == ["0"]
    return request["method"] not in WITH_A_BODY or request.get("bodySize") == 0


def _received(response: Mapping[str, Any]) -> bytes | None:
    """Return the body of a response; some tools cut it off, or leave it out."""
    content = response.get("content") or {}
    size, text = content.get("size", -1), content.get("text", "")
    if size == 0 and text == "":
        return b""
    if content.get("_altered") or not text:
        return None
    body = _bytes_of(text, content.get("encoding"))
    # The size is that before or after compression, by tool.
    least = min(size, size + content.get("compression", 0))
    return None if body is None or len(body) < least else body


def _bytes_of(text: str, encoding: Any) -> bytes | None:
    """Return a text as UTF-8, or what it says in base64; None where it is not what came."""
    if encoding == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            return None
    if encoding or _NOT_UTF_8 in text:
        return None
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return None
