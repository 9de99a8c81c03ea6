"""The verdict on a soak: what was promised, what was seen, and what of it is broken. Pure."""

from collections.abc import Iterator, Mapping
from math import nan
from typing import NamedTuple

from bench.soak.driving import CLOSED, HANGS, Outcomes
from bench.soak.hostile import GARBLED, MAY_BE_CLOSED
from bench.soak.ordinary import ORDINARY
from bench.tables import table

FIRST_SERVER_ERROR = 500
OF_ANOTHER_HTTP = (501, 505)  # an unknown Transfer-Encoding (RFC 9112, section 6.1), another version than HTTP/1
WRONG = "500 or above but 501 and 505"
MOST_GROWTH = 1.3
# Of garbled requests about every second one is still a whole request.
ENOUGH_GARBLED, LEAST_ANSWERED = 50, 0.2
TRACEBACK = "Traceback (most recent call last)"
LONGEST_EXCERPT = 2_000


class Seen(NamedTuple):
    """What was seen of a mock: statuses, its resident memory in megabytes, its log, and how its process ended.

    `is_gone` says whether it had ended before it was told to.
    """

    ordinary: Outcomes
    hostile: Outcomes
    settled: float
    ended: float
    log: str
    code: int
    is_gone: bool = False

    @property
    def growth(self) -> float:
        """Memory at the end, as a multiple of what it was when it had settled."""
        return self.ended / self.settled if self.settled else nan


def broken(seen: Seen) -> Iterator[str]:
    """Yield each promise that was broken, in words."""
    for outcomes in (seen.ordinary, seen.hostile):
        for (name, status), times in outcomes.items():
            if is_failure(status):
                yield f"{name}: {times:,} times {status}. Expected a response in time, and none of {WRONG}."
    for (name, status), times in seen.ordinary.items():
        if not is_failure(status) and status not in ORDINARY[name].allowed:
            yield f"{name}: {times:,} times {status}. Expected {' or '.join(map(str, sorted(ORDINARY[name].allowed)))}."
    yield from unanswered(seen.hostile)
    yield from broken_by_the_process(seen)


def unanswered(hostile: Outcomes) -> Iterator[str]:
    """Yield each hostile request that had no response and should have had one."""
    for (name, status), times in hostile.items():
        if status == CLOSED and name not in MAY_BE_CLOSED:
            yield f"{name}: {times:,} times no response before the connection was closed. Expected one."
    garbled = sum(times for (name, _), times in hostile.items() if name == GARBLED)
    answered = garbled - hostile[GARBLED, CLOSED]
    if garbled >= ENOUGH_GARBLED and answered < garbled * LEAST_ANSWERED:
        yield f"{GARBLED}: {answered:,} of {garbled:,} had a response. Expected at least {LEAST_ANSWERED:.0%}."


def is_failure(status: int | str) -> bool:
    """Say whether no request may be answered so, however odd."""
    is_server_error = isinstance(status, int) and status >= FIRST_SERVER_ERROR
    return status == HANGS or (is_server_error and status not in OF_ANOTHER_HTTP)


def broken_by_the_process(seen: Seen) -> Iterator[str]:
    """Yield each promise that the process broke, whatever it answered."""
    if TRACEBACK in seen.log:
        yield f"The log has a traceback:\n{seen.log[seen.log.index(TRACEBACK) :][:LONGEST_EXCERPT]}"
    if seen.growth > MOST_GROWTH:
        yield (
            f"Resident memory grew from {seen.settled:.1f} MB to {seen.ended:.1f} MB, "
            f"which is {seen.growth:.2f} times. Expected at most {MOST_GROWTH} times."
        )
    if seen.is_gone:
        yield f"The mock ended by itself, with exit code {seen.code}. Expected it to serve until it was told to stop."
    elif seen.code:
        yield f"The mock ended with exit code {seen.code} when it was told to stop. Expected 0."


def page(seen: Seen, settled_after: int) -> str:
    """Return what was seen as tables."""
    memory = [
        [f"after {settled_after:,} requests", f"{seen.settled:.1f} MB"],
        ["at the end", f"{seen.ended:.1f} MB"],
        ["as a multiple", f"{seen.growth:.2f}"],
    ]
    return "\n\n".join(
        [
            table(["ordinary", "requests", "statuses"], rows(seen.ordinary)),
            table(["hostile", "responses", "statuses"], rows(seen.hostile)),
            table(["resident memory", ""], memory),
        ]
    )


def rows(outcomes: Outcomes) -> list[list[str]]:
    """Return a row for each kind of request, with its statuses and how often each came."""
    kinds: dict[str, dict[int | str, int]] = {}
    for (name, status), times in sorted(outcomes.items(), key=lambda each: str(each[0])):
        kinds.setdefault(name, {})[status] = times
    return [[name, f"{sum(each.values()):,}", in_words(each)] for name, each in kinds.items()]


def in_words(statuses: Mapping[int | str, int]) -> str:
    return ", ".join(f"{status}: {times:,}" for status, times in statuses.items())
