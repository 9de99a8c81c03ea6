"""The control API: what it changes, what it refuses, and that a refusal changes nothing."""

import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from openapi_schema_validator import OAS30ReadValidator
from openapi_spec_validator import validate

from fleet_contract.mock_server.control.document import as_markdown, control_document, resolved
from fleet_contract.mock_server.control.handlers import HANDLERS
from fleet_contract.mock_server.describing import described
from fleet_contract.mock_server.parts import Control, parts
from fleet_contract.mock_server.routes import Routes
from fleet_contract.mock_server.secret import read_token
from fleet_contract.mock_server.store import Fleet, State
from fleet_contract.spec.dialect import default_dialect
from fleet_contract.spec.document import operations
from fleet_contract.spec.files import Contradiction
from tests.mock.conftest import UNSET, Client

DOCUMENT = control_document()
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "control.md"
FLEET = "/_mock/fleets/acme-corp-001"
OWN = {"Origin": "http://mock", "Sec-Fetch-Site": "same-origin"}


class Controller(Client):
    """Calls a mock; an answer of the control API that its document does not allow fails the test."""

    def __call__(self, method: str, path: str, json: Any = UNSET, **more: Any) -> httpx.Response:
        answer = super().__call__(method, path, json, **more)
        if path.startswith("/_mock") and "/emp/" not in path:
            require_described(method, path.partition("?")[0], answer)
        return answer

    def state(self) -> Any:
        return self("GET", "/_mock/state").json()


def require_described(method: str, path: str, answer: httpx.Response) -> None:
    """Fail unless the control document has an answer as it is."""
    assert "access-control-allow-origin" not in answer.headers
    described = next((each for each in operations(DOCUMENT) if is_of(each.path, path) and each.method == method), None)
    responses = resolved(described.description["responses"] if described else UNDESCRIBED.get(method, NONE), DOCUMENT)
    assert str(answer.status_code) in responses or answer.status_code >= 400, f"{method} {path}: {answer.status_code}"
    found = responses.get(str(answer.status_code)) or responses["default"]
    if answer.status_code == 204:
        assert not answer.content
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    value = answer.json() if media_type.endswith("json") else answer.text
    OAS30ReadValidator(found["content"][media_type]["schema"]).validate(value)


NONE = {"default": {"$ref": "#/components/responses/Refused"}}
UNDESCRIBED = {"OPTIONS": {**NONE, "204": {}}}  # which every path has, as HTTP has it


def is_of(template: str, path: str) -> bool:
    one, other = template.split("/"), path.split("/")
    return len(one) == len(other) and all(a.startswith("{") or a == b for a, b in zip(one, other, strict=True))


@pytest.fixture
def mock() -> Controller:
    return Controller(parts())


def test_the_document_is_valid_and_each_operation_has_a_handler_of_its_name() -> None:
    validate(DOCUMENT)
    ids = [operation.id for operation in operations(DOCUMENT)]
    assert sorted(ids) == sorted(HANDLERS)
    assert not set(ids) & {operation.id for operation in operations()}


def test_the_root_and_the_overview_say_where_to_go(mock: Controller) -> None:
    root = mock("GET", "/", key=None)
    assert root.status_code == 200
    assert "/_mock/openapi.json" in root.text
    links = mock("GET", "/_mock").json()["links"]
    for link in links.values():
        assert mock("GET", link).status_code == 200
    assert mock("GET", links["control"]).json()["paths"].keys() == DOCUMENT["paths"].keys()


def test_the_documentation_lists_every_operation() -> None:
    assert as_markdown() in DOCUMENTATION.read_text(encoding="utf-8")


def test_each_task_of_the_documentation_is_the_call_that_stands_there(mock: Controller) -> None:
    table = DOCUMENTATION.read_text(encoding="utf-8").partition("Common tasks")[2].partition("## Words")[0]
    found = re.findall(r"^\| [^|]+ \| `([A-Z]+) (/_mock[^`]*)`[^|]* \| (?:`(\{.*\})`)?", table, re.MULTILINE)
    assert len(found) == 8
    for method, path, body in found:
        value = json.loads(body) if body else {} if method == "PUT" else UNSET
        assert mock(method, path, value).is_success, path


# --- invitation codes, which the API has no call for ---------------------------------------------


