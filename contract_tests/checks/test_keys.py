"""Charging keys: creating them, and listing them by fleet and page by page."""

from functools import partial
from math import ceil
from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import values
from fleet_contract.contract_tests.checks.keys_by_value import IN_LOWER_CASE, keys_by_value
from fleet_contract.contract_tests.driving.api import JSON, KEYS, Api, without_need
from fleet_contract.contract_tests.driving.check import over, reaches
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.expectations.keys import PAGE_SIZES
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.programs.changes import RESEMBLING
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures

_ENOUGH_PAGES = 3  # to walk; a fleet of many keys would cost many requests
_ENOUGH_FOR_PAGES = 11  # the smallest page holds 10
_HAS_A_SMALL_LETTER = 3  # of those whose members mean something else to some layer
_FEWEST_KEYS = 5  # two and two that are created at once, and one alone
_LISTED = 3  # times while keys are created


@reaches(
    "keys.create-accepts-a-valid-key",
    "keys.created-key-is-in-its-fleet",
    "keys.listed-as-created",
    "keys.filter-lists-only-the-fleet",
    "keys.filter-lists-the-whole-fleet",
    "keys.unfiltered-list-is-whole",
    "keys.list-answers-a-page",
    "keys.items-are-complete",
    "keys.page-size-is-obeyed",
    "keys.paging-ends",
)
def test_a_key_is_listed_in_its_fleet_alone(api: Api, home: str, neighbour: str) -> None:
    key = api.fresh_key(fleetId=home)
    api.require(api.create_key(key), "a charging key")
    api.await_key(key)
    api.rename(home, api.fresh_name())
    api.send("GET", f"{KEYS}?fleetId={without_need(home)}")
    api.list_keys(fleetId=neighbour)
    api.list_keys(fleetId=home[:-1])


@reaches("keys.identifier-is-unique", "keys.created-key-is-listed", "keys.enabled-by-default")
def test_a_key_exists_once(api: Api, home: str, neighbour: str) -> None:
    key = api.fresh_key(fleetId=home, enabled=None)
    api.require(api.create_key(key), "a charging key")
    api.await_key(key)
    api.create_key(key, headers=[("Content-Type", "Application/JSON; Charset=UTF-8")])
    other = {**api.fresh_key(fleetId=neighbour), "keyIdentifier": key["keyIdentifier"]}
    api.create_key({**other, "visualNumber": f"{key['visualNumber']}-AGAIN"})
    api.list_keys(fleetId=home, page_size=500)


# Of a fleet that has keys by now, or a filter that finds too many would find none.
_FILTERS = {**RESEMBLING, "in-capitals": str.upper}


@reaches("keys.filter-lists-only-the-fleet")
@over(
    st.sampled_from(list(_FILTERS)),
    quick=["pattern", "in-capitals"],
    standard=["doubly-encoded", "longer", "wildcard", "with-a-blank", "with-a-null", "with-a-comma"],
    deep=["prefixed", "tail", "padded", "with-underscores", "star", "quoted", "with-a-slash", "with-a-mark"],
)
def test_a_filter_that_resembles_the_id_of_a_fleet_selects_nothing_of_it(api: Api, home: str, case: str) -> None:
    api.list_keys(fleetId=_FILTERS[case](home))


@reaches("keys.created-key-is-listed", "keys.enabled-by-default", "keys.unfiltered-list-is-whole", depth=Depth.STANDARD)
def test_a_key_without_a_fleet_is_listed_without_a_filter(api: Api, home: str) -> None:
    key = api.fresh_key(enabled=None)
    api.list_keys(page_size=500)
    api.create_key({name: value for name, value in key.items() if name != "contractId"})  # which takes nothing
    if api.create_key({**key, "fleetId": api.fresh_id()}).succeeded:  # nor does this, where fleets are looked for
        key = api.fresh_key(enabled=None)
    api.require(api.create_key(key), "a charging key")
    api.create_key(key)
    api.await_key(key)
    api.walk_keys(page_size=500, fleetId=home)
    if api.walk_keys(page_size=500, pages=_PAGES_OF_A_SHARED_SERVER)[-1].succeeded:
        api.list_keys(fleetId=home)


