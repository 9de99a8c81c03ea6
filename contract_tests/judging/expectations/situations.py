"""Which situations of the catalogue a request is in, given what is known: they decide what may be answered."""

from collections.abc import Callable, Iterator, Mapping

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Exchange
from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.expectations.by_path import invitation_situations, rename_situations
from fleet_contract.contract_tests.judging.expectations.creating import create_situations
from fleet_contract.contract_tests.judging.expectations.keys import key_situations, list_situations
from fleet_contract.contract_tests.judging.expectations.locations import location_situations
from fleet_contract.contract_tests.judging.expectations.of_clients import asks_for_something_else
from fleet_contract.contract_tests.judging.expectations.redirects import leads_to_another_spelling
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import Media, ParsedRequest
from fleet_contract.contract_tests.judging.remembering import once
from fleet_contract.spec.document import operations

_METHODS = frozenset(operation.method for operation in operations())
_ON_ANY_PATH = ("HEAD", "OPTIONS")  # A server may know them everywhere, OPTIONS without a key.
_WITHOUT_PARAMETERS = ("create_fleet", "rename_fleet", "get_invitation_codes", "create_charging_key")
_WITH_AN_ID = ("rename_fleet", "get_invitation_codes", "get_location")
_WITH_A_BODY = ("create_fleet", "rename_fleet", "create_charging_key")
_LARGE = 8_000  # bytes; gateways refuse bodies beyond limits of their own, of 8 KiB or more

_OPERATIONS: Mapping[str, Callable[[Moment], Iterator[str]]] = {
    "create_fleet": create_situations,
    "rename_fleet": rename_situations,
    "get_invitation_codes": invitation_situations,
    "create_charging_key": key_situations,
    "list_charging_keys": list_situations,
    "get_location": location_situations,
}
# Bodies of which nothing more is to be said, whatever they were sent for.
_OF_NO_OPERATION = {Body.ODD: "any.odd", Body.OTHER_FORMAT: "any.body-of-another-format"}
_CALLERS = {
    Caller.NOBODY: "any.without-a-key",
    Caller.STRANGER: "any.with-an-unknown-key",
    Caller.EMPTY: "any.with-an-empty-key",
}
_MEDIA = {
    Media.WRONG: "any.wrong-media-type",
    Media.MALFORMED: "any.malformed-media-type",
    Media.MISSING: "any.missing-media-type",
    Media.PARAMETERS: "any.media-type-with-parameters",
}


@once
def situations_of(moment: Moment) -> tuple[str, ...]:
    """Return the ids of all situations that a request is in, at least one."""
    if moment.exchange.request.method in _ON_ANY_PATH:
        return ("any.odd",)
    if moment.history.is_of_a_client and asks_for_something_else(moment.exchange.request):
        return ("any.odd", *_of_access(moment.exchange))
    found = dict.fromkeys((*_of_any_request(moment.exchange, moment.request), *_of_the_operation(moment)))
    return tuple(found) or ("any.odd",)


def _of_the_operation(moment: Moment) -> Iterator[str]:
    operation = moment.request.operation
    if operation in _WITH_A_BODY and moment.request.body in _OF_NO_OPERATION:
        yield _OF_NO_OPERATION[moment.request.body]
    elif operation:
        yield from _OPERATIONS[operation](moment)


def _of_any_request(exchange: Exchange, request: ParsedRequest) -> Iterator[str]:
    yield from _of_access(exchange)
    if exchange.request.key_header != KEY_HEADER:
        yield "any.key-header-in-another-case"
    if "application/json" in (exchange.request.header("accept") or ""):
        yield "any.accept-json"
    if not request.operation:
        yield from () if request.is_ambiguous else _of_no_operation(exchange, request)
        return
    yield from _of_its_url(exchange, request)
    if request.operation in _WITH_A_BODY:
        yield from _of_its_body(exchange, request)
    elif request.media is not Media.MISSING and not exchange.request.body:
        yield "any.media-type-without-a-body"


def _of_access(exchange: Exchange) -> Iterator[str]:
    if exchange.request.caller in _CALLERS:
        yield _CALLERS[exchange.request.caller]


def _of_no_operation(exchange: Exchange, request: ParsedRequest) -> Iterator[str]:
    if not request.is_wrong_method:
        yield "any.unknown-path"
    if request.is_wrong_method or exchange.request.method not in _METHODS:
        yield "any.wrong-method"


def _of_its_url(exchange: Exchange, request: ParsedRequest) -> Iterator[str]:
    if request.query and request.operation in _WITHOUT_PARAMETERS:
        yield "any.unknown-parameter"
    if request.operation in _WITH_AN_ID and leads_to_another_spelling(exchange):
        yield "any.redirected-to-another-spelling"


def _of_its_body(exchange: Exchange, request: ParsedRequest) -> Iterator[str]:
    if request.media in _MEDIA:
        yield _MEDIA[request.media]
    if "chunked" in (exchange.request.header("transfer-encoding") or ""):
        yield "any.chunked-body"
    if len(exchange.request.body) > _LARGE:
        yield "any.large-body"
    if request.is_unusually_spelled:
        yield "any.unusual-spelling"
