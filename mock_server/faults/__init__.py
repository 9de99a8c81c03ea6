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
    listing,
    look_ups,
    pages,
    successes,
    tenants,
    texts,
)
from fleet_contract.mock_server.faults.registry import FAULTS, Fault, fault, find

SECTIONS = (
    fleets,
    look_ups,
    create,
    collisions,
    tenants,
    texts,
    listing,
    pages,
    access,
    http,
    successes,
    bodies,
    crashes,
)

__all__ = ["FAULTS", "SECTIONS", "Fault", "fault", "find"]
