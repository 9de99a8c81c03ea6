"""Races: calls that begin at once. What they are answered, and what is found afterwards, fits some order of them."""

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import texts
from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import LEFT_OUT, over, reaches
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures

_CREATES = "fleets.overlapping-creates-make-one-fleet"
_CALLS = "fleets.overlapping-calls-fit-an-order"
_FOREIGN = "fixtures.foreign_fleet"


@reaches(_CREATES, "fleets.id-finds-the-fleet", "http.never-a-server-error", new=1)
@over(st.integers(2, 8), quick=[4], deep=[2, 3, 6, 8])
def test_creates_of_one_id_at_once_make_one_fleet(api: Api, case: int) -> None:
    id = api.fresh_id()
    # Each has another one that says the very same, whichever comes first.
    ending = texts.PLAIN_ENDINGS[1] if api.spares_fleets else ""
    names = [name for _ in range(0, case, 2) for name in [api.fresh_name() + ending] * 2]
    first, *others = [partial(api.create, id, name) for name in names[:case]]
    # Where few fleets are created, this one is looked up meanwhile, too.
    renames = [partial(api.rename, id, api.fresh_name()) for _ in range(3 if api.spares_fleets else 0)]
    looks = [_one_after_another(*renames)] if renames else []
    api.at_once(first, *looks, *others, requests=case + len(renames))
    api.create(id, api.fresh_name())
    api.rename(id, api.fresh_name())


@reaches(_CREATES, needs=["other_api_key"], depth=Depth.STANDARD, new=LEFT_OUT)
@over(st.integers(1, 3), standard=[1], deep=[2, 3])
def test_creates_by_two_organizations_at_once_make_one_fleet(api: Api, case: int) -> None:
    id = api.fresh_id()
    callers = (Caller.OWNER, Caller.OTHER) * case
    api.at_once(*(partial(api.create, id, api.fresh_name(), caller=caller) for caller in callers))
    for caller in (Caller.OWNER, Caller.OTHER):
        api.rename(id, api.fresh_name(), caller=caller)


# In what order the calls around a create are made ready: on some machines the first is the first to arrive.
_AROUND = {"create-first": 0, "create-last": 2}


@reaches(_CALLS, "fleets.id-finds-the-fleet", new=LEFT_OUT)
@over(st.sampled_from(list(_AROUND)), quick=list(_AROUND)[:1], standard=list(_AROUND)[1:])
def test_a_fleet_is_looked_up_while_it_is_created(api: Api, case: str) -> None:
    id = api.fresh_id()
    looks = [_one_after_another(*(partial(api.rename, id, api.fresh_name()) for _ in range(3))) for _ in range(2)]
    create = partial(api.create, id, api.fresh_name())
    api.at_once(*looks[: _AROUND[case]], create, *looks[_AROUND[case] :], requests=7)
    api.rename(id, api.fresh_name())
    api.create(id, api.fresh_name())


@reaches("rename.unknown-fleet-is-404", depth=Depth.STANDARD)
def test_a_create_that_is_refused_is_seen_by_nobody(api: Api) -> None:
    id = api.fresh_id()
    look = _one_after_another(*(partial(api.rename, id, api.fresh_name()) for _ in range(4)))
    api.at_once(partial(api.create, id, api.fresh_name(101)), look, requests=5)


@reaches("fleets.id-finds-the-fleet", "create.echoes-the-id", "rename.answers-the-new-name", depth=Depth.STANDARD)
@over(st.integers(2, 8), standard=[3], deep=[8])
def test_many_fleets_are_created_and_renamed_at_once(api: Api, case: int) -> None:
    if api.spares_fleets:
        ids = [api.any_fleet() for _ in range(case)]
    else:
        ids = [api.fresh_id() for _ in range(case)]
        api.at_once(*(partial(api.create, id, api.fresh_name()) for id in ids))
    for id in ids:  # or one that is not found yet would be missed below
        api.rename(id, api.fresh_name())
    api.at_once(*(partial(api.rename, id, api.fresh_name()) for id in ids), *[partial(api.invitation, ids[0])] * 2)


@reaches(_CALLS, "rename.accepts-a-valid-name", "rename.answers-the-new-name", depth=Depth.STANDARD)
@over(st.integers(2, 8), standard=[4], deep=[8])
def test_a_fleet_is_renamed_many_times_at_once(api: Api, home: str, case: int) -> None:
    renames = [partial(api.rename, home, api.fresh_name()) for _ in range(case)]
    api.at_once(*renames, partial(api.invitation, home), partial(api.create, home, api.fresh_name()))
    api.rename(home, api.fresh_name())


@reaches("rename.foreign-fleet-is-refused", "keys.of-others-are-hidden", needs=["other_api_key"], depth=Depth.STANDARD)
def test_callers_at_once_are_not_taken_for_each_other(api: Api, home: str, neighbour: str) -> None:
    api.at_once(
        partial(api.rename, home, api.fresh_name()),
        partial(api.rename, home, api.fresh_name(), caller=Caller.OTHER),
        partial(api.list_keys, fleetId=home),
        partial(api.list_keys, fleetId=neighbour),
        partial(api.list_keys, fleetId=home, caller=Caller.OTHER),
        partial(api.rename, home, api.fresh_name(), caller=Caller.NOBODY),
    )


@reaches(
    "invitation.lists-only-active-codes",
    needs=["other_api_key", "fixtures.fleet_with_codes", _FOREIGN],
    depth=Depth.STANDARD,
    writes=False,
)
def test_codes_are_not_those_of_another_organization_that_asks_at_once(api: Api, fixtures: Fixtures) -> None:
    ours, theirs = fixtures.fleet_with_codes or "", fixtures.foreign_fleet or ""
    api.at_once(partial(api.invitation, ours), partial(api.invitation, theirs, caller=Caller.OTHER))


@reaches(
    "invitation.lists-only-active-codes",
    "invitation.without-codes-is-404",
    needs=["fixtures.fleet_with_codes", "fixtures.fleet_without_codes"],
    depth=Depth.STANDARD,
    writes=False,
)
def test_codes_that_are_read_at_once_are_those_of_their_fleets(api: Api, fixtures: Fixtures) -> None:
    with_codes, without = fixtures.fleet_with_codes or "", fixtures.fleet_without_codes or ""
    api.at_once(*(partial(api.invitation, id) for id in (with_codes, without, with_codes, without)))


@reaches(
    "prices.default-stays",
    "prices.fleet-has-its-own",
    needs=["fixtures.location", "fixtures.priced_fleet"],
    writes=False,
)
@over(st.just(2), standard=[2])
def test_prices_that_are_asked_for_at_once_are_those_of_their_fleets(api: Api, fixtures: Fixtures, case: int) -> None:
    location, fleet = fixtures.location or "", fixtures.priced_fleet or ""
    api.at_once(*(partial(api.location, location, asked) for asked in (None, fleet) * case))


def _one_after_another(*calls: Callable[[], object]) -> Callable[[], None]:
    def make() -> None:
        for call in calls:
            call()

    return make
