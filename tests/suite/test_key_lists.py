"""Lists of charging keys: what a conforming server may show of them, and what no server may."""

from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.content.whole_lists import judge_lists
from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.judging.moment import View

from .histories import KEYS, A, History

PAGE = f"fleetId={A}&page_size=10"


def key(number: int, **more: Any) -> dict[str, Any]:
    return {
        "keyIdentifier": f"C7A1B2C3D4{number:04}",
        "visualNumber": f"N-{number}",
        "contractId": f"N-{number}",
        **more,
    }


def items(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [key(each, validTo="2099-12-31T23:59:59Z", enabled=True, **more) for each in numbers]


def of_fleet() -> History:
    history = History()
    history.create(A)
    history.rename(A)
    return history


def make(history: History, number: int, status: int = 201, **how: Any) -> None:
    history.add("POST", KEYS, key(number, fleetId=A), status, **how)


def listed(history: History, *numbers: int, query: str = f"fleetId={A}", **how: Any) -> None:
    history.page(query, {"keys": items(*numbers)}, **how)


def failures(history: History) -> set[str]:
    judged = judge(history.exchanges, history.history.facts)
    return {each.requirement for each in judged.findings if not each.kept and each not in judged.explained}


# --- of another organization ---------------------------------------------------------------------


@pytest.mark.parametrize("shown", [{}, {"fleetId": None}, {"fleetId": "F17"}])
def test_a_list_of_anothers_fleet_shows_its_keys_whatever_they_show_as_theirs(shown: dict[str, Any]) -> None:
    history = of_fleet()
    history.page("fleetId=theirs", {"keys": items(1, 2, **shown)})
    assert "keys.of-others-are-hidden" in failures(history)


def test_a_key_that_another_organization_was_refused_is_in_no_list_of_the_owner() -> None:
    history = of_fleet()
    make(history, 1)
    make(history, 2, 403, caller=Caller.OTHER)
    listed(history, 1)
    assert failures(history) == set()
    listed(history, 1, 2, at=(200, 201))
    assert "keys.of-others-are-hidden" in failures(history)


def test_a_list_in_which_the_callers_own_keys_are_too_is_that_of_all() -> None:
    history = of_fleet()
    make(history, 1)
    history.page("fleetId=theirs", {"keys": items(1, 2)})
    assert "keys.of-others-are-hidden" not in failures(history)
    assert "keys.filter-lists-only-the-fleet" in failures(history)


def test_a_list_of_anothers_fleet_that_shows_keys_of_ours_that_tell_no_fleet_is_that_of_another() -> None:
    history = of_fleet()
    history.page("fleetId=acme", {"keys": items(1)})
    history.page("", {"keys": items(1)})
    history.page("fleetId=theirs", {"keys": items(1)})
    assert failures(history) == {"keys.filter-lists-only-the-fleet"}


def test_it_shows_its_keys_to_us_though_a_list_of_all_does_too() -> None:
    history = of_fleet()
    history.page("", {"keys": items(1)})
    history.page("fleetId=theirs", {"keys": items(1)})
    assert failures(history) == {"keys.of-others-are-hidden"}


def test_the_other_organization_is_shown_none_of_ours_before_we_are() -> None:
    history = of_fleet()
    history.page("fleetId=acme", {"keys": items(1)}, caller=Caller.OTHER)
    assert "keys.of-others-are-hidden" in failures(history)


# --- in time -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 504])
def test_a_key_whose_create_had_no_answer_may_come_at_any_time(status: int) -> None:
    history = of_fleet()
    make(history, 1)
    make(history, 2, status)
    listed(history, 1)
    listed(history, 1, 2)
    assert failures(history) == set()
    listed(history, 1, 2, 3)
    assert failures(history) == {"keys.filter-lists-the-whole-fleet"}


def test_a_key_that_comes_late_moves_another_onto_both_of_two_pages() -> None:
    history = of_fleet()
    make(history, 30, 0)
    history.page(PAGE, {"keys": items(*range(10)), "cursor": "next"})
    history.page(f"{PAGE}&cursor=next", {"keys": items(9, 10)})
    assert failures(history) == set()
    history.page(PAGE, {"keys": items(*range(10)), "cursor": "next"})
    history.page(f"{PAGE}&cursor=next", {"keys": items(8, 9, 10)})
    assert "keys.pages-list-each-key-once" in failures(history)


@pytest.mark.parametrize("is_of_all_last", [True, False])
def test_one_list_may_be_quicker_than_another(is_of_all_last: bool) -> None:
    history = of_fleet()
    make(history, 1, at=(100, 100.1))
    quick, slow = (f"fleetId={A}", "") if is_of_all_last else ("", f"fleetId={A}")
    listed(history, 1, query=quick, at=(100.2, 100.3))
    listed(history, query=slow, at=(100.4, 100.5))
    listed(history, 1, query=slow, at=(103, 103.1))
    assert failures(history) == set()


@pytest.mark.parametrize(("was_late", "found"), [(True, set()), (False, {"keys.unfiltered-list-is-whole"})])
def test_a_list_that_was_late_before_may_be_late_at_the_end(was_late: bool, found: set[str]) -> None:
    history = of_fleet()
    make(history, 1, at=(100, 100.1))
    if was_late:
        listed(history, query="", at=(100.2, 100.3))
    listed(history, 1, query="", at=(103, 103.1))
    make(history, 2, at=(104, 104.1))
    listed(history, 1, 2, at=(104.2, 104.3))
    listed(history, 1, query="", at=(104.4, 104.5))
    view = View(history.history, {"read.delay": "none"})
    assert {each.requirement for each in judge_lists(view) if not each.kept} == found


def test_a_slower_list_may_show_a_key_in_capitals() -> None:
    history = of_fleet()
    small = {**key(1, fleetId=A), "keyIdentifier": key(1)["keyIdentifier"].lower()}
    history.add("POST", KEYS, small, 201, at=(100, 100.1))
    listed(history, 1, at=(100.2, 100.3))
    listed(history, query="", at=(100.4, 100.5))
    listed(history, 1, query="", at=(103, 103.1))
    assert failures(history) == set()


@pytest.mark.parametrize(
    ("query", "requirement"),
    [("", "keys.unfiltered-list-is-whole"), (f"fleetId={A}", "keys.filter-lists-the-whole-fleet")],
)
def test_what_a_list_had_shown_it_does_not_lose(query: str, requirement: str) -> None:
    history = of_fleet()
    make(history, 1, at=(100, 100.1))
    for other in ("", f"fleetId={A}"):
        listed(history, 1, query=other, at=(100.2, 100.3))
    listed(history, query=query, at=(100.4, 100.5))
    listed(history, 1, query=query, at=(103, 103.1))
    assert requirement in failures(history)


# --- null ----------------------------------------------------------------------------------------


def test_null_tells_no_fleet_where_no_key_ever_shows_one() -> None:
    history = of_fleet()
    make(history, 1)
    for query in (f"fleetId={A}", ""):
        history.page(query, {"keys": items(1, fleetId=None)})
    judged = judge(history.exchanges, history.history.facts)
    assert failures(history) == set()
    assert judged.dialect["keys.fleet-id"] == "absent"


def test_null_tells_that_a_key_has_no_fleet_where_others_show_theirs() -> None:
    history = of_fleet()
    make(history, 1)
    make(history, 2)
    history.page("", {"keys": [*items(1, fleetId=None), *items(2, fleetId=A)]})
    assert "keys.created-key-is-in-its-fleet" in failures(history)


# --- cursors -------------------------------------------------------------------------------------


def session(*pages: list[dict[str, Any]]) -> History:
    history = of_fleet()
    for number, page in enumerate(pages):
        query = f"{PAGE}&cursor=session" if number else PAGE
        cursor = {"cursor": "session"} if number < len(pages) - 1 else {}
        history.page(query, {"keys": page, **cursor})
    return history


def test_the_cursor_of_a_session_may_stay_the_same() -> None:
    assert failures(session(items(*range(10)), items(*range(10, 20)), items(20))) == set()


@pytest.mark.parametrize("last", [items(), items(*range(10, 20)), items(*range(10))])
def test_but_not_where_it_leads_to_nothing_new(last: list[dict[str, Any]]) -> None:
    assert "keys.paging-ends" in failures(session(items(*range(10)), items(*range(10, 20)), last, last))


# --- what a key is -------------------------------------------------------------------------------


def test_an_identifier_in_another_case_may_be_the_same_key() -> None:
    history = of_fleet()
    make(history, 1)
    history.add("POST", KEYS, {**key(2), "keyIdentifier": key(1)["keyIdentifier"].lower()}, 409)
    assert failures(history) == set()
