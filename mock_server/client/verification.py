"""Verification: how many exchanges must have been as expected, and what is said where it was another number."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Unpack

from fleet_contract.mock_server.client.exchanges import Exchange, require_all
from fleet_contract.mock_server.client.matching import Wanted, differences, expectation, facts, shown

NEAREST = 3  # exchanges that are told where too few were as expected
MOST_LISTED = 10
FIRST_ERROR = 400
Exchanges = Callable[[], Sequence[Exchange]]


class Verify:
    """Assertions about the exchanges of a world, which are asked for anew each time.

    Each raises AssertionError with the nearest misses and where they differ, or where the journal has forgotten some,
    and ValueError for an expectation that no exchange could meet.
    """

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges

    def once(self, operation: str | None = None, **wanted: Unpack[Wanted]) -> Exchange:
        """Return the one exchange that is as expected."""
        __tracebackhide__ = True
        return self.times(1, operation, **wanted)[0]

    def never(self, operation: str | None = None, **wanted: Unpack[Wanted]) -> None:
        """Require that no exchange is as expected."""
        __tracebackhide__ = True
        self.times(0, operation, **wanted)

    def times(self, number: int, operation: str | None = None, **wanted: Unpack[Wanted]) -> list[Exchange]:
        """Return the exchanges that are as expected, which must be so many."""
        __tracebackhide__ = True
        return self._require(expectation(operation, wanted), number, number)

    def at_least(self, number: int, operation: str | None = None, **wanted: Unpack[Wanted]) -> list[Exchange]:
        """Return the exchanges that are as expected, which must be so many or more."""
        __tracebackhide__ = True
        return self._require(expectation(operation, wanted), number, None)

    def at_most(self, number: int, operation: str | None = None, **wanted: Unpack[Wanted]) -> list[Exchange]:
        """Return the exchanges that are as expected, which must be so many or fewer."""
        __tracebackhide__ = True
        return self._require(expectation(operation, wanted), 0, number)

    def nothing_refused(self) -> None:
        """Require that no response is an error."""
        __tracebackhide__ = True
        refused = [each for each in self._asked() if each.status >= FIRST_ERROR]
        if refused:
            raise AssertionError("\n".join(["Expected no refusal:", *listed(refused, with_reason)]))

    def _asked(self) -> Sequence[Exchange]:
        __tracebackhide__ = True
        exchanges = self._exchanges()
        require_all(exchanges)
        return exchanges

    def _require(self, expected: Mapping[str, Any], least: int, most: int | None) -> list[Exchange]:
        __tracebackhide__ = True
        exchanges = self._asked()
        fitting = [each for each in exchanges if not differences(expected, facts(each))]
        if len(fitting) < least or (most is not None and len(fitting) > most):
            raise AssertionError(complaint(exchanges, fitting, expected, number_of(least, most)))
        return fitting


# --- what is said --------------------------------------------------------------------------------


def complaint(
    exchanges: Sequence[Exchange], fitting: Sequence[Exchange], expected: Mapping[str, Any], number: str
) -> str:
    """Return which number of exchanges was expected, those that fit, and the nearest of those that do not."""
    lines = [f"Expected {number} of: {told(expected)}", f"Found {len(fitting)} among {len(exchanges)} exchanges."]
    if fitting:
        lines += ["As expected:", *listed(fitting, with_reason)]
    misses = nearest([each for each in exchanges if each not in fitting], expected)
    if misses:
        lines += ["Nearest misses:", *listed(misses, lambda each: with_differences(each, expected))]
    return "\n".join(lines)


def number_of(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"exactly {least}" if least == most else f"at most {most}"


def told(expected: Mapping[str, Any]) -> str:
    """Return an expectation in words."""
    rest = {name: value for name, value in expected.items() if name != "operation"}
    members = ", ".join(f"{name} {shown(value)}" for name, value in rest.items())
    return f"{expected.get('operation', 'any request')}{' with ' if members else ''}{members}"


def nearest(exchanges: Sequence[Exchange], expected: Mapping[str, Any]) -> list[Exchange]:
    """Return the exchanges that differ least, the nearest first; of the same operation before others."""

    def distance(exchange: Exchange) -> tuple[bool, int, int]:
        wrong = differences(expected, facts(exchange))
        return any(each.place == ("operation",) for each in wrong), len(wrong), -exchange.number

    return sorted(exchanges, key=distance)[:NEAREST]


def listed(exchanges: Sequence[Exchange], lines: Callable[[Exchange], Iterator[str]]) -> Iterator[str]:
    for exchange in exchanges[:MOST_LISTED]:
        yield from lines(exchange)
    if len(exchanges) > MOST_LISTED:
        yield f"  and {len(exchanges) - MOST_LISTED} more"


def with_reason(exchange: Exchange) -> Iterator[str]:
    yield f"  {exchange.line}"
    if exchange.problem:
        yield f"    {exchange.problem['detail']}"


def with_differences(exchange: Exchange, expected: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {exchange.line}"
    wrong = differences(expected, facts(exchange))
    is_another = [each for each in wrong if each.place == ("operation",)]
    yield from (f"    {each}" for each in is_another or wrong)
