"""Rules: what a tenant may know of a fleet, whichever store keeps it."""

from fleet_contract.mock_server.store.records import Fleet, active_codes
from fleet_contract.mock_server.store.wrongs import (
    ForeignFleet,
    ForeignFleetWithoutCodes,
    NoActiveCodes,
    NoSuchFleet,
)

TAKES_NO_KEY = "No fleet has this fleetId, so the key cannot be assigned to it."
HAS_NO_PRICES = "No fleet has this fleetId, so it has no prices."


def found(fleet: Fleet | None, tenant: str, now: float) -> Fleet:
    """Return a fleet that its tenant asks for; raises NoSuchFleet, or ForeignFleet for another tenant."""
    fleet = visible(fleet, now)
    if fleet.tenant != tenant:
        raise ForeignFleet
    return fleet


def visible(fleet: Fleet | None, now: float) -> Fleet:
    """Return a fleet that can be found already; raises NoSuchFleet."""
    if fleet is None or fleet.found_from > now:
        raise NoSuchFleet
    return fleet


def owned(fleet: Fleet | None, tenant: str, otherwise: str) -> Fleet:
    """Return a fleet of the tenant, even one that cannot be found yet; raises NoSuchFleet that says `otherwise`."""
    if fleet is None or fleet.tenant != tenant:
        raise NoSuchFleet(otherwise)
    return fleet


def codes(fleet: Fleet | None, tenant: str, now: float) -> list[str]:
    """Return the active codes of a fleet; raises NoSuchFleet, NoActiveCodes or one of the two of a ForeignFleet."""
    fleet = visible(fleet, now)
    active = active_codes(fleet)
    if fleet.tenant != tenant:
        raise ForeignFleet if active else ForeignFleetWithoutCodes
    if not active:
        raise NoActiveCodes
    return active
