"""The bodies and headers of requests and responses as text, without keys, invitation codes and key identifiers."""

import json
import re
from collections.abc import Collection
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, Request
from fleet_contract.contract_tests.network.outgoing import SECRETIVE
from fleet_contract.contract_tests.target.masking import MASK, Masker
from fleet_contract.contract_tests.telling import asks_for_codes

_ERRORS = 400
_CODE, _IDENTIFIER = "code", "keyIdentifier"


def sent_body(request: Request, masker: Masker) -> str:
    """Return the body of a request; a byte that is no UTF-8 is half a surrogate pair."""
    return masker.text(_masked_in_text(_text_of(request.body)))


def answered_body(request: Request, answer: Answer, masker: Masker) -> str:
    """Return the body of an answer with the secrets that an API answers with masked, and those that are known.

    Of a list of codes only its shape is left: a faulty server may put a code anywhere. The `code` of an error is
    none of these: it says what is wrong.
    """
    if is_replaced(request, answer):
        return f"{MASK} ({len(answer.body)} bytes that are no JSON)"
    return masker.text(_answered(request, answer))


def masked_header(name: str, value: str, masker: Masker) -> str:
    """Return what may be shown of the value of a header, which may be a URL."""
    return MASK if SECRETIVE.search(name) else masker.text(value)


def is_replaced(request: Request, answer: Answer) -> bool:
    """Say whether the body of an answer is not shown at all: codes may stand anywhere in it."""
    return answer.succeeded and asks_for_codes(request) and not answer.is_json


def _answered(request: Request, answer: Answer) -> str:
    if answer.succeeded and asks_for_codes(request):
        return _as_json(_shape_of(answer.json))
    secret = (_IDENTIFIER,) if answer.status >= _ERRORS else (_CODE, _IDENTIFIER)
    return _as_json(_masked(answer.json, secret)) if answer.is_json else _masked_in_text(_text_of(answer.body), secret)


def _masked_in_text(text: str, secret: Collection[str] = (_CODE, _IDENTIFIER)) -> str:
    """Return a text in which these members of what may be JSON are masked."""
    return re.sub(rf'("(?:{"|".join(secret)})"\s*:\s*")[^"]*', rf"\g<1>{MASK}", text)


def _text_of(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_shape_of(item) for item in value]
    return MASK if isinstance(value, str) else value


def _masked(value: Any, secret: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: MASK if name in secret and member else _masked(member, secret) for name, member in value.items()}
    return [_masked(item, secret) for item in value] if isinstance(value, list) else value


def _as_json(value: Any) -> str:
    """Return a value as JSON that can be written: half of a surrogate pair, which JSON can escape, stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
