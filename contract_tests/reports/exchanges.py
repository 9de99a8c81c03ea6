"""What was sent and what was answered, each on one line. Secrets stay out."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from fleet_contract.contract_tests.exchange import KEY_HEADER, Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.network.printable import printable

MASK = "***"
_ERRORS = 400
_CODE, _IDENTIFIER = "code", "keyIdentifier"
_SHOWN = 400  # characters of a body
_USUAL = ("content-type", "application/json")  # the header that goes without saying, where there is a body
_BYTE = re.compile(r"\\udc([89a-f][0-9a-f])")  # how a byte reads that is no UTF-8
_KEYS = {
    Caller.OTHER: "the other organization's key",
    Caller.NOBODY: "no key",
    Caller.STRANGER: "a key that nobody was given",
    Caller.EMPTY: "an empty key",
}


def request_line(exchange: Exchange) -> str:
    """Return what was sent, on one line: with whose key if not the owner's, and with the headers that are not usual."""
    request = exchange.request
    notes = "; ".join(_notes(request))
    parts = (request.method, _cut(request.path), f"[{notes}]" if notes else "", _cut(_text_of(request.body)))
    return " ".join(filter(None, parts))


def _notes(request: Request) -> Iterator[str]:
    if request.near_key:
        yield f"a key like the owner's, {request.near_key.replace('-', ' ')}"
    elif request.caller in _KEYS:
        yield _KEYS[request.caller]
    if request.key_header != KEY_HEADER:
        yield f"the key in {request.key_header}"
    for name, value in request.headers:
        if not request.body or (name.lower(), value) != _USUAL:
            yield f"{name}: {_cut(value)}".rstrip()
    if request.body and request.header(_USUAL[0]) is None:
        yield "no Content-Type"


def answer_line(exchange: Exchange) -> str:
    """Return what was answered, on one line, with invitation codes and key identifiers masked."""
    answer = exchange.answer
    if answer is None:
        return f"no answer: {exchange.trouble}"
    media = answer.header("content-type")
    lists_codes = answer.succeeded and exchange.request.path.split("?")[0].endswith("/invitation")
    body = _shape_of(answer) if lists_codes else _cut(masked_body(answer))
    return f"{answer.status}{f' {_cut(media)}' if media else ''} {body}".rstrip()


def grouped(failures: Iterable[Finding], history: History) -> str:
    """Return how many failures there are of each operation with each status, the most frequent first."""
    by_number = {each.number: each for each in history.exchanges}
    shown = (by_number[max(each.exchanges)] for each in failures)
    counted = Counter(f"{_operation(each, history)} answered {each.status or 'nothing'}" for each in shown)
    return ", ".join(f"{what}{f' ({times} times)' if times > 1 else ''}" for what, times in counted.most_common())


def _operation(exchange: Exchange, history: History) -> str:
    return history.parsed(exchange).operation or f"{exchange.request.method} {printable(exchange.request.path, 60)}"


def _shape_of(answer: Answer) -> str:
    """Return a list of codes with every string masked: a faulty server may put a code anywhere."""
    if not answer.is_json:
        return f"{MASK} ({len(answer.body)} bytes that are no JSON)"
    return _cut(_as_json(_all_masked(answer.json)))


def _all_masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _all_masked(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_all_masked(item) for item in value]
    return MASK if isinstance(value, str) else value


def masked_body(answer: Answer) -> str:
    """Return the body of an answer as text, with the secrets that an API answers with masked.

    The `code` of an error is none: it says what is wrong.
    """
    secret = (_IDENTIFIER,) if answer.status >= _ERRORS else (_CODE, _IDENTIFIER)
    if not answer.is_json:
        in_text = rf'("(?:{"|".join(secret)})"\s*:\s*")[^"]*'
        return re.sub(in_text, rf"\g<1>{MASK}", _text_of(answer.body))
    return _as_json(_masked(answer.json, secret))


def _text_of(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _as_json(value: Any) -> str:
    """Return a value as JSON that can be written: half of a surrogate pair, which JSON can escape, stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _masked(value: Any, secret: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: MASK if name in secret and member else _masked(member, secret) for name, member in value.items()}
    return [_masked(item, secret) for item in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    """Return a text fit to be shown; its length is its own, and a byte that is no text is shown as one."""
    return _BYTE.sub(r"\\x\1", printable(text, _SHOWN))
