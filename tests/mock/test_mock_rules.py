"""Rules: what calls meet on demand, next N times, by chance or by rate; and the same for the same seed."""

import asyncio
import socket
import time
from collections.abc import Iterable
from http.client import HTTPConnection, IncompleteRead
from typing import Any

import httpx
import pytest

from fleet_contract.mock_server.deliveries import BETWEEN_BYTES
from fleet_contract.mock_server.messages import Call, Fields
from fleet_contract.mock_server.on_demand import Demand, Respond, Rule
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.rules_in_force import Rules
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.store import Habits, MemoryStore
from tests.mock.conftest import UNSET
from tests.mock.test_mock_control import Controller

CODES = "/emp/v1/fleets/acme-corp-001/invitation"
BROKEN = {"status": 503}


@pytest.fixture
def mock() -> Controller:
    made = Controller(parts())
    made.is_honest = False
    return made


def statuses(mock: Controller, number: int, **more: Any) -> list[int]:
    return [mock.codes("acme-corp-001", **more).status_code for _ in range(number)]


def test_the_next_calls_of_an_operation_get_a_scripted_response_and_then_it_is_gone(mock: Controller) -> None:
    script = {"match": {"operation": "get_invitation_codes"}, "times": 2, "respond": {"status": 503}}
    made = mock("POST", "/_mock/rules", script)
    assert (made.status_code, made.json()["number"], made.json()["used"]) == (201, 1, 0)
    assert mock.create("another").status_code == 201
    assert statuses(mock, 3) == [503, 503, 200]
    assert mock("GET", "/_mock/rules").json()["rules"] == []


def test_scripted_responses_come_one_after_the_other(mock: Controller) -> None:
    for status in (503, 429, 500):
        mock("POST", "/_mock/rules", {"times": 1, "respond": {"status": status}})
    assert statuses(mock, 4) == [503, 429, 500, 200]


def test_a_response_is_as_it_was_asked_for(mock: Controller) -> None:
    respond = {"status": 418, "headers": {"Retry-After": "7", "Content-Type": "application/x-tea"}, "body": {"a": [1]}}
    mock("POST", "/_mock/rules", {"respond": respond})
    answer = mock.codes("acme-corp-001")
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (418, {"a": [1]}, "7")
    assert answer.headers["content-type"] == "application/x-tea"
    assert answer.headers["mock-hint"] == "Rule 1 of this world asked for this."


@pytest.mark.parametrize(
    ("respond", "media_type", "body"),
    [
        ({"status": 503}, "application/json", None),
        ({"status": 200, "body": "plain"}, "text/plain; charset=utf-8", "plain"),
        ({"status": 204}, None, ""),
        ({"status": 302, "headers": {"Location": "/login"}}, None, ""),
    ],
)
def test_a_response_without_a_body_is_that_of_the_dialect(
    mock: Controller, respond: Any, media_type: str | None, body: str | None
) -> None:
    mock("PATCH", "/_mock/dialect", {"error.body": "message"})
    mock("POST", "/_mock/rules", {"respond": respond})
    answer = mock.codes("acme-corp-001")
    assert (answer.status_code, answer.headers.get("content-type")) == (respond["status"], media_type)
    assert answer.text == body if body is not None else set(answer.json()) == {"message"}


def test_a_call_may_be_carried_out_though_its_response_says_otherwise(mock: Controller) -> None:
    for carried_out, status in ((False, 201), (True, 409)):
        mock("PUT", "/_mock/rules", {"rules": [{"respond": {"status": 500, "isCarriedOut": carried_out}}]})
        assert mock.create("one").status_code == 500
        mock("PUT", "/_mock/rules", {"rules": []})
        assert mock.create("one").status_code == status


def test_a_rule_is_about_those_whom_it_matches(mock: Controller) -> None:
    rules: list[Any] = [
        {"match": {"tenant": "other"}, "respond": {"status": 503}},
        {"match": {"path": "codeless"}, "respond": {"status": 504}},
    ]
    mock("PUT", "/_mock/rules", {"rules": rules})
    assert mock.codes("acme-corp-001").status_code == 200
    assert mock.codes("acme-corp-001", key="wrong").status_code == 401
    tenants = [each["tenant"] for each in mock("GET", "/_mock/tenants").json()["tenants"]]
    rules[0]["match"]["tenant"] = tenants[1]
    mock("PUT", "/_mock/rules", {"rules": rules})
    assert mock.codes("acme-corp-001", key="other-key").status_code == 503
    assert mock.codes("codeless-001").status_code == 504


