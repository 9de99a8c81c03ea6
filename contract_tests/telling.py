"""What is told of exchanges: which it is, in a few words, and which invitation codes are kept out of all words."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import unquote

from fleet_contract.contract_tests.exchange import Answer, Exchange, Request
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Fixtures
from fleet_contract.spec.codes import codes_in_a_refusal, codes_of

_LIST = "/invitation"


def named(exchange: Exchange, masker: Masker) -> str:
    """Return an exchange in a few words, for a sentence."""
    answered = f"answered {exchange.status}" if exchange.answer else "without a response"
    return f"{asked(exchange, masker)}, {answered}"


def asked(exchange: Exchange, masker: Masker) -> str:
    """Return what was asked for in a few words, for a sentence."""
    request = exchange.request
    return f"request {exchange.number}, {request.method} {printable(masker.text(request.path), 80)}"


def asks_for_codes(request: Request) -> bool:
    """Say whether a request is for a list of codes, however leniently a server reads its path."""
    return _is_a_list(request.path)


@lru_cache(4096)  # asked for again wherever something is told of an exchange
def _is_a_list(path: str) -> bool:
    return unquote(path.partition("?")[0]).rstrip("/").lower().endswith(_LIST)


def holds_codes(request: Request, answer: Answer) -> bool:
    """Say whether codes may stand anywhere in an answer: an error says what is wrong."""
    return answer.status < HTTPStatus.BAD_REQUEST and asks_for_codes(request)


def codes_known(fixtures: Fixtures, exchanges: Iterable[Exchange] = ()) -> Iterator[str]:
    """Yield the codes that the target file has, and those that exchanges show."""
    yield from (*fixtures.active_codes, *fixtures.inactive_codes)
    for each in exchanges:
        yield from codes_in(each)


def codes_in(exchange: Exchange) -> Iterator[str]:
    """Yield the codes that an exchange shows, in whatever form they are listed; the id that it asks for is none."""
    request, answer = exchange.request, exchange.answer
    if answer and answer.is_json and asks_for_codes(request):
        found = codes_of(answer.json) if answer.succeeded else codes_in_a_refusal(answer.json)
        segments = unquote(request.path.partition("?")[0]).split("/")
        yield from (code for code in found if code not in segments)
