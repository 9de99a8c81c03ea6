"""Prices are the same though their ids are new each time, or their decimals have a zero more."""

import time
from typing import Any

import pytest

from fleet_contract.contract_tests.judging.content.prices import judge_location, judge_prices

from .histories import B, History

LOCATION = "/v1/locations/loc"


STAYS = "prices.default-stays"


def looked(*looks: tuple[str, Any]) -> list[bool]:
    """Return what is found of prices that stay, in looks for fleets and for none."""
    history = History()
    for fleet, price in looks:
        query = f"?fleetId={fleet}" if fleet else ""
        history.add("GET", LOCATION + query, answer={"id": "loc", "price": price})
    return [found.kept for found in judge_prices(history.view) if found.requirement == STAYS]


def stays(before: Any, after: Any) -> bool:
    return all(looked(("", before), ("acme", after), ("", after)))


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({"id": "p-1", "kwh": 0.59}, {"id": "p-2", "kwh": 0.59}, True),
        ({"tariffId": "p-1", "kwh": 0.59}, {"tariffId": "p-2", "kwh": 0.59}, True),
        ({"kwh": "0.590"}, {"kwh": "0.59"}, True),
        ({"kwh": "10"}, {"kwh": "10.00"}, True),
        ({"kwh": "0.59"}, {"kwh": "0.5900001"}, False),
        ({"kwh": 0.59}, {"kwh": 0.6}, False),
        ({"paid": "a"}, {"paid": "b"}, False),
        ({"currency": "EUR"}, {"currency": "SEK"}, False),
    ],
)
def test_prices_are_compared_by_what_they_say(before: Any, after: Any, same: bool) -> None:
    assert stays(before, after) is same


@pytest.mark.parametrize(
    ("looks", "kept"),
    [
        ([("", 5), ("acme", 4), ("", 5)], [True]),
        ([("", 5), ("acme", 4), ("", 4)], [False]),
        ([("", 5), ("acme", 4), ("", 6)], []),
        ([("home", 5), ("acme", 4), ("home", 4)], [False]),
        ([("", 5), ("acme", 4), (B, 5)], [True]),
        ([("", 5), ("acme", 4), (B, 3), ("", 5)], [True, False]),
        ([("", 5), ("acme", 4), (B, 5.1), ("", 5.2)], []),
        ([("acme", 4), (B, 3)], []),
    ],
)
def test_prices_may_change_by_themselves_but_not_become_those_of_others(
    looks: list[tuple[str, Any]], kept: list[bool]
) -> None:
    assert looked(*looks) == kept


def test_prices_that_never_stay_are_judged_in_a_moment() -> None:
    begun = time.process_time()
    assert looked(*((("", "acme", "home")[number % 3], number) for number in range(1_000))) == []
    assert time.process_time() - begun < 10


# By a number that is drawn anew each time, and by the price.
QUOTED = [{price: {"tariffs": [{"quote": f"q{number}", "kwh": price}]} for price in (1, 2)} for number in range(3)]


def has_its_own(fleets: Any, *defaults: Any) -> bool | None:
    history = History()
    for answer in defaults:
        history.add("GET", LOCATION, answer=answer)
    for answer in fleets if isinstance(fleets, tuple) else (fleets,):
        history.add("GET", f"{LOCATION}?fleetId=acme", answer=answer)
    found = [each.kept for each in judge_prices(history.view) if each.requirement != STAYS]
    return all(found) if found else None


@pytest.mark.parametrize(
    ("fleets", "defaults", "kept"),
    [
        ({"price": 1}, [{"price": 2}], True),
        ({"price": 1}, [{"price": 1}], False),
        ({"price_currency": "EUR", "kwh": 0.29}, [{"price_currency": "EUR", "kwh": 0.39}], True),
        ({"kwh": 0.29, "amenities": {"coffee": True}}, [{"kwh": 0.39, "amenities": {"coffee": True}}], True),
        ({"tariffs": [{"id": "q2", "kwh": 1}]}, [{"tariffs": [{"id": "q1", "kwh": 1}]}], False),
        (QUOTED[2][1], [QUOTED[0][1], QUOTED[1][1]], None),
        ((QUOTED[1][1], QUOTED[2][1]), [QUOTED[0][1]], None),
        (QUOTED[2][2], [QUOTED[0][1], QUOTED[1][1]], True),
        ((QUOTED[1][2], QUOTED[2][2]), [QUOTED[0][1]], True),
        (({"price": 1}, {"price": 2}), [{"price": 2}], False),
        ({"price": 1, "shownTo": "acme"}, [{"price": 1}], False),
        ({"price": 1, "fetched": "2026-11-25T12:00:00Z"}, [{"price": 1, "fetched": "2026-11-25T11:00:00Z"}], False),
        ({"price": 1, "discount": 2}, [{"price": 1}], True),
        ({"price": 1, "shownFor": "ACME"}, [{"price": 1}], None),
        ({"price": 1}, [{"price": 1, "distance": 7}], None),
        ({"price": "on request"}, [{"price": 1}], True),
    ],
)
def test_a_fleet_has_its_own_prices_where_a_price_or_a_number_differs(
    fleets: Any, defaults: Any, kept: bool | None
) -> None:
    assert has_its_own(fleets, *defaults) is kept


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"id": "loc"}, True),
        ({"price": 1}, True),
        ({"id": "other"}, False),
        ({"id": None}, False),
        ({"id": 12}, False),
        ([{"id": "loc"}], False),
    ],
)
def test_a_location_has_the_id_that_was_asked_for(answer: Any, kept: bool) -> None:
    history = History()
    exchange = history.add("GET", LOCATION, answer=answer)
    assert [each.kept for each in judge_location(history.view.at(exchange))] == [kept]


def test_an_id_may_be_shown_as_a_number() -> None:
    history = History(location="12")
    exchange = history.add("GET", "/v1/locations/12", answer={"id": 12})
    assert [each.kept for each in judge_location(history.view.at(exchange))] == [True]
