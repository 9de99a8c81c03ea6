"""What is never told of exchanges: invitation codes, identifiers of charging keys, and cursors that may hold one."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson, Request, parse_json, value_of
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Fixtures
from fleet_contract.spec.codes import codes_in_a_refusal, codes_of, is_secret

IDENTIFIER = "keyIdentifier"
_MENTIONED = re.compile(rb"keyIdentifier|\\u")  # or with escapes, as JSON may spell it
_NEARLY_JSON = re.compile(rb"""keyIdentifier["']?\s*[:=>]\s*["']?(\w+)""", re.ASCII)
_NO_IDENTIFIER = re.compile(r"[A-Za-z]*[G-Zg-z][A-Za-z]*")  # a word of a language: true, null, or a placeholder
_UNRESERVED = re.compile(r"[0-9A-Za-z_.-]+")  # is spelled alike in JSON and in URLs
_SHORTEST_CURSOR = 8  # characters; the shortest identifiers have as many hexadecimal digits
_LIST = "/invitation"


def asks_for_codes(request: Request) -> bool:
    """Say whether a request is for a list of codes, however leniently a server reads its path."""
    return _is_a_list(request.path)


@lru_cache(4096)  # asked for again wherever something is told of an exchange
def _is_a_list(path: str) -> bool:
    return unquote(path.partition("?")[0]).rstrip("/").lower().endswith(_LIST)


def holds_codes(request: Request, answer: Answer) -> bool:
    """Say whether codes may stand anywhere in an answer: an error says what is wrong."""
    return answer.status < HTTPStatus.BAD_REQUEST and asks_for_codes(request)


def masker_of(fixtures: Fixtures, exchanges: Iterable[Exchange] = ()) -> Masker:
    """Return what masks the codes that the target file has, and all that exchanges show."""
    masker = Masker(fixtures.codes)
    for each in exchanges:
        learn(masker, each)
    return masker


def learn(masker: Masker, exchange: Exchange) -> None:
    """Mask from now on what an exchange shows: codes, key identifiers, and cursors, in which identifiers may stand."""
    cursors = list(_cursors_in(exchange))
    masker.learn(*codes_in(exchange), *(each for each in cursors if not _UNRESERVED.fullmatch(each)))
    masker.learn_words(*_identifiers_in(exchange), *filter(_UNRESERVED.fullmatch, cursors))


def codes_in(exchange: Exchange) -> Iterator[str]:
    """Yield the codes that an exchange shows, in whatever form they are listed; the id that it asks for is none."""
    request, answer = exchange.request, exchange.answer
    if answer and answer.is_json and asks_for_codes(request):
        found = codes_of(answer.json) if answer.succeeded else codes_in_a_refusal(answer.json)
        segments = unquote(request.path.partition("?")[0]).split("/")
        yield from (code for code in found if code not in segments)


def _identifiers_in(exchange: Exchange) -> Iterator[str]:
    """Yield the identifiers of charging keys that an exchange sends or shows."""
    answer, sent = exchange.answer, exchange.request.body
    if _MENTIONED.search(sent):
        yield from _identifiers_of(_read(sent))
    if answer and answer.is_json and _MENTIONED.search(answer.body):
        yield from _identifiers_of(answer.json)


def _read(body: bytes) -> Any:
    """Return the value of a body; of one that is no JSON what a lenient server may take for identifiers."""
    try:
        return parse_json(body)
    except NotJson:
        return [{IDENTIFIER: found.decode()} for found in _NEARLY_JSON.findall(body)]


def _identifiers_of(value: Any) -> Iterator[str]:
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            found = each.get(IDENTIFIER)
            if is_secret(found) and not _NO_IDENTIFIER.fullmatch(str(found)):
                yield str(found)
            left += each.values()
        elif isinstance(each, list):
            left += each


def _cursors_in(exchange: Exchange) -> Iterator[str]:
    """Yield the cursor that an exchange shows, unless it is too short for an identifier, or counts pages or keys."""
    value = value_of(exchange)
    cursor = value.get("cursor") if isinstance(value, dict) else None
    if isinstance(cursor, str) and len(cursor) >= _SHORTEST_CURSOR and not cursor.isdecimal():
        yield cursor
