import json
from collections import Counter
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from fleet_contract.contract_tests import driving
from fleet_contract.contract_tests.driving.generated import (
    GeneratedCase,
    can_be_marked,
    with_fleet_id,
    with_members,
    with_path_id,
    with_query_id,
)
from fleet_contract.contract_tests.driving.generating import generated_cases
from fleet_contract.contract_tests.driving.kept_cases import FILE, kept_cases, some_of, text_of
from fleet_contract.contract_tests.network.outgoing import PATH
from fleet_contract.contract_tests.target.kinds import TOKEN, VALUE
from fleet_contract.spec.document import document, operations

JSON = (("Content-Type", "application/json"),)


@pytest.fixture(scope="module")
def cases() -> list[GeneratedCase]:
    return generated_cases(document())


def test_generating_leaves_the_document_and_hypothesis_as_they_were() -> None:
    import hypothesis
    from hypothesis.internal.conjecture import providers
    from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

    def state() -> list[Any]:
        return [
            hypothesis.settings.default,
            providers._get_local_constants,
            providers.CONSTANTS_CACHE,
            GLOBAL_HOOK_DISPATCHER._hooks,
        ]

    before, given = state(), document()
    generated_cases(given)
    assert all(now is then for now, then in zip(state(), before, strict=True))
    assert given == document()


def test_every_operation_has_cases_of_both_kinds(cases: list[GeneratedCase]) -> None:
    seen = Counter((case.operation, case.positive) for case in cases)
    assert set(seen) == {(operation.id, positive) for operation in operations() for positive in (True, False)}
    assert 120 <= len(cases) <= 200


def test_a_case_goes_to_its_operation_alone_and_can_be_sent(cases: list[GeneratedCase]) -> None:
    known = {operation.id: operation for operation in operations()}
    for case in cases:
        assert (case.method, case.template) == (known[case.operation].method, known[case.operation].path)
        assert PATH.fullmatch(case.path)
        assert all(TOKEN.fullmatch(name) and VALUE.fullmatch(value) for name, value in case.headers)
        assert {name.lower() for name, _ in case.headers} <= {"content-type"}
        assert case.what
        assert (case.path_id is None) == ("{" not in case.template)


def test_no_request_is_made_twice(cases: list[GeneratedCase]) -> None:
    assert len({(case.method, case.path, case.headers, case.body) for case in cases}) == len(cases)


def test_examples_come_first_and_operations_in_the_order_of_the_document(cases: list[GeneratedCase]) -> None:
    order = [operation.id for operation in operations()]
    places = [order.index(case.operation) for case in cases]
    assert [index for index in range(1, len(places)) if places[index] < places[index - 1]] == [
        places.index(0, 1),
    ], "there are two rounds, and each goes through the document once"
    assert {case.operation for case in cases[: places.index(0, 1)]} == set(order)


def test_cases_are_what_the_document_says_of_them(cases: list[GeneratedCase]) -> None:
    creates = [case for case in cases if case.operation == "create_fleet"]
    lengths = {len(case.members["fleetId"]) for case in creates if case.positive and case.members}
    assert {1, 100} <= lengths <= set(range(1, 101))
    assert {b"null", b'{"fleetName": "Acme Corporation Fleet"}', b""} <= {
        case.body for case in creates if not case.positive
    }
    pages = {dict(case.query).get("page_size"): case.positive for case in cases if case.method == "GET" and case.query}
    assert {"10": True, "500": True, "9": False, "501": False}.items() <= pages.items()


def test_what_standard_depth_keeps_is_what_schemathesis_makes(cases: list[GeneratedCase]) -> None:
    kept = (resources.files(driving) / FILE).read_text(encoding="utf-8")
    assert kept == text_of(some_of(cases)), "run `make cases`, and look at the difference before you commit it"
    assert kept_cases() == some_of(cases)


def test_what_is_kept_is_a_little_of_everything() -> None:
    seen = Counter((case.operation, case.positive) for case in kept_cases())
    assert set(seen) == {(operation.id, positive) for operation in operations() for positive in (True, False)}


