"""Worlds: what is in one is in no other, whichever way a request names it."""

import asyncio
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.parts import Bounds, parts
from fleet_contract.mock_server.serving import serving
from tests.mock.conftest import UNSET, Client
from tests.worlds import live_apart

KEY = {"X-API-Key": "demo-key"}


class Worldly(Client):
    """Calls a mock in a world, by its header or by its path."""

    def __init__(self, world: str, within: Client, *, by_path: bool) -> None:
        self.app, self.key, self.is_honest = within.app, within.key, True
        self.world, self.by_path = world, by_path

    def __call__(self, method: str, path: str, json: Any = UNSET, **more: Any) -> httpx.Response:
        if self.by_path:
            return super().__call__(method, f"/_mock/worlds/{self.world}{path}", json, **more)
        headers = {"Mock-World": self.world, **more.pop("headers", {})}
        return super().__call__(method, path, json, headers=headers, **more)


@pytest.fixture
def mock() -> Client:
    return Client(parts())


@pytest.mark.parametrize("by_path", [False, True])
def test_no_world_sees_what_is_in_another(mock: Client, by_path: bool) -> None:
    one, other = (Worldly(name, mock, by_path=by_path) for name in ("one", "other"))
    assert one.create("mine").status_code == 201
    assert other.create("mine", "Another").status_code == 201
    assert mock.rename("mine", "x").status_code == 404
    one("POST", "/_mock/fleets/mine/codes", {"code": "ONE"})
    assert one.codes("mine").json() == [{"code": "ONE"}]
    assert other.codes("mine").status_code == 404


def test_a_header_and_a_path_lead_to_the_same_world(mock: Client) -> None:
    Worldly("w", mock, by_path=True).create("mine")
    assert Worldly("w", mock, by_path=False).rename("mine", "x").status_code == 200
    for name, status in (("w", 200), ("elsewhere", 400)):
        both = Worldly("w", mock, by_path=True).rename("mine", "x", headers={"Mock-World": name})
        assert both.status_code == status
    assert both.json()["detail"] == "The request names two worlds. Name one, in Mock-World or in the path."


@pytest.mark.parametrize(("other", "status"), [("a", 401), ("b", 400)])
def test_two_worlds_in_one_request_are_refused(mock: Client, other: str, status: int) -> None:
    headers = [("Mock-World", "a"), ("Mock-World", other)]
    asked = asyncio.run(mock._call("GET", "/emp/v1/charging-keys", headers=headers))
    assert asked.status_code == status


@pytest.mark.parametrize("base_path", ["", "/drive"])
def test_a_world_stands_in_front_of_the_path_alone(base_path: str) -> None:
    made = parts()
    made.base_path = base_path
    call = Client(made)
    body = {"fleetId": "mine"}
    assert call("POST", f"{base_path}/_mock/worlds/w/emp/v1/fleets", body).status_code == 201
    for path in (f"{base_path}/emp/v1/_mock/worlds/w/fleets", f"/x{base_path}/_mock/worlds/w/emp/v1/fleets"):
        assert call("POST", path, body).status_code == 404


def test_each_world_has_a_dialect_and_misbehaviours_of_its_own(mock: Client) -> None:
    one, other = (Worldly(name, mock, by_path=False) for name in ("one", "other"))
    one("PATCH", "/_mock/dialect", {"create.status": "200"})
    one("PUT", "/_mock/misbehaviours", {"misbehaviours": ["codes-vanish"]})
    assert (one.create("a").status_code, other.create("a").status_code) == (200, 201)
    assert one.codes("acme-corp-001").status_code == 404
    assert other.codes("acme-corp-001").status_code == 200


def test_a_world_is_created_as_asked_and_reset_to_that(mock: Client) -> None:
    asked = {"dialect": {"create.status": "200"}, "seed": {"keys": {"k": "t"}, "fleets": [{"fleetId": "f"}]}}
    made = mock("PUT", "/_mock/worlds/w", asked)
    assert (made.status_code, made.json()["dialect"]) == (201, {"create.status": "200"})
    world = Worldly("w", mock, by_path=True)
    assert world.rename("f", "x").status_code == 401
    assert world.rename("f", "x", key="k").status_code == 200
    world("PUT", "/_mock/dialect", {})
    world("PUT", "/_mock/state", {"fleets": []})
    assert world.rename("f", "x", key="k").status_code == 404
    world("POST", "/_mock/reset")
    assert world.create("g", key="k").status_code == 200
    assert world.rename("f", "x", key="k").status_code == 200
    assert mock("PUT", "/_mock/worlds/w", {}).status_code == 200
    assert world.rename("f", "x").status_code == 404


def test_worlds_are_listed_and_dropped(mock: Client) -> None:
    world = Worldly("w", mock, by_path=False)
    world.create("mine")
    assert [each["name"] for each in mock("GET", "/_mock/worlds").json()["worlds"]] == ["main", "w"]
    assert mock("DELETE", "/_mock/worlds/w").status_code == 204
    assert mock("GET", "/_mock/worlds/w").status_code == 404
    assert world.rename("mine", "x").status_code == 404