def test_a_rule_is_one_worlds(mock: Controller) -> None:
    mock("POST", "/_mock/rules", {"respond": BROKEN}, headers={"Mock-World": "a"})
    assert statuses(mock, 1) == [200]
    assert statuses(mock, 1, headers={"Mock-World": "a"}) == [503]
    mock("POST", "/_mock/reset", headers={"Mock-World": "a"})
    assert statuses(mock, 1, headers={"Mock-World": "a"}) == [200]
    mock("PUT", "/_mock/worlds/b", {"rules": [{"times": 1, "respond": BROKEN}]})
    assert statuses(mock, 2, headers={"Mock-World": "b"}) == [503, 200]
    mock("POST", "/_mock/reset", headers={"Mock-World": "b"})
    assert statuses(mock, 2, headers={"Mock-World": "b"}) == [503, 200]


def test_the_same_seed_draws_the_same_for_the_same_calls(mock: Controller) -> None:
    drawn = []
    for seed in (7, 7, 8):
        mock("PUT", "/_mock/rules", {"seed": seed, "rules": [{"probability": 0.5, "respond": BROKEN}]})
        drawn.append(statuses(mock, 30))
    assert drawn[0] == drawn[1] != drawn[2]
    assert 5 < drawn[0].count(503) < 25
    assert mock("GET", "/_mock/rules").json()["seed"] == 8


def test_the_seed_of_the_command_holds_for_every_start() -> None:
    drawn = []
    for _ in range(2):
        made = parts()
        made.chaos_seed = 11
        mock = Controller(made)
        mock.is_honest = False
        mock("POST", "/_mock/rules", {"probability": 0.5, "respond": BROKEN})
        drawn.append(statuses(mock, 20))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
def test_what_comes_beyond_a_rate_is_429_with_a_hint_or_without(mock: Controller, headers: dict[str, str]) -> None:
    rule = {"rate": {"calls": 2, "seconds": 3600}, "respond": {"status": 429, "headers": headers}}
    mock("POST", "/_mock/rules", rule)
    answers = [mock.codes("acme-corp-001") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 429, 429]
    assert answers[-1].headers.get("retry-after") == headers.get("Retry-After")


def demands(rule: Rule, times: Iterable[float]) -> list[Demand]:
    """Return what calls at some times are to meet."""

    async def ask() -> list[Demand]:
        clock, rules = iter(times), Rules([rule], 5, "main")
        store = MemoryStore(Habits(clock=lambda: next(clock)), default_seed())
        return [await rules.demand(Call("GET", "/", Fields()), store) for _ in times]

    return asyncio.run(ask())


def test_a_rate_lets_calls_through_again() -> None:
    met = demands(Rule(rate=(2, 1.0), respond=Respond(429)), [0.0, 0.1, 0.2, 1.05, 1.06, 1.15, 9.0])
    assert [bool(each.numbers) for each in met] == [False, False, True, False, True, False, False]


@pytest.mark.parametrize(
    ("latency", "least", "most"),
    [
        ({"distribution": "fixed", "seconds": 0.2}, 0.2, 0.2),
        ({"distribution": "uniform", "min": 0.1, "max": 0.3}, 0.1, 0.3),
        ({"distribution": "normal", "mean": 0.2, "deviation": 0.1}, 0.0, 0.7),
        ({"distribution": "exponential", "mean": 0.2}, 0.0, 3.0),
        ({"distribution": "lognormal", "median": 0.2, "sigma": 0.5}, 0.01, 3.0),
    ],
)
def test_latencies_are_distributed_as_asked_for(latency: dict[str, Any], least: float, most: float) -> None:
    drawn = [each.delay for each in demands(Rule(latency=latency), [0.0] * 400)]
    assert least <= min(drawn) <= max(drawn) <= most
    assert 0.17 < sum(drawn) / len(drawn) < 0.26


