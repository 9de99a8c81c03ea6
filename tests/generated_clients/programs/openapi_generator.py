"""Calls every operation with the Python client of openapi-generator, then each in a way that is refused."""

import json
import sys
from collections.abc import Callable

from fleet_client import (
    ApiClient,
    ApiException,
    ChargingKeysApi,
    Configuration,
    FleetsApi,
    LocationsApi,
    NewChargingKey,
    NewFleet,
    NewName,
    Problem,
)


def refused(call: Callable[[], object]) -> tuple[int | None, str | None]:
    """Return the status and the detail of a refusal, which the client raises."""
    try:
        call()
    except ApiException as refusal:
        if isinstance(refusal.data, Problem):
            return refusal.data.status, refusal.data.detail
        raise
    raise AssertionError("the call was not refused")


def main(url: str, key: str) -> None:
    with ApiClient(Configuration(host=url, api_key={"ApiKey": key})) as client:
        fleets, keys, locations = FleetsApi(client), ChargingKeysApi(client), LocationsApi(client)
        new_key = NewChargingKey(
            keyIdentifier="04AA11BB", visualNumber="CLIENT-1", contractId="DE-ACM-1", fleetId="client-001"
        )
        fleet = fleets.create_fleet(NewFleet(fleetId="client-001", fleetName="Client"))
        renamed = fleets.rename_fleet("client-001", NewName(newName="Client again"))
        codes = fleets.get_invitation_codes("acme-corp-001")
        created = keys.create_charging_key(new_key)
        page = keys.list_charging_keys(fleet_id="client-001", page_size=10)
        location = locations.get_location("loc-001", fleet_id="acme-corp-001")
        answers = {
            "create_fleet": [fleet.fleet_id, fleet.fleet_name],
            "rename_fleet": [renamed.fleet_id, renamed.fleet_name],
            "get_invitation_codes": [each.code for each in codes],
            "create_charging_key": [created.key_identifier, created.enabled],
            "list_charging_keys": [each.key_identifier for each in page.keys],
            "get_location": [location.id],
        }
        refusals = {
            "create_fleet": refused(lambda: fleets.create_fleet(NewFleet(fleetId="client-001"))),
            "rename_fleet": refused(lambda: fleets.rename_fleet("nowhere", NewName(newName="Client"))),
            "get_invitation_codes": refused(lambda: fleets.get_invitation_codes("foreign-001")),
            "create_charging_key": refused(lambda: keys.create_charging_key(new_key)),
            "list_charging_keys": refused(lambda: keys.list_charging_keys(cursor="made up")),
            "get_location": refused(lambda: locations.get_location("nowhere")),
        }
    print(json.dumps({"answers": answers, "refusals": refusals}))


if __name__ == "__main__":
    main(*sys.argv[1:])
