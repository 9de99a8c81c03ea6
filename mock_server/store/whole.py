"""The whole: all that a store holds, as one state."""

from collections.abc import Mapping

from fleet_contract.mock_server.store.interface import Store
from fleet_contract.mock_server.store.records import ChargingKey, Fleet, State
from fleet_contract.mock_server.store.rows import Rows, fleet_of_row, key_of_row, row_of_fleet, row_of_key

AT_ONCE = 0.0  # a time that has always come


async def whole(store: Store, keys: Mapping[str, str]) -> State:
    """Return all that a store holds, beside these API keys.

    Whatever cannot be found yet is found at once in a store that holds this.
    """
    fleets, charging_keys = store.fleets(), store.keys()
    return State(
        dict(keys),
        Rows([row_of_fleet(_found_at_once(each)) async for each in fleets], fleet_of_row),
        Rows([row_of_key(_listed_at_once(each)) async for each in charging_keys], key_of_row),
        [each async for each in store.locations()],
    )


def _found_at_once(fleet: Fleet) -> Fleet:
    return Fleet(fleet.id, fleet.name, fleet.tenant, fleet.codes, AT_ONCE)


def _listed_at_once(key: ChargingKey) -> ChargingKey:
    return ChargingKey(
        key.identifier, key.visual_number, key.contract_id, key.tenant, key.fleet_id, key.enabled, key.valid_to, AT_ONCE
    )
