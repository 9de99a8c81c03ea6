"""The register of faults, and the one mechanism by which a fault is defined and found."""

from collections.abc import Callable
from dataclasses import dataclass

from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store.plain import PlainStore
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import Contradiction, suggestion

Edit = Callable[[Parts], None]


@dataclass(frozen=True)
class Fault:
    """A misbehaviour: what it is called, which requirements it breaks, and what it does, in a sentence."""

    name: str
    breaks: frozenset[str]
    text: str
    edit: Edit

    def spoil(self, parts: Parts) -> None:
        """Make the mock of these parts misbehave."""
        parts.store_type = parts.store_type or PlainStore
        self.edit(parts)
        parts.misbehaviours.append(self.name)


class NoSuchFault(Contradiction):
    """A fault was asked for that does not exist."""


FAULTS: dict[str, Fault] = {}


def fault(*, breaks: set[str]) -> Callable[[Edit], Edit]:
    """Register a function that edits parts as the fault of its name; raises NoSuchId for an unknown requirement."""

    def register(edit: Edit) -> Edit:
        register_fault(edit.__name__.replace("_", "-"), breaks, edit.__doc__ or "", edit)
        return edit

    return register


def register_fault(name: str, breaks: set[str], text: str, edit: Edit) -> None:
    """Register a fault; raises NoSuchId for an unknown requirement, Contradiction for a name that is taken."""
    for requirement in breaks:
        catalogue().requirement(requirement)
    if name in FAULTS:
        raise Contradiction(f"The fault {name} is defined twice.")
    FAULTS[name] = Fault(name, frozenset(breaks), text.strip(), edit)


def find(name: str) -> Fault:
    """Return the fault of this name; raises NoSuchFault with the nearest known one."""
    if name not in FAULTS:
        raise NoSuchFault(f"No fault has the name {name!r}.{suggestion(name, FAULTS)} See fleet-mock --list-faults.")
    return FAULTS[name]
