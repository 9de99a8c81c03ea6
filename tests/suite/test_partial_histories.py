"""What may have been where a history is recorded traffic, and so a part of what a client and others asked."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import fleet_contract
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.fleet_names import Taken, taken_by_another
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.history import History as HistoryOf

from .histories import HELD, KEY, MARK, A, B, History

JUDGING = Path(fleet_contract.__file__).parent / "contract_tests" / "judging"


def part(**dialect: str) -> History:
    """Return a history of which nobody knows what else was asked."""
    history = History(**dialect)
    history.history = HistoryOf(Facts(HELD, MARK, recorded=True))
    return history


BOTH = pytest.mark.parametrize(("begin", "is_partial"), [(History, False), (part, True)], ids=["whole", "partial"])
Begin = Callable[..., History]


@BOTH
def test_any_fleet_may_exist_and_none_is_told_of(begin: Begin, is_partial: bool) -> None:
    history = begin()
    assert history.history.may_exist(A) is is_partial
    assert not history.history.tells_of(A)
    history.create(A)
    assert history.history.may_exist(A)
    assert history.history.tells_of(A)


@BOTH
def test_any_fleet_may_be_being_renamed(begin: Begin, is_partial: bool) -> None:
    history = begin()
    history.create(A)
    assert history.fleet(A, history.rename(A, status=409)).may_be_being_renamed is is_partial


def test_two_renames_at_once_rename_each_others_fleet() -> None:
    history = History()
    history.create(A, at=(0, 1))
    one = history.rename(A, at=(2, 4))
    history.rename(A, at=(3, 5))
    assert history.fleet(A, one).may_be_being_renamed


@pytest.mark.parametrize(("again", "is_alike"), [({}, True), ({"duplicate__identical": "refused"}, False)])
def test_a_create_may_repeat_one_that_nobody_saw_where_that_is_not_refused(
    again: dict[str, str], is_alike: bool
) -> None:
    history = part(**again)
    assert history.fleet(A, history.create(A)).may_have_been_created_alike is is_alike
    assert not History(**again).fleet(A, history.create(A)).may_have_been_created_alike


@BOTH
def test_a_fleet_that_is_missed_at_once_may_have_been_found_later(begin: Begin, is_partial: bool) -> None:
    history = begin()
    history.create(A, at=(0, 1))
    soon, late = history.rename(A, status=404, at=(2, 3)), history.rename(A, status=404, at=(7, 8))
    assert history.fleet(A, soon).ownership is (Ownership.UNCLEAR if is_partial else Ownership.OWN)
    assert history.fleet(A, late).ownership is (Ownership.OWN if is_partial else Ownership.UNCLEAR)


@BOTH
def test_a_fleet_that_its_caller_renamed_was_made_unseen(begin: Begin, is_partial: bool) -> None:
    history = begin()
    history.rename(A, at=(0, 1))
    renamed = history.rename(A, at=(7, 8))
    assert history.fleet(A, renamed).ownership is (Ownership.OWN if is_partial else Ownership.UNCLEAR)
    other = replace(renamed, request=replace(renamed.request, caller=Caller.OTHER))
    assert history.fleet(A, other).ownership is Ownership.UNCLEAR


@pytest.mark.parametrize(("status", "taken"), [(409, Taken.PERHAPS), (200, Taken.NOT), (404, Taken.NOT)])
def test_any_name_may_be_taken_and_the_answer_tells_whether_it_matters(status: int, taken: Taken) -> None:
    history, name = part(), f"Depot {MARK}"
    assert taken_by_another(history.fleet(A, history.rename(A, name, status)), name) is taken


@BOTH
def test_a_key_may_have_been_made_unseen_by_anybody(begin: Begin, is_partial: bool) -> None:
    history = begin()
    history.add("POST", "/emp/v1/charging-keys", KEY, 201)
    keys = history.history.keys
    assert keys.is_anothers(KEY["visualNumber"], Caller.OTHER) is not is_partial
    assert keys.others_have_any(Caller.OTHER) is not is_partial
    history.page(answer={"keys": [KEY]})
    assert bool(keys.shown_to_others(Caller.OTHER)) is not is_partial
    other = history.add("POST", "/emp/v1/charging-keys", {**KEY, "keyIdentifier": "c7a1b2c3d40002"}, 201)
    assert ("keys.create-an-odd-key" in history.situations(other)) is is_partial


@BOTH
def test_a_client_takes_its_time_in_which_a_cursor_may_expire(begin: Begin, is_partial: bool) -> None:
    history = begin()
    history.page(answer={"keys": [], "cursor": "a"})
    next_page = history.page("cursor=a", {"keys": []})
    assert ("keys.list-the-next-page" in history.situations(next_page)) is not is_partial


@BOTH
def test_a_client_may_have_asked_for_more_than_the_operation(begin: Begin, is_partial: bool) -> None:
    history = begin()
    history.create(B)
    asked = history.add("GET", f"/emp/v1/fleets/{B}/invitation", status=304, sent=(("If-None-Match", '"a"'),))
    assert (history.situations(asked) == {"any.odd"}) is is_partial


def test_rules_ask_what_is_so_in_the_world_and_not_how_it_came_to_be_known() -> None:
    asking = {file.name for file in JUDGING.rglob("*.py") if _asks_whether_it_was_recorded(file)}
    assert asking == {"history.py"}


def _asks_whether_it_was_recorded(file: Path) -> bool:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return any(isinstance(node, ast.Attribute) and node.attr == "recorded" for node in nodes)
