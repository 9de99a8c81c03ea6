"""What was sent and what was answered, each on one line. Secrets stay out."""

import json
import re
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, Exchange
from fleet_contract.contract_tests.network.printable import printable

MASK = "***"
_SECRET_MEMBERS = frozenset({"code", "keyIdentifier"})
_SECRET_IN_TEXT = re.compile(r'("(?:code|keyIdentifier)"\s*:\s*")[^"]*')
_SHOWN = 400  # characters of a body


def request_line(exchange: Exchange) -> str:
    """Return what was sent, on one line."""
    request = exchange.request
    body = _cut(request.body.decode("utf-8", "backslashreplace"))
    return f"{request.method} {_cut(request.path)}" + (f" {body}" if body else "")


def answer_line(exchange: Exchange) -> str:
    """Return what was answered, on one line, with invitation codes and key identifiers masked."""
    answer = exchange.answer
    if answer is None:
        return f"no answer: {exchange.trouble}"
    media = answer.header("content-type")
    lists_codes = answer.succeeded and exchange.request.path.split("?")[0].endswith("/invitation")
    body = _shape_of(answer) if lists_codes else _cut(masked_body(answer))
    return f"{answer.status}{f' {_cut(media)}' if media else ''} {body}".rstrip()


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
    """Return the body of an answer as text, with the secrets that an API answers with masked."""
    if not answer.is_json:
        return _SECRET_IN_TEXT.sub(rf"\g<1>{MASK}", answer.body.decode("utf-8", "backslashreplace"))
    return _as_json(_masked(answer.json))


def _as_json(value: Any) -> str:
    """Return a value as JSON that can be written: half of a surrogate pair, which JSON can escape, stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: MASK if name in _SECRET_MEMBERS and member else _masked(member) for name, member in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    return printable(text, _SHOWN)
