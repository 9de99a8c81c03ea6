"""Records: what a store holds, as plain values."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Code:
    """An invitation code; only an active one admits a driver."""

    code: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet of a tenant. `name` is None where it was given none."""

    id: str
    name: str | None
    tenant: str
    codes: tuple[Code, ...] = ()
    found_from: float = 0.0


def active_codes(fleet: Fleet) -> list[str]:
    """Return the codes of a fleet that admit drivers."""
    return [code.code for code in fleet.codes if code.active]


@dataclass(frozen=True, slots=True)
class ChargingKey:
    """A charging key of a tenant, in a fleet or in none."""

    identifier: str
    visual_number: str
    contract_id: str
    tenant: str
    fleet_id: str | None = None
    enabled: bool = True
    valid_to: str = "2099-12-31T23:59:59.000Z"
    listed_from: float = 0.0


@dataclass(frozen=True, slots=True)
class Location:
    """A location as answers show it, and the prices that fleets have there instead."""

    id: str
    body: dict[str, Any]
    fleet_prices: dict[str, dict[str, Any]] = field(default_factory=dict)


def priced(body: dict[str, Any], price: dict[str, Any] | None) -> dict[str, Any]:
    """Return a location with this price at every connector; unchanged where there is none."""
    if price is None:
        return body
    evses = [
        {**evse, "connectors": [{**connector, "price": price} for connector in evse["connectors"]]}
        for evse in body["evses"]
    ]
    return {**body, "evses": evses}


class Page(NamedTuple):
    """Some charging keys, and the place at which the next page begins; None on the last."""

    keys: list[ChargingKey]
    next: int | None
