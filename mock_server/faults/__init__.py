"""The faults: named misbehaviours, each of which says which requirements it breaks.

One file holds those of one section of the catalogue, or of a part of it; importing this package
registers all of them.
"""

from fleet_contract.mock_server.faults import (
    access,
    bodies,
    collisions,
    crashes,
    create,
    fleets,
    http,
    invitation,
    key_duplicates,
    keys,
    listing,
    look_ups,
    pages,
    prices,
    rename,
    rename_refusals,
    successes,
    tenants,
    texts,
    unknown,
)
from fleet_contract.mock_server.faults.registry import FAULTS, Fault, fault, find

SECTIONS = (
    fleets,
    look_ups,
    create,
    collisions,
    rename,
    rename_refusals,
    unknown,
    tenants,
    texts,
    invitation,
    keys,
    key_duplicates,
    listing,
    pages,
    prices,
    access,
    http,
    successes,
    bodies,
    crashes,
)

__all__ = ["FAULTS", "SECTIONS", "Fault", "fault", "find"]