def test_codes_are_added_listed_and_revoked_while_the_mock_runs(mock: Controller) -> None:
    given = mock("POST", f"{FLEET}/codes", {"code": "NEW-1"})
    made = mock("POST", f"{FLEET}/codes", {}).json()["code"]
    assert (given.status_code, given.json()) == (201, {"code": "NEW-1", "isActive": True})
    shown = [each["code"] for each in mock.codes("acme-corp-001").json()]
    assert {"NEW-1", made} <= set(shown)
    assert mock("DELETE", f"{FLEET}/codes/NEW-1").status_code == 204
    assert "NEW-1" not in mock.codes("acme-corp-001").text
    assert {"code": "NEW-1", "isActive": False} in mock("GET", f"{FLEET}/codes").json()["codes"]


def test_a_fleet_without_active_codes_is_one_call_away(mock: Controller) -> None:
    mock("PUT", FLEET, {"fleetName": "Acme", "inactiveCodes": ["OLD"]})
    refused = mock.codes("acme-corp-001")
    assert (refused.status_code, "no active" in refused.json()["detail"]) == (404, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/codes"), ("POST", "/codes"), ("DELETE", "/codes/X"), ("GET", "")],
)
def test_what_no_fleet_has_is_404(mock: Controller, method: str, path: str) -> None:
    answer = mock(method, f"/_mock/fleets/nobody{path}", {} if method == "POST" else UNSET)
    assert answer.status_code == 404
    assert mock("DELETE", f"{FLEET}/codes/NEVER").status_code == 404


# --- single records ------------------------------------------------------------------------------


def test_a_tenant_with_a_key_and_a_fleet_can_use_the_api_at_once(mock: Controller) -> None:
    tenant = mock("POST", "/_mock/tenants", {"tenant": "globex"}).json()
    mock("PUT", "/_mock/fleets/globex%2F1", {"tenant": "globex", "codes": ["G"]})
    key = tenant["apiKeys"][0]
    assert mock.codes("globex%2F1", key=key).json() == [{"code": "G"}]
    assert mock.codes("globex%2F1").status_code == 403
    assert [each["tenant"] for each in mock("GET", "/_mock/tenants").json()["tenants"]][-1] == "globex"
    assert [each["fleetId"] for each in mock("GET", "/_mock/fleets?tenant=globex").json()["fleets"]] == ["globex/1"]


def test_an_api_key_is_added_and_revoked(mock: Controller) -> None:
    mock("PATCH", "/_mock/api-keys", {"third": "demo", "demo-key": None})
    assert mock.codes("acme-corp-001").status_code == 401
    assert mock.codes("acme-corp-001", key="third").status_code == 200
    assert mock("PATCH", "/_mock/api-keys", {"third": None, "other-key": None}).status_code == 409
    assert mock.codes("acme-corp-001", key="third").status_code == 200


def test_a_charging_key_is_created_and_moved(mock: Controller) -> None:
    key = {"visualNumber": "V", "contractId": "C", "fleetId": "acme-corp-001", "enabled": False}
    assert mock("PUT", "/_mock/charging-keys/NEW", key).status_code == 200
    mock("PUT", "/_mock/charging-keys/NEW", {**key, "fleetId": "codeless-001"})
    listed = mock.keys("?fleetId=codeless-001").json()["keys"]
    assert ("NEW", False) in [(each["keyIdentifier"], each["enabled"]) for each in listed]
    assert "NEW" not in mock.keys("?fleetId=acme-corp-001&page_size=500").text
    assert "NEW" in mock("GET", "/_mock/charging-keys?tenant=demo").text


def test_a_location_with_prices_is_created(mock: Controller) -> None:
    price = {"currency": "EUR"}
    body = {"evses": [{"connectors": [{"id": "1"}]}], "fleetPrices": {"acme-corp-001": price}}
    body |= {"name": "Depot", "coordinates": {"latitude": "1.0", "longitude": "2.0"}}
    assert mock("PUT", "/_mock/locations/depot", body).status_code == 200
    assert [each["id"] for each in mock("GET", "/_mock/locations").json()["locations"]][-1] == "depot"
    assert mock("GET", "/_mock/state").json()["locations"][-1]["fleetPrices"] == {"acme-corp-001": price}


