"""The situations of requests about charging keys: creating one, and listing them."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging import texts
from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import whole_number

_REQUIRED = ("keyIdentifier", "visualNumber", "contractId")
_TEXTS = _REQUIRED[1:]
_TYPES: Mapping[str, type] = {
    "keyIdentifier": str,
    "visualNumber": str,
    "contractId": str,
    "fleetId": str,
    "enabled": bool,
}
_NAMES = {"name", "fleetName"}
_HEXADECIMAL = frozenset("0123456789ABCDEF")
_IDENTIFIER_LENGTHS = (8, 14)  # https://developer.plugsurfing.com/reference/createempchargingkey
PAGE_SIZES = range(10, 501)
_PARAMETERS = {"fleetId", "cursor", "page_size"}


# --- create a key --------------------------------------------------------------------------------


def key_situations(moment: Moment) -> Iterator[str]:
    """Yield the situations of a create of a key, but for those of any request."""
    fields = moment.request.fields
    if moment.request.body is Body.NEARLY_JSON:
        yield "keys.create-an-odd-key"
        return
    if moment.request.body is Body.NO_JSON or _lacks_or_mistypes(fields):
        yield "keys.create-an-invalid-key"
        return
    creates = moment.history.keys.creates_of(fields["keyIdentifier"])
    others = [each for each in creates if each.may_show_in(moment.exchange)]
    if any(_made_it_for_the_caller(each, moment) for each in others):
        yield "keys.create-the-same-key"
    elif others:
        yield "keys.create-an-odd-key"
    yield from _of_a_conflict(fields.get("fleetId"), moment)
    is_new = not moment.history.keys.may_be_made_unseen
    is_due = is_new and _is_plain(fields) and _goes_to_a_settled_fleet(fields.get("fleetId"), moment)
    if is_due and not others:
        yield from list(_of_a_plain_key(moment)) or ["keys.create-a-key"]
    elif not is_due:
        yield "keys.create-an-odd-key"


def _of_a_plain_key(moment: Moment) -> Iterator[str]:
    """Yield the situations of a key that every server lists which takes it, as far as not every server need take it."""
    if texts.has_lower_case(moment.request.fields["keyIdentifier"]):
        yield "keys.create-a-key-in-lower-case"
    if _has_more(moment):
        yield "keys.create-a-key-with-more"


def _has_more(moment: Moment) -> bool:
    """Say whether a key has a name, that of its fleet, the contract of an earlier key, or an unusual text.

    A contract's id is usually an eMAID (ISO 15118), which has capitals.
    """
    fields = moment.request.fields
    is_unusual = any(texts.has_lower_case(fields[name]) or fields[name].isdecimal() for name in _TEXTS)
    if _NAMES & fields.keys() or is_unusual:
        return True
    return any(each.may_show_in(moment.exchange) for each in moment.history.keys.creates_with(fields["contractId"]))


def _of_a_conflict(fleet: Any, moment: Moment) -> Iterator[str]:
    """Yield the situation of a refusal while another call put a key into the same fleet."""
    if fleet is None or moment.exchange.status != HTTPStatus.CONFLICT:
        return
    creates = (each for each in moment.history.keys.creates if each.succeeded and each.overlaps(moment.exchange))
    if any(moment.history.parsed(each).fields.get("fleetId") == fleet for each in creates):
        yield "keys.create-into-a-fleet-that-another-call-changed-meanwhile"


def _made_it_for_the_caller(create: Exchange, moment: Moment) -> bool:
    is_made = create.succeeded and create.precedes(moment.exchange)
    is_spelled_alike = (
        moment.history.parsed(create).fields.get("keyIdentifier") == moment.request.fields["keyIdentifier"]
    )
    return is_made and is_spelled_alike and create.is_by_the_caller_of(moment.exchange)


def _lacks_or_mistypes(fields: Mapping[str, Any]) -> bool:
    """Say whether a key lacks a member, or has one that no scalar can be converted to."""
    mistyped = any(isinstance(fields.get(name), list | dict) for name in _TYPES)
    return mistyped or any(name not in fields for name in _REQUIRED)


def _is_plain(fields: Mapping[str, Any]) -> bool:
    """Say whether every server takes a key of these members, wherever it goes and in whatever case."""
    if not all(isinstance(value, str if name in _NAMES else _TYPES.get(name, ())) for name, value in fields.items()):
        return False
    identifier = fields["keyIdentifier"]
    is_hexadecimal = set(texts.in_capitals(identifier)) <= _HEXADECIMAL and len(identifier) in _IDENTIFIER_LENGTHS
    return is_hexadecimal and all(fields[name] and texts.is_slug(texts.in_lower_case(fields[name])) for name in _TEXTS)


def _goes_to_a_settled_fleet(fleet: str | None, moment: Moment) -> bool:
    """Say whether a key has no fleet, or one of the caller that was found already: another may not have settled."""
    if fleet is None:
        return True
    is_settled = fleet in moment.fixtures.own_fleets or moment.fleet(fleet).is_renamed
    return is_settled and moment.is_own(fleet)


# --- list keys -----------------------------------------------------------------------------------

_FILTERS = {
    Ownership.ABSENT: "keys.list-of-an-unknown-fleet",
    Ownership.FOREIGN: "keys.list-of-another-organizations-fleet",
    Ownership.UNCLEAR: "keys.list-of-another-organizations-fleet",
}


def list_situations(moment: Moment) -> Iterator[str]:
    """Yield the situations of a list of keys, but for those of any request."""
    query = moment.request.query
    yield "keys.list"
    if set(query) - _PARAMETERS:
        yield "any.odd"
    if "cursor" in query:
        yield "keys.list-the-next-page" if _continues(moment) else "any.odd"
    if "page_size" in query:
        yield _of_page_size(whole_number(query["page_size"]))
    if "fleetId" in query:
        yield from _of_filter(query["fleetId"], moment)


def _of_page_size(size: int | None) -> str:
    if size is None:
        return "any.odd"
    return "keys.list-with-a-page-size" if size in PAGE_SIZES else "keys.list-with-a-page-size-out-of-range"


def _continues(moment: Moment) -> bool:
    """Say whether a cursor is used as it was given out: at once, by the same caller, with the same filter and size.

    A client takes its time, in which a cursor may expire.
    """
    if moment.history.is_of_a_client:
        return False
    giver = moment.history.keys.cursors.get(moment.request.query["cursor"])
    if giver is None or not giver.precedes(moment.exchange):
        return False
    before, now = moment.history.parsed(giver).query, moment.request.query
    same_caller = giver.is_by_the_caller_of(moment.exchange)
    return same_caller and all(before.get(name) == now.get(name) for name in ("fleetId", "page_size"))


def _of_filter(id: str, moment: Moment) -> Iterator[str]:
    if not id or texts.utf16_units(id) > texts.LIMIT:
        yield "any.odd"
        return
    if texts.is_alarming_in_a_url(id):
        yield "name.alarming"
    ownership = moment.fleet(id).ownership
    if ownership in _FILTERS:
        yield _FILTERS[ownership]
