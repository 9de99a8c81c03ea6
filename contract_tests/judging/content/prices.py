"""Judging locations: the right one, and the prices of the right customer. Their shape is on no public page."""

import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange, parse_json
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding, shown
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.moment import Moment, View

_STAYS = "prices.default-stays"
_ABOUT_PRICES = re.compile(r"price|pricing|tariff|cost|fee", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_OF_AN_ID = re.compile(r"/(id|uid|uuid|guid|\w*(Id|_id|Uid|Uuid))$")
_CHANGING = re.compile(r"status|updated|time|date", re.IGNORECASE)


def judge_location(moment: Moment) -> Findings:
    """Judge that an answer is about the location that was asked for."""
    value, asked = moment.value, moment.request.path_id
    if moment.request.operation != "get_location" or value is None:
        return
    is_it = isinstance(value, dict) and value.get("id", asked) == asked
    got = f"id {shown(value.get('id'))}" if isinstance(value, dict) else "no object"
    yield finding("prices.answer-is-the-location", is_it, moment.here, f"id {shown(asked)}", got)


def judge_prices(view: View) -> Findings:
    """Judge the prices of each fleet, and of none, against those before and the default.

    That they stay is shown only after a fleet with prices of its own was asked for: they could have become others'.
    """
    looks = [each for each in view.of_operation("get_location") if _is_read(each)]
    ours = [each for each in looks if each.exchange.request.caller is Caller.OWNER]
    priced = min((each.exchange.number for each in ours if _is_of_priced_fleet(each)), default=math.inf)
    for each in (*_comparisons(ours), *_comparisons(filter(_is_anothers_default, looks))):
        if not each.kept or each.requirement != _STAYS or max(each.exchanges) > priced:
            yield each


def _is_of_priced_fleet(moment: Moment) -> bool:
    fleet = moment.fixtures.priced_fleet
    return fleet is not None and moment.request.query.get("fleetId") == fleet


def _comparisons(moments: Iterable[Moment]) -> Findings:
    last: dict[str | None, Exchange] = {}
    default: Exchange | None = None
    for moment in moments:
        exchange, fleet = moment.exchange, moment.request.query.get("fleetId")
        if fleet in last:
            yield _against_those_before(exchange, last[fleet])
        last[fleet] = exchange
        default = default or (exchange if fleet is None else None)
        if fleet and default is not None:
            yield from _against_the_default(moment, fleet, default)


def _is_read(moment: Moment) -> bool:
    return moment.value is not None and moment.request.path_id == moment.fixtures.location


def _is_anothers_default(moment: Moment) -> bool:
    return moment.exchange.request.caller is Caller.OTHER and "fleetId" not in moment.request.query


def _against_those_before(exchange: Exchange, before: Exchange) -> Finding:
    same = _lasting_prices(before) == _lasting_prices(exchange)
    both = (exchange.number, before.number)
    return finding(_STAYS, same, both, "the same prices as before", "different prices")


def _against_the_default(moment: Moment, fleet: str, default: Exchange) -> Findings:
    exchange, both = moment.exchange, (moment.exchange.number, default.number)
    if moment.fleet(fleet).ownership is Ownership.ABSENT:
        same = _lasting_prices(default) == _lasting_prices(exchange)
        yield finding(_STAYS, same, both, "a refusal, or the default prices", "other prices")
    if _is_of_priced_fleet(moment):
        differ = _prices(default) != _prices(exchange)
        yield finding("prices.fleet-has-its-own", differ, both, "other prices than the default", "the same")


def _prices(exchange: Exchange) -> dict[str, Any]:
    return _prices_in(exchange.answer.body) if exchange.answer else {}


def _lasting_prices(exchange: Exchange) -> dict[str, Any]:
    """Return the prices without ids, which may be new each time, and with decimals that differ in no zero."""
    return {path: _amount(leaf) for path, leaf in _prices(exchange).items() if not _OF_AN_ID.search(path)}


def _amount(leaf: Any) -> Any:
    return Decimal(leaf).normalize() if isinstance(leaf, str) and _DECIMAL.fullmatch(leaf) else leaf


@lru_cache(maxsize=64)  # the same few answers are compared again and again
def _prices_in(body: bytes) -> dict[str, Any]:
    return prices_of(parse_json(body))


def prices_of(value: Any) -> dict[str, Any]:
    """Return all that a location says about prices, or all that lasts where no member is named so.

    The order of members and of objects in an array tells nothing, and a moment in time is no price.
    """
    leaves = {path: leaf for path, leaf in _leaves(value, "") if not _is_a_moment(leaf)}
    about_prices = {path: leaf for path, leaf in leaves.items() if _ABOUT_PRICES.search(path)}
    return about_prices or _lasting(value)


def _lasting(value: Any) -> dict[str, Any]:
    leaves = {path: leaf for path, leaf in _leaves(value, "") if not _is_a_moment(leaf)}
    return {path: leaf for path, leaf in leaves.items() if not _CHANGING.search(path)}


def _is_a_moment(leaf: Any) -> bool:
    return isinstance(leaf, str) and _MOMENT.match(leaf) is not None


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, f"{path}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(_in_order(value)):
            yield from _leaves(item, f"{path}/{index}")
    else:
        yield path, value


def _in_order(items: list[Any]) -> list[Any]:
    """Return objects in an order that is theirs: by what lasts of them, without moments."""
    if not all(isinstance(item, dict) for item in items):
        return items
    return sorted(items, key=lambda item: sorted((path, str(leaf)) for path, leaf in _lasting(item).items()))
