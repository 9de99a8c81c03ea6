"""The bodies of requests and responses as text, without keys, invitation codes and key identifiers."""

import json
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, NotJson, Request, parse_json
from fleet_contract.contract_tests.hidden import IDENTIFIER, asks_for_codes, holds_codes
from fleet_contract.contract_tests.reports.members import without_members
from fleet_contract.contract_tests.target.masking import MASK, Masker
from fleet_contract.spec.codes import NAMES, is_secret

_ERRORS = 400
_SECRET = tuple(sorted({*NAMES, IDENTIFIER}))  # members
_OF_AN_ERROR = tuple(each for each in _SECRET if each not in ("code", "codes"))  # which are what is wrong there


def sent_body(request: Request, masker: Masker) -> str:
    """Return the body of a request; a byte that is no UTF-8 is half a surrogate pair."""
    return masker.text(without_members(_text_of(request.body), _SECRET, is_json=_is_json(request.body)))


def answered_body(request: Request, answer: Answer, masker: Masker) -> str:
    """Return the body of an answer with the secrets that an API answers with masked, and those that are known.

    Of a list of codes only its shape is left: a faulty server may put a code anywhere. The `code` of an error is
    none of these: it says what is wrong.
    """
    if is_replaced(request, answer):
        return f"{MASK} ({len(answer.body)} bytes that are no JSON)"
    return masker.text(_answered(request, answer))


def is_replaced(request: Request, answer: Answer) -> bool:
    """Say whether the body of an answer is not shown at all: codes may stand anywhere in it."""
    return holds_codes(request, answer) and not answer.is_json


def _answered(request: Request, answer: Answer) -> str:
    if holds_codes(request, answer):
        return _as_json(_shape_of(answer.json))
    is_cut_list = asks_for_codes(request) and not answer.is_json and answer.body.lstrip().startswith(b"[")
    names = _OF_AN_ERROR if answer.status >= _ERRORS and not is_cut_list else _SECRET
    return without_members(_text_of(answer.body), names, is_json=answer.is_json)


def _is_json(body: bytes) -> bool:
    try:
        parse_json(body)
    except NotJson:
        return False
    return True


def _text_of(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {_shown(name, number): _shape_of(member) for number, (name, member) in enumerate(value.items(), 1)}
    if isinstance(value, list):
        return [_shape_of(item) for item in value]
    return MASK if is_secret(value) else value


def _shown(name: str, number: int) -> str:
    return name if name.lower() in NAMES else f"{MASK} {number}"


def _as_json(value: Any) -> str:
    """Return a value as JSON that can be written: half of a surrogate pair, which JSON can escape, stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