def test_a_latency_is_waited_for_and_adds_to_others(mock: Controller) -> None:
    rule = {"latency": {"distribution": "fixed", "seconds": 0.15}}
    mock("PUT", "/_mock/rules", {"rules": [rule, rule, {"respond": BROKEN}]})
    began = time.monotonic()
    assert statuses(mock, 1) == [503]
    assert time.monotonic() - began >= 0.3


# --- over a connection ---------------------------------------------------------------------------


def served(rule: dict[str, Any], read: Any) -> Any:
    """Return what is read of a call that meets a rule."""
    with serving(parts()) as url:
        assert httpx.post(f"{url}/_mock/rules", json=rule).status_code == 201
        connection = HTTPConnection(url.removeprefix("http://"), timeout=1)
        try:
            connection.request("GET", CODES, headers={"X-API-Key": "demo-key"})
            return read(connection)
        finally:
            connection.close()


def test_a_connection_is_reset() -> None:
    with pytest.raises(ConnectionError):
        served({"deliver": "reset"}, lambda connection: connection.getresponse())


def test_a_body_is_cut_off() -> None:
    with pytest.raises((IncompleteRead, ConnectionError)):
        served({"deliver": "cut-off"}, lambda connection: connection.getresponse().read())


@pytest.mark.parametrize("deliver", ["silent", "stalled"])
def test_a_client_waits_in_vain(deliver: str) -> None:
    with pytest.raises(socket.timeout):
        served({"deliver": deliver}, lambda connection: connection.getresponse().read())


def test_a_body_comes_slowly_at_the_pace_that_was_asked_for() -> None:
    def read(connection: HTTPConnection) -> tuple[int, float]:
        began = time.monotonic()
        return len(connection.getresponse().read()), time.monotonic() - began

    size, seconds = served({"deliver": "dripped", "bytesPerSecond": 200}, read)
    assert size / 200 - BETWEEN_BYTES <= seconds < size / 200 + 1


# --- bad input -----------------------------------------------------------------------------------

BAD: list[tuple[Any, str]] = [
    ({}, ""),
    ({"respond": {}}, "/respond/status"),
    ({"respond": {"status": 99}}, "/respond/status"),
    ({"respond": {"status": 200, "headers": {"a b": "c"}}}, "/respond/headers/a b"),
    ({"respond": {"status": 200, "headers": {"a": "c\r\nd: e"}}}, "/respond/headers/a"),
    ({"respond": {"status": 200, "headers": {"Content-Length": "1"}}}, "/respond/headers/Content-Length"),
    ({"respond": {"status": 204, "body": 1}}, "/respond/body"),
    ({"deliver": "lost"}, "/deliver"),
    ({"deliver": "reset", "bytesPerSecond": 5}, "/bytesPerSecond"),
    ({"times": 0, "deliver": "reset"}, "/times"),
    ({"probability": 1.5, "deliver": "reset"}, "/probability"),
    ({"rate": {"calls": 1}, "deliver": "reset"}, "/rate/seconds"),
    ({"match": {"operation": "create_flet"}, "deliver": "reset"}, "/match/operation"),
    ({"latency": {"distribution": "fixed", "mean": 1}}, "/latency/mean"),
    ({"latency": {"distribution": "uniform", "min": 2, "max": 1}}, "/latency/min"),
    ({"latency": {"distribution": "pareto"}}, "/latency/distribution"),
    ({"latency": {"distribution": "fixed", "seconds": 61}}, "/latency/seconds"),
]


@pytest.mark.parametrize(("rule", "pointer"), BAD)
def test_a_bad_rule_is_refused_by_its_field_and_changes_nothing(mock: Controller, rule: Any, pointer: str) -> None:
    mock("POST", "/_mock/rules", {"respond": BROKEN})
    before = mock("GET", "/_mock/rules").json()
    one = mock("POST", "/_mock/rules", rule)
    assert (one.status_code, one.json()["pointer"]) == (422, pointer)
    among_others = mock("PUT", "/_mock/rules", {"rules": [{"deliver": "reset"}, rule]})
    assert (among_others.status_code, among_others.json()["pointer"]) == (422, f"/rules/1{pointer}")
    assert mock("GET", "/_mock/rules").json() == before


