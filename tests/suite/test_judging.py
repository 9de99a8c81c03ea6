"""Listings, codes and prices, on histories made by hand."""

from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.content.invitations import judge_constancy, judge_invitation
from fleet_contract.contract_tests.judging.content.pages import judge_page
from fleet_contract.contract_tests.judging.content.prices import lasting, prices_of
from fleet_contract.contract_tests.judging.content.whole_lists import judge_lists
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.judging.key_lists import KeyLists
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.marks import PRINTED
from fleet_contract.contract_tests.target.target import Fixtures

from .histories import KEY, KEYS, MARK, A, B, History


def key(number: int) -> dict[str, Any]:
    return {"keyIdentifier": f"{number:014x}", "visualNumber": f"V-{number}"}


def pages(history: History, *cursors: str | None, query: str = "", first: int = 0, **how: Any) -> None:
    """Add a listing of pages of one key each, of which each has the cursor given."""
    led = ""
    for number, cursor in enumerate(cursors):
        asked = "&".join(filter(None, (query, led)))
        history.page(asked, {"keys": [key(first + number)], **({"cursor": cursor} if cursor else {})}, **how)
        led = f"cursor={cursor}"


def test_pages_that_cursors_join_are_one_listing() -> None:
    history = History()
    pages(history, "a", "b", None)
    (listing,) = KeyLists(history.view).listings
    assert listing.is_complete
    assert listing.items == [key(0), key(1), key(2)]
    assert listing.numbers == (3, 2, 1)
    assert listing.fleet is None


def test_listings_are_told_apart_by_caller_filter_and_size() -> None:
    history = History()
    pages(history, "a", None)
    pages(history, "a", None, caller=Caller.OTHER)
    pages(history, "a", None, query="fleetId=acme")
    pages(history, "a", None, query="page_size=10")
    found = KeyLists(history.view).listings
    assert [(each.caller, each.fleet, each.page_size, len(each.pages)) for each in found] == [
        (Caller.OWNER, None, None, 2),
        (Caller.OTHER, None, None, 2),
        (Caller.OWNER, "acme", None, 2),
        (Caller.OWNER, None, "10", 2),
    ]


@pytest.mark.parametrize(
    ("made", "read", "broken"),
    [
        ((A,), (A, "acme"), {"invitation.lists-only-active-codes"}),
        ((A, B), (A, B), {"invitation.lists-only-active-codes"}),
        ((A,), (A, A), set()),
        ((), ("acme", "codeless"), set()),
        ((), ("acme", B), set()),
    ],
)
def test_a_code_is_that_of_one_fleet_at_most_where_the_run_created_one(
    made: tuple[str, ...], read: tuple[str, ...], broken: set[str]
) -> None:
    history = History()
    for id in made:
        history.create(id)
    asked = [history.codes(id, answer=[{"code": "ONE"}]) for id in read]
    found = judge_invitation(history.at(asked[-1]))
    assert {each.requirement for each in found if not each.kept} - {"invitation.lists-every-active-code"} == broken


ONE, TWO = [{"code": "ONE"}], [{"code": "TWO"}]


def constancy(*answers: tuple[Any, tuple[float, float]]) -> list[tuple[bool, tuple[int, ...]]]:
    """Return what is found of readings of codes, each a list or None for a 404, from and to these seconds."""
    history = History()
    for codes, at in answers:
        history.codes("acme", 404 if codes is None else 200, b"" if codes is None else codes, at=at)
    return [(found.kept, found.exchanges) for found in judge_constancy(history.view)]


def test_codes_that_stay_the_same_are_the_same_though_read_at_once() -> None:
    assert constancy((ONE, (0, 1)), (ONE, (2, 4)), (ONE, (3, 5))) == [(True, (2, 1)), (True, (3, 2))]
    assert constancy((ONE, (0, 2)), (TWO, (1, 3))) == [(False, (2, 1))]


def test_a_code_that_is_listed_once_more_is_another_list() -> None:
    assert constancy((ONE + TWO, (0, 1)), (TWO + ONE, (2, 3)), (ONE + ONE + TWO, (4, 5))) == [
        (True, (2, 1)),
        (False, (3, 2)),
    ]


def test_it_is_told_how_many_codes_there_were() -> None:
    history = History()
    history.codes("acme", answer=ONE)
    history.codes("acme", answer=TWO)
    (found,) = judge_constancy(history.view)
    assert found.got == "200 with other codes (1 now, 1 before)"


def test_codes_that_are_gone_are_held_against_those_that_were_answered_before() -> None:
    assert constancy((ONE, (0, 1)), (ONE, (2, 4)), (None, (3, 5))) == [(True, (2, 1)), (False, (3, 1))]


def test_no_codes_beside_a_first_reading_tell_nothing() -> None:
    assert constancy((ONE, (0, 2)), (None, (1, 3))) == []


@pytest.mark.parametrize(("taken", "found"), [(f"ct-{MARK}-slug", False), (f"ct-{MARK}/slash", True)])
def test_codes_behind_a_slash_are_of_another_fleet_only_where_an_id_may_hold_one(taken: str, found: bool) -> None:
    history = History()
    history.history.facts = Facts(Fixtures(fleet_with_codes="acme-corp-001", active_codes=("ONE",)), MARK)
    history.create(taken)
    asked = history.codes("acme-corp-001%2F", answer=ONE)
    broken = {each.requirement for each in judge_invitation(history.at(asked)) if not each.kept}
    assert ("fleets.id-is-matched-whole" in broken) is found


