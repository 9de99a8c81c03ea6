"""Judging locations: the right one, and the prices of the right customer. Their shape is on no public page."""

import math
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, parse_json
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding, shown
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.judging.remembering import once
from fleet_contract.contract_tests.judging.texts import is_scalar, spelled

_STAYS = "prices.default-stays"
_HAS_ITS_OWN = "prices.fleet-has-its-own"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d")
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
# The words of names, in whatever case these are written; a word for prices may be grown together with others.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ABOUT_PRICES = re.compile(r".*(price|pricing|tariff).*|costs?|fees?|rates?")
_OF_AN_ID = re.compile(r"id|uid|uuid|guid")
_OF_A_MOMENT = re.compile(r"timestamp|at|until|since|expir.*")  # as in priceValidUntil
_CHANGING = re.compile(r"status|updated?|time|timestamp|date|at|until|since|expir.*")


def judge_location(moment: Moment) -> Findings:
    """Judge that an answer is about the location that was asked for."""
    value, asked = moment.value, moment.request.path_id
    if moment.request.operation != "get_location" or not moment.shows_json:
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
    anothers = [each for each in looks if _is_anothers_default(each)]
    for each in (*_changed(ours, looks), *_changed(anothers, looks), *_for_nobodys_fleets(ours)):
        if not each.kept or max(each.exchanges) > priced:
            yield each
    yield from _of_the_priced_fleet(ours)


def _is_of_priced_fleet(moment: Moment) -> bool:
    fleet = moment.fixtures.priced_fleet
    return fleet is not None and _fleet(moment) == fleet


def _fleet(moment: Moment) -> str | None:
    return moment.request.query.get("fleetId")


def _changed(moments: Iterable[Moment], looks: Sequence[Moment]) -> Findings:
    """Judge that nobody's prices became those of the fleet with prices of its own; whatever else changed them may."""
    its = [each for each in looks if _is_of_priced_fleet(each)]
    last: dict[str | None, Moment] = {}
    for moment in moments:
        before = last.get(_fleet(moment))
        last[_fleet(moment)] = moment
        if before is not None:
            yield from _against(before, moment, its)


def _against(before: Moment, moment: Moment, its: Sequence[Moment]) -> Findings:
    """Judge prices by those before, and by those of the priced fleet that it was shown since or just before that."""
    kept = _are_alike(before, moment)
    since, until = (bisect(its, each.exchange.number, key=_number) for each in (before, moment))
    recent = () if _is_of_priced_fleet(moment) else its[max(since - 1, 0) : until]
    if kept or any(_became(before, moment, each) for each in recent):
        yield _stays(kept, (moment, before), "the same prices as before")


def _number(moment: Moment) -> int:
    return moment.exchange.number


def _is_before(moment: Moment, other: Moment) -> bool:
    return moment.exchange.number < other.exchange.number


def _became(before: Moment, after: Moment, other: Moment) -> bool:
    """Say whether all that told prices from others tells them no longer."""
    told = _differing(map(_prices, (before, other)))
    return bool(told) and all(_at(_prices(after), path) == _at(_prices(other), path) for path in told)


def _for_nobodys_fleets(ours: Sequence[Moment]) -> Findings:
    """Judge what is shown for fleets that nobody has by the default, while that stays as it was before."""
    defaults = [each for each in ours if _fleet(each) is None]
    for moment in filter(_is_for_nobodys_fleet, ours):
        earlier = [each for each in defaults if _is_before(each, moment)]
        later = defaults[len(earlier) :]
        kept = bool(earlier) and _are_alike(earlier[-1], moment)
        if kept or (earlier and later and _are_alike(earlier[-1], later[0])):
            yield _stays(kept, (moment, earlier[-1]), "a refusal, or the default prices")


def _is_for_nobodys_fleet(moment: Moment) -> bool:
    fleet = _fleet(moment)
    return bool(fleet) and moment.fleet(fleet or "").ownership is Ownership.ABSENT


def _are_alike(before: Moment, after: Moment) -> bool:
    return not _differing(map(_prices, (before, after)))


def _stays(kept: bool, moments: Iterable[Moment], expected: str) -> Finding:
    return finding(_STAYS, kept, tuple(each.exchange.number for each in moments), expected, "different prices")


def _of_the_priced_fleet(moments: Sequence[Moment]) -> Findings:
    """Judge that a fleet is shown other prices than the default was before.

    What differs each time, between answers for the fleet or between defaults, may be counted or drawn: where nothing
    else differs, nothing is told. Nor is it where what differs is neither named for prices nor a number.
    """
    its = [each for each in moments if _is_of_priced_fleet(each)]
    defaults = [each for each in moments[: moments.index(its[0])] if _fleet(each) is None] if its else []
    drawn = _differing(map(_lasting, defaults)) | _differing(map(_lasting, its))
    for each in its if defaults else ():
        yield from _against_the_default(each, defaults[0], drawn)


def _against_the_default(moment: Moment, default: Moment, drawn: Set[str]) -> Findings:
    shown_for_it = _lasting(moment)
    differing = _differing((shown_for_it, _lasting(default)))
    telling = {path for path in differing - drawn if _may_be_a_price(path, _at(shown_for_it, path))}
    if telling or not differing:
        both = (moment.exchange.number, default.exchange.number)
        yield finding(_HAS_ITS_OWN, bool(telling), both, "other prices than the default", "the same")


def _may_be_a_price(path: str, leaf: Any) -> bool:
    return _is_about_prices(path) or (isinstance(leaf, int | float | Decimal) and not isinstance(leaf, bool))


def _differing(answers: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the paths at which answers do not all say the same."""
    first, *others = [*answers] or [{}]
    return {path for other in others for path in first.keys() | other.keys() if _at(first, path) != _at(other, path)}


def _at(answer: Mapping[str, Any], path: str) -> Any:
    return answer.get(path, MISSING)


def _is_read(moment: Moment) -> bool:
    return moment.value is not None and moment.request.path_id == moment.fixtures.location


def _is_anothers_default(moment: Moment) -> bool:
    return moment.exchange.request.caller is Caller.OTHER and "fleetId" not in moment.request.query


@once
def _prices(moment: Moment) -> Mapping[str, Any]:
    return prices_of(_lasting(moment))


@once
def _lasting(moment: Moment) -> Mapping[str, Any]:
    """Return what lasts of an answer, besides for whom it is."""
    leaves = lasting(parse_json(moment.exchange.answer.body)) if moment.exchange.answer else {}
    return {path: leaf for path, leaf in leaves.items() if leaf is None or leaf != _fleet(moment)}


def prices_of(leaves: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return those leaves of a location that are about prices, or all where no member is named so."""
    return {path: leaf for path, leaf in leaves.items() if _is_about_prices(path)} or leaves


def _is_about_prices(path: str) -> bool:
    return any(map(_ABOUT_PRICES.fullmatch, _words(path)))


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
    is_a_price = any(map(_ABOUT_PRICES.fullmatch, last)) and not any(map(_OF_A_MOMENT.fullmatch, last[-1:]))
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
