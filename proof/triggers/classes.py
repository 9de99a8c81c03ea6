"""Classes: sets of calls, each with a predicate that tells its members and a strategy that draws scenarios with one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.store import ChargingKey, Fleet
from proof.moments import Moment
from proof.sending import Request

# What happens, in order; a member of the class is among the sending. Those of a tuple are sent at once, a function is
# told the answers so far and returns the next request, and a record is put into the store, which no request could do.
Step = Request | tuple[Request, ...] | Callable[[Sequence[Answer]], Request] | Fleet | ChargingKey
Scenario = Sequence[Step]
Predicate = Callable[[Moment], Any]


@dataclass(frozen=True)
class Class:
    """A set of calls. `members` draws scenarios that hold one; None where it only narrows another class."""

    holds: Predicate
    members: SearchStrategy[Scenario] | None = None

    def __and__(self, other: "Class") -> "Class":
        """Return the calls in both; their scenarios are those of the first that has some, and have to fit the other."""
        members = other.members if self.members is None else self.members
        return Class(lambda moment: self.holds(moment) and other.holds(moment), members)

    def __or__(self, other: "Class") -> "Class":
        drawn = [each.members for each in (self, other) if each.members is not None]
        return Class(lambda moment: self.holds(moment) or other.holds(moment), st.one_of(drawn) if drawn else None)

    def __invert__(self) -> "Class":
        """Return the calls that are none of these; it has no members of its own."""
        return Class(lambda moment: not self.holds(moment))

    def seen_by(self, *reveal: Callable[[Any], Request]) -> "Class":
        """Return this class for an effect that shows only in later requests, which follow from the one that fires."""

        def followed(scenario: Scenario) -> Scenario:
            return [*scenario, *(each(scenario[-1]) for each in reveal)]

        return Class(self.holds, None if self.members is None else self.members.map(followed))


def when(holds: Predicate, like: Class | None = None) -> Class:
    """Return the calls for which a predicate holds: drawn like those of another class, or to narrow one."""
    return Class(holds, like.members if like else None)
