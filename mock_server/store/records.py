"""Records: what a store holds, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def record(cls: Class) -> Class: ...
else:
    # The type checker holds records to be frozen. Were they so at run time, one would take three times as long to make.
    record = dataclass(slots=True, unsafe_hash=True)


@record
class Code:
    """An invitation code; only an active one admits a driver."""

    code: str
    active: bool = True


@record
class Fleet:
    """A fleet of a tenant. `name` is None where it was given none; it is found from a time of its store's clock on."""

    id: str
    name: str | None
    tenant: str
    codes: tuple[Code, ...] = ()
    found_from: float = 0.0


def active_codes(fleet: Fleet) -> list[str]:
    """Return the codes of a fleet that admit drivers."""
    return [code.code for code in fleet.codes if code.active]


FOR_EVER = "2099-12-31T23:59:59.000Z"


@record
class ChargingKey:
    """A charging key of a tenant, in a fleet or in none; it is listed from a time of its store's clock on."""

    identifier: str
    visual_number: str
    contract_id: str
    tenant: str
    fleet_id: str | None = None
    enabled: bool = True
    valid_to: str = FOR_EVER
    listed_from: float = 0.0


@record
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


@dataclass(frozen=True)
class State:
    """All that a mock holds; `keys` gives the tenant of each API key."""

    keys: Mapping[str, str]
    fleets: Sequence[Fleet] = ()
    charging_keys: Sequence[ChargingKey] = ()
    locations: Sequence[Location] = ()