def test_a_rule_is_removed_by_its_number(mock: Controller) -> None:
    mock("POST", "/_mock/rules", {"respond": BROKEN})
    for number in ("2", "x"):
        refused = mock("DELETE", f"/_mock/rules/{number}")
        assert (refused.status_code, "that GET /_mock/rules lists" in refused.text) == (404, True)
    assert mock("DELETE", "/_mock/rules/1").status_code == 204
    assert statuses(mock, 1) == [200]


def test_what_a_rule_shows_can_be_put_back(mock: Controller) -> None:
    rule = {
        "match": {"operation": "create_fleet", "tenant": "demo", "path": "fleets"},
        "times": 3,
        "probability": 0.5,
        "rate": {"calls": 0, "seconds": 1},
        "latency": {"distribution": "fixed", "seconds": 0},
        "respond": {"status": 200, "headers": {"a": "b"}, "body": [1], "isCarriedOut": True},
        "deliver": "dripped",
        "bytesPerSecond": 10,
    }
    shown = mock("POST", "/_mock/rules", rule).json()
    assert {name: value for name, value in shown.items() if name not in ("number", "used")} == rule


# --- Prefer --------------------------------------------------------------------------------------


def prefer(mock: Controller, *texts: str, method: str = "GET", path: str = CODES, json: Any = UNSET) -> Any:
    return mock(method, path, json, headers={"Prefer": ", ".join(texts)})


def test_a_request_prefers_a_status(mock: Controller) -> None:
    mock.is_honest = True
    answer = prefer(mock, "code=403")
    assert (answer.status_code, answer.headers["preference-applied"]) == (403, "code=403")
    assert (answer.headers["vary"], answer.json()["detail"]) == (
        "Prefer, Origin",
        "This fleet belongs to another organization.",
    )
    assert prefer(mock, "code=200").json() == [{"code": "FLEET2024ABC"}, {"code": "FLEET2024XYZ"}]


def test_a_request_prefers_an_example(mock: Controller) -> None:
    mock.is_honest = True
    answer = prefer(mock, "example=unknown-fleet")
    assert (answer.status_code, answer.json()["detail"]) == (404, "No fleet has this fleetId.")
    both = prefer(mock, "code=404", "example=no-active-codes")
    assert both.headers["preference-applied"] == "code=404, example=no-active-codes"


def test_what_is_preferred_is_not_carried_out(mock: Controller) -> None:
    body = {"fleetId": "preferred"}
    assert prefer(mock, "code=201", method="POST", path="/emp/v1/fleets", json=body).status_code == 201
    assert mock.create("preferred").status_code == 201


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("code=418", "Prefer: code=418 is ignored: get_invitation_codes has the responses 200, 301"),
        ("example=nothing", "there are no-active-codes, unknown-fleet"),
        ("code=200, example=x", "it has none with a name"),
        ("return=minimal", None),
        ("code", "Prefer: code= is ignored"),
        (",,;;=", None),
    ],
)
def test_a_preference_that_cannot_be_used_is_ignored_and_a_hint_says_why(
    mock: Controller, text: str, hint: str | None
) -> None:
    answer = prefer(mock, text)
    assert (answer.status_code, "preference-applied" in answer.headers) == (200, False)
    assert hint in answer.headers["mock-hint"] if hint else "mock-hint" not in answer.headers


@pytest.mark.parametrize(
    "text",
    [
        "code=404",
        'Code="404"',
        "return=minimal, code=404; x=y, wait=3",
        " CODE = 404 ",
        "code=404, code=403",
        r'code="4\04"',
    ],
)
def test_a_preference_is_read_as_its_rfc_writes_it(mock: Controller, text: str) -> None:
    assert prefer(mock, text).status_code == 404


def test_a_preference_needs_a_key_as_any_call_does(mock: Controller) -> None:
    assert mock("GET", CODES, key="wrong", headers={"Prefer": "code=200"}).status_code == 401
