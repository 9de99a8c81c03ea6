"""Charging keys with members that need not be there, and with a contract that another one has."""

from collections.abc import Iterable

from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import over, reaches
from fleet_contract.contract_tests.target.depths import Depth

_NAMES = ("fleetName", "name")


@reaches("keys.created-key-is-in-its-fleet", "keys.listed-as-created", depth=Depth.STANDARD)
@over(st.sets(st.sampled_from(_NAMES), min_size=1), standard=[_NAMES], deep=[_NAMES[:1], _NAMES[1:]])
def test_a_name_changes_nothing_else_of_a_key(api: Api, home: str, case: Iterable[str]) -> None:
    key = api.fresh_key(fleetId=home, **{name: api.fresh_name() for name in case})
    if api.create_key(key).succeeded:
        api.await_key(key)


@reaches("keys.created-key-is-listed", depth=Depth.DEEP)
def test_a_contract_may_have_two_keys(api: Api, neighbour: str) -> None:
    keys = [api.fresh_key(fleetId=neighbour) for _ in range(2)]
    for key in keys:
        api.create_key({**key, "contractId": keys[0]["contractId"]})
    api.await_key(keys[0])
