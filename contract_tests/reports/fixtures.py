"""What a failure rests on besides the server: the entries of the target file that name its fleet, or its location."""

from collections.abc import Iterator, Sequence

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.listings import items_of

_NAMING = (
    "fleet_with_codes",
    "fleet_without_codes",
    "foreign_fleet",
    "fleet_with_keys",
    "location",
    "priced_fleet",
)


def fixtures_of(failure: Finding, history: History) -> tuple[str, ...]:
    """Return the entries of the target file that name what a failure is about: in its requests, or in keys shown."""
    shown = [each for each in history.exchanges if each.number in failure.exchanges]
    ids = {id for each in shown for id in (*history.parsed(each).fleet_ids, *_fleets_of_keys(failure, each))}
    return tuple(f"fixtures.{name}" for name in _NAMING if getattr(history.facts.fixtures, name) in ids)


def _fleets_of_keys(failure: Finding, exchange: Exchange) -> Iterator[str]:
    """Yield the fleets that a response shows of the keys that a failure is about."""
    for item in items_of(exchange) or ():
        fleet = item.get("fleetId")
        if isinstance(fleet, str) and str(item.get("keyIdentifier")).casefold() in failure.keys:
            yield fleet


def what_if_wrong(entries: Sequence[str]) -> str:
    """Return these entries, and how to see whether they are right; nothing where there are none."""
    if not entries:
        return ""
    *others, last = entries
    named = f"{', '.join(others)} and {last}" if others else last
    condition = "one of these is wrong" if others else "that is wrong"
    return f"{named} of the target file: if {condition}, `fleet-contract doctor` tells"
