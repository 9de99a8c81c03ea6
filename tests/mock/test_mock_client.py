"""The client of the control API: every call, blocking and async, and what it says of refusals."""

import asyncio
import copy
import http.server
import pickle
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import httpx
import pytest

from fleet_contract.mock_server.client import (
    AsyncControl,
    Control,
    ControlError,
    ControlRefused,
    FleetMock,
    Verify,
    asks,
)
from fleet_contract.mock_server.client.control import Calls
from fleet_contract.mock_server.control.document import control_document
from fleet_contract.mock_server.parts import Bounds, parts
from fleet_contract.mock_server.parts import Control as Access
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.document import operations
from tests.background import in_background

FOR_BROWSERS = {"get_page", "get_page_file", "follow_journal"}
KEY = {"X-API-Key": "demo-key"}


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def control(served: str, request: pytest.FixtureRequest) -> Iterator[Control]:
    with Control(served) as client:
        client.put_world(request.node.originalname)
        yield client.in_world(request.node.originalname)
        client.drop_world(request.node.originalname)


def test_the_client_has_every_call_of_the_document() -> None:
    described = {each.id: each for each in operations(control_document()) if each.id not in FOR_BROWSERS}
    assert {name for name in vars(Calls) if not name.startswith("_")} == described.keys()


def test_what_is_set_is_read(control: Control) -> None:
    assert control.get_overview()["world"] == "test_what_is_set_is_read"
    assert control.get_control_document()["openapi"] == "3.0.3"
    assert control.get_health() == control.get_readiness() == {"status": "ok"}
    control.put_state({"fleets": [{"fleetId": "f"}]})
    control.take_snapshot("before")
    control.put_fleet("g", {"codes": ["ONE"]})
    assert [each["fleetId"] for each in control.list_fleets(contains="g")] == ["g"]
    control.restore_snapshot("before")
    assert [each["fleetId"] for each in control.list_fleets(limit=5)] == ["f"]
    assert control.list_snapshots() == ["before"]
    control.drop_snapshot("before")
    assert control.list_snapshots() == []
    assert control.get_state()["fleets"] == [control.get_fleet("f")]
    control.put_charging_key("04AA", {"visualNumber": "V", "contractId": "C", "fleetId": "f"})
    assert [each["keyIdentifier"] for each in control.list_all_charging_keys(fleetId="f")] == ["04AA"]
    control.put_location("loc-9", {"evses": []})
    assert [each["id"] for each in control.list_locations()] == ["loc-9"]


def test_tenants_and_their_keys_come_and_go(control: Control) -> None:
    assert control.create_tenant("globex", "g-key") == {"tenant": "globex", "apiKeys": ["g-key"]}
    assert control.create_tenant("initech")["apiKeys"][0]
    assert control.change_api_keys({"g-key": None, "h-key": "globex"})["h-key"] == "globex"
    assert "g-key" not in control.get_api_keys()
    assert "globex" in [each["tenant"] for each in control.list_tenants()]


def test_behaviour_is_changed_and_reset(control: Control) -> None:
    assert control.change_dialect({"create.status": "200"}) == control.get_dialect()
    assert control.put_dialect({})["create.status"] == "201"
    assert control.put_misbehaviours("slow") == control.get_misbehaviours() == ["slow"]
    rule = control.add_rule({"times": 1, "respond": {"status": 503}})
    assert control.get_rules() == [rule]
    control.remove_rule(rule["number"])
    assert len(control.put_rules([{"respond": {"status": 500}}], seed=7)) == 1
    control.reset_world()
    assert (control.get_rules(), control.get_misbehaviours()) == ([], [])
    assert len(control.list_questions()) == len({each["question"] for each in control.list_questions()}) > 40


