"""Invitation codes: of a fleet that has some, of one that has none, of a new one, and of nobody's."""

from fleet_contract.contract_tests.driving.api import FLEETS, Api, segment
from fleet_contract.contract_tests.driving.check import reaches
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


@reaches(
    "invitation.lists-the-codes",
    "invitation.answers-an-array-of-codes",
    "invitation.reading-changes-nothing",
    needs=["fixtures.fleet_with_codes"],
    depth=Depth.SMOKE,
    writes=False,
)
def test_the_codes_of_a_fleet_are_listed_each_time(api: Api, coded: str) -> None:
    api.invitation(coded, headers=[("If-None-Match", f'"ct-{api.mark}"')])  # the tag of no list (RFC 9110, 13.1.2)


_READINGS = 30


@reaches("invitation.reading-changes-nothing", needs=["fixtures.fleet_with_codes"], depth=Depth.DEEP)
def test_codes_do_not_wear_out(api: Api, fixtures: Fixtures) -> None:
    for _ in range(_READINGS):
        api.invitation(fixtures.fleet_with_codes or "")


@reaches(
    "invitation.foreign-fleet-is-403",
    needs=["other_api_key", "fixtures.fleet_with_codes"],
    depth=Depth.SMOKE,
    writes=False,
)
def test_the_codes_that_were_listed_to_one_organization_are_not_to_another(api: Api, fixtures: Fixtures) -> None:
    for caller in (Caller.OWNER, Caller.OTHER):
        api.invitation(fixtures.fleet_with_codes or "", caller=caller)


@reaches(
    "invitation.lists-every-active-code",
    needs=["fixtures.fleet_with_codes", "fixtures.active_codes"],
    depth=Depth.SMOKE,
    writes=False,
)
def test_every_active_code_is_listed(coded: str) -> None:
    """Take the list that all checks of these codes share."""


@reaches(
    "invitation.lists-only-active-codes",
    needs=["fixtures.fleet_with_codes", "fixtures.inactive_codes"],
    depth=Depth.SMOKE,
    writes=False,
)
def test_no_inactive_code_is_listed(coded: str) -> None:
    """Take the same list."""


@reaches("invitation.without-codes-is-404", needs=["fixtures.fleet_without_codes"], depth=Depth.SMOKE, writes=False)
def test_a_fleet_without_codes_has_nothing_to_list(api: Api, fixtures: Fixtures, depth: Depth) -> None:
    fleet, other = fixtures.fleet_without_codes or "", fixtures.fleet_with_codes
    if other:  # to which no query leads
        api.send("GET", f"{FLEETS}/{segment(fleet)}/invitation?fleetId={segment(other)}")
    if depth > Depth.QUICK or not other:
        api.invitation(fleet)


@reaches(perhaps=["invitation.foreign-fleet-is-403"], needs=["fixtures.foreign_fleet"], writes=False)
def test_a_fleet_of_another_organization_is_forbidden(api: Api, fixtures: Fixtures) -> None:
    api.invitation(fixtures.foreign_fleet or "")


@reaches(
    "invitation.foreign-fleet-is-403",
    "invitation.answers-an-array-of-codes",
    needs=["fixtures.foreign_fleet", "other_api_key"],
    writes=False,
)
def test_a_forbidden_fleet_has_codes_that_its_own_organization_sees(api: Api, fixtures: Fixtures) -> None:
    api.invitation(fixtures.foreign_fleet or "", caller=Caller.OTHER)


@reaches(
    perhaps=["fleets.id-is-matched-whole"],
    needs=["fixtures.fleet_with_codes", "fixtures.active_codes"],
    depth=Depth.SMOKE,
    writes=False,
)
def test_the_codes_of_a_fleet_are_not_those_of_a_shorter_id(api: Api, fixtures: Fixtures) -> None:
    api.invitation((fixtures.fleet_with_codes or "")[:-1])


@reaches("invitation.unknown-fleet-is-404", depth=Depth.SMOKE, writes=False)
def test_only_a_fleet_has_codes(api: Api) -> None:
    api.invitation(api.fresh_id("-codeless"))  # which resembles no other fleet's


@reaches("invitation.unknown-fleet-is-404", "fleets.id-is-matched-whole", depth=Depth.STANDARD, writes=False)
def test_an_unknown_id_of_mixed_characters_has_no_codes(api: Api) -> None:
    api.invitation(api.fresh_id("-A.b_c~D"))


@reaches("invitation.unknown-fleet-is-404", depth=Depth.STANDARD, writes=False)
def test_no_fleet_has_a_longer_id(api: Api) -> None:
    api.invitation(api.fresh_id_of(101))


@reaches(perhaps=["invitation.reading-changes-nothing", "invitation.answers-an-array-of-codes"])
def test_a_new_fleet_keeps_what_codes_it_has(api: Api, neighbour: str) -> None:
    api.rename(neighbour, api.fresh_name())
    api.invitation(neighbour)
    api.rename(neighbour, api.fresh_name())
    api.invitation(neighbour)
