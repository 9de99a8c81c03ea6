"""The roll call: every fleet that the run created is still found, and its keys and codes too.

It alone asks for what others have made, and so sends more where more checks ran.
"""

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import reaches
from fleet_contract.contract_tests.target.depths import Depth


@reaches(
    "fleets.id-finds-the-fleet",
    "fleets.id-never-changes",
    perhaps=["fleets.id-works-in-paths"],
    depth=Depth.SMOKE,
)
def test_every_fleet_of_the_run_is_still_found(api: Api, depth: Depth) -> None:
    # Some were created at once, in any order, and who won an id that both organizations wanted, nobody can foretell.
    created = sorted(api.created.keys() - api.contested)
    unseen = [id for id in created if id not in api.found]
    for id in unseen[:1] if depth <= Depth.QUICK else created:
        api.rename(id, api.fresh_name())


@reaches("fleets.id-is-unique")
def test_the_id_of_the_first_fleet_is_still_taken(api: Api) -> None:
    for id in list(api.created)[:1]:
        api.create(id, api.fresh_name())


@reaches("keys.created-key-is-in-its-fleet", "keys.filter-lists-only-the-fleet", depth=Depth.STANDARD)
def test_every_key_of_a_fleet_is_still_listed(api: Api, home: str, abroad: str) -> None:
    api.walk_keys(fleetId=home, page_size=500)
    api.walk_keys(fleetId=abroad, page_size=10)  # and of two pages neither has a newer key of another fleet


@reaches(perhaps=["invitation.reading-changes-nothing"])
def test_the_codes_that_were_read_first_are_still_there(api: Api) -> None:
    for id in list(api.with_codes)[:_MOST_READ_AGAIN]:
        api.invitation(id)


_MOST_READ_AGAIN = 3
