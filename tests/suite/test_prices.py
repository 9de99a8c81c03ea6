"""Prices are the same though their ids are new each time, or their decimals have a zero more."""

from typing import Any

import pytest

from fleet_contract.contract_tests.judging.content.prices import judge_prices

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
