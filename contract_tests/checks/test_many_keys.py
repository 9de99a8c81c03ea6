"""A fleet of more charging keys than any default page holds: listed in pages of many sizes, and with filters."""

from fleet_contract.contract_tests.checks.keys_by_value import keys_by_value
from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import reaches
from fleet_contract.contract_tests.judging.listings import items_of
from fleet_contract.contract_tests.programs.changes import RESEMBLING
from fleet_contract.contract_tests.target.depths import Depth

_MORE_THAN_A_PAGE = 101  # keys; without page_size, a page has 100
_SIZES = (10, 17, 50, 99, 100, 101)
_LETTERS = "ABCD"
_FILTERS = ("shorter", "longer", "prefixed", "tail", "pattern", "with-a-comma")
_PAGES_OF_A_SHARED_SERVER = 4


@reaches(
    "keys.listed-as-created",
    "keys.filter-lists-only-the-fleet",
    "keys.filter-lists-the-whole-fleet",
    "keys.unfiltered-list-is-whole",
    "keys.page-size-is-obeyed",
    "keys.pages-list-each-key-once",
    "keys.paging-ends",
    depth=Depth.DEEP,
)
def test_more_keys_than_a_page_holds_are_listed_whatever_its_size(api: Api) -> None:
    fleet = api.any_fleet()
    api.rename(fleet, api.fresh_name())
    _fill(fleet, api)
    api.walk_keys(fleetId=fleet)
    api.walk_keys(fleetId=fleet, page_size=500)
    for size in _SIZES:
        api.walk_keys(fleetId=fleet, page_size=size)
    api.walk_keys(page_size=500, pages=_PAGES_OF_A_SHARED_SERVER)
    api.walk_keys(pages=_PAGES_OF_A_SHARED_SERVER)
    api.walk_in_turns({"page_size": 50}, {"fleetId": fleet, "page_size": 20}, {"fleetId": fleet, "page_size": 10})
    for name in _FILTERS:
        api.walk_keys(fleetId=RESEMBLING[name](fleet), page_size=10)


def _fill(fleet: str, api: Api) -> None:
    """Create keys in a fleet until it has enough, and some besides that a server may refuse for their lower case."""
    lacking = _MORE_THAN_A_PAGE - len(items_of(api.list_keys(fleetId=fleet, page_size=500)) or ())
    if lacking <= 0:
        return
    keys = keys_by_value(api, lacking + len(_LETTERS), fleetId=fleet)
    for place, key in enumerate(keys[lacking // 2 :]):
        letter = _LETTERS[place % len(_LETTERS)]
        key["keyIdentifier"] = letter + key["keyIdentifier"][1:]
    for key in keys[lacking:]:
        key["keyIdentifier"] = key["keyIdentifier"].lower()
    for key in keys:
        api.create_key(key)
    api.await_key(keys[lacking - 1])
