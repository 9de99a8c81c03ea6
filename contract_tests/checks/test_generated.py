"""What Schemathesis makes of the document: its examples and boundaries, sent by our client under marked ids."""

from functools import cache

from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import over, reaches
from fleet_contract.contract_tests.driving.generated import (
    GeneratedCase,
    can_be_marked,
    with_fleet_id,
    with_members,
    with_path_id,
    with_query_id,
)
from fleet_contract.contract_tests.driving.kept_cases import kept_cases
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures
from fleet_contract.spec.document import document, operations

_OPERATIONS = [operation.id for operation in operations()]
_CREATE, _CREATE_KEY = "create_fleet", "create_charging_key"
# How many creates may have been accepted before no valid one is sent any more: nobody can delete what they made.
_MOST_STAYING = {
    Depth.STANDARD: {_CREATE: 1, _CREATE_KEY: 0},
    Depth.DEEP: {_CREATE: 100, _CREATE_KEY: 18},
}


@reaches("http.never-a-server-error", "http.success-is-json", "keys.page-size-is-obeyed", depth=Depth.STANDARD)
@over(st.sampled_from(_OPERATIONS), standard=_OPERATIONS)
def test_generated_requests(api: Api, home: str, fixtures: Fixtures, depth: Depth, case: str) -> None:
    if case == "get_location" and not fixtures.location:
        raise Untested(Reason(SkipReason.FIXTURE, entries=("fixtures.location",)))
    made, most = 0, _MOST_STAYING[depth].get(case)
    for generated in _generated(depth):
        if generated.operation != case:
            continue
        # A lenient server accepts invalid ones too.
        if most is not None and made >= most + (not generated.positive) - (case == _CREATE and api.spares_fleets):
            continue
        ours = _ours(generated, api, home, fixtures)
        exchange = api.send(ours.method, ours.path, body=ours.body, headers=ours.headers)
        made += exchange.succeeded


@cache
def _generated(depth: Depth) -> list[GeneratedCase]:
    if depth < Depth.DEEP:
        return kept_cases()
    from fleet_contract.contract_tests.driving.generating import generated_cases

    return [each for each in generated_cases(document()) if can_be_marked(each)]


def _ours(made: GeneratedCase, api: Api, home: str, fixtures: Fixtures) -> GeneratedCase:
    """Return a case about fleets and keys of ours, wherever it names one."""
    if made.operation == _CREATE:
        return with_members(with_fleet_id(made, api.fresh_id()), {"fleetName": api.fresh_name()})
    if made.operation == _CREATE_KEY:
        return with_fleet_id(with_members(made, api.fresh_key()), home)
    if made.operation == "get_location":
        return with_query_id(with_path_id(made, fixtures.location or "", fixtures.location_path), home)
    if made.operation == "rename_fleet":
        return with_path_id(with_members(made, {"newName": api.fresh_name()}), home)
    return with_query_id(made, home) if made.operation == "list_charging_keys" else with_path_id(made, home)