# --- cases that fit a run ----------------------------------------------------------------------


def case_of(operation: str, path: str = "", template: str = "", **members: Any) -> GeneratedCase:
    body = json.dumps(members).encode() if members else b""
    return GeneratedCase(operation, "POST", path or template, JSON, body, True, "", template)


@pytest.mark.parametrize(
    ("operation", "present", "wanted"),
    [
        ("create_fleet", "0", "ct-1"),
        ("create_fleet", "acme-corp-001", "ct-1"),
        ("create_fleet", "0" * 99, "ct-1" + "0" * 95),
        ("create_fleet", "0" * 100, "ct-1" + "0" * 96),
        ("create_fleet", "0" * 101, "ct-1" + "0" * 97),
        ("create_charging_key", "0" * 100, "ct-1"),
        ("create_charging_key", "0" * 101, "ct-1" + "0" * 97),
        ("create_fleet", "", ""),
        ("create_fleet", 0, 0),
        ("create_fleet", True, True),
        ("create_fleet", None, None),
        ("create_fleet", False, False),
        ("create_fleet", [], ["ct-1"]),
        ("create_fleet", [None, None], ["ct-1"]),
        ("create_fleet", {}, {"fleetId": "ct-1"}),
    ],
)
def test_an_id_takes_the_place_of_what_a_server_might_take_for_one(operation: str, present: Any, wanted: Any) -> None:
    changed = with_fleet_id(case_of(operation, fleetId=present, other="x"), "ct-1")
    assert changed.members == {"fleetId": wanted, "other": "x"}


def test_an_id_that_could_not_be_told_from_another_runs_is_known() -> None:
    markable: list[Any] = ["", "acme", [], {}]
    assert all(can_be_marked(case_of("create_fleet", fleetId=each)) for each in markable)
    assert not any(can_be_marked(case_of("create_fleet", fleetId=each)) for each in (None, True, 0, 1.5))
    assert can_be_marked(case_of("create_fleet", fleetName="x"))
    assert can_be_marked(case_of("create_fleet"))


@pytest.mark.parametrize("body", [b"", b"null", b'"AAA"', b'{"fleetName": "x"}', b"{"])
def test_a_body_without_an_id_stays(body: bytes) -> None:
    case = replace(case_of("create_fleet"), body=body)
    assert with_fleet_id(case, "ct-1") is case
    assert with_members(case, {"fleetId": "ct-1"}) is case


def test_members_are_replaced_by_values_of_their_type() -> None:
    case = case_of(
        "create_charging_key", keyIdentifier="04", visualNumber="", contractId=0, enabled=True, name="n" * 101
    )
    values = {"keyIdentifier": "AB", "visualNumber": "v", "contractId": "c", "enabled": False, "name": "n", "more": 1}
    assert with_members(case, values).members == {
        "keyIdentifier": "AB",
        "visualNumber": "",
        "contractId": 0,
        "enabled": False,
        "name": "n" * 101,
    }


def test_ids_of_paths_and_queries_are_replaced() -> None:
    rename = case_of("rename_fleet", "/fleets/acme/rename?a=1", "/fleets/{fleetId}/rename")
    changed = with_path_id(rename, "a/b \u00e4")
    assert (changed.path, changed.path_id) == ("/fleets/a%2Fb%20%C3%A4/rename?a=1", "a/b \u00e4")
    elsewhere = with_path_id(rename, "x", "/v2/{id}")
    assert (elsewhere.path, elsewhere.path_id) == ("/v2/x?a=1", "x")
    listed = case_of("list_charging_keys", "/keys?fleetId=acme&page_size=null&page_size=null&x=", "/keys")
    assert with_query_id(listed, "a b&").path == "/keys?fleetId=a%20b%26&page_size=null&page_size=null&x="
    assert listed.path_id is None
    for query in ("", "?fleetId=&x=1", "?x=1"):
        unchanged = case_of("list_charging_keys", f"/keys{query}", "/keys")
        assert with_query_id(unchanged, "id") is unchanged
