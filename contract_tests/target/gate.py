"""The gate: what a run looks at, which failures fail it, and what must be judged besides. Pure.

Each field of Gate is an entry of the target file, as those of the target are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from typing import Annotated, Any

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.expected import EXPECTED, Expected
from fleet_contract.contract_tests.target.kinds import SWITCH, Kind, is_list, is_text, read_list
from fleet_contract.contract_tests.target.references import Origin
from fleet_contract.contract_tests.target.waivers import WAIVERS, Waiver
from fleet_contract.spec.catalogue import Basis, Requirement

DEPTHS = tuple(depth.word for depth in Depth)
STRICTER = (Basis.STATED.value,)  # the bases to which --fail-on can narrow
_VERSION = re.compile(r"\d{1,6}\.\d{1,6}")


def _one_of(words: tuple[str, ...], make: Callable[[str], Any]) -> Kind:
    return Kind(
        f"{', '.join(words[:-1])} or {words[-1]}" if words[1:] else words[0],
        lambda value: value in words,
        take=lambda value, _: make(value),
    )


def _take_version(value: str, origin: Origin) -> str:
    ours = _VERSION.match(version("fleet-contract"))
    if ours and as_numbers(value) > as_numbers(ours[0]):
        raise origin.wrong(
            f"is {value!r}, and this is version {ours[0]}",
            "Expected that or an earlier one. Correct it, or install a newer version.",
        )
    return value


def as_numbers(version: str) -> tuple[int, ...]:
    """Return a version such as 0.10 in a form that can be compared."""
    return tuple(map(int, version.split(".")))


DEPTH = _one_of(DEPTHS, lambda word: Depth[word.upper()])
BASIS = _one_of(STRICTER, Basis)
PREFIXES = Kind(
    "a list of prefixes of ids (in an environment variable: separated by commas)",
    is_list,
    read_list,
    lambda value, _: tuple(value),
    item=is_text,
)
VERSION = Kind(
    "a version in quotes, such as 0.1",
    lambda value: isinstance(value, str) and _VERSION.fullmatch(value) is not None,
    take=_take_version,
)


class Pardon(StrEnum):
    """Why a failure does not fail the gate."""

    WAIVED = "waived"
    ADVISORY = "advisory"  # the requirement is newer than the catalogue that was asked for
    TOLERATED = "tolerated"  # --fail-on asks for another basis


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Gate:
    """What the user asked a run to judge, and what to let pass; `today` is that of the run, in UTC."""

    depth: Annotated[Depth, DEPTH, "How much to check; each depth sends more."] = Depth.STANDARD
    only: Annotated[tuple[str, ...], PREFIXES, "Judge only requirements whose id starts with one of these."] = ()
    skip: Annotated[tuple[str, ...], PREFIXES, "Skip requirements whose id starts with one of these."] = ()
    fail_on: Annotated[Basis | None, BASIS, "Fail only for requirements with this basis."] = None
    require_all: Annotated[bool, SWITCH, "Exit 3 if any requirement was left untested."] = False
    expect: Annotated[
        Expected | None, EXPECTED, "Exit 3 if a requirement that this file lists, one id per line, was left untested."
    ] = None
    catalogue: Annotated[
        str | None, VERSION, "Requirements that a later version added do not fail a run. By default all count."
    ] = None
    waivers: Annotated[tuple[Waiver, ...], WAIVERS, "Failures that are accepted until a date."] = ()
    strict_waivers: Annotated[bool, SWITCH, "Exit 1 if a waiver is no longer needed."] = False
    today: date = field(default_factory=_today)

    @cached_property
    def waived(self) -> frozenset[str]:
        """The ids whose waivers have not expired."""
        return frozenset(each.id for each in self.waivers if not each.has_expired(self.today))

    def pardon(self, requirement: Requirement) -> Pardon | None:
        """Return why a failure of a requirement does not count, None where it does."""
        if requirement.id in self.waived:
            return Pardon.WAIVED
        if self.catalogue and as_numbers(requirement.since) > as_numbers(self.catalogue):
            return Pardon.ADVISORY
        return None if self.fail_on in (None, requirement.basis) else Pardon.TOLERATED

    def waiver(self, id: str) -> Waiver | None:
        """Return the waiver of a requirement, whether it has expired or not."""
        return next((each for each in self.waivers if each.id == id), None)
