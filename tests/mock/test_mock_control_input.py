"""Bad input to the control API: it is refused by the field that is wrong, and changes nothing."""

from typing import Any

import pytest

from fleet_contract.mock_server.control.service import plans
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS
from fleet_contract.mock_server.parts import parts
from fleet_contract.spec.document import Operation, operations
from tests.mock.conftest import UNSET
from tests.mock.test_mock_control import DOCUMENT, FLEET, Controller


@pytest.fixture
def mock() -> Controller:
    return Controller(parts())


KEY = {"keyIdentifier": "K", "visualNumber": "V", "contractId": "C"}
BAD: list[tuple[str, str, Any, int, str | None]] = [
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a"}, {"fleetName": "b"}]}, 422, "/fleets/1/fleetId"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": 7}]}, 422, "/fleets/0/fleetId"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a"}, {"fleetId": "a"}]}, 422, "/fleets/1/fleetId"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a", "tenant": "nobody"}]}, 422, "/fleets/0/tenant"),
    ("PUT", "/_mock/state", {"chargingKeys": [{**KEY, "fleetId": "nobody"}]}, 422, "/chargingKeys/0/fleetId"),
    ("PUT", "/_mock/state", {"locations": [{"id": "a", "evses": []}] * 2}, 422, "/locations/1/id"),
    ("PUT", "/_mock/state", {"keys": {"a ": "t"}}, 422, "/keys/a "),
    ("PUT", "/_mock/state", {"keys": {}}, 422, "/keys"),
    ("PUT", "/_mock/state", {"sorts": []}, 422, "/sorts"),
    ("PUT", "/_mock/state", [], 422, ""),
    ("PUT", FLEET, {"codes": "X"}, 422, "/codes"),
    ("PUT", FLEET, {"tenant": "nobody"}, 422, "/tenant"),
    ("PUT", FLEET, {"fleetId": "other"}, 422, "/fleetId"),
    ("PUT", FLEET, {"fleetName": "x" * 101}, 422, "/fleetName"),
    ("PUT", f"/_mock/fleets/{'x' * 101}", {}, 422, "/fleetId"),
    ("PUT", FLEET, {"codes": ["X", "Y", "X"]}, 422, "/codes/2"),
    ("PUT", FLEET, {"codes": ["X"], "inactiveCodes": ["Y", "X"]}, 422, "/inactiveCodes/1"),
    ("PUT", "/_mock/state", {"fleets": [{"fleetId": "a", "codes": ["X", "X"]}]}, 422, "/fleets/0/codes/1"),
    ("POST", f"{FLEET}/codes", {"code": ""}, 422, "/code"),
    ("POST", "/_mock/tenants", {"tenant": "demo"}, 409, "/tenant"),
    ("POST", "/_mock/tenants", {"tenant": "new", "apiKey": "demo-key"}, 409, "/apiKey"),
    ("POST", "/_mock/tenants", {"tenant": "new", "apiKey": " blank"}, 422, "/apiKey"),
    ("PATCH", "/_mock/api-keys", {"a/b ": "demo"}, 422, "/a~1b "),
    ("PATCH", "/_mock/api-keys", {"x": 1}, 422, "/x"),
    ("PATCH", "/_mock/api-keys", {"demo-key": None, "other-kye": None}, 422, "/other-kye"),
    ("PUT", "/_mock/charging-keys/K", {"visualNumber": "V"}, 422, "/contractId"),
    (
        "PUT",
        "/_mock/charging-keys/K",
        {"visualNumber": "V", "contractId": "C", "fleetId": "foreign-001"},
        422,
        "/fleetId",
    ),
    (
        "PUT",
        "/_mock/charging-keys/K",
        {"visualNumber": "V", "contractId": "C", "validTo": "whenever"},
        422,
        "/validTo",
    ),
    ("PUT", "/_mock/locations/L", {"evses": [], "fleetPrices": {"none": {}}}, 422, "/fleetPrices/none"),
    ("PUT", "/_mock/dialect", {"create.stats": "200"}, 422, "/create.stats"),
    ("PATCH", "/_mock/dialect", {"create.status": "418"}, 422, "/create.status"),
    ("PATCH", "/_mock/dialect", {"create.stats": None}, 422, "/create.stats"),
    ("PUT", "/_mock/misbehaviours", {"misbehaviours": ["slow", "slowly"]}, 422, "/misbehaviours/1"),
    ("PUT", "/_mock/worlds/w", {"dialect": {"create.status": "418"}}, 422, "/dialect/create.status"),
    ("PUT", "/_mock/worlds/w", {"misbehaviours": ["slowly"]}, 422, "/misbehaviours/0"),
    ("PUT", "/_mock/worlds/w", {"seed": {"fleets": [{}]}}, 422, "/seed/fleets/0/fleetId"),
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


