"""The register of faults; that each breaks what it says is proved with the suite."""

import httpx
import pytest

from fleet_contract.mock_server.app import plans
from fleet_contract.mock_server.faults.registry import register_fault
from fleet_contract.mock_server.parts import Mock, Parts, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.catalogue import NoSuchId, catalogue
from proof.mutants import MUTANTS, NoSuchMutant, find

from .conftest import Client

# It speaks of what a target file says, so the honest mock breaks it when it is held to another dialect.
NEEDS_NO_FAULT = {"dialect.is-as-held"}


def spoiled(name: str) -> Parts:
    made = parts()
    find(name).spoil(made)
    return made


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_says_what_it_does_and_can_be_built(name: str) -> None:
    fault = MUTANTS[name]
    assert fault.breaks <= set(catalogue().requirements)
    assert fault.text.endswith(".")
    assert "\n" not in fault.text
    made = spoiled(name)
    assert set(plans(made)) == set(made.handlers)  # The pages for people, which take as long, are those of any mock.
    Mock(made)


def test_every_testable_requirement_has_a_fault_of_its_own() -> None:
    alone = {next(iter(fault.breaks)) for fault in MUTANTS.values() if len(fault.breaks) == 1}
    testable = {requirement.id for requirement in catalogue().requirements.values() if not requirement.untestable}
    assert testable - alone == NEEDS_NO_FAULT


def test_an_unknown_requirement_is_an_error_where_a_fault_is_defined() -> None:
    with pytest.raises(NoSuchId, match=r"fleets\.id-is-unique"):
        register_fault("new", {"fleet.id-is-unique"}, "Text.", lambda _: None)


def test_an_unknown_fault_is_answered_with_the_nearest() -> None:
    with pytest.raises(NoSuchMutant, match="Did you mean 'codes-are-wrapped'"):
        find("codes-are-wraped")


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "status"),
    [
        ("create-accepts-an-id-of-101-characters", "POST", "/emp/v1/fleets", {"fleetId": "x" * 101}, 201),
        ("create-cuts-long-names", "POST", "/emp/v1/fleets", {"fleetId": "x", "fleetName": "x" * 500}, 201),
        ("second-create-overwrites", "POST", "/emp/v1/fleets", {"fleetId": "acme-corp-001"}, 201),
        ("no-codes-are-an-empty-list", "GET", "/emp/v1/fleets/codeless-001/invitation", None, 200),
        ("a-charset-is-refused", "POST", "/emp/v1/fleets", {"fleetId": "x"}, 201),
        ("a-wrong-method-succeeds", "DELETE", "/emp/v1/fleets", None, 200),
        ("the-last-page-has-a-cursor", "GET", "/emp/v1/charging-keys", None, 200),
    ],
)
def test_a_fault_is_not_hidden_by_validation(name: str, method: str, path: str, body: object, status: int) -> None:
    call = Client(spoiled(name))
    answer = call(method, path, body) if body is not None else call(method, path)
    assert answer.status_code == status


def test_a_fault_in_what_is_read_as_http() -> None:
    with serving(spoiled("the-key-header-is-read-in-one-spelling")) as url:
        path = f"{url}/emp/v1/charging-keys"
        statuses = [
            httpx.get(path, headers={name: "demo-key"}).status_code for name in ("X-API-Key", "x-api-key", "X-Api-Key")
        ]
    assert statuses == [200, 200, 401]


def test_faults_can_be_combined() -> None:
    made = spoiled("only-the-first-code-is-listed")
    find("codes-are-plain-strings").spoil(made)
    assert sorted(made.misbehaviours) == ["codes-are-plain-strings", "only-the-first-code-is-listed"]
    assert Client(made).codes("acme-corp-001").json() == ["FLEET2024ABC"]
