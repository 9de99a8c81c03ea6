"""Describing: a state as JSON, in the form that seed files have."""

from typing import Any

from fleet_contract.mock_server.parts import Mock
from fleet_contract.mock_server.store import ChargingKey, Fleet, Location, State
from fleet_contract.mock_server.store.records import FOR_EVER
from fleet_contract.mock_server.store.whole import whole

Described = dict[str, Any]


async def state_now(mock: Mock) -> State:
    """Return all that a mock holds; whatever cannot be found yet is found at once in a mock that holds this."""
    return await whole(mock.store, mock.access.tenants)


def described(state: State) -> Described:
    """Return a state as a seed file has it; tenants are named there where no API key names them."""
    fleets = [described_fleet(each) for each in state.fleets]
    charging_keys = [described_key(each) for each in state.charging_keys]
    owners = dict.fromkeys(entry["tenant"] for entry in (*fleets, *charging_keys))
    named = set(state.keys.values())
    keyless = [tenant for tenant in owners if tenant not in named]
    return {
        "keys": dict(state.keys),
        **({"tenants": keyless} if keyless else {}),
        "fleets": fleets,
        "chargingKeys": charging_keys,
        "locations": [described_location(each) for each in state.locations],
    }


def described_fleet(fleet: Fleet) -> Described:
    """Return a fleet as an entry of a seed file."""
    entry: Described = {"fleetId": fleet.id, "tenant": fleet.tenant}
    if fleet.name is not None:
        entry["fleetName"] = fleet.name
    for member, is_active in (("codes", True), ("inactiveCodes", False)):
        codes = [code.code for code in fleet.codes if code.active == is_active]
        if codes:
            entry[member] = codes
    return entry


def described_key(key: ChargingKey) -> Described:
    """Return a charging key as an entry of a seed file."""
    entry: Described = {
        "keyIdentifier": key.identifier,
        "visualNumber": key.visual_number,
        "contractId": key.contract_id,
        "tenant": key.tenant,
        "enabled": key.enabled,
    }
    if key.fleet_id is not None:
        entry["fleetId"] = key.fleet_id
    if key.valid_to != FOR_EVER:
        entry["validTo"] = key.valid_to
    return entry


def described_location(location: Location) -> Described:
    """Return a location as an entry of a seed file."""
    return {**location.body, **({"fleetPrices": location.fleet_prices} if location.fleet_prices else {})}