_PAGES_OF_A_SHARED_SERVER = 3  # of 500 keys; where there are more, a complete list costs too much


@reaches("keys.create-refuses-an-invalid-key")
@over(
    st.sampled_from(["keyIdentifier", "visualNumber", "contractId"]),
    quick=["keyIdentifier", "visualNumber", "contractId"],
)
def test_a_key_needs_its_fields(api: Api, home: str, case: str) -> None:
    api.create_key(api.fresh_key(fleetId=home, **{case: None}))


@reaches("keys.create-refuses-an-invalid-key")
@over(
    st.sampled_from([("keyIdentifier", True), ("visualNumber", []), ("contractId", {}), ("enabled", "perhaps")]),
    quick=[("keyIdentifier", []), ("visualNumber", []), ("contractId", {}), ("enabled", {})],
    standard=[("keyIdentifier", {}), ("enabled", [])],
)
def test_a_key_needs_fields_of_their_types(api: Api, home: str, case: tuple[str, Any]) -> None:
    api.create_key(api.fresh_key(fleetId=home, **{case[0]: case[1]}))


_NO_JSON = values.no_json({"name": "NAME", "fleetId": "ID"})


@reaches("keys.create-refuses-an-invalid-key")
@over(st.binary(max_size=50), quick=_NO_JSON[2:3], standard=[*_NO_JSON[:2], *_NO_JSON[3:5]])
def test_a_body_is_a_json_object(api: Api, case: bytes) -> None:
    api.send("POST", KEYS, body=values.filled(case, api), headers=JSON)


@reaches("keys.list-answers-a-page", "keys.items-are-complete", "keys.page-size-is-obeyed", writes=False)
@over(st.integers(10, 500), quick=[11], standard=[10, 99, 101], deep=[127, 128, 255, 256, 500])
def test_every_page_size_in_range_is_obeyed(api: Api, case: int) -> None:
    api.list_keys(page_size=case)


@reaches("http.never-a-server-error", writes=False)
@over(
    st.text(max_size=20),
    quick=["ten", "9" * 30],
    standard=["", "10.5", "\u0661\u0660"],
    deep=["1e2", "0x10", "+10", "10;", "NaN"],
)
def test_odd_page_sizes_cause_no_server_error(api: Api, case: str) -> None:
    api.list_keys(page_size=case)


@reaches("http.never-a-server-error", depth=Depth.STANDARD, writes=False)
@over(st.text(max_size=20), standard=["ten", ""], deep=["\u0661\u0660", "-1", "null", "MTA="])
def test_odd_cursors_cause_no_server_error(api: Api, case: str) -> None:
    api.list_keys(cursor=case)


@reaches("http.never-a-server-error", writes=False)
def test_an_odd_query_causes_no_server_error(api: Api) -> None:
    api.send("GET", f"{KEYS}?page_size=128&cursor=ten&fleetId=%FF")


# Parameters as frameworks read arrays and objects into them.
_LISTED_PARAMETERS = ["fleetId[]=a", "page_size[]=10", "cursor[]=a", "fleetId[a]=b", "page_size=10&page_size=20"]


@reaches("http.never-a-server-error", depth=Depth.STANDARD, writes=False)
@over(st.sampled_from(_LISTED_PARAMETERS), standard=_LISTED_PARAMETERS[:1], deep=_LISTED_PARAMETERS[1:])
def test_a_parameter_that_is_an_array_causes_no_server_error(api: Api, case: str) -> None:
    api.send("GET", f"{KEYS}?{case}")


@reaches("http.never-a-server-error", depth=Depth.STANDARD)
def test_odd_bytes_cause_no_server_error(api: Api) -> None:
    api.send("GET", f"{KEYS}?fleetId=%FF")
    api.create_key(api.fresh_key(visualNumber="CT-\ud800", unknownToAll={}))
    api.send("POST", KEYS, body=b'{"keyIdentifier": "\xff"}', headers=JSON)