# --- the whole state -----------------------------------------------------------------------------


def test_a_state_that_was_read_can_be_put_back(mock: Controller) -> None:
    before = mock.state()
    mock.create("one-more")
    mock("POST", "/_mock/tenants", {"tenant": "globex"})
    assert mock.state() != before
    assert mock("PUT", "/_mock/state", before).status_code == 204
    assert mock.state() == before
    assert mock.rename("one-more", "x").status_code == 404


CHARGING_KEY = {"visualNumber": "V", "contractId": "C"}
PRICED = {"evses": [], "fleetPrices": {"ACME-corp-001": {"currency": "EUR"}}}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/_mock/api-keys", {"other-key": None}, 200),
        ("PATCH", "/_mock/api-keys", {"other-key": "third"}, 200),
        ("PUT", "/_mock/fleets/without-keys", {"tenant": "other"}, 200),
        ("PUT", "/_mock/fleets/acme-corp-001", {"tenant": "other"}, 409),
        ("PUT", "/_mock/fleets/ACME-CORP-001", {}, 200),
        ("PUT", "/_mock/charging-keys/K1", {**CHARGING_KEY, "fleetId": "ACME-corp-001"}, 200),
        ("PUT", "/_mock/locations/l", PRICED, 200),
        ("PUT", "/_mock/locations/l", {"evses": [], "fleetPrices": {"acme-corp-001": {}, "ACME-corp-001": {}}}, 422),
    ],
)
def test_a_state_that_was_read_can_be_put_back_whatever_was_put_before(
    mock: Controller, method: str, path: str, body: Any, status: int
) -> None:
    mock("PATCH", "/_mock/dialect", {"id.case": "ignored"})
    mock("PUT", "/_mock/fleets/without-keys", {})
    assert mock(method, path, body).status_code == status
    read = mock.state()
    assert mock("PUT", "/_mock/state", read).status_code == 204
    assert mock.state() == read
    assert mock("PUT", "/_mock/worlds/w", {"seed": read}).status_code == 201


@pytest.mark.parametrize("unit", ["code-points", "utf-16", "graphemes"])
@pytest.mark.parametrize("character", ["x", "😀", "e\u0301"])
def test_a_state_with_the_longest_ids_of_a_dialect_can_be_put_back(mock: Controller, unit: str, character: str) -> None:
    mock("PATCH", "/_mock/dialect", {"length.unit": unit})
    mock.is_honest = False  # The document counts code points.
    made = next(number for number in (100, 50) if mock.create(character * number, character * number).is_success)
    read = mock.state()
    assert mock("PUT", "/_mock/state", read).status_code == 204
    assert mock("PUT", f"/_mock/fleets/{quote(character * made)}", {"fleetName": character * made}).status_code == 200
    assert mock("PUT", f"/_mock/fleets/{quote(character * 101)}", {}).status_code == 422


def test_what_a_tenant_has_stays_when_its_key_is_revoked_and_is_its_again_with_another(mock: Controller) -> None:
    mock("PATCH", "/_mock/api-keys", {"other-key": None})
    read = mock.state()
    assert read["tenants"] == ["other"]
    assert mock.codes("foreign-001", key="other-key").status_code == 401
    mock("PUT", "/_mock/state", read)
    mock("POST", "/_mock/tenants", {"tenant": "other", "apiKey": "another"})
    assert mock.codes("foreign-001", key="another").status_code == 200
    assert "tenants" not in mock.state()


def test_the_tenants_of_a_state_are_not_looked_for_one_by_one() -> None:
    many = range(30_000)
    state = State({f"key-{n}": f"tenant-{n}" for n in many}, [Fleet(f"fleet-{n}", None, f"tenant-{n}") for n in many])
    begun = time.process_time()
    assert "tenants" not in described(state)
    assert time.process_time() - begun < 2


