"""The register of mutants; that each breaks what it says is proved with the suite."""

import httpx
import pytest

from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.catalogue import catalogue
from proof.mutants import MUTANTS, NoSuchMutant, find, of_requirement, plain, subtlest

from .conftest import Client

# It speaks of what a target file says, so the honest mock breaks it when it is held to another dialect.
NEEDS_NO_MUTANT = {"dialect.is-as-held"}


def spoiled(name: str) -> Parts:
    made = parts()
    find(name).spoil(made)
    return made


def test_a_mutant_says_in_one_sentence_what_it_does() -> None:
    for mutant in MUTANTS.values():
        assert mutant.text.endswith("."), mutant.name
        assert "\n" not in mutant.text, mutant.name


def test_every_testable_requirement_has_a_plain_mutant_and_a_subtlest_one() -> None:
    testable = {requirement.id for requirement in catalogue().requirements.values() if not requirement.untestable}
    assert {id for id in testable if not of_requirement(id)} == NEEDS_NO_MUTANT
    assert plain("access.key-is-checked").name == "every-key-is-taken"
    assert subtlest("access.key-is-checked").name == "a-good-key-opens-the-door-for-a-second"


def test_an_unknown_mutant_is_answered_with_the_nearest() -> None:
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
def test_a_mutant_is_not_hidden_by_validation(name: str, method: str, path: str, body: object, status: int) -> None:
    call = Client(spoiled(name))
    answer = call(method, path, body) if body is not None else call(method, path)
    assert answer.status_code == status


def test_a_mutant_in_what_is_read_as_http() -> None:
    with serving(spoiled("the-key-header-is-read-in-one-spelling")) as url:
        path = f"{url}/emp/v1/charging-keys"
        statuses = [
            httpx.get(path, headers={name: "demo-key"}).status_code for name in ("X-API-Key", "x-api-key", "X-Api-Key")
        ]
    assert statuses == [200, 200, 401]


def test_mutants_can_be_combined() -> None:
    made = spoiled("only-the-first-code-is-listed")
    find("codes-are-plain-strings").spoil(made)
    assert sorted(made.misbehaviours) == ["codes-are-plain-strings", "only-the-first-code-is-listed"]
    assert Client(made).codes("acme-corp-001").json() == ["FLEET2024ABC"]
