"""Prices: a location by id, for everybody and for a fleet that has prices of its own there."""

from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.api import Api, without_need
from fleet_contract.contract_tests.driving.check import over, reaches
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


@reaches(
    "prices.default-stays",
    needs=["fixtures.location", "fixtures.priced_fleet", "other_api_key"],
    depth=Depth.STANDARD,
    writes=False,
)
def test_the_prices_of_our_fleet_are_not_shown_to_another_organization(api: Api, fixtures: Fixtures) -> None:
    location = fixtures.location or ""
    for caller in (Caller.OWNER, Caller.OTHER):  # before any look for the fleet, which may be remembered for seconds
        api.location(location, caller=caller)
    api.location(location, fixtures.priced_fleet)
    api.location(location, caller=Caller.OTHER)


@reaches(
    "prices.location-is-answered",
    "prices.answer-is-the-location",
    perhaps=["prices.default-stays"],
    needs=["fixtures.location"],
)
def test_a_location_is_answered_alike_each_time(api: Api, fixtures: Fixtures, home: str) -> None:
    location = fixtures.location or ""
    api.location(location)
    api.location(location, home)
    api.location(location)
    api.location(location, api.fresh_id())


@reaches(
    "prices.location-is-answered", "prices.answer-is-the-location", needs=["fixtures.location"], depth=Depth.STANDARD
)
def test_a_location_is_answered_for_a_fleet_whatever_its_id(api: Api, fixtures: Fixtures, abroad: str) -> None:
    api.location(fixtures.location or "", abroad)


@reaches(
    "prices.location-is-answered",
    "prices.answer-is-the-location",
    "prices.fleet-has-its-own",
    "prices.default-stays",
    needs=["fixtures.location", "fixtures.priced_fleet"],
    depth=Depth.SMOKE,
    writes=False,
)
def test_a_fleet_sees_its_own_prices(api: Api, fixtures: Fixtures) -> None:
    location, fleet = fixtures.location or "", fixtures.priced_fleet or ""
    api.location(location)
    api.location(location, fleet)
    api.location(location, fleet, spelled=without_need)
    api.location(location)


@reaches("prices.default-stays", needs=["fixtures.location", "fixtures.priced_fleet"], depth=Depth.STANDARD)
def test_the_prices_of_one_fleet_are_not_shown_to_the_next(api: Api, fixtures: Fixtures, home: str) -> None:
    location, fleet = fixtures.location or "", fixtures.priced_fleet or ""
    for asked in (home, fleet, home):
        api.location(location, asked)


@reaches(
    "prices.default-stays", needs=["fixtures.location", "fixtures.priced_fleet"], depth=Depth.STANDARD, writes=False
)
@over(
    st.sampled_from(["{}1-{}", "{1}-{0}", "{}%{}", "{}/{}", "{},{}"]),
    standard=["{}-{}", "{1}-{0}"],
    deep=["{}%{}", "{},{}", "{} {}", "{1}{0}"],
)
def test_an_id_that_contains_one_of_a_priced_fleet_has_the_default_prices(
    api: Api, fixtures: Fixtures, case: str
) -> None:
    api.location(fixtures.location or "", case.format(fixtures.priced_fleet, api.fresh_id()))


@reaches(
    "prices.default-stays",
    "prices.fleet-has-its-own",
    needs=["fixtures.location", "fixtures.priced_fleet"],
    depth=Depth.DEEP,
)
def test_prices_stay_however_often_they_are_read(api: Api, fixtures: Fixtures, home: str) -> None:
    for _ in range(_OFTEN):
        for fleet in (fixtures.priced_fleet, None, home):
            api.location(fixtures.location or "", fleet)


_OFTEN = 12


@reaches("prices.unknown-location-is-404", needs=["fixtures.location"], writes=False)
def test_an_unknown_location_is_not_found(api: Api, fixtures: Fixtures) -> None:
    api.location(f"ct-{api.mark}-location")
    longer = f"{fixtures.location}.ct-{api.mark}-".ljust(300, "0")
    api.location(longer, fixtures.priced_fleet or fixtures.fleet_with_codes or api.fresh_id())
