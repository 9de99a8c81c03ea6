"""A mock beside a test that freezes time: it starts, responds and stops as ever."""

import pytest
from freezegun import freeze_time

from fleet_contract.mock_server.serving import serving

from .raw import exchange, request

REQUEST = request("GET /openapi.json")
pytestmark = pytest.mark.usefixtures("engine")


def test_a_mock_starts_and_stops_while_time_is_frozen() -> None:
    with freeze_time("2030-01-01"), serving() as url:
        assert exchange(url, REQUEST).status == 200


def test_a_mock_goes_on_when_time_is_frozen_and_when_it_goes_on() -> None:
    with serving() as url:
        for year in ("2030", "1999"):
            with freeze_time(f"{year}-01-01"):
                assert exchange(url, REQUEST).status == 200
        assert exchange(url, REQUEST).status == 200
