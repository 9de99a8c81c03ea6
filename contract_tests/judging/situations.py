"""Which situations of the catalogue a request is in, given what is known: they decide what may be answered."""

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Exchange
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.judging.redirects import leads_to_another_spelling
from fleet_contract.contract_tests.judging.sent import Body, Media, Sent
from fleet_contract.contract_tests.judging.situations_of_fleets import of_create, of_invitation, of_rename
from fleet_contract.contract_tests.judging.situations_of_keys import of_key, of_list, of_location
from fleet_contract.contract_tests.judging.traits import Reader, Traits
from fleet_contract.spec.document import operations

_METHODS = frozenset(operation.method for operation in operations())
_OF_ANY_PATH = ("HEAD", "OPTIONS")  # A server may know them everywhere, OPTIONS without a key.
_WITHOUT_PARAMETERS = ("create_fleet", "rename_fleet", "get_invitation_codes", "create_charging_key")
_LARGE = 8_000  # bytes; gateways refuse bodies beyond limits of their own, of 8 KiB or more
_WITH_AN_ID = ("rename_fleet", "get_invitation_codes", "get_location")
_WITH_BODY = ("create_fleet", "rename_fleet", "create_charging_key")


def situations_of(exchange: Exchange, known: Known) -> tuple[str, ...]:
    """Return the ids of all situations that a request is in, at least one; pure."""
    if exchange.number not in known.situations:
        sent = known.sent[exchange.number]
        traits = [*_of_any(exchange, sent), *_of_the_operation(exchange, sent, known)]
        known.situations[exchange.number] = tuple(dict.fromkeys(traits)) or ("any.odd",)
    return known.situations[exchange.number]


def _of_any(exchange: Exchange, sent: Sent) -> Traits:
    if exchange.request.method in _OF_ANY_PATH:
        return
    yield from _of_its_key(exchange)
    if "application/json" in (exchange.request.header("accept") or ""):
        yield "any.accept-json"
    if not sent.operation:
        yield from _of_no_operation(exchange, sent)
    else:
        yield from _of_any_url(exchange, sent)
        yield from (_of_any_body if sent.operation in _WITH_BODY else _of_no_body)(exchange, sent)


def _of_its_key(exchange: Exchange) -> Traits:
    if exchange.request.caller in _CALLERS:
        yield _CALLERS[exchange.request.caller]
    if exchange.request.key_header != KEY_HEADER:
        yield "any.key-header-in-another-case"


def _of_no_operation(exchange: Exchange, sent: Sent) -> Traits:
    if not sent.wrong_method:
        yield "any.unknown-path"
    if sent.wrong_method or exchange.request.method not in _METHODS:
        yield "any.wrong-method"


def _of_any_url(exchange: Exchange, sent: Sent) -> Traits:
    if sent.query and sent.operation in _WITHOUT_PARAMETERS:
        yield "any.unknown-parameter"
    if sent.operation in _WITH_AN_ID and leads_to_another_spelling(exchange):
        yield "any.redirected-to-another-spelling"


def _of_no_body(exchange: Exchange, sent: Sent) -> Traits:
    if sent.media is not Media.MISSING and not exchange.request.body:
        yield "any.media-type-without-a-body"


def _of_any_body(exchange: Exchange, sent: Sent) -> Traits:
    yield from _MEDIA.get(sent.media, ())
    if len(exchange.request.body) > _LARGE:
        yield "any.large-body"
    if sent.unusually_spelled:
        yield "any.unusual-spelling"


_CALLERS = {
    Caller.NOBODY: "any.without-a-key",
    Caller.STRANGER: "any.with-an-unknown-key",
    Caller.EMPTY: "any.with-an-empty-key",
}
_MEDIA = {
    Media.WRONG: ("any.wrong-media-type",),
    Media.MALFORMED: ("any.malformed-media-type",),
    Media.MISSING: ("any.missing-media-type",),
    Media.PARAMETERS: ("any.media-type-with-parameters",),
}


def _of_the_operation(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if not sent.operation:
        return
    if sent.operation in _WITH_BODY and sent.body is Body.ODD:
        yield "any.odd"
        return
    yield from _OPERATIONS[sent.operation](exchange, sent, known)


_OPERATIONS: dict[str, Reader] = {
    "create_fleet": of_create,
    "rename_fleet": of_rename,
    "get_invitation_codes": of_invitation,
    "create_charging_key": of_key,
    "list_charging_keys": of_list,
    "get_location": of_location,
}
