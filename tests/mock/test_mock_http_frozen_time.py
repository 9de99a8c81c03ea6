"""A mock beside a test that freezes time: it starts, responds and stops as ever."""

import time
from datetime import timedelta

import httpx
import pytest
from freezegun import freeze_time

from fleet_contract.mock_server.parts import Bounds, Parts, parts
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


def resting(rest: float) -> Parts:
    """Return the parts of a mock whose worlds end after so many seconds in which nobody uses them."""
    made = parts()
    made.bounds = Bounds(rest=rest)
    return made


def worlds(client: httpx.Client) -> list[str]:
    return [each["name"] for each in client.get("/_mock/worlds").json()["worlds"]]


def test_a_world_outlives_years_that_a_test_skips_and_hours_that_it_goes_back() -> None:
    with serving(resting(60)) as url, httpx.Client(base_url=url) as client, freeze_time("2030-01-01") as frozen:
        client.put("/_mock/worlds/w", json={})
        frozen.tick(timedelta(days=3650))
        assert worlds(client) == ["main", "w"]
        frozen.move_to("1999-01-01")
        assert worlds(client) == ["main", "w"]


def test_a_world_ends_though_time_is_frozen() -> None:
    with serving(resting(0.3)) as url, httpx.Client(base_url=url) as client, freeze_time("2030-01-01"):
        client.put("/_mock/worlds/w", json={})
        assert worlds(client) == ["main", "w"]
        time.sleep(0.5)
        assert worlds(client) == ["main"]


def test_an_exchange_takes_the_seconds_that_it_took_though_time_is_frozen() -> None:
    with serving() as url, httpx.Client(base_url=url) as client, freeze_time("2030-01-01"):
        client.post("/_mock/rules", json={"latency": {"distribution": "fixed", "seconds": 0.2}})
        client.get("/emp/v1/charging-keys", headers={"X-API-Key": "demo-key"})
        [entry] = client.get("/_mock/journal").json()["entries"]
        assert 0.19 <= entry["seconds"] < 5  # timers of the event loop may be some milliseconds early
        assert entry["time"].startswith(("2029-12-31T23:59:59", "2030-01-01"))
