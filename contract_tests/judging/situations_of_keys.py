"""The situations of requests about charging keys and prices."""

from typing import Any

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging import sent as texts
from fleet_contract.contract_tests.judging.known import Known, Standing
from fleet_contract.contract_tests.judging.sent import Body, Sent, whole_number
from fleet_contract.contract_tests.judging.traits import Traits, is_scalar

# --- charging keys -----------------------------------------------------------------------------

_REQUIRED_OF_A_KEY = ("keyIdentifier", "visualNumber", "contractId")
_TYPES_OF_A_KEY: dict[str, type] = {
    "keyIdentifier": str,
    "visualNumber": str,
    "contractId": str,
    "fleetId": str,
    "enabled": bool,
}
_IDENTIFIER_LENGTHS = (8, 14)  # https://developer.plugsurfing.com/reference/createempchargingkey


def of_key(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    fields = sent.fields
    if sent.body is Body.NEARLY_JSON:
        yield "keys.create-an-odd-key"
    elif sent.body is Body.NO_JSON or _lacks_or_mistypes(fields):
        yield "keys.create-an-invalid-key"
    elif known.keys_like(fields["keyIdentifier"], exchange):
        yield _of_a_key_again(exchange, sent, known)
        if not _is_due(fields, exchange, known):
            yield "keys.create-an-odd-key"
    elif _is_due(fields, exchange, known):
        yield "keys.create-a-key"
    else:
        yield "keys.create-an-odd-key"


def _of_a_key_again(exchange: Exchange, sent: Sent, known: Known) -> str:
    """Tell a key that existed when it was created again from one that may have existed, or that others have."""
    others = known.keys_like(sent.fields["keyIdentifier"], exchange)
    existed = any(
        other.succeeded and other.ended <= exchange.started and other.request.caller is exchange.request.caller
        for other in others
    )
    return "keys.create-the-same-key" if existed else "keys.create-an-odd-key"


def _lacks_or_mistypes(fields: Any) -> bool:
    missing = any(name not in fields for name in _REQUIRED_OF_A_KEY)
    return missing or any(
        name in fields
        and fields[name] is not None
        and not isinstance(fields[name], type)
        and not is_scalar(fields[name])
        for name, type in _TYPES_OF_A_KEY.items()
    )


def _is_plain_key(fields: Any) -> bool:
    known_and_typed = all(isinstance(value, _TYPES_OF_A_KEY.get(name, ())) for name, value in fields.items())
    if not known_and_typed:
        return False
    identifier = fields["keyIdentifier"]
    hexadecimal = set(identifier) <= set("0123456789abcdef") and len(identifier) in _IDENTIFIER_LENGTHS
    return hexadecimal and all(fields[name] and texts.is_slug(fields[name].lower()) for name in _REQUIRED_OF_A_KEY[1:])


def _is_due(fields: Any, exchange: Exchange, known: Known) -> bool:
    """Say whether every server takes a key of these members."""
    return _is_plain_key(fields) and _goes_to_an_own_fleet(fields, exchange, known)


def _goes_to_an_own_fleet(fields: Any, exchange: Exchange, known: Known) -> bool:
    """Say whether a key has no fleet, or one of the caller that was found already: another may not have settled."""
    fleet = fields.get("fleetId")
    if fleet is None or known.standing(fleet, exchange) is not Standing.OWN:
        return fleet is None
    return fleet in known.fixtures.own_fleets or known.was_renamed(fleet, exchange)


def of_list(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    yield "keys.list"
    if set(sent.query) - {"fleetId", "cursor", "page_size"}:
        yield "any.odd"
    if "cursor" in sent.query:
        yield "keys.list-the-next-page" if _continues(exchange, sent, known) else "any.odd"
    if "page_size" in sent.query:
        yield from _of_page_size(sent.query["page_size"])
    if "fleetId" in sent.query:
        yield from _of_filter(sent.query["fleetId"], exchange, known)


def _of_page_size(text: str) -> Traits:
    number = whole_number(text)
    if number is None:
        yield "any.odd"
    else:
        in_range = 10 <= number <= 500
        yield "keys.list-with-a-page-size" if in_range else "keys.list-with-a-page-size-out-of-range"


def _continues(exchange: Exchange, sent: Sent, known: Known) -> bool:
    """Say whether a cursor is used as it was given out: by the same caller, with the same filter and size."""
    giver = known.cursors.get(sent.query["cursor"])
    if giver is None or giver.ended > exchange.started or giver.request.caller is not exchange.request.caller:
        return False
    before = known.sent[giver.number].query
    return all(before.get(name) == sent.query.get(name) for name in ("fleetId", "page_size"))


_OF_FILTER = {
    Standing.ABSENT: ("keys.list-of-an-unknown-fleet",),
    Standing.FOREIGN: ("keys.list-of-another-organizations-fleet",),
    Standing.UNCLEAR: ("keys.list-of-another-organizations-fleet",),
}


def _of_filter(id: str, exchange: Exchange, known: Known) -> Traits:
    if not id or texts.utf16_units(id) > texts.LIMIT:
        yield "any.odd"
    else:
        yield from _OF_FILTER.get(known.standing(id, exchange), ())


# --- prices ------------------------------------------------------------------------------------


def of_location(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if sent.path_id == known.fixtures.location:
        yield "prices.of-a-location"
    elif sent.path_id and known.mark in sent.path_id:
        overlong = texts.is_overlong(sent.path_id)
        yield "prices.of-an-overlong-location" if overlong else "prices.of-an-unknown-location"
    else:
        yield "any.odd"
    if set(sent.query) - {"fleetId"} or texts.utf16_units(sent.query.get("fleetId", "")) > texts.LIMIT:
        yield "any.odd"
    if "fleetId" in sent.query and known.standing(sent.query["fleetId"], exchange) is not Standing.OWN:
        yield "prices.for-an-unknown-fleet"
