"""What Schemathesis makes of the document: its examples and its boundaries, sent through our client under marked ids."""

from collections.abc import Callable

from hypothesis import strategies as st

from fleet_contract.contract_tests.api import Api
from fleet_contract.contract_tests.check import over, reaches
from fleet_contract.contract_tests.depths import Depth
from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.generated import (
    GeneratedCase,
    complaints,
    generated_cases,
    with_fleet_id,
    with_members,
    with_path_id,
    with_query_id,
)
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.target import Fixtures
from fleet_contract.contract_tests.untested import Lack, Untested
from fleet_contract.spec.document import document, operations

_OPERATIONS = [operation.id for operation in operations()]
_STAYING = ("create_fleet", "create_charging_key")
_MOST_STAYING = 3  # of the valid creates of each below deep depth, since what they make stays

# The requirement that a complaint is about; the statuses of the document are a union over all
# dialects, so that they say nothing: the situations do.
_SCHEMAS = {
    "create_fleet": "create.echoes-the-id",
    "rename_fleet": "rename.keeps-the-id",
    "get_invitation_codes": "invitation.answers-an-array-of-codes",
    "create_charging_key": "keys.create-accepts-a-valid-key",
    "list_charging_keys": "keys.items-are-complete",
    "get_location": "prices.answer-is-the-location",
}
_COMPLAINTS: dict[str, Callable[[str], str]] = {
    "not_a_server_error": lambda _: "http.never-a-server-error",
    "content_type_conformance": lambda _: "http.success-is-declared-as-json",
    "response_schema_conformance": lambda operation: _SCHEMAS[operation],
}


@reaches("http.never-a-server-error", "http.success-is-json", "keys.page-size-is-obeyed", depth=Depth.STANDARD)
@over(st.sampled_from(_OPERATIONS), standard=_OPERATIONS)
def test_generated_requests(
    api: Api, home: str, fixtures: Fixtures, depth: Depth, objections: Callable[[Finding], None], case: str
) -> None:
    if case == "get_location" and not fixtures.location:
        raise Untested(Lack.FIXTURE, "the target file does not give fixtures.location")
    staying = 0
    for made in generated_cases(document()):
        if made.operation != case:
            continue
        staying += made.positive and case in _STAYING
        if made.positive and staying > _MOST_STAYING and depth < Depth.DEEP:
            continue
        ours = _ours(made, api, home, fixtures)
        _object(api.send(ours.method, ours.path, body=ours.body, headers=ours.headers), case, objections)


def _ours(made: GeneratedCase, api: Api, home: str, fixtures: Fixtures) -> GeneratedCase:
    """Return a case about fleets and keys of ours, wherever it names one."""
    if made.operation == "create_fleet":
        return with_members(with_fleet_id(made, api.fresh_id()), {"fleetName": api.fresh_name()})
    if made.operation == "create_charging_key":
        return with_fleet_id(with_members(made, api.fresh_key()), home)
    if made.operation == "get_location":
        return with_query_id(with_path_id(made, fixtures.location or "", fixtures.location_path), home)
    if made.operation == "rename_fleet":
        return with_path_id(with_members(made, {"newName": api.fresh_name()}), home)
    return with_query_id(made, home) if made.operation == "list_charging_keys" else with_path_id(made, home)


def _object(exchange: Exchange, operation: str, objections: Callable[[Finding], None]) -> None:
    if exchange.answer is None:
        return
    for check, message in complaints(document(), operation, exchange.answer):
        if check in _COMPLAINTS:
            requirement = _COMPLAINTS[check](operation)
            objections(Finding(requirement, False, (exchange.number,), "what the document says", message))
