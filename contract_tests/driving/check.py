"""A check: a pytest test that drives requests, and says which requirements it reaches and what it needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis.strategies import SearchStrategy

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import catalogue

Function = TypeVar("Function", bound=Callable[..., Any])
_ATTRIBUTE = "fleet_contract_check"
_CASES = "fleet_contract_cases"
LEFT_OUT = 1000  # more fleets than any run creates


@dataclass(frozen=True)
class Cases:
    """The inputs of a property: rows for the gate, from small to large, and a strategy for exploration."""

    rows: tuple[tuple[Depth, Any], ...]
    strategy: SearchStrategy[Any]

    def at(self, depth: Depth) -> list[Any]:
        """Return the rows that a depth drives."""
        return [value for least, value in self.rows if least <= depth]


@dataclass(frozen=True)
class Check:
    """What a check says of itself; `needs` are entries of the target file.

    Of what it `reaches`, some it shows `perhaps`: on some servers only, or beside what other checks need.
    From the depth `shown_from` on, it is shown by what others send, where what the check needs is there.
    `new` are the fleets that it creates even in a run that uses those of earlier ones, LEFT_OUT where it is
    not driven then. One that never `writes` drives to its end where nothing may be written.
    """

    reaches: tuple[str, ...]
    needs: tuple[str, ...] = ()
    depth: Depth = Depth.QUICK
    cases: Cases | None = None
    new: int = 0
    writes: bool = True
    perhaps: tuple[str, ...] = ()
    shown_from: Depth | None = None

    @property
    def shows(self) -> tuple[str, ...]:
        """What is judged after it on a server that keeps the whole contract."""
        return tuple(id for id in self.reaches if id not in self.perhaps)

    @property
    def is_left_out(self) -> bool:
        """Whether a run that uses the fleets of earlier ones does not drive it: it creates too many."""
        return self.new >= LEFT_OUT

    @property
    def least_depth(self) -> Depth:
        """The first depth at which the check has something to drive."""
        rows = [depth for depth, _ in self.cases.rows] if self.cases else []
        return max(self.depth, min(rows, default=self.depth))


def reaches(
    *requirements: str,
    needs: Sequence[str] = (),
    depth: Depth = Depth.QUICK,
    new: int = 0,
    writes: bool = True,
    perhaps: Sequence[str] = (),
    shown_from: Depth | None = None,
) -> Callable[[Function], Function]:
    """Mark a test as a check; raises NoSuchId for a requirement that the catalogue does not have."""
    reached = (*requirements, *perhaps)
    for requirement in reached:
        catalogue().requirement(requirement)

    def mark(function: Function) -> Function:
        cases = getattr(function, _CASES, None)
        check = Check(reached, tuple(needs), depth, cases, new, writes, tuple(perhaps), shown_from)
        setattr(function, _ATTRIBUTE, check)
        return function

    return mark


def over(
    strategy: SearchStrategy[Any],
    *,
    smoke: Sequence[Any] = (),
    quick: Sequence[Any] = (),
    standard: Sequence[Any] = (),
    deep: Sequence[Any] = (),
) -> Callable[[Function], Function]:
    """Make a check a property of its argument `case`; stands below `reaches`."""
    depths = ((Depth.SMOKE, smoke), (Depth.QUICK, quick), (Depth.STANDARD, standard), (Depth.DEEP, deep))

    def mark(function: Function) -> Function:
        rows = tuple((depth, row) for depth, rows in depths for row in rows)
        setattr(function, _CASES, Cases(rows, strategy))
        return function

    return mark


def check_of(function: Callable[..., Any]) -> Check | None:
    """Return what a test says of itself as a check, None for a test that is none."""
    return getattr(function, _ATTRIBUTE, None)
