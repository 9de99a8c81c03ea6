"""What a listed key shows as its fleet: the id that callers gave it, or one of the server's own (keys.fleet-id)."""

from collections.abc import Iterator

from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.listings import Item, items_of
from fleet_contract.contract_tests.judging.moment import Moment, View


def tells_a_fleet(item: Item, view: View) -> bool:
    """Say whether a key tells its fleet, or that it has none; null tells neither where no key ever shows a fleet."""
    return "fleetId" in item and (item["fleetId"] is not None or view.history.keys.show_fleets)


def shows(item: Item, fleet: str, view: View) -> bool:
    """Say whether a key shows this fleet: by its id, or by the one that the server has for it."""
    shown = item.get("fleetId")
    return isinstance(shown, str) and is_shown_as(shown, fleet, view)


def is_shown_as(shown: str, fleet: str, view: View) -> bool:
    """Say whether a text is what keys show as this fleet: its id, or the one that the server has for it."""
    if view.may_be_one(shown, fleet):
        return True
    if view.dialect.get("keys.fleet-id") != "internal":
        return False
    return any(view.may_be_one(id, fleet) for id in view.history.keys.fleets_shown_as(shown))


def is_shown_as_alone(shown: str, fleet: str, view: View) -> bool:
    """Say whether a text is what keys show as this fleet, and as no other."""
    others = (id for id in view.history.keys.fleets_shown_as(shown) if not view.may_be_one(id, fleet))
    return is_shown_as(shown, fleet, view) and not any(True for _ in others)


# --- which of them a server shows ----------------------------------------------------------------


def how_fleets_are_shown(moment: Moment) -> str | None:
    """Tell by the keys of a list whose fleet is known; an id that was made from the fleet's is neither."""
    return next(_told(moment), None)


def _told(moment: Moment) -> Iterator[str]:
    listed = (items_of(moment.exchange) or []) if moment.request.operation == "list_charging_keys" else []
    is_shown = any(tells_a_fleet(item, moment.view) for item in listed)
    for item in listed:
        fleet, shown = moment.history.keys.fleet_of(item, moment.request.query), item.get("fleetId")
        if fleet is None:
            continue
        if not is_shown:
            yield "absent"
        elif isinstance(shown, str) and moment.view.may_be_one(shown, fleet):
            yield "own"
        elif isinstance(shown, str) and _is_the_servers(shown, fleet, moment.history):
            yield "internal"


def _is_the_servers(shown: str, fleet: str, history: History) -> bool:
    """Say whether an id was not made from any that callers gave, as far as one can tell."""
    one, other, mark = shown.casefold(), fleet.casefold(), history.facts.mark
    is_made_from_it = one in other or other in one or (bool(mark) and mark in one)
    return not is_made_from_it and not history.tells_of(shown)