RULES = "/_mock/rules"
OPERATIONS_LISTED = (
    "expected one of create_fleet, rename_fleet, get_invitation_codes, list_charging_keys, create_charging_key, "
    "get_location."
)
OF_A_RULE = "Expected some of match, times, probability, rate, latency, respond, deliver, bytesPerSecond."
# What is wrong, where, and what was expected: the members that there are, and enumerations as a whole.
TOLD: list[tuple[str, str, Any, str, str]] = [
    ("POST", RULES, {"time": 1}, "/time", f"/time: this member is unknown. Did you mean 'times'? {OF_A_RULE}"),
    (
        "POST",
        RULES,
        {"isCarriedOut": True},
        "/isCarriedOut",
        f"/isCarriedOut: this member is unknown. It belongs in 'respond'. {OF_A_RULE}",
    ),
    (
        "POST",
        RULES,
        {"respond": {"status": 503, "times": 1}},
        "/respond/times",
        "/respond/times: this member is unknown. 'times' belongs further out. Expected some of status, headers, body, "
        "isCarriedOut.",
    ),
    (
        "PUT",
        RULES,
        {"deliver": "reset"},
        "/deliver",
        "/deliver: this member is unknown. It belongs in the entries of 'rules'. Expected some of seed, rules.",
    ),
    (
        "POST",
        RULES,
        {"deliver": "cutoff"},
        "/deliver",
        "/deliver: expected one of reset, silent, cut-off, stalled, dripped. Did you mean 'cut-off'?",
    ),
    (
        "POST",
        RULES,
        {"latency": {"distribution": "gauss"}},
        "/latency/distribution",
        "/latency/distribution: expected one of fixed, uniform, normal, exponential, lognormal.",
    ),
    (
        "POST",
        RULES,
        {"latency": {"distribution": "fixed"}},
        "/latency/seconds",
        "The distribution fixed needs seconds.",
    ),
    (
        "POST",
        RULES,
        {"latency": {"distribution": "uniform", "min": 1, "max": 2, "mean": 1}},
        "/latency/mean",
        "The distribution uniform has no mean; it has min and max.",
    ),
    (
        "POST",
        RULES,
        {"match": {"operation": "rename"}, "deliver": "reset"},
        "/match/operation",
        f"/match/operation: {OPERATIONS_LISTED} Did you mean 'rename_fleet'?",
    ),
    (
        "POST",
        RULES,
        {"match": {"tenant": "dem"}, "deliver": "reset"},
        "/match/tenant",
        "No API key belongs to this tenant. Did you mean 'demo'? There are demo, other; POST /_mock/tenants creates ",
    ),
    ("POST", RULES, {"respond": {"status": 99}}, "/respond/status", "expected a number that is at least 200."),
    ("POST", RULES, {"respond": {"status": 600}}, "/respond/status", "expected a number that is at most 599."),
    ("POST", RULES, {"times": 1.5}, "/times", "/times: this is a number; expected a whole number."),
    ("POST", RULES, UNSET, "", "A rule says what calls are to meet: latency, respond or deliver."),
    ("PUT", RULES, UNSET, "/rules", "/rules: this member is missing."),
    ("PUT", RULES, {"rules": [{}] * 1001}, "/rules", "/rules: this has 1001 entries; at most 1000 are allowed."),
    ("PUT", RULES, [], "", "The body: this is an array; expected an object with some of the members seed, rules."),
    (
        "PATCH",
        "/_mock/api-keys",
        {"add": {"key": "demo"}},
        "/add",
        "/add: this is an object; expected a string or null. The tenant that the key belongs to; null revokes the key.",
    ),
    (
        "PUT",
        "/_mock/misbehaviours",
        {"misbehaviours": ["slowly"]},
        "/misbehaviours/0",
        f"Did you mean 'slow'? There are {', '.join(MISBEHAVIOURS)}.",
    ),
    ("PATCH", "/_mock/api-keys", {"k": ""}, "/k", "/k: this has 0 characters; expected at least 1."),
    (
        "PUT",
        "/_mock/charging-keys/K",
        UNSET,
        "/visualNumber",
        "/visualNumber: this member is missing, and so is contractId.",
    ),
    (
        "PUT",
        "/_mock/worlds/w",
        {"rules": [{"match": {"tenant": "demo"}, "deliver": "reset"}], "seed": {"keys": {"k": "t"}}},
        "/rules/0/match/tenant",
        "No API key belongs to this tenant. There are t; POST /_mock/tenants creates one.",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "pointer", "words"), TOLD)