def test_worlds_are_made_shown_and_dropped(served: str) -> None:
    with Control(served) as client:
        made = client.put_world("w", dialect={"create.status": "200"}, misbehaviours=["slow"])
        assert {**client.get_world("w"), "unusedFor": 0} == {**made, "unusedFor": 0}
        assert "w" in [each["name"] for each in client.list_worlds()]
        client.drop_world("w")
        with pytest.raises(ControlRefused, match="404: There is no world of this name"):
            client.get_world("w")


@pytest.mark.parametrize("id", ["a/b", "..", ".", "50 %?#", "Ünïcode", "a;b=c&d"])
def test_an_id_is_itself_whatever_is_in_it(control: Control, id: str) -> None:
    control.put_fleet(id)
    assert control.get_fleet(id)["fleetId"] == id
    control.add_code(id, "CO/DE ?")
    control.revoke_code(id, "CO/DE ?")
    assert control.list_codes(id) == [{"code": "CO/DE ?", "isActive": False}]


def test_exchanges_are_told_as_they_were(control: Control) -> None:
    httpx.put(f"{control.url}/emp/v1/fleets/acme-corp-001/rename?x=1", headers=KEY, json={"newName": 5})
    (exchange,) = control.search_journal(operation="rename_fleet")
    assert (exchange.method, exchange.path) == ("PUT", "/emp/v1/fleets/acme-corp-001/rename")
    assert (exchange.query, exchange.status, exchange.tenant) == ("x=1", 400, "demo")
    assert exchange.request.body == {"newName": 5}
    assert exchange.request.headers["x-api-key"] == "demo-key"
    assert exchange.problem is not None
    assert exchange.problem["pointer"] == "/newName"
    assert exchange.response.body["detail"] == exchange.problem["detail"]
    assert len(control.export_journal(status=400)["log"]["entries"]) == 1
    control.clear_journal()
    assert control.search_journal() == []


def test_a_refusal_names_the_call_and_the_field(control: Control) -> None:
    with pytest.raises(ControlRefused) as refused:
        control.change_dialect({"create.staus": "200"})
    assert (refused.value.status, refused.value.pointer) == (422, "/create.staus")
    assert "PATCH http://127.0.0.1:" in str(refused.value)
    assert refused.value.detail in str(refused.value)
    assert "create.status" in refused.value.detail
    with pytest.raises(ControlRefused, match=r"Did you mean 'status'\?") as refused:
        control.search_journal(statu=404)  # type: ignore[call-arg]
    assert (refused.value.status, refused.value.pointer, refused.value.parameter) == (400, None, "statu")


def test_the_async_client_says_the_same(served: str) -> None:
    async def ask() -> None:
        async with AsyncControl(served) as client:
            await client.put_world("async")
            world = client.in_world("async")
            codes = await asyncio.gather(*(world.add_code("acme-corp-001") for _ in range(5)))
            assert {each["code"] for each in codes} <= {
                each["code"] for each in await world.list_codes("acme-corp-001")
            }
            with pytest.raises(ControlRefused, match="No fleet has this fleetId"):
                await world.get_fleet("nobodys")
            await client.drop_world("async")

    asyncio.run(ask())


def test_a_token_is_sent() -> None:
    made = parts()
    made.control = Access("secret", is_open_to_others=True)
    with serving(made) as url, Control(url) as without, Control(url, token="secret") as client:
        with pytest.raises(ControlRefused, match="401"):
            without.get_state()
        assert client.in_world("w").get_overview()["world"] == "w"


def test_a_client_of_ones_own_stays_open(served: str) -> None:
    with httpx.Client() as own:
        with Control(served, http=own) as client:
            client.get_health()
        assert not own.is_closed


def test_what_is_no_mock_is_said_to_be_none() -> None:
    made = parts()
    made.control = None
    with serving(made) as url, Control(url) as client, pytest.raises(ControlError, match="without --no-control"):
        client.get_health()
    other = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    with Control(f"http://127.0.0.1:{other.server_port}") as client:
        with in_background(other), pytest.raises(ControlError, match="Expected the URL of a fleet-mock"):
            client.get_health()
        with pytest.raises(ControlError, match="Is it running"):
            client.get_health()
    with Control("http://[") as client, pytest.raises(ControlError, match="cannot be reached"):
        client.get_health()