def test_a_listing_that_was_left_is_not_complete() -> None:
    history = History()
    pages(history, "a", "b")
    history.page("cursor=b", status=500)
    history.page("cursor=nobodys", {"keys": []})
    (listing,) = KeyLists(history.view).listings
    assert not listing.is_complete
    assert listing.cursor == "b"


@pytest.mark.parametrize(
    ("changed", "got"),
    [
        ({"enabled": True}, "enabled true"),
        ({"contractId": "X"}, "another contractId"),
        ({"contractId": "X", "enabled": True}, "another contractId and enabled true"),
    ],
)
def test_it_is_told_what_of_a_key_was_listed_otherwise(changed: dict[str, Any], got: str) -> None:
    history, sent = History(), {**KEY, "enabled": False}
    history.add("POST", KEYS, sent, 201)
    history.page("", {"keys": [{**sent, "validTo": "2039-12-31T23:59:59Z", **changed}]})
    (found,) = (each for each in judge_lists(history.view) if not each.kept)
    assert (found.requirement, found.got) == ("keys.listed-as-created", got)


def test_one_key_is_no_keys() -> None:
    history = History()
    history.page("", {"keys": [key(1), key(1)]})
    (found,) = (each for each in judge_lists(history.view) if not each.kept)
    assert found.got == "1 key twice on a page"


@pytest.mark.parametrize(("printed", "kept"), [("V-1", False), (f"{PRINTED}0badf00d-k001", True)])
def test_two_organizations_have_no_key_in_common_but_those_that_a_run_gave_to_both(printed: str, kept: bool) -> None:
    history = History()
    for caller in (Caller.OTHER, Caller.OWNER):
        page = history.page("", {"keys": [{**key(1), "visualNumber": printed}]}, caller=caller)
    (hidden,) = (each for each in judge_page(history.at(page)) if each.requirement == "keys.of-others-are-hidden")
    assert hidden.kept is kept


@pytest.mark.parametrize(
    ("body", "items", "cursor"),
    [
        ({"keys": [{}], "cursor": "a"}, [{}], "a"),
        ({"keys": [], "cursor": None}, [], None),
        ({"keys": [], "cursor": ""}, [], None),
        ({"keys": []}, [], None),
        ({"keys": [1]}, None, None),
        ({"keys": None}, None, None),
        ({"items": []}, None, None),
        ([], None, None),
        (b"{", None, None),
        ({"keys": [], "cursor": 7}, [], None),
    ],
)
def test_a_page_is_read_in_its_form_only(body: Any, items: Any, cursor: str | None) -> None:
    page = History().page(answer=body)
    assert items_of(page) == items
    assert cursor_of(page) == cursor


@pytest.mark.parametrize(
    ("location", "prices"),
    [
        ({"id": "x", "price": 1}, {"/price": 1}),
        ({"a": [{"tariff": {"kwh": 2}}], "b": 1}, {"/a/0/tariff/kwh": 2}),
        ({"Pricing": {"fee": None}}, {"/Pricing/fee": None}),
        ({"id": "x", "status": "FREE", "lastUpdated": "now", "power": 7}, {"/power": 7}),
        ({"rates": {"kwh": 1}, "amenities": {"coffee": True}}, {"/rates/kwh": 1}),
        (
            {"energyprice": 1, "costs": 2, "fee_per_min": 3, "costa": 4},
            {"/energyprice": 1, "/costs": 2, "/fee_per_min": 3},
        ),
        ({"tariffs": [{"kwh": 1, "fetchedAt": 1, "updated_at": 2, "validUntil": 3}]}, {"/tariffs/0/kwh": 1}),
        ({"price": {"kwh": 1, "from": "2026-11-25 12:00:00"}}, {"/price/kwh": 1}),
        ({"tariff": {"time_price": 1, "timestamp": 2}}, {"/tariff/time_price": 1}),
        ({"price": {"kwh": 1, "seen": "2026-11-25T12:00:00Z"}}, {"/price/kwh": 1}),
        ({}, {}),
        (7, {"": 7}),
    ],
)
def test_prices_are_what_is_named_so_or_else_all_that_lasts(location: Any, prices: Any) -> None:
    assert prices_of(lasting(location)) == prices


# --- judging ------------------------------------------------------------------------------------


def test_a_fleet_that_is_found_a_moment_later_was_slow_and_not_lost_whenever_it_is_asked() -> None:
    history = History()
    history.create(A, at=(0, 1))
    history.rename(A, status=404, at=(4, 5))
    history.rename(A, at=(6, 7))
    judgement = judge(history.exchanges, Facts(Fixtures(), MARK))
    assert not [each for each in judgement.findings if not each.kept]
    assert judgement.dialect["read.delay"] == "some"


def test_what_came_from_elsewhere_than_the_api_is_not_judged() -> None:
    history = History()
    for status in (0, 407, 429, 502, 503, 504):
        history.create(f"{A}-{status}", status=status)
    assert not [each for each in judge(history.exchanges, Facts(Fixtures(), MARK)).findings if not each.kept]


@pytest.mark.parametrize("name", ["Miller & Sons", "Miller and Sons"])
def test_an_exchange_is_no_evidence_for_how_its_situation_is_answered(name: str) -> None:
    history = History()
    history.create(A)
    history.rename(A, name, 404, at=(100, 101))
    judged = judge(history.exchanges, history.history.facts)
    assert {each.requirement for each in judged.findings if not each.kept} == {"fleets.id-finds-the-fleet"}
