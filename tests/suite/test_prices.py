"""Prices are the same though their ids are new each time, or their decimals have a zero more."""

from typing import Any

import pytest

from fleet_contract.contract_tests.judging.content.prices import judge_location, judge_prices

from .histories import History

LOCATION = "/v1/locations/loc"


def stays(before: Any, after: Any) -> bool:
    history = History()
    for price in (before, after):
        history.add("GET", LOCATION, answer={"id": "loc", "price": price})
    return all(found.kept for found in judge_prices(history.view))


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


# By a number that is drawn anew each time, and by the price.
QUOTED = [{price: {"tariffs": [{"quote": f"q{number}", "kwh": price}]} for price in (1, 2)} for number in range(3)]


def has_its_own(fleets: Any, *defaults: Any) -> bool | None:
    history = History()
    for answer in defaults:
        history.add("GET", LOCATION, answer=answer)
    for answer in fleets if isinstance(fleets, tuple) else (fleets,):
        history.add("GET", f"{LOCATION}?fleetId=acme", answer=answer)
    found = [each.kept for each in judge_prices(history.view) if each.requirement == "prices.fleet-has-its-own"]
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
    ],
)
def test_a_fleet_has_its_own_prices_where_anything_that_lasts_differs(
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