def test_the_url_is_a_string_with_more(control: Control) -> None:
    mock = FleetMock(control)
    assert mock + "/emp" == f"{control.url}/emp"
    assert isinstance(mock, str)
    assert mock.codes.list("codeless-001") == []
    code = mock.codes.add("codeless-001")
    assert mock.codes.list("codeless-001") == [code]
    assert httpx.get(f"{mock}/emp/v1/fleets/codeless-001/invitation", headers=KEY).json() == [{"code": code}]
    mock.codes.revoke("codeless-001", code)
    assert mock.codes.list("codeless-001") == []
    assert (len(mock.journal), mock.journal[-1].status) == (1, 200)
    assert [each.number for each in mock.journal] == [mock.journal[0].number]
    mock.reset()
    assert len(mock.journal) == 0


@dataclass
class Settings:
    base_url: str


@pytest.mark.parametrize(
    "passed_on",
    [
        copy.copy,
        copy.deepcopy,
        lambda mock: pickle.loads(pickle.dumps(mock)),  # noqa: S301  (its own)
        lambda mock: asdict(Settings(mock))["base_url"],
    ],
)
def test_the_url_is_passed_on_as_the_string_that_it_is(control: Control, passed_on: Callable[[str], str]) -> None:
    passed = passed_on(FleetMock(control))
    assert (type(passed), passed) == (str, control.url)


def test_a_body_that_no_reader_of_json_can_read_is_told_as_its_text(control: Control) -> None:
    mock, deep = FleetMock(control), "[" * 100_000
    httpx.post(f"{mock}/emp/v1/fleets", content=deep, headers={**KEY, "Content-Type": "application/json"})
    assert mock.journal[-1].request.body == deep
    mock.verify.never("create_fleet", body={"fleetId": "x"})


@pytest.mark.parametrize(
    "ask", [asks.get_fleet, asks.get_world, asks.list_codes, lambda empty: asks.revoke_code("acme-corp-001", empty)]
)
def test_an_empty_id_asks_for_nothing_else(ask: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="is empty"):
        ask("")


def test_what_the_journal_had_no_room_for_proves_nothing() -> None:
    made = parts()
    made.bounds = Bounds(journal=3)
    with serving(made) as url, Control(url) as control, httpx.Client(headers=KEY) as client:
        mock = FleetMock(control.in_world("w"))
        for _ in range(3):
            client.get(f"{mock}/emp/v1/charging-keys")
        assert len(mock.journal) == 3
        client.get(f"{mock}/emp/v1/fleets/acme-corp-001/invitation")
        client.get(f"{url}/emp/v1/fleets/acme-corp-001/invitation")  # Other worlds need room, too.
        for ask in (mock.verify.nothing_refused, lambda: mock.verify.never("create_fleet"), mock.journal.search):
            with pytest.raises(AssertionError, match="had no room for 2 exchanges of this world"):
                ask()
        exchanges = control.in_world("w").search_journal()
        assert exchanges.forgotten == 2
        with pytest.raises(AssertionError, match="had no room"):
            Verify(lambda: exchanges).never("create_fleet")
        mock.journal.clear()
        mock.verify.never("create_fleet")


def test_a_full_journal_is_no_proof(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet_contract.mock_server.client.fleet_mock.MOST_SHOWN", 2)
    mock = FleetMock(control)
    httpx.get(f"{mock}/emp/v1/charging-keys", headers=KEY)
    mock.verify.never("create_fleet")
    httpx.get(f"{mock}/emp/v1/charging-keys", headers=KEY)
    with pytest.raises(AssertionError, match="there may be more"):
        mock.verify.never("create_fleet")


def test_an_ask_sends_nothing() -> None:
    ask = asks.add_code("a", "C")
    assert (ask.method, ask.path, ask.body) == ("POST", "/_mock/fleets/a/codes", {"code": "C"})
