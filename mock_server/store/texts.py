"""Texts: records as JSON, in which what a record lacks is left out."""

import json
from typing import Any

from fleet_contract.mock_server.store.records import ChargingKey, Code, Fleet, Location


def text_of_fleet(fleet: Fleet) -> str:
    return _text(
        id=fleet.id,
        tenant=fleet.tenant,
        name=fleet.name,
        codes=[(code.code, code.active) for code in fleet.codes] or None,
        found_from=_text_of_time(fleet.found_from),
    )


def fleet_of_text(text: bytes) -> Fleet:
    read = json.loads(text)
    codes = tuple([Code(*code) for code in read.get("codes", ())])
    return Fleet(read["id"], read.get("name"), read["tenant"], codes, float(read.get("found_from", 0)))


def text_of_key(key: ChargingKey, fleet_key: str | None) -> str:
    """Return a key as JSON, with the form under which the id of its fleet is compared."""
    return _text(
        identifier=key.identifier,
        visual_number=key.visual_number,
        contract_id=key.contract_id,
        tenant=key.tenant,
        fleet_id=key.fleet_id,
        fleet_key=fleet_key,
        enabled=key.enabled,
        valid_to=key.valid_to,
        listed_from=_text_of_time(key.listed_from),
    )


def key_of_text(text: bytes) -> ChargingKey:
    read = json.loads(text)
    return ChargingKey(
        read["identifier"],
        read["visual_number"],
        read["contract_id"],
        read["tenant"],
        read.get("fleet_id"),
        read["enabled"],
        read["valid_to"],
        float(read.get("listed_from", 0)),
    )


def text_of_location(location: Location, number: int) -> str:
    """Return a location as JSON, with its number in the order in which locations were made."""
    return _text(id=location.id, number=number, body=location.body, fleet_prices=location.fleet_prices)


def location_of_text(text: bytes) -> Location:
    read = json.loads(text)
    return Location(read["id"], read["body"], read["fleet_prices"])


def number_of_location(text: bytes) -> int:
    number: int = json.loads(text)["number"]
    return number


def _text_of_time(time: float) -> str | None:
    """Return a time as text, since not all times are numbers of JSON; None for one that has always come."""
    return repr(time) if time else None


def _text(**members: Any) -> str:
    return json.dumps({name: value for name, value in members.items() if value is not None})