def test_ids_are_kept_as_their_fleet_has_them(mock: Controller) -> None:
    mock("PATCH", "/_mock/dialect", {"id.case": "ignored"})
    assert mock("PUT", "/_mock/fleets/ACME-CORP-001", {}).json()["fleetId"] == "acme-corp-001"
    key = mock("PUT", "/_mock/charging-keys/K1", {**CHARGING_KEY, "fleetId": "ACME-corp-001"}).json()
    assert key["fleetId"] == "acme-corp-001"
    priced = {**PRICED, "evses": [{"connectors": [{"id": "1"}]}], "name": "l", "coordinates": {}}
    mock("PUT", "/_mock/locations/l", priced)
    assert [*mock.state()["locations"][-1]["fleetPrices"]] == ["acme-corp-001"]
    refused = mock("PUT", "/_mock/fleets/acme-corp-001", {"tenant": "other"})
    assert (refused.status_code, refused.json()["pointer"]) == (409, "/tenant")


def test_a_reset_leads_back_to_the_beginning(mock: Controller) -> None:
    before = mock.state()
    mock.create("one-more")
    mock("PUT", "/_mock/misbehaviours", {"misbehaviours": ["every-call-fails"]})
    mock("PATCH", "/_mock/dialect", {"create.status": "200"})
    mock("PATCH", "/_mock/api-keys", {"third": "demo"})
    assert mock("POST", "/_mock/reset").status_code == 204
    assert mock.state() == before
    assert mock.create("one-more").status_code == 201


def test_snapshots_are_taken_restored_and_dropped(mock: Controller) -> None:
    mock.create("one-more", "One")
    assert mock("PUT", "/_mock/snapshots/with-one").status_code == 204
    mock("POST", "/_mock/reset")
    assert mock("GET", "/_mock/snapshots").json() == {"snapshots": ["with-one"]}
    assert mock("POST", "/_mock/snapshots/with-one/restore").status_code == 204
    assert mock.rename("one-more", "Two").status_code == 200
    assert mock("DELETE", "/_mock/snapshots/with-one").status_code == 204
    assert mock("POST", "/_mock/snapshots/with-one/restore").status_code == 404
    assert mock("DELETE", "/_mock/snapshots/with-one").status_code == 404


# --- behaviour -----------------------------------------------------------------------------------


def test_the_dialect_changes_while_the_mock_runs_and_the_state_stays(mock: Controller) -> None:
    mock.create("stays")
    assert mock("PATCH", "/_mock/dialect", {"create.status": "200", "id.case": "ignored"}).status_code == 200
    assert mock.create("another").status_code == 200
    assert mock.rename("STAYS", "x").status_code == 200
    assert mock("PATCH", "/_mock/dialect", {"create.status": None}).json()["create.status"] == "201"
    assert mock.rename("STAYS", "x").status_code == 200
    assert mock("PUT", "/_mock/dialect", {}).json() == dict(default_dialect())
    assert mock.rename("STAYS", "x").status_code == 404


def test_answers_that_no_longer_exist_are_let_go(mock: Controller) -> None:
    mock("PUT", "/_mock/dialect", {"read.delay": "some"})
    changed = mock("PATCH", "/_mock/dialect", {"error.body": "empty"})
    assert (changed.status_code, changed.json()["error.body"]) == (200, "empty")


def test_misbehaviours_are_switched_on_and_off(mock: Controller) -> None:
    answered = mock("PUT", "/_mock/misbehaviours", {"misbehaviours": ["every-call-fails"]}).json()
    assert answered["misbehaviours"] == ["every-call-fails"]
    assert {"slow", "rate-limit"} < {each["name"] for each in answered["known"]}
    assert mock.codes("acme-corp-001").status_code == 500
    mock("PUT", "/_mock/misbehaviours", {"misbehaviours": []})
    assert mock.codes("acme-corp-001").status_code == 200


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        (OWN, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://mock:81"}, 403),
        ({"Origin": "http://MOCK"}, 200),
        ({"Origin": "http://[bad"}, 403),
        ({"Origin": "mock"}, 403),
        ({"Origin": "http://mock/path"}, 403),
        ({"Origin": "null", "Host": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
        ({"Host": "evil.example", "Sec-Fleet-Contract": "1"}, 200),
    ],
)
def test_no_page_of_another_site_gets_through(mock: Controller, headers: dict[str, str], status: int) -> None:
    assert mock("GET", "/_mock/state", headers=headers).status_code == status


def test_a_preflight_is_not_answered_with_leave(mock: Controller) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}
    answer = mock("OPTIONS", "/_mock/state", headers=asked)
    assert answer.status_code == 204
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/_mock/state", "GET, HEAD, OPTIONS, PUT"),
        ("/_mock/state/", "GET, HEAD, OPTIONS, PUT"),
        ("/_mock/reset", "OPTIONS, POST"),
        ("/_mock/fleets/any/codes", "GET, HEAD, OPTIONS, POST"),
        ("/_mock/worlds/never/_mock/reset", "OPTIONS, POST"),
    ],
)
def test_options_are_told_for_each_path_and_make_no_world(mock: Controller, path: str, methods: str) -> None:
    answer = mock("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")
    assert [each["name"] for each in mock("GET", "/_mock/worlds").json()["worlds"]] == ["main"]


