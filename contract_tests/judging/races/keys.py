"""Judging creates and lists of the keys of one fleet that overlapped: a set of keys only grows."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fleet_contract.contract_tests.exchange import REFUSED, Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Findings
from fleet_contract.contract_tests.judging.fleet import SETTLING_SECONDS
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.races.findings import (
    fits_an_order,
    fits_none,
    have_overlapped,
    operation_of,
)
from fleet_contract.contract_tests.judging.races.growth import Add, Read, smallest_witness

KEYS = "keys.overlapping-calls-fit-an-order"

_CREATE, _LIST = "create_charging_key", "list_charging_keys"


def judge_races_on_keys(view: View) -> Findings:
    """Judge, fleet by fleet, every history in which creates and lists of its keys overlapped."""
    for moments in _by_fleet(view).values():
        if have_overlapped([each.exchange for each in moments]):
            yield from _on_the_keys(moments)


def _by_fleet(view: View) -> Mapping[str, list[Moment]]:
    """Return the creates and lists of keys of each fleet that this run made; nobody else puts keys into it."""
    found: dict[str, list[Moment]] = defaultdict(list)
    for moment in sorted((*view.of_operation(_CREATE), *view.of_operation(_LIST)), key=lambda each: each.here):
        id = _fleet_of(moment)
        if isinstance(id, str) and moment.exchange.request.caller is Caller.OWNER and view.history.creations(id):
            found[id].append(moment)
    return found


def _fleet_of(moment: Moment) -> object:
    """Return the fleet whose keys an exchange lists, or may have added one to; None for others."""
    request = moment.request
    if "cursor" in request.query:
        return None
    if request.operation == _LIST:
        return request.query.get("fleetId")
    return request.fields.get("fleetId") if moment.exchange.status not in REFUSED else None


def _on_the_keys(moments: Sequence[Moment]) -> Findings:
    created, lists = _created(moments), _lists(moments)
    calls = [operation_of(each, None, each.ended) for each in (*created.values(), *lists)]
    appearances = [operation_of(each, Add(number), _listed_by(each)) for number, each in created.items()]
    readings = [operation_of(each, _listed(each, created), each.ended) for each in lists]
    witness = {each.number for each in smallest_witness((*appearances, *readings))}
    creates = calls[: len(created)]
    if not witness:
        yield from fits_an_order(KEYS, calls, creates if lists else ())
        return
    shown = sorted((each for each in calls if each.number in witness), key=lambda each: each.number)
    yield from fits_none(KEYS, shown, creates)


def _created(moments: Iterable[Moment]) -> Mapping[str, Exchange]:
    """Return the first create of each key, by its visual number: a second one may be answered like it."""
    created: dict[str, Exchange] = {}
    for each in moments:
        if each.request.operation == _CREATE:
            created.setdefault(str(each.request.fields.get("visualNumber")), each.exchange)
    return created


def _lists(moments: Iterable[Moment]) -> list[Exchange]:
    """Return the lists that are whole and can be read."""
    lists = (each.exchange for each in moments if each.request.operation == _LIST)
    return [each for each in lists if each.succeeded and items_of(each) is not None and not cursor_of(each)]


def _listed_by(create: Exchange) -> float:
    """Return when a key is listed at the latest: a server may take some seconds (keys.created-key-is-listed)."""
    return create.ended + SETTLING_SECONDS if create.succeeded else math.inf


def _listed(page: Exchange, created: Mapping[str, Exchange]) -> Read:
    """Return a list of the keys of the fleet, as far as this run created them."""
    numbers = [str(item.get("visualNumber")) for item in items_of(page) or ()]
    return Read(tuple(sorted(number for number in numbers if number in created)))
