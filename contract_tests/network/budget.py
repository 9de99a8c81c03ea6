"""The budgets of a run: what it may cost at most, and how much trouble it puts up with before it ends."""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.transport_errors import ABOUT_A_CERTIFICATE, ADVICE
from fleet_contract.contract_tests.process.printable import capitalized, uncapitalized
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Limits

MOST_MEGABYTES = 128  # that the responses of a run take in memory
SLACK_SECONDS = 60.0
_OR = ", or "
_PLURAL = re.compile(r"s\b")


class Cost(StrEnum):
    """What a run costs its target, of which fleets and charging keys cannot be deleted, and whoever waits for it."""

    REQUESTS = "requests"
    FLEETS = "fleets"
    KEYS = "keys"
    SECONDS = "seconds"
    MEGABYTES = "megabytes of responses"
    TIMEOUTS = "timeouts"
    CONNECTIONS = "failed connections"
    RESETS = "broken connections"
    UNREADABLE = "unreadable responses"
    OVERSIZED = "oversized responses"
    REFUSALS = "requests refused for a while"

    def counting(self, number: float) -> str:
        """Return the word behind a number."""
        return _PLURAL.sub("", self, count=1) if number == 1 else self.value


# How much of each kind of trouble a run puts up with; timeouts have an entry of their own in the target file.
MOST_TROUBLES: Mapping[Cost, int] = {
    Cost.CONNECTIONS: 20,
    Cost.RESETS: 40,
    Cost.UNREADABLE: 40,
    Cost.OVERSIZED: 20,
    Cost.REFUSALS: 10,
}
TROUBLES: Mapping[Cause, Cost] = {
    **dict.fromkeys(Cause, Cost.UNREADABLE),
    **dict.fromkeys((Cause.NAME, Cause.CONNECT, Cause.PROXY), Cost.CONNECTIONS),
    **dict.fromkeys((Cause.TLS, Cause.TLS_VERSION, Cause.TLS_NAME, Cause.TLS_FAILED), Cost.CONNECTIONS),
    **dict.fromkeys((Cause.NO_TLS, Cause.TLS_ONLY, Cause.CLIENT_CERTIFICATE), Cost.CONNECTIONS),
    **dict.fromkeys(ABOUT_A_CERTIFICATE, Cost.CONNECTIONS),
    Cause.TIMEOUT: Cost.TIMEOUTS,
    Cause.RESET: Cost.RESETS,
    Cause.OVERSIZED: Cost.OVERSIZED,
}
KINDS_OF_TROUBLE = (Cost.TIMEOUTS, *MOST_TROUBLES)
# What is counted by itself, whatever a request is for: too much of it ends the run.
_ALWAYS = (Cost.MEGABYTES, *KINDS_OF_TROUBLE)
NOTHING: Mapping[Cost, float] = MappingProxyType({})
_ENTRIES: Mapping[Cost, str] = {
    Cost.REQUESTS: "max_requests",
    Cost.FLEETS: "max_fleets",
    Cost.KEYS: "max_keys",
    Cost.SECONDS: "max_seconds",
}
_ADVICE: Mapping[Cost, str] = {
    Cost.MEGABYTES: "Find out which part of the server sends so much, or run fewer checks with --only",
    Cost.TIMEOUTS: f"{ADVICE[Cause.TIMEOUT]} or limits.max_timeouts",
    Cost.CONNECTIONS: "Check whether the server is still up",
    **dict.fromkeys(
        (Cost.RESETS, Cost.UNREADABLE),
        "Check the server's log, and whatever stands between this machine and the server",
    ),
    Cost.OVERSIZED: ADVICE[Cause.OVERSIZED],
    Cost.REFUSALS: "Lower --requests-per-second and raise --max-seconds, or ask for a higher limit on the server",
}


