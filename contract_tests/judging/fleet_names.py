"""The names of a fleet, as far as they were seen at the moment of an exchange, and whether another one has a name."""

from collections.abc import Iterator
from enum import StrEnum

from fleet_contract.contract_tests.judging.fleet import Fleet
from fleet_contract.contract_tests.judging.names_seen import Naming
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.judging.texts import nfc, spelled
from fleet_contract.spec.catalogue import catalogue


class Taken(StrEnum):
    """Whether another fleet has a name."""

    SURELY = "surely"
    PERHAPS = "perhaps"
    NOT = "not"


def was_called(fleet: Fleet, name: object) -> bool:
    """Say whether it had been given a name that some server takes for this one."""
    ids = {fleet.id, *(each.id for each in fleet.creations)}
    renames = (each for id in ids for each in fleet.history.calls(id).successes)
    renamed = (fleet.history.parsed(each).fields.get("newName") for each in renames)
    given = (*(each.name for each in fleet.creations), *renamed)
    return any(_bare_name(each, fleet.id) == _bare_name(name, fleet.id) for each in given)


def is_called(fleet: Fleet, name: str) -> bool:
    """Say whether the last name that it was seen to be given is this one."""
    rename = fleet.calls.successes.last_before(fleet.exchange)
    if rename:
        return fleet.history.parsed(rename).fields.get("newName") == name
    return fleet.creation is not None and fleet.creation.name == name


def names_before(fleet: Fleet) -> list[object]:
    """Return the names in its creates that had been answered: a create that repeats one may show it."""
    return [each.name for each in fleet.history.creations(fleet.id) if each.exchange.precedes(fleet.exchange)]


def names_meanwhile(fleet: Fleet) -> list[object]:
    """Return the names of the renames that overlapped the exchange: its answer may show them already."""
    return [fleet.history.parsed(each).fields.get("newName", MISSING) for each in fleet.renames_meanwhile()]


def taken_by_another(fleet: Fleet, name: str) -> Taken:
    """Say whether another fleet has a name.

    Only a name with our mark is surely free, and a fleet that had one may have it still.
    Whether organizations share names is for the server to say. Where fleets may have been named unseen, any name may be
    taken, and the answer tells whether it matters.
    """
    if fleet.history.is_partial:
        return Taken.PERHAPS if fleet.exchange.status in catalogue().statuses(("name.taken",)) else Taken.NOT
    others = list(others_called_like(fleet, name))
    if any(each.name == name and _is_surely_called_so(fleet, each) for each in others):
        return Taken.SURELY
    return Taken.PERHAPS if others or not fleet.history.facts.is_ours(name) else Taken.NOT


def others_called_like(fleet: Fleet, name: str) -> Iterator[Naming]:
    """Yield where other fleets were to get a name that some server takes for this one."""
    namings = fleet.history.names.like(name, besides=fleet.id)
    return (each for each in namings if each.exchange.started < fleet.exchange.started)


def _is_surely_called_so(fleet: Fleet, naming: Naming) -> bool:
    """Say whether another fleet got a name and was not renamed since, as far as anybody can tell."""
    given = naming.exchange
    is_given = given.succeeded and given.precedes(fleet.exchange)
    if not is_given or not given.is_by_the_caller_of(fleet.exchange):
        return False
    return not fleet.history.calls(naming.id).renames.has_any_between(given.started, fleet.exchange.started)


def _bare_name(name: object, id: str) -> str:
    """Return what all servers would keep of a name; some show the id of a fleet that has none."""
    if name in (MISSING, None, id):
        return ""
    return nfc(name.strip()) if isinstance(name, str) else spelled(name)