def test_what_is_wrong_is_told_with_what_was_expected(
    mock: Controller, method: str, path: str, body: Any, pointer: str, words: str
) -> None:
    answer = mock(method, path, body)
    assert (answer.status_code, answer.json()["pointer"]) == (422, pointer), answer.text
    assert words in answer.json()["detail"]


def test_a_path_that_is_not_there_is_told_with_the_nearest(mock: Controller) -> None:
    detail = mock("GET", "/_mock/journl").json()["detail"]
    assert "Did you mean '/_mock/journal'? GET /_mock/openapi.json lists all." in detail


def test_values_are_not_repeated_and_long_names_are_cut(mock: Controller) -> None:
    long = "secret" * 1000
    assert "secret" not in mock("POST", RULES, {"deliver": long}).json()["detail"]
    assert len(mock("POST", RULES, {long: 1}).json()["detail"]) < 600


def test_a_snapshot_of_no_name_is_told_as_one(mock: Controller) -> None:
    assert "The name of the snapshot is not" in mock("PUT", "/_mock/snapshots/%00").json()["detail"]


# --- no body, and the query ----------------------------------------------------------------------

PLACES = {
    "world": "w",
    "fleetId": "acme-corp-001",
    "code": "c",
    "keyIdentifier": "k",
    "locationId": "l",
    "snapshot": "s",
    "rule": "1",
    "file": "page.js",
}


def of_its_id(operation: Operation) -> str:
    return operation.id


@pytest.mark.parametrize("operation", [each for each in operations(DOCUMENT) if plans()[each.id].body], ids=of_its_id)
def test_a_body_may_be_left_out_where_the_document_says_so(mock: Controller, operation: Operation) -> None:
    is_refused = mock(operation.method, operation.path.format(**PLACES)).status_code == 422
    assert operation.description["requestBody"]["required"] is is_refused


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/_mock/worlds/new", 201),
        ("PUT", "/_mock/fleets/new", 201),
        ("POST", f"{FLEET}/codes", 201),
        ("PATCH", "/_mock/dialect", 200),
        ("PATCH", "/_mock/api-keys", 200),
    ],
)
def test_no_body_is_an_empty_object(mock: Controller, method: str, path: str, status: int) -> None:
    assert mock(method, path).status_code == status


@pytest.mark.parametrize("operation", list(operations(DOCUMENT)), ids=of_its_id)
def test_a_parameter_that_a_call_does_not_have_is_refused(mock: Controller, operation: Operation) -> None:
    before = mock.state()
    answer = mock(operation.method, f"{operation.path.format(**PLACES)}?limits=1")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "limits"), answer.text
    own = [each["name"] for each in operation.description.get("parameters", ()) if each.get("in") == "query"]
    expected = f"Expected some of {', '.join(own)}." if own else "This call has none."
    assert answer.json()["detail"].endswith(expected)
    assert ("Did you mean 'limit'?" in answer.text) is ("limit" in own)
    assert mock.state() == before