def test_worlds_are_bounded_and_those_that_rest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    made = parts()
    made.bounds = Bounds(worlds=2, rest=60)
    mock = Client(made)
    for name in ("a", "b"):
        assert Worldly(name, mock, by_path=False).codes("acme-corp-001").status_code == 200
    third = Worldly("c", mock, by_path=True)
    refused = third.codes("acme-corp-001")
    assert (refused.status_code, "--max-worlds" in refused.headers["mock-hint"]) == (429, True)
    assert mock("PUT", "/_mock/worlds/c", {}).status_code == 429
    assert mock("PUT", "/_mock/worlds/a", {}).status_code == 200
    monkeypatch.setattr("fleet_contract.mock_server.world.steady", lambda: 1e9)
    assert third.codes("acme-corp-001").status_code == 200


def test_a_world_that_is_named_after_its_end_begins_anew(mock: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Worldly("w", mock, by_path=False)
    assert [world.create("mine").status_code for _ in range(2)] == [201, 409]
    monkeypatch.setattr("fleet_contract.mock_server.world.steady", lambda: 1e9)
    assert world.create("mine").status_code == 201


def test_a_world_that_is_made_again_after_its_end_has_an_empty_journal(
    mock: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Worldly("w", mock, by_path=True)
    world.codes("acme-corp-001")
    assert len(world("GET", "/_mock/journal").json()["entries"]) == 1
    monkeypatch.setattr("fleet_contract.mock_server.world.steady", lambda: 1e9)
    assert len(mock("GET", "/_mock/worlds").json()["worlds"]) == 1
    assert world("GET", "/_mock/journal").json()["entries"] == []


@pytest.mark.parametrize("name", ["", "b d", "é", "x" * 101, "..", "a/b", "{main}", "main\n"])
def test_what_is_no_name_of_a_world_is_refused(mock: Client, name: str) -> None:
    answer = mock.codes("acme-corp-001", headers={"Mock-World": name.encode("latin-1")})
    assert answer.status_code == 400
    assert len(mock("GET", "/_mock/worlds").json()["worlds"]) == 1


def test_a_refusal_speaks_the_dialect_of_its_world(mock: Client) -> None:
    world = Worldly("w", mock, by_path=True)
    world("PATCH", "/_mock/dialect", {"error.body": "text"})
    assert world("GET", "/emp/v1/nothing").headers["content-type"] == "text/plain; charset=utf-8"
    assert mock("GET", "/emp/v1/nothing").headers["content-type"] == "application/problem+json"


def test_pages_and_cors_work_in_a_world(mock: Client) -> None:
    world = Worldly("w", mock, by_path=True)
    shared = world.codes("acme-corp-001", headers={"Origin": "http://localhost:3000"})
    assert shared.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert world("GET", "/ui/").status_code == 200


@pytest.mark.parametrize("base", ["", "/drive"])
def test_a_world_has_the_document_of_its_dialect_under_its_own_url(base: str) -> None:
    made = parts()
    made.base_path = base
    mock = Client(made)
    world = f"{base}/_mock/worlds/w"
    mock("PATCH", f"{world}/_mock/dialect", {"id.alphabet": "slug"})
    document = mock("GET", f"{world}/openapi.json").json()
    assert "pattern" in document["components"]["schemas"]["NewFleet"]["properties"]["fleetId"]
    assert urljoin(f"http://mock{world}/openapi.json", document["servers"][0]["url"] + "/") == f"http://mock{world}/"
    usual = mock("GET", f"{base}/openapi.json").json()
    assert "pattern" not in usual["components"]["schemas"]["NewFleet"]["properties"]["fleetId"]
    links = mock("GET", f"{world}/_mock").json()["links"]
    assert all(link.startswith(f"{world}/") for link in links.values())
    assert all(mock("GET", link).status_code == 200 for link in links.values())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:3000"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_a_page_of_another_site_makes_no_worlds(mock: Client, headers: dict[str, str], status: int) -> None:
    assert Worldly("w", mock, by_path=True).codes("acme-corp-001", headers=headers).status_code == status
    assert mock("GET", "/_mock/worlds/w").status_code == (200 if status == 200 else 404)


def test_a_dialect_that_changes_under_load_loses_nothing() -> None:
    """Creates overlap changes of the dialect; each that was answered as a success is there afterwards."""

    async def run() -> list[int]:
        transport = httpx.ASGITransport(build(parts()))
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=KEY) as client:

            async def create(number: int) -> int:
                answer = await client.post("/emp/v1/fleets", json={"fleetId": f"f-{number}"})
                assert answer.status_code in (200, 201)
                return number

            async def change(number: int) -> None:
                await client.patch("/_mock/dialect", json={"create.status": ("200", "201")[number % 2]})

            calls = [create(number) for number in range(200)]
            changes = asyncio.gather(*map(change, range(20)))
            made = await asyncio.gather(*calls)
            await changes
            kept = {each["fleetId"] for each in (await client.get("/_mock/fleets")).json()["fleets"]}
            return [number for number in made if f"f-{number}" not in kept]

    assert asyncio.run(run()) == []


def test_fifty_clients_in_fifty_worlds_never_meet() -> None:
    with serving(parts()) as url:
        assert asyncio.run(live_apart([url], 50)) > 150