def test_a_path_that_is_not_there_has_no_options(mock: Controller) -> None:
    assert mock("OPTIONS", "/_mock/stat").status_code == 404


def test_beyond_loopback_a_token_is_needed() -> None:
    made = parts()
    made.allowed_hosts = ("*",)
    made.control = Control("s3cret-token", is_open_to_others=True)
    mock = Controller(made)
    assert mock("GET", "/_mock/state").status_code == 401
    for wrong in ("Bearer other", "Basic s3cret-token", "Bearer", "s3cret-token"):
        refused = mock("GET", "/_mock/state", headers={"Authorization": wrong})
        assert (refused.status_code, refused.headers["www-authenticate"].split()[0]) == (401, "Bearer")
    for right in ("Bearer s3cret-token", "bearer s3cret-token"):
        assert mock("GET", "/_mock/state", headers={"Authorization": right}).status_code == 200
    assert mock("GET", "/_mock/health").status_code == 200
    assert mock("GET", "/_mock/ready").status_code == 200


def test_beyond_loopback_nobody_controls_a_mock_without_a_token() -> None:
    made = parts()
    made.allowed_hosts = ("*",)
    made.control = Control(is_open_to_others=True)
    mock = Controller(made)
    refused = mock("GET", "/_mock/state")
    assert (refused.status_code, "--control-token" in refused.text) == (403, True)
    assert mock("GET", "/_mock/health").status_code == 200


def test_where_all_hosts_are_allowed_the_control_api_still_takes_its_own_alone() -> None:
    made = parts()
    made.allowed_hosts = ("*", "mock.test")
    mock = Controller(made)
    assert mock("GET", "/_mock/state", headers={"Host": "evil.example"}).status_code == 421
    assert mock("GET", "/_mock/state", headers={"Host": "mock.test"}).status_code == 200


def test_without_control_there_is_none() -> None:
    made = parts()
    made.control = None
    mock = Client(made)
    assert mock("GET", "/_mock/state").status_code == 404
    assert mock("POST", "/_mock/reset").status_code == 404


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTROL", "from-a-variable")
    path = tmp_path / "token"
    path.write_text("from-a-file\n")
    return path


def test_a_token_stands_in_a_variable_or_a_file(secret: Path) -> None:
    assert read_token("env:CONTROL", "--control-token") == "from-a-variable"
    assert read_token(f"file:{secret}", "--control-token") == "from-a-file"
    assert read_token("as-it-stands", "--control-token") == "as-it-stands"
    assert read_token("", "--control-token") == ""


@pytest.mark.parametrize("text", ["short", "with a blank", "env:NOT_THERE", "file:/not/there", "wídth-öther"])
def test_a_token_that_no_header_should_carry_is_refused_unrepeated(text: str) -> None:
    with pytest.raises(Contradiction) as told:
        read_token(text, "--control-token")
    assert text not in str(told.value)


def test_every_path_is_below_the_base_path() -> None:
    made = parts()
    made.base_path = "/drive"
    mock = Client(made)
    assert mock("GET", "/drive/_mock/state").status_code == 200
    assert mock("GET", "/_mock/state").status_code == 404
    assert mock("GET", "/drive/_mock").json()["links"]["worlds"] == "/drive/_mock/worlds"
    assert mock("GET", "/drive/_mock/worlds/w/_mock").json()["world"] == "w"


def test_routes_know_each_path_of_the_document() -> None:
    routes = Routes(DOCUMENT)
    assert {"GET", "PUT"} < set(routes.allowed("/_mock/state").split(", "))
    assert json.dumps(DOCUMENT)
