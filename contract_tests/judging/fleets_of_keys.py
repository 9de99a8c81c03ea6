"""What a listed key shows as its fleet: the id that callers gave it, or one of the server's own (keys.fleet-id)."""

from collections.abc import Iterator

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.judging.likeness import Likeness
from fleet_contract.contract_tests.judging.walks import Item, items_of


def shows(item: Item, fleet: str, known: Known) -> bool:
    """Say whether a key shows this fleet: by its id, or by the one that the server has for it."""
    shown = item.get("fleetId")
    if not isinstance(shown, str):
        return False
    is_public = known.likeness(shown, fleet) is not Likeness.OTHER
    if is_public or known.dialect.get("keys.fleet-id") != "internal":
        return is_public
    alike = (id for id, internal in known.shown_fleets.items() if internal == shown)
    return any(known.likeness(id, fleet) is not Likeness.OTHER for id in alike)


def shows_this_alone(item: Item, fleet: str, known: Known) -> bool:
    """Say whether a key shows this fleet, and by an id that no other fleet is shown by."""
    others = [shown for id, shown in known.shown_fleets.items() if known.likeness(id, fleet) is Likeness.OTHER]
    return shows(item, fleet, known) and item["fleetId"] not in others


def how_fleets_are_shown(exchange: Exchange, known: Known) -> str | None:
    """Tell by the keys of a list whose fleet is known; an id that was made from the fleet's is neither."""
    return next(_told(exchange, known), None)


def _told(exchange: Exchange, known: Known) -> Iterator[str]:
    sent = known.sent[exchange.number]
    listed = (items_of(exchange) or []) if sent.operation == "list_charging_keys" else []
    is_shown = any("fleetId" in item for item in listed)
    for item in listed:
        fleet, shown = known.fleet_of(item, sent), item.get("fleetId")
        if fleet is None:
            continue
        if not is_shown:
            yield "absent"
        elif isinstance(shown, str) and known.likeness(shown, fleet) is not Likeness.OTHER:
            yield "own"
        elif isinstance(shown, str) and _is_the_servers(shown, fleet, known):
            yield "internal"


def _is_the_servers(shown: str, fleet: str, known: Known) -> bool:
    """Say whether an id was not made from any that callers gave, as far as one can tell."""
    one, other = shown.casefold(), fleet.casefold()
    is_made_from_it = one in other or other in one or (bool(known.mark) and known.mark in one)
    return not is_made_from_it and not known.may_exist(shown)
