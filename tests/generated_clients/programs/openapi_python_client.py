"""Calls every operation with the client of openapi-python-client, then each in a way that is refused."""

import json
import sys
from typing import TypeVar

from fleet_client import AuthenticatedClient
from fleet_client.api.charging_keys import create_charging_key, list_charging_keys
from fleet_client.api.fleets import create_fleet, get_invitation_codes, rename_fleet
from fleet_client.api.locations import get_location
from fleet_client.models import NewChargingKey, NewFleet, NewName, Problem

T = TypeVar("T")


def succeeded(answer: T | Problem | None) -> T:
    """Return what an operation answers when it succeeds."""
    assert answer is not None
    assert not isinstance(answer, Problem), answer
    return answer


def refused(answer: object) -> tuple[object, object]:
    """Return the status and the detail of a refusal, which the client returns."""
    assert isinstance(answer, Problem), answer
    return answer.status or None, answer.detail or None


def main(url: str, key: str) -> None:
    with AuthenticatedClient(base_url=url, token=key, prefix="", auth_header_name="X-API-Key") as client:
        new_key = NewChargingKey(
            key_identifier="04AA11BB", visual_number="CLIENT-1", contract_id="DE-ACM-1", fleet_id="client-001"
        )
        new_fleet = NewFleet(fleet_id="client-001", fleet_name="Client")
        fleet = succeeded(create_fleet.sync(client=client, body=new_fleet))
        renamed = succeeded(rename_fleet.sync("client-001", client=client, body=NewName("Client again")))
        codes = succeeded(get_invitation_codes.sync("acme-corp-001", client=client))
        created = succeeded(create_charging_key.sync(client=client, body=new_key))
        page = succeeded(list_charging_keys.sync(client=client, fleet_id="client-001", page_size=10))
        location = succeeded(get_location.sync("loc-001", client=client, fleet_id="acme-corp-001"))
        answers = {
            "create_fleet": [fleet.fleet_id, fleet.fleet_name],
            "rename_fleet": [renamed.fleet_id, renamed.fleet_name],
            "get_invitation_codes": [each.code for each in codes],
            "create_charging_key": [created.key_identifier, created.enabled],
            "list_charging_keys": [each.key_identifier for each in page.keys],
            "get_location": [location.id],
        }
        refusals = {
            "create_fleet": refused(create_fleet.sync(client=client, body=NewFleet("client-001"))),
            "rename_fleet": refused(rename_fleet.sync("nowhere", client=client, body=NewName("Client"))),
            "get_invitation_codes": refused(get_invitation_codes.sync("foreign-001", client=client)),
            "create_charging_key": refused(create_charging_key.sync(client=client, body=new_key)),
            "list_charging_keys": refused(list_charging_keys.sync(client=client, cursor="made up")),
            "get_location": refused(get_location.sync("nowhere", client=client)),
        }
    print(json.dumps({"answers": answers, "refusals": refusals}))


if __name__ == "__main__":
    main(*sys.argv[1:])
