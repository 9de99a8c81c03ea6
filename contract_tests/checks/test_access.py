"""Access: every operation asks for a key, and looks at the whole of it."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.api import FLEETS, JSON, KEYS, Api, segment
from fleet_contract.contract_tests.driving.check import LEFT_OUT, over, reaches
from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures

# Each operation once, as a request that would succeed with a key.
_CALLS: dict[str, Callable[[Api, str, dict[str, Any]], Exchange]] = {
    "list_charging_keys": lambda api, _, how: api.send("GET", KEYS, **how),
    "get_invitation_codes": lambda api, home, how: api.invitation(home, **how),
    "rename_fleet": lambda api, home, how: api.rename(home, api.fresh_name(), **how),
    "create_fleet": lambda api, _, how: api.create(api.fresh_id(), api.fresh_name(), **how),
    "create_charging_key": lambda api, home, how: api.create_key(api.fresh_key(fleetId=home), **how),
}
_OPERATIONS = list(_CALLS)
_UNKNOWN = [Caller.STRANGER, Caller.NOBODY]
# What nobody was given, where other services look for it: in the query, and in headers.
_IN_A_QUERY = "api_key=nobody-was-given-this"
_BEARER, _BASIC = ("Authorization", "Bearer nobody-was-given-this"), ("Authorization", "Basic bm9ib2R5Om5vYm9keQ==")
_COOKIE = ("Cookie", "session=nobody-was-given-this")
_ELSEWHERE: list[tuple[str, list[tuple[str, str]]]] = [
    (_IN_A_QUERY, [_BEARER, _COOKIE]),
    (_IN_A_QUERY, []),
    ("page_size=10", []),
    *[("", [header]) for header in (_BEARER, _BASIC, _COOKIE)],
]


@reaches("access.key-is-required", depth=Depth.SMOKE, writes=False)
def test_no_list_is_shown_without_a_key(api: Api) -> None:
    api.send("GET", KEYS, caller=Caller.NOBODY)


@reaches("access.key-is-required")
@over(st.sampled_from(_OPERATIONS), quick=_OPERATIONS[1:])
def test_no_operation_works_without_a_key(api: Api, home: str, case: str) -> None:
    _CALLS[case](api, home, {"caller": Caller.NOBODY})


@reaches("access.key-is-checked", depth=Depth.SMOKE)
@over(st.sampled_from(_OPERATIONS), smoke=_OPERATIONS[2:3], quick=_OPERATIONS[3:], standard=_OPERATIONS[:2])
def test_no_operation_works_with_a_key_of_a_stranger(api: Api, home: str, case: str) -> None:
    _CALLS[case](api, home, {"caller": Caller.STRANGER})


@reaches("access.key-is-required", writes=False)
@over(st.sampled_from(_ELSEWHERE), quick=_ELSEWHERE[:1], standard=_ELSEWHERE[3:], deep=_ELSEWHERE[1:3])
def test_nothing_takes_the_place_of_a_key(api: Api, case: tuple[str, list[tuple[str, str]]]) -> None:
    query, headers = case
    api.send("GET", f"{KEYS}?{query}", caller=Caller.NOBODY, headers=headers)


@reaches("access.key-is-required", depth=Depth.STANDARD)
def test_no_filter_takes_the_place_of_a_key(api: Api, home: str) -> None:
    api.send("GET", f"{KEYS}?fleetId={segment(home)}", caller=Caller.NOBODY)


@reaches("rename.unknown-fleet-is-404", "access.key-is-required", depth=Depth.STANDARD)
@over(st.sampled_from(_UNKNOWN), standard=_UNKNOWN)
def test_a_create_that_was_refused_made_nothing(api: Api, case: Caller) -> None:
    id = api.fresh_id()
    api.create(id, api.fresh_name(), caller=case)
    api.rename(id, api.fresh_name())
    if case is Caller.NOBODY and not api.spares_fleets:
        api.create(id, api.fresh_name())


# What is wrong with a call beside its key: whose fleet it means, or what its body is.
_WRONG_TOO: dict[str, Callable[[Api, str, dict[str, Any]], Exchange]] = {
    "codes-of-nobody": lambda api, _, how: api.invitation(api.fresh_id(), **how),
    "rename-of-nobody": lambda api, _, how: api.rename(api.fresh_id(), api.fresh_name(), **how),
    "rename-to-nothing": lambda api, home, how: api.rename(home, **how),
    "rename-without-json": lambda api, home, how: api.put_name(home, b"{", **how),
    "rename-of-nobody-to-nothing": lambda api, _, how: api.rename(api.fresh_id(), **how),
    "create-of-a-taken-id": lambda api, home, how: api.create(home, api.fresh_name(), **how),
    "create-of-nothing": lambda api, _, how: api.create(name=api.fresh_name(), **how),
    "create-of-an-overlong-id": lambda api, _, how: api.create(api.fresh_id_of(101), api.fresh_name(), **how),
    "create-without-json": lambda api, _, how: api.send("POST", FLEETS, body=b"{", headers=JSON, **how),
    "create-in-another-format": lambda api, _, how: api.post(FLEETS, {}, headers=[("Content-Type", "text/x")], **how),
    "key-of-nobodys-fleet": lambda api, _, how: api.create_key(api.fresh_key(fleetId=api.fresh_id()), **how),
    "keys-of-nobody": lambda api, _, how: api.send("GET", f"{KEYS}?fleetId={api.fresh_id()}", **how),
    "keys-of-no-page": lambda api, _, how: api.send("GET", f"{KEYS}?page_size=0&cursor=ct", **how),
}
_WITHOUT = [(wrong, caller) for wrong in _WRONG_TOO for caller in (Caller.NOBODY, Caller.STRANGER, Caller.EMPTY)]
_OFTEN = [("codes-of-nobody", Caller.NOBODY), ("rename-of-nobody", Caller.STRANGER)]


@reaches("access.key-is-required", "access.key-is-checked", depth=Depth.STANDARD)
@over(st.sampled_from(_WITHOUT), standard=_OFTEN, deep=[each for each in _WITHOUT if each not in _OFTEN])
def test_a_caller_without_a_valid_key_is_not_told_what_else_is_wrong(
    api: Api, home: str, case: tuple[str, Caller]
) -> None:
    wrong, caller = case
    _WRONG_TOO[wrong](api, home, {"caller": caller})


@reaches("access.key-is-checked")
@over(st.sampled_from(_OPERATIONS), quick=_OPERATIONS[:1], standard=_OPERATIONS[1:])
def test_a_key_that_resembles_ours_opens_nothing(api: Api, home: str, case: str) -> None:
    some = 3 if case == _OPERATIONS[0] else 1  # an operation that is looked after differently is so for any key
    for key in api.client.near_keys()[:some]:
        _CALLS[case](api, home, {"caller": Caller.STRANGER, "key": key})
    _CALLS[case](api, home, {"caller": Caller.EMPTY})


@reaches("access.key-is-checked", writes=False)
def test_a_key_that_a_careless_server_may_accept_opens_nothing(api: Api) -> None:
    for key in api.client.near_keys()[3:]:
        api.send("GET", KEYS, caller=Caller.STRANGER, key=key)


@reaches("access.key-is-required", "access.key-is-checked", needs=["fixtures.location"], writes=False)
def test_no_location_is_shown_without_a_key(api: Api, fixtures: Fixtures) -> None:
    path = fixtures.location_path.replace("{locationId}", segment(fixtures.location or ""))
    api.send("GET", path, caller=Caller.NOBODY)
    api.send("GET", path, caller=Caller.STRANGER)


@reaches("access.key-is-required", needs=["fixtures.location"])
def test_no_fleet_takes_the_place_of_a_key(api: Api, fixtures: Fixtures, home: str) -> None:
    fleet = fixtures.priced_fleet or home
    api.location(fixtures.location or "", fleet, caller=Caller.NOBODY)


@reaches("access.key-is-required", "access.key-is-checked", needs=["fixtures.fleet_with_codes"], writes=False)
def test_no_codes_are_shown_without_a_key(api: Api, fixtures: Fixtures) -> None:
    for caller in (Caller.NOBODY, Caller.STRANGER):
        api.invitation(fixtures.fleet_with_codes or "", caller=caller)


_CASES = st.sampled_from(["x-api-key", "X-API-KEY", "X-Api-Key", "x-aPI-kEY"])


@reaches(
    "access.header-name-has-no-case",
    "http.never-a-server-error",
    "http.success-is-json",
    "http.success-is-declared-as-json",
    "keys.list-answers-a-page",
    "keys.items-are-complete",
    "keys.page-size-is-obeyed",
    depth=Depth.SMOKE,
    writes=False,
)
@over(_CASES, smoke=["x-api-key"], standard=["X-API-KEY", "x-aPI-kEY"])
def test_the_name_of_the_key_header_is_case_insensitive_in_a_list(api: Api, case: str) -> None:
    how: dict[str, Any] = {"header_name": case}
    api.send("GET", KEYS, **how)


@reaches("access.header-name-has-no-case", depth=Depth.SMOKE)
@over(_CASES, smoke=["X-API-KEY"], standard=["x-api-key", "x-aPI-kEY"])
def test_the_name_of_the_key_header_is_case_insensitive_in_a_rename(api: Api, home: str, case: str) -> None:
    how: dict[str, Any] = {"header_name": case}
    api.rename(home, api.fresh_name(), **how)


@reaches("access.header-name-has-no-case", depth=Depth.STANDARD, new=LEFT_OUT)
def test_the_name_of_the_key_header_is_case_insensitive_in_a_create(api: Api) -> None:
    body = spell({"fleetId": api.fresh_id(), "fleetName": api.fresh_name()})
    how: dict[str, Any] = {"header_name": "x-api-key"}
    api.send("POST", "/emp/v1/fleets", body=body, headers=JSON, **how)
