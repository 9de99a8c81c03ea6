"""The faults: named misbehaviours, each of which says which requirements it breaks.

One file holds those of one section of the catalogue, or of a part of it; importing this package
registers all of them.
"""

from fleet_contract.mock_server.faults import (
    listing,
    pages,
)
from fleet_contract.mock_server.faults.registry import FAULTS, Fault, fault, find

SECTIONS = (
    listing,
    pages,
)

__all__ = ["FAULTS", "SECTIONS", "Fault", "fault", "find"]
