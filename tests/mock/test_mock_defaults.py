"""What the mock chooses by default, and the exchanges that the guide prints."""

import pytest

from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.prefer import examples
from fleet_contract.mock_server.store import State
from fleet_contract.spec.document import operations
from fleet_contract.spec.sentences import canonical

from .conftest import OPERATIONS, Client


def test_every_operation_has_one_handler() -> None:
    ids = [operation.id for operation in operations()]
    assert sorted(ids) == sorted(HANDLERS)


def test_the_create_of_the_guide() -> None:
    call = Client(parts(seed=State({"demo-key": "demo"})))
    fleet = {"fleetId": "acme-corp-001", "fleetName": "Acme Corporation Fleet"}
    answer = call("POST", "/emp/v1/fleets", fleet)
    assert (answer.status_code, answer.json()) == (201, fleet)


def test_the_rename_of_the_guide(call: Client) -> None:
    answer = call("PUT", "/emp/v1/fleets/acme-corp-001/rename", {"newName": "Acme Industries Fleet"})
    assert answer.status_code == 200
    assert answer.json() == {"fleetId": "acme-corp-001", "fleetName": "Acme Industries Fleet"}


def test_the_invitation_of_the_guide(call: Client) -> None:
    answer = call.codes("acme-corp-001")
    assert (answer.status_code, answer.json()) == (200, [{"code": "FLEET2024ABC"}, {"code": "FLEET2024XYZ"}])


def test_fleets_of_others(call: Client) -> None:
    assert call.codes("foreign-001").status_code == 403
    assert call.rename("foreign-001", "Mine").status_code == 404
    assert call.create("foreign-001").status_code == 409
    assert call.codes("foreign-001", key="other-key").status_code == 200


def test_a_fleet_without_a_name_or_codes(call: Client) -> None:
    assert call.create("plain").json() == {"fleetId": "plain"}
    assert call.codes("plain").status_code == 404
    assert call.codes("codeless-001").status_code == 404


@pytest.mark.parametrize("key", [None, "", "nobody", "demo-key-2", "demo", "DEMO-KEY"])
def test_a_key_is_asked_for_everywhere(call: Client, key: str | None) -> None:
    for operation in operations():
        answer = call(operation.method, operation.path.replace("{", "").replace("}", ""), key=key)
        assert answer.status_code == 401
        assert "demo-key and other-key" in answer.headers["mock-hint"]
        assert answer.headers["www-authenticate"].startswith("ApiKey realm=")


