"""Bad input to the control API: it is refused by the field that is wrong, and changes nothing."""

from typing import Any

import pytest

from fleet_contract.mock_server.parts import parts
from tests.mock.conftest import UNSET
from tests.mock.test_mock_control import FLEET, Controller


@pytest.fixture
def mock() -> Controller:
    return Controller(parts())


KEY = {"keyIdentifier": "K", "visualNumber": "V", "contractId": "C"}
BAD: list[tuple[str, str, Any, int, str | None]] = [
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a"}, {"fleetName": "b"}]}, 422, "/fleets/1"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": 7}]}, 422, "/fleets/0/fleetId"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a"}, {"fleetId": "a"}]}, 422, "/fleets/1/fleetId"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a", "tenant": "nobody"}]}, 422, "/fleets/0/tenant"),
    ("PUT", "/_mock/state", {"chargingKeys": [{**KEY, "fleetId": "nobody"}]}, 422, "/chargingKeys/0/fleetId"),
    ("PUT", "/_mock/state", {"locations": [{"id": "a", "evses": []}] * 2}, 422, "/locations/1/id"),
    ("PUT", "/_mock/state", {"keys": {"a ": "t"}}, 422, "/keys/a "),
    ("PUT", "/_mock/state", {"keys": {}}, 422, "/keys"),
    ("PUT", "/_mock/state", {"sorts": []}, 422, ""),
    ("PUT", "/_mock/state", [], 422, ""),
    ("PUT", FLEET, {"codes": "X"}, 422, "/codes"),
    ("PUT", FLEET, {"tenant": "nobody"}, 422, "/tenant"),
    ("PUT", FLEET, {"fleetId": "other"}, 422, "/fleetId"),
    ("PUT", FLEET, {"fleetName": "x" * 101}, 422, "/fleetName"),
    ("PUT", f"/_mock/fleets/{'x' * 101}", {}, 422, "/fleetId"),
    ("POST", f"{FLEET}/codes", {"code": ""}, 422, "/code"),
    ("POST", "/_mock/tenants", {"tenant": "demo"}, 409, "/tenant"),
    ("POST", "/_mock/tenants", {"tenant": "new", "apiKey": "demo-key"}, 409, "/apiKey"),
    ("POST", "/_mock/tenants", {"tenant": "new", "apiKey": " blank"}, 422, "/apiKey"),
    ("PATCH", "/_mock/api-keys", {"a/b ": "demo"}, 422, "/a~1b "),
    ("PATCH", "/_mock/api-keys", {"x": 1}, 422, "/x"),
    ("PUT", "/_mock/charging-keys/K", {"visualNumber": "V"}, 422, ""),
    (
        "PUT",
        "/_mock/charging-keys/K",
        {"visualNumber": "V", "contractId": "C", "fleetId": "foreign-001"},
        422,
        "/fleetId",
    ),
    ("PUT", "/_mock/locations/L", {"evses": [], "fleetPrices": {"none": {}}}, 422, "/fleetPrices/none"),
    ("PUT", "/_mock/dialect", {"create.stats": "200"}, 422, "/create.stats"),
    ("PATCH", "/_mock/dialect", {"create.status": "418"}, 422, "/create.status"),
    ("PATCH", "/_mock/dialect", {"create.stats": None}, 422, "/create.stats"),
    ("PUT", "/_mock/misbehaviours", {"misbehaviours": ["slow", "slowly"]}, 422, "/misbehaviours/1"),
    ("PUT", "/_mock/worlds/w", {"dialect": {"create.status": "418"}}, 422, "/dialect/create.status"),
    ("PUT", "/_mock/worlds/w", {"misbehaviours": ["slowly"]}, 422, "/misbehaviours/0"),
    ("PUT", "/_mock/worlds/w", {"seed": {"fleets": [{}]}}, 422, "/seed/fleets/0"),
    ("PUT", "/_mock/worlds/w", {"seed": {"fleets": [{"fleetId": "a"}] * 2}}, 422, "/seed/fleets/1/fleetId"),
    ("PUT", "/_mock/worlds/main", {}, 409, None),
    ("DELETE", "/_mock/worlds/main", UNSET, 409, None),
    ("GET", "/_mock/worlds/never", UNSET, 404, None),
    ("PUT", "/_mock/worlds/b%20d", {}, 400, None),
    ("PUT", "/_mock/snapshots/b%20d", UNSET, 400, None),
    ("GET", "/_mock/nothing", UNSET, 404, None),
    ("POST", "/_mock/state", {}, 405, None),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "pointer"), BAD)
def test_bad_input_is_refused_by_its_field_and_changes_nothing(
    mock: Controller, method: str, path: str, body: Any, status: int, pointer: str | None
) -> None:
    before = [mock("GET", f"/_mock/{each}").json() for each in ("state", "dialect", "misbehaviours")]
    answer = mock(method, path, body)
    assert (answer.status_code, answer.json().get("pointer")) == (status, pointer), answer.text
    assert len(answer.json()["detail"]) > 20
    assert [mock("GET", f"/_mock/{each}").json() for each in ("state", "dialect", "misbehaviours")] == before
    assert [each["name"] for each in mock("GET", "/_mock/worlds").json()["worlds"]] == ["main"]


# A lone surrogate, which JSON can write: what is held is shown, and no response could carry it.
HALVES: list[tuple[str, str, str, str]] = [
    ("POST", f"{FLEET}/codes", r'{"code": "\ud800"}', "/code"),
    ("PUT", FLEET, r'{"fleetName": "a\udfffb"}', "/fleetName"),
    ("POST", "/_mock/tenants", r'{"tenant": "\ud800"}', "/tenant"),
    ("PATCH", "/_mock/api-keys", r'{"k": "\ud800"}', "/k"),
    ("PATCH", "/_mock/api-keys", r'{"\ud800": "t"}', ""),
    ("POST", "/_mock/rules", r'{"respond": {"status": 200, "body": ["a", {"b": "\ud800"}]}}', "/respond/body/1/b"),
    ("PUT", "/_mock/state", r'{"fleets": [{"fleetId": "a", "tenant": "\ud800"}]}', "/fleets/0/tenant"),
]


@pytest.mark.parametrize(("method", "path", "content", "pointer"), HALVES)
def test_half_a_character_is_refused_by_its_field_and_held_nowhere(
    mock: Controller, method: str, path: str, content: str, pointer: str
) -> None:
    before = [mock("GET", f"/_mock/{each}").json() for each in ("state", "rules", "tenants")]
    answer = mock(method, path, content=content.encode(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["pointer"]) == (422, pointer)
    assert [mock("GET", f"/_mock/{each}").json() for each in ("state", "rules", "tenants")] == before


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"[" * 100_000, "application/json", 400),
        (b'{"keys": {"a": NaN}}', "application/json", 400),
    ],
)
def test_what_is_no_json_is_refused(mock: Controller, content: bytes, media_type: str, status: int) -> None:
    answer = mock("PUT", "/_mock/state", content=content, headers={"content-type": media_type})
    assert answer.status_code == status


def test_two_fleets_that_a_dialect_takes_for_one_keep_it_from_being_spoken(mock: Controller) -> None:
    mock.create("twin")
    mock.create("TWIN")
    refused = mock("PATCH", "/_mock/dialect", {"id.case": "ignored"})
    assert (refused.status_code, "twin" in refused.text) == (422, True)
    assert mock("GET", "/_mock/dialect").json()["id.case"] == "exact"