@reaches(perhaps=["keys.filter-lists-only-the-fleet"], depth=Depth.STANDARD, writes=False)
def test_an_unknown_fleet_has_no_keys(api: Api) -> None:
    api.list_keys(fleetId=api.fresh_id())


@reaches(
    "keys.filter-lists-the-whole-fleet",
    "keys.filter-lists-only-the-fleet",
    "keys.pages-list-each-key-once",
    "keys.paging-ends",
    "keys.page-size-is-obeyed",
    needs=["fixtures.fleet_with_keys"],
    depth=Depth.SMOKE,
    writes=False,
)
@over(st.integers(10, 30), smoke=[10], standard=[11, 13])
def test_paging_through_a_fleet_returns_all_its_keys(api: Api, fixtures: Fixtures, case: int) -> None:
    fleet = fixtures.fleet_with_keys
    most = len(items_of(api.walk_keys(fleetId=fleet, page_size=500)[0]) or ())
    walked = api.walk_keys(fleetId=fleet, page_size=max(case, ceil(most / _ENOUGH_PAGES)))
    if case > PAGE_SIZES.start:
        return
    if most in PAGE_SIZES:  # the one page is full, and the last all the same
        api.walk_keys(fleetId=fleet, page_size=most, pages=2)
    if len(walked) == 1 and walked[0].succeeded:
        needed = f"fixtures.fleet_with_keys needs at least {_ENOUGH_FOR_PAGES} keys to fill two pages"
        raise Untested(Reason(SkipReason.FIXTURE, needed))


@reaches(
    "keys.unfiltered-list-is-whole",
    "keys.filter-lists-the-whole-fleet",
    needs=["fixtures.fleet_with_keys"],
    depth=Depth.STANDARD,
    writes=False,
    shown_from=Depth.QUICK,  # whose checks ask for both lists
)
def test_the_keys_of_a_fleet_are_among_all_keys(api: Api, fixtures: Fixtures) -> None:
    api.walk_keys(fleetId=fixtures.fleet_with_keys, page_size=500)
    api.walk_keys(page_size=500, pages=_PAGES_OF_A_SHARED_SERVER)
    api.walk_keys(fleetId=fixtures.fleet_with_keys, page_size=500)


@reaches(
    "keys.pages-list-each-key-once",
    "keys.paging-ends",
    perhaps=["keys.unfiltered-list-is-whole"],
    writes=False,
)
def test_all_keys_are_listed_whatever_the_size_of_a_page(api: Api, depth: Depth) -> None:
    pages = 1 if depth <= Depth.QUICK else _PAGES_OF_A_SHARED_SERVER  # or one with many keys would be too dear
    if depth is Depth.DEEP and not api.spares_fleets:
        _add_to_a_nameless_fleet(api)
    walked = api.walk_keys(page_size=500, pages=pages)
    keys = len(items_of(walked[0]) or ())
    if depth > Depth.QUICK:
        api.walk_keys(pages=pages)
        if len(walked) == 1 and keys in PAGE_SIZES:  # the one page is full here too
            api.walk_keys(page_size=keys, pages=2)
    api.walk_keys(page_size=PAGE_SIZES.start, pages=max(pages, _ENOUGH_PAGES))


def _add_to_a_nameless_fleet(api: Api) -> None:
    key = api.fresh_key(fleetId=api.fresh_id())
    if api.create(key["fleetId"]).succeeded and api.create_key(key).succeeded:
        api.await_key(key)