@pytest.mark.parametrize("built_in", [["demo-key"], []])
def test_a_hint_names_no_key_of_a_seed_and_does_not_grow_with_it(
    built_in: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    keys = dict.fromkeys([*(f"s3cret-{number}" for number in range(3000)), *built_in], "t")
    call = Client(parts(seed=State(keys)))
    hints = [call.keys(key=key).headers["mock-hint"] for key in (None, "nobody")]
    assert all(("demo-key" in hint) == bool(built_in) and len(hint) < 200 for hint in hints)
    assert "s3cret" not in "".join(hints) + caplog.text
    assert "unknown key" in caplog.text


def test_any_key_can_be_taken() -> None:
    call = Client(parts(any_key=True))
    assert call.codes("acme-corp-001", key="whatever").status_code == 200
    assert call.codes("acme-corp-001", key=None).status_code == 401
    assert call.codes("foreign-001", key="other-key").status_code == 200


def test_the_refusals_that_the_document_shows_are_the_mocks_own(call: Client) -> None:
    shown = {
        canonical(example)
        for operation in OPERATIONS.values()
        for response in operation.description["responses"].values()
        if "application/problem+json" in response.get("content", {})
        for example in examples(response).values()
    }
    call.create_key("04A2B3C4D5E680")
    answers = [
        call.create("x" * 101),
        call.create("acme-corp-001", "Another Name"),
        call.create("any", key=None),
        call("POST", "/emp/v1/fleets", content=b"{}"),
        call("PUT", "/emp/v1/fleets/acme-corp-001/rename", {}),
        call.rename("nowhere", "A name"),
        call.codes("foreign-001"),
        call.codes("codeless-001"),
        call.codes("nowhere"),
        call("POST", "/emp/v1/fleets", {}),
        call("POST", "/emp/v1/charging-keys", {"keyIdentifier": "04AA"}),
        call.create_key("04AB", fleetId="nowhere"),
        call.create_key("04A2B3C4D5E680"),
        call.keys("?page_size=9"),
        call("GET", "/v1/locations/nowhere"),
    ]
    assert shown == {canonical(answer.json()) for answer in answers}


def test_a_problem_says_what_is_wrong(call: Client) -> None:
    answer = call.create("x" * 101)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "fleetId has 101 characters; at most 100 are allowed."
    assert call("POST", "/emp/v1/fleets", {}).json()["detail"] == "fleetId is missing."
    assert "secret" not in call.create(["secret"]).text


@pytest.mark.parametrize("character", ["a", "é", "漢", "😀"])
def test_100_characters_are_100_code_points(call: Client, character: str) -> None:
    assert call.create(character * 100, character * 100).status_code == 201
    assert call.create(character * 101).status_code == 400
    assert call.create("named", character * 101).status_code == 400
    assert call.rename("acme-corp-001", character * 100).status_code == 200
    assert call.rename("acme-corp-001", character * 101).status_code == 400


@pytest.mark.parametrize("id", [None, "", 1, True, [], {}])
def test_what_is_no_id_is_refused(call: Client, id: object) -> None:
    assert call.create(id).status_code == 400


@pytest.mark.parametrize("name", [None, "", 1, True, [], {}])
def test_what_is_no_new_name_is_refused(call: Client, name: object) -> None:
    assert call.rename("acme-corp-001", name).status_code == 400


def test_the_body_is_judged_before_the_fleet(call: Client) -> None:
    assert call.rename("nobody", "").status_code == 400
    assert call.rename("nobody", "x").status_code == 404
    assert call.rename("nobody", "", key="nobody").status_code == 401


def test_ids_are_compared_exactly(call: Client) -> None:
    call.create("Case")
    for other in ("case", "Cas", "Case1", "Cas_", "Ca%25", "Case%00", "%20Case"):
        assert call.rename(other, "x").status_code == 404


def test_keys_are_filtered_and_paged(call: Client) -> None:
    assert len(call.keys().json()["keys"]) == 42
    assert len(call.keys("?fleetId=acme-corp-001").json()["keys"]) == 25
    assert call.keys("?fleetId=foreign-001").json() == {"keys": []}
    assert len(call.keys(key="other-key").json()["keys"]) == 3
    seen, cursor = [], ""
    for _ in range(5):
        page = call.keys(f"?page_size=10{cursor}").json()
        seen += [each["keyIdentifier"] for each in page["keys"]]
        cursor = f"&cursor={page.get('cursor')}"
    assert len(seen) == len(set(seen)) == 42
    assert cursor == "&cursor=None"
    assert call.keys("?cursor=made-up").status_code == 400


def test_a_created_key_is_listed_in_its_fleet(call: Client) -> None:
    call.create("garage")
    created = call.create_key("04BB", fleetId="garage", enabled=False)
    assert created.status_code == 201
    assert call.keys("?fleetId=garage").json()["keys"] == [created.json()]
    assert call.create_key("04CC", fleetId="nobody").status_code == 404
    assert call.create_key("04CC", fleetId="foreign-001").status_code == 404


def test_a_location_has_prices_for_fleets(call: Client) -> None:
    usual = call("GET", "/v1/locations/loc-001").json()
    own = call("GET", "/v1/locations/loc-001?fleetId=acme-corp-001").json()
    assert own["id"] == usual["id"] == "loc-001"
    assert own["evses"] != usual["evses"]
    assert call("GET", "/v1/locations/loc-001?fleetId=nobody").status_code == 404
    assert call("GET", "/v1/locations/loc-000").status_code == 404


def test_no_query_means_anything_to_fleets(call: Client) -> None:
    assert call("GET", "/emp/v1/fleets/acme-corp-001/invitation?page_size=x").status_code == 200


def test_the_hint_reads_well_where_all_keys_are_of_a_seed() -> None:
    call = Client(parts(seed=State({"s3cret": "t"})))
    assert call.keys(key=None).headers["mock-hint"].startswith("This mock knows the keys in its seed. Start")
