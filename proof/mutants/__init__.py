"""The mutants: named faults of the mock, each of which says which requirements it breaks.

A file holds those that break one section of the catalogue, or a part of it.
"""

from collections.abc import Mapping

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import Contradiction, suggestion
from proof.mutants import (
    access,
    create,
    create_refusals,
    fleets,
    http,
    http_crashes,
    invitation,
    keys,
    keys_by_value,
    keys_of_others,
    listing,
    long_lists,
    look_ups,
    pages,
    prices,
    races,
    rename,
)
from proof.mutants.table import Mutant, mutants

# In this order the mutants of one requirement stand from the plainest to the subtlest, those that need a race last.
SECTIONS = (
    *(fleets, look_ups, create, create_refusals, rename, invitation, keys, keys_by_value, listing, keys_of_others),
    *(pages, long_lists, prices),
    *(access, http, http_crashes, races),
)


class NoSuchMutant(Contradiction):
    """A mutant was asked for that does not exist."""


def registered() -> Mapping[str, Mutant]:
    """Return all mutants by name; raises NoSuchId for an unknown requirement, Contradiction for a name given twice."""
    found: dict[str, Mutant] = {}
    for mutant in mutants(each.TABLE for each in SECTIONS):
        for requirement in mutant.breaks:
            catalogue().requirement(requirement)
        if mutant.name in found:
            raise Contradiction(f"The mutant {mutant.name} is defined twice.")
        found[mutant.name] = mutant
    return found


MUTANTS = registered()


def find(name: str) -> Mutant:
    """Return the mutant of this name; raises NoSuchMutant with the nearest known one."""
    if name not in MUTANTS:
        raise NoSuchMutant(
            f"No mutant has the name {name!r}.{suggestion(name, MUTANTS)} See python -m proof.mock --list."
        )
    return MUTANTS[name]


def of_requirement(id: str) -> list[Mutant]:
    """Return the mutants that break one requirement alone, from the plainest to the subtlest."""
    return [mutant for mutant in MUTANTS.values() if mutant.breaks == {id}]


def plain(id: str) -> Mutant:
    """Return the plain mutant of a requirement (law 7), the first that standard depth catches.

    Raises StopIteration for a requirement that nothing can break.
    """
    return next(mutant for mutant in of_requirement(id) if mutant.depth <= Depth.STANDARD)


def subtlest(id: str, depth: Depth = Depth.STANDARD) -> Mutant:
    """Return the subtlest mutant of a requirement that a depth catches (law 7); raises IndexError without one."""
    return [mutant for mutant in of_requirement(id) if mutant.depth <= depth][-1]


def section(mutant: Mutant) -> str:
    """Return the section of the catalogue that a mutant breaks, the first where it breaks several."""
    return next(id for id in catalogue().requirements if id in mutant.breaks).partition(".")[0]