@reaches(
    "keys.filter-lists-the-whole-fleet",
    "keys.pages-list-each-key-once",
    "keys.paging-ends",
    "keys.listed-as-created",
    "keys.overlapping-calls-fit-an-order",
    depth=Depth.STANDARD,
)
def test_keys_of_our_own_fill_two_pages_of_a_fleet_whatever_its_id(api: Api, abroad: str) -> None:
    api.rename(abroad, api.fresh_name())
    listed = items_of(api.list_keys(fleetId=abroad)) or ()  # none yet in a new fleet, which is not for ever
    lacking = max(_ENOUGH_FOR_PAGES - len(listed), _FEWEST_KEYS)
    keys = keys_by_value(api, lacking, fleetId=abroad)
    keys[0]["enabled"] = True
    half = lacking // 2
    for some in (keys[:half], keys[half:-1]):  # at once, and listed meanwhile
        creates = [partial(api.create_key, key) for key in some]
        api.at_once(*creates, partial(_list_again, api, abroad), requests=len(creates) + _LISTED)
        refused = [each for each in api.client.last_burst() if each.request.method == "POST" and not each.succeeded]
        for _ in refused[:IN_LOWER_CASE]:
            api.create_key(api.fresh_key(fleetId=abroad))
    api.await_key(keys[-2])
    api.walk_keys(fleetId=abroad, page_size=10)
    api.create_key(keys[_HAS_A_SMALL_LETTER])
    api.require(api.create_key(keys[-1]), "a charging key")
    api.await_key(keys[-1])
    of_all = {"page_size": 30}
    api.walk_in_turns(of_all, {"fleetId": abroad, "page_size": 10}, pages=_PAGES_OF_A_SHARED_SERVER)
    api.walk_keys(fleetId=abroad, page_size=500)


def _list_again(api: Api, fleet: str) -> None:
    for _ in range(_LISTED):
        api.list_keys(fleetId=fleet)


@reaches("keys.page-size-out-of-range", depth=Depth.SMOKE, writes=False)
@over(
    st.integers(-1000, 9) | st.integers(501, 10_000),
    smoke=[0],
    quick=[-1],
    standard=[9, 501],
    deep=[1, 1_000, 100_000, 2**31],
)
def test_page_sizes_out_of_range(api: Api, case: int) -> None:
    api.list_keys(page_size=case)


@reaches("keys.of-others-are-hidden", needs=["other_api_key"])
def test_another_organization_sees_none_of_our_keys(api: Api, home: str) -> None:
    key = api.fresh_key(enabled=True)
    api.require(api.create_key(key), "a charging key")
    api.await_key(key)
    api.list_keys(fleetId=home, page_size=500, caller=Caller.OTHER)
    api.walk_keys(page_size=500, pages=_PAGES_OF_A_SHARED_SERVER, caller=Caller.OTHER)
    theirs = api.fresh_key()
    api.create_key({**theirs, "keyIdentifier": key["keyIdentifier"]}, caller=Caller.OTHER)
    api.create_key({**theirs, "fleetId": home}, caller=Caller.OTHER)
    api.list_keys(fleetId=home, page_size=500)
    api.await_key(key)


@reaches(
    "keys.identifier-is-unique",
    "keys.pages-list-each-key-once",
    "keys.of-others-are-hidden",
    "http.never-a-server-error",
    needs=["other_api_key"],
    depth=Depth.STANDARD,
)
def test_a_key_that_is_created_often_at_once_between_two_pages_exists_once_and_moves_no_other(
    api: Api, home: str
) -> None:
    cursor = cursor_of(api.list_keys(page_size=_SMALL_PAGE))
    key = api.fresh_key(fleetId=home)
    api.at_once(*[partial(api.create_key, key)] * 4)
    api.await_key(key)
    if cursor:
        following = cursor_of(api.list_keys(page_size=_SMALL_PAGE, cursor=cursor))
        if following:
            api.list_keys(page_size=_SMALL_PAGE, cursor=following)
        for caller in (Caller.OTHER, Caller.NOBODY):
            api.list_keys(page_size=_SMALL_PAGE, cursor=cursor, caller=caller)


_SMALL_PAGE = 20


@reaches(
    "keys.of-others-are-hidden",
    needs=["fixtures.foreign_fleet"],
    depth=Depth.STANDARD,
    writes=False,
    shown_from=Depth.SMOKE,  # by the list that is asked for before all checks
)
def test_we_see_no_key_of_another_organization(api: Api, fixtures: Fixtures) -> None:
    api.list_keys(fleetId=fixtures.foreign_fleet, page_size=500)
    api.list_keys(page_size=500)
