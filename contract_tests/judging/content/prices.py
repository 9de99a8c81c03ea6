"""Judging locations: the right one, and the prices of the right customer. Their shape is on no public page."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange, parse_json
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding, shown
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.judging.texts import is_scalar, spelled

_STAYS = "prices.default-stays"
_HAS_ITS_OWN = "prices.fleet-has-its-own"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d")
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
# The words of names, in whatever case these are written; a word for prices may be grown together with others.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ABOUT_PRICES = re.compile(r".*(price|pricing|tariff).*|costs?|fees?|rates?")
_OF_AN_ID = re.compile(r"id|uid|uuid|guid")
_CHANGING = re.compile(r"status|updated?|time|timestamp|date|at|until|since|expir.*")


def judge_location(moment: Moment) -> Findings:
    """Judge that an answer is about the location that was asked for."""
    value, asked = moment.value, moment.request.path_id
    if moment.request.operation != "get_location" or value is None:
        return
    is_it = isinstance(value, dict) and ("id" not in value or _names(value["id"], asked))
    got = f"id {shown(value.get('id'))}" if isinstance(value, dict) else "no object"
    yield finding("prices.answer-is-the-location", is_it, moment.here, f"id {shown(asked)}", got)


def _names(id: Any, asked: str | None) -> bool:
    """Say whether an id is the one that was asked for: as a number or a text, since its type is on no public page."""
    return id == asked or (is_scalar(id) and spelled(id) == asked)


def judge_prices(view: View) -> Findings:
    """Judge the prices of each fleet, and of none, against those before and the default.

    That they stay is shown only after a fleet with prices of its own was asked for: they could have become others'.
    """
    looks = [each for each in view.of_operation("get_location") if _is_read(each)]
    ours = [each for each in looks if each.exchange.request.caller is Caller.OWNER]
    priced = min((each.exchange.number for each in ours if _is_of_priced_fleet(each)), default=math.inf)
    for each in (*_comparisons(ours), *_comparisons(filter(_is_anothers_default, looks))):
        if not each.kept or max(each.exchanges) > priced:
            yield each
    yield from _of_the_priced_fleet(ours)


def _is_of_priced_fleet(moment: Moment) -> bool:
    fleet = moment.fixtures.priced_fleet
    return fleet is not None and moment.request.query.get("fleetId") == fleet


def _comparisons(moments: Iterable[Moment]) -> Findings:
    last: dict[str | None, Exchange] = {}
    default: Exchange | None = None
    for moment in moments:
        exchange, fleet = moment.exchange, moment.request.query.get("fleetId")
        if fleet in last:
            yield _against(last[fleet], exchange, "the same prices as before")
        last[fleet] = exchange
        default = default or (exchange if fleet is None else None)
        if fleet and default is not None and moment.fleet(fleet).ownership is Ownership.ABSENT:
            yield _against(default, exchange, "a refusal, or the default prices")


def _against(before: Exchange, exchange: Exchange, expected: str) -> Finding:
    same = _prices(before) == _prices(exchange)
    return finding(_STAYS, same, (exchange.number, before.number), expected, "different prices")


def _of_the_priced_fleet(moments: Sequence[Moment]) -> Findings:
    """Judge that a fleet is shown other prices than the default was before.

    What differs each time, between answers for the fleet or between defaults, may be counted or drawn: where nothing
    else differs, nothing is told.
    """
    is_its = [_is_of_priced_fleet(each) for each in moments]
    before = moments[: is_its.index(True)] if any(is_its) else ()
    defaults = [each.exchange for each in before if "fleetId" not in each.request.query]
    its = [each for each, is_one in zip(moments, is_its, strict=True) if is_one]
    if not defaults:
        return
    drawn = _differing(map(_lasting, defaults)) | _differing(map(_without_its_id, its))
    for each in its:
        differing = _differing((_lasting(defaults[0]), _without_its_id(each)))
        if not differing or differing - drawn:
            both = (each.exchange.number, defaults[0].number)
            yield finding(_HAS_ITS_OWN, bool(differing), both, "other prices than the default", "the same")


def _without_its_id(moment: Moment) -> Mapping[str, Any]:
    """Return what an answer for a fleet says besides whom it is for."""
    return {path: leaf for path, leaf in _lasting(moment.exchange).items() if leaf != moment.request.query["fleetId"]}


def _differing(answers: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the paths at which answers do not all say the same."""
    first, *others = answers
    return {path for other in others for path in first.keys() | other.keys() if _at(first, path) != _at(other, path)}


def _at(answer: Mapping[str, Any], path: str) -> Any:
    return answer.get(path, MISSING)


def _is_read(moment: Moment) -> bool:
    return moment.value is not None and moment.request.path_id == moment.fixtures.location


def _is_anothers_default(moment: Moment) -> bool:
    return moment.exchange.request.caller is Caller.OTHER and "fleetId" not in moment.request.query


def _prices(exchange: Exchange) -> Mapping[str, Any]:
    return prices_of(_lasting(exchange))


def _lasting(exchange: Exchange) -> Mapping[str, Any]:
    return _lasting_in(exchange.answer.body) if exchange.answer else {}


@lru_cache(maxsize=64)  # the same few answers are compared again and again
def _lasting_in(body: bytes) -> Mapping[str, Any]:
    return lasting(parse_json(body))


def prices_of(leaves: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return those leaves of a location that are about prices, or all where no member is named so."""
    about_prices = {path: leaf for path, leaf in leaves.items() if any(map(_ABOUT_PRICES.fullmatch, _words(path)))}
    return about_prices or leaves


def lasting(value: Any) -> Mapping[str, Any]:
    """Return the leaves of a location, by their paths, that stay the same where its prices do.

    Ids may be new each time, moments and states change, a decimal may have another zero, and the order of members and
    of objects in an array tells nothing.
    """
    return {path: _amount(leaf) for path, leaf in _leaves(value, "") if not _changes(path, leaf)}


def _changes(path: str, leaf: Any) -> bool:
    """Say whether a leaf may change while prices stay: by its value, by its name, or by one around it."""
    words, last = _words(path), _words(path.rpartition("/")[2])
    is_a_moment = isinstance(leaf, str) and _MOMENT.match(leaf) is not None
    is_an_id = any(map(_OF_AN_ID.fullmatch, last[-1:]))
    is_a_price = any(map(_ABOUT_PRICES.fullmatch, last))
    return is_a_moment or is_an_id or (not is_a_price and any(map(_CHANGING.fullmatch, words)))


def _words(path: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(path)]


def _amount(leaf: Any) -> Any:
    return Decimal(leaf).normalize() if isinstance(leaf, str) and _DECIMAL.fullmatch(leaf) else leaf


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
    """Return objects in an order that is theirs: by what lasts of them."""
    if not all(isinstance(item, dict) for item in items):
        return items
    return sorted(items, key=lambda item: sorted((path, str(leaf)) for path, leaf in lasting(item).items()))
