"""Tests of the client against the mock: each has a world of its own."""

from collections.abc import Iterator

import httpx
import pytest
from fleets import Fleets

from fleet_contract.mock_server.client import FleetMock


@pytest.fixture
def fleets(fleet_mock: FleetMock) -> Iterator[Fleets]:
    client = Fleets(fleet_mock, "demo-key")
    yield client
    client.close()


def test_a_fleet_is_renamed_once(fleet_mock: FleetMock, fleets: Fleets) -> None:
    fleets.rename("acme-corp-001", "Acme")
    fleet_mock.verify.once("rename_fleet", path={"fleetId": "acme-corp-001"}, body={"newName": "Acme"}, status=200)
    fleet_mock.verify.nothing_refused()


def test_a_call_that_is_refused_for_its_rate_is_sent_again(fleet_mock: FleetMock, fleets: Fleets) -> None:
    fleet_mock.control.add_rule({"times": 1, "respond": {"status": 429, "headers": {"Retry-After": "0"}}})
    fleets.rename("acme-corp-001", "Acme")
    assert [each.status for each in fleet_mock.verify.times(2, "rename_fleet")] == [429, 200]


def test_a_call_that_is_refused_without_a_hint_is_sent_again(fleet_mock: FleetMock, fleets: Fleets) -> None:
    fleet_mock.control.add_rule({"times": 1, "respond": {"status": 429}})
    fleets.rename("acme-corp-001", "Acme")
    assert [each.status for each in fleet_mock.verify.times(2, "rename_fleet")] == [429, 200]


@pytest.mark.fleet_mock(seed={"fleets": [{"fleetId": "north/south 100%"}]})
def test_an_id_and_a_name_may_have_any_characters(fleet_mock: FleetMock, fleets: Fleets) -> None:
    fleets.rename("north/south 100%", 'The "Acme"')
    fleet_mock.verify.once("rename_fleet", path={"fleetId": "north/south 100%"}, body={"newName": 'The "Acme"'})


def test_a_revoked_code_is_shown_no_longer(fleet_mock: FleetMock, fleets: Fleets) -> None:
    new = fleet_mock.codes.add("acme-corp-001")
    assert new in fleets.codes("acme-corp-001")
    fleet_mock.codes.revoke("acme-corp-001", new)
    assert new not in fleets.codes("acme-corp-001")


@pytest.mark.fleet_mock(seed={"fleets": [{"fleetId": "mine", "codes": ["ONLY-ONE"]}]})
def test_the_only_code_of_a_fleet(fleets: Fleets) -> None:
    assert fleets.codes("mine") == ["ONLY-ONE"]


@pytest.mark.fleet_mock(dialect={"error.body": "message"})
def test_an_unknown_fleet_is_told_whatever_the_body_of_errors(fleet_mock: FleetMock, fleets: Fleets) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        fleets.rename("unknown-001", "Acme")
    assert fleet_mock.journal[-1].problem is not None