@pytest.mark.parametrize("path", ["/_mock/journal", "/_mock/journal.har"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("operation=rename", f"operation: {OPERATIONS_LISTED} Did you mean 'rename_fleet'?"),
        ("reason=no+such+flet", "no such fleet, "),
        ("reason=no+such+flet", "internal error. Did you mean 'no such fleet'?"),
        ("tenant=dem", "tenant: expected one of demo, other. Did you mean 'demo'?"),
        ("method=get", "method: expected one of CONNECT, DELETE, GET, "),
        ("status=abc", "status: expected a whole number."),
        ("status=4", "status: expected a number that is at least 100."),
        ("status=404&status=500", "status: this parameter occurs twice."),
        ("limit=0", "limit: expected a number that is at least 1."),
        ("after=", "after: expected a whole number."),
    ],
)
def test_a_search_for_what_no_exchange_can_have_is_refused(mock: Controller, path: str, query: str, words: str) -> None:
    answer = mock("GET", f"{path}?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, query.partition("=")[0])
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/_mock/fleets", "/_mock/charging-keys"])
def test_a_list_of_a_tenant_that_is_not_there_is_refused(mock: Controller, path: str) -> None:
    answer = mock("GET", f"{path}?tenant=dem")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "tenant")
    assert "Did you mean 'demo'? There are demo, other" in answer.text


def test_exchanges_are_found_of_a_tenant_that_is_gone_and_of_an_odd_method(mock: Controller) -> None:
    mock.codes("foreign-001", key="other-key")
    mock("BREW", "/emp/v1/fleets")
    mock("PATCH", "/_mock/api-keys", {"other-key": None})
    for query in ("tenant=other", "method=BREW"):
        assert mock("GET", f"/_mock/journal?{query}").json()["found"] == 1


DIGITS = "9" * 5000
# What JSON can write, and no response could carry: a lone surrogate, and a number that no reader of JSON has room for.
UNWRITABLE: list[tuple[str, str, str, str]] = [
    ("PUT", "/_mock/locations/l", '{"evses": [], "lat": 1e400}', "/lat"),
    ("PUT", "/_mock/locations/l", '{"evses": [], "a": [{"n": 1.5}, {"n": -1e400}]}', "/a/1/n"),
    ("PUT", "/_mock/locations/l", f'{{"evses": [], "deep": {{"n": 1.5, "lat": {DIGITS}}}}}', "/deep/lat"),
    ("PUT", "/_mock/state", '{"locations": [{"id": "l", "evses": [], "lat": 1e400}]}', "/locations/0/lat"),
    ("PUT", "/_mock/rules", '{"rules": [], "seed": 1e400}', "/seed"),
    ("PUT", "/_mock/rules", f'{{"rules": [], "seed": {DIGITS}}}', "/seed"),
    ("POST", "/_mock/rules", '{"respond": {"status": 200, "body": 1e400}}', "/respond/body"),
    ("POST", f"{FLEET}/codes", r'{"code": "\ud800"}', "/code"),
    ("PUT", FLEET, r'{"fleetName": "a\udfffb"}', "/fleetName"),
    ("POST", "/_mock/tenants", r'{"tenant": "\ud800"}', "/tenant"),
    ("PATCH", "/_mock/api-keys", r'{"k": "\ud800"}', "/k"),
    ("PATCH", "/_mock/api-keys", r'{"\ud800": "t"}', ""),
    ("POST", "/_mock/rules", r'{"respond": {"status": 200, "body": ["a", {"b": "\ud800"}]}}', "/respond/body/1/b"),
    ("PUT", "/_mock/state", r'{"fleets": [{"fleetId": "a", "tenant": "\ud800"}]}', "/fleets/0/tenant"),
]


@pytest.mark.parametrize(("method", "path", "content", "pointer"), UNWRITABLE)
def test_what_no_response_could_carry_is_refused_by_its_field_and_held_nowhere(
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
        (b'{"fleets": [' + b"[" * 300 + b"]" * 300 + b"]}", "application/json", 400),
        (b'{"locations": [{"id": ' + b'{"a": ' * 600 + b"1" + b"}" * 600 + b"}]}", "application/json", 400),
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