class BudgetSpent(Exception):
    """A request was not sent, since it could have cost more than was allowed."""

    def __init__(self, cost: Cost, spent: float, most: float, limits: Limits, why: str = "") -> None:
        self.reached = f"the limit of {most:g} {cost.counting(most)} was reached{why}"
        super().__init__(f"{self.reached} ({uncapitalized(advice(cost, limits))})")
        self.cost, self.spent, self.most = cost, spent, most
        self.raising = capitalized(_OR.join(_raising(cost, limits))) or advice(cost, limits)


def advice(cost: Cost, limits: Limits) -> str:
    """Return what to do where a limit is reached: what raises it, where it was given, and what needs less."""
    if cost in _ADVICE:
        return _ADVICE[cost]
    return capitalized(_OR.join([*_raising(cost, limits), _needing_less(limits.depth)]))


def _raising(cost: Cost, limits: Limits) -> list[str]:
    """Return what raises a limit; nothing where it is that of the greatest depth, or is ours."""
    if cost not in _ENTRIES:
        return []
    name = _ENTRIES[cost]
    if name in limits.where:
        return [f"raise {limits.where[name]}"]
    if cost is Cost.SECONDS:
        return ["raise limits.max_seconds in the target file or with --max-seconds"]
    if limits.depth is None:
        return [f"raise limits.{name} in the target file"]
    return [f"run at --depth {depth.word}" for depth in Depth if depth == limits.depth + 1]


def _needing_less(depth: Depth | None) -> str:
    lesser = "".join(f" or --depth {each.word}" for each in Depth if depth is not None and each == depth - 1)
    return f"run fewer checks with --only{lesser}"


def longest_run(limits: Limits, rate: float, latency: float) -> float | None:
    """Return the seconds after which a run ends: those that were asked for, else what it should need, and more.

    That is twice what all planned requests take at `rate`, with `latency` seconds for
    each, what is waited for fleets to settle, and SLACK_SECONDS. None where neither is
    known.
    """
    if limits.max_seconds is not None or limits.max_requests is None:
        return limits.max_seconds
    each = max(latency, 1 / rate if rate else 0.0)
    settling = (limits.max_fleets or 0) * limits.settle_seconds
    return 2 * limits.max_requests * each + settling + SLACK_SECONDS


class Budget:
    """Counts what was spent and what requests under way may still spend.

    What is set aside is never exceeded, whatever threads do; what is booked as it
    happens, such as a timeout, can be, by the requests that are under way together.
    """

    def __init__(self, limits: Limits, before: Mapping[Cost, float] = NOTHING) -> None:
        """Begin with what was spent `before`."""
        self._limits = limits
        self._most: Mapping[Cost, float | None] = {
            **MOST_TROUBLES,
            Cost.REQUESTS: limits.max_requests,
            Cost.FLEETS: limits.max_fleets,
            Cost.KEYS: limits.max_keys,
            Cost.TIMEOUTS: limits.max_timeouts,
            Cost.MEGABYTES: MOST_MEGABYTES,
        }
        self._spent = {**dict.fromkeys(Cost, 0.0), **before}
        self._under_way: Counter[Cost] = Counter()
        self._lock = threading.Lock()

    def reserve(self, *costs: Cost) -> None:
        """Set one aside of each; raises BudgetSpent, and then nothing was set aside.

        So it does where too much trouble was booked, whatever is asked for: a server that
        hangs is not waited for all day.
        """
        with self._lock:
            for cost in (*costs, *_ALWAYS):
                self._require_left(cost)
            self._under_way.update(costs)

    def settle(self, cost: Cost, *, spent: bool) -> None:
        """Give back what was set aside, or book it."""
        with self._lock:
            self._under_way[cost] -= 1
            self._spent[cost] += spent

    def book(self, cost: Cost, amount: float = 1) -> None:
        """Count what nobody had set aside."""
        with self._lock:
            self._spent[cost] += amount

    def spent(self, cost: Cost) -> int:
        """Return how many are booked."""
        with self._lock:
            return round(self._spent[cost])

    def _require_left(self, cost: Cost) -> None:
        most = self._most.get(cost)
        gone = self._spent[cost] + self._under_way[cost]
        if most is not None and gone >= most:
            raise BudgetSpent(cost, gone, most, self._limits)
