"""The runs of an exploration, one after the other: each has a mark, a client and a judgement, all have one budget."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.network.client import INTERRUPTED
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.running.runs import Run, Settings
from fleet_contract.contract_tests.target.target import Limits

_LEAST_SECONDS = 1e-6


@dataclass
class Spent:
    """What the runs that are over cost."""

    requests: int = 0
    fleets: int = 0
    keys: int = 0


class Runs:
    """Begins runs with what the budget has left; `settings` are those of the whole exploration.

    Interrupted, it lets no run send anything more.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._begun = time.monotonic()
        self._spent = Spent()
        self._made: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._run: Run | None = None
        self.stopped = ""  # why nothing more is sent

    def assume(self, dialect: Mapping[str, str]) -> None:
        """Let the runs from now on take this for the dialect of the target."""
        self._settings = replace(self._settings, assumed=dialect)

    def settings(self) -> Settings:
        """Return the settings of a run that has what the budget has left."""
        target = self._settings.target
        return replace(self._settings, target=replace(target, limits=self._left(target.limits)))

    def _left(self, limits: Limits) -> Limits:
        seconds = limits.max_seconds
        return replace(
            limits,
            max_requests=_less(limits.max_requests, self._spent.requests),
            max_fleets=_less(limits.max_fleets, self._spent.fleets),
            max_keys=_less(limits.max_keys, self._spent.keys),
            max_seconds=None if seconds is None else max(seconds - self.seconds, _LEAST_SECONDS),
        )

    def fresh(self) -> Run:
        """End the run that is under way, and begin another."""
        self.end()  # first, so that what it cost is not spent twice
        return self.take(Run.begin(self.settings()))

    def current(self) -> Run:
        """Return the run that is under way, or another."""
        return self._run or self.fresh()

    @property
    def under_way(self) -> Run | None:
        return self._run

    def take(self, run: Run) -> Run:
        """End the run that is under way, and take this one for it."""
        self.end()
        self._run = run
        return run

    def end(self) -> None:
        """End the run that is under way, if any, and book what it cost."""
        if self._run is None:
            return
        client, self._run = self._run.client, None
        client.close()
        self._spent.requests += client.spent(Cost.REQUESTS)
        self._spent.fleets += client.spent(Cost.FLEETS)
        self._spent.keys += client.spent(Cost.KEYS)
        self._settings = replace(self._settings, troubles=client.troubles)
        fleets, keys = self._made
        self._made = (fleets + client.footprint.fleets_created, keys + client.footprint.keys_created)

    def stop(self) -> None:
        """Send nothing more, whoever catches the KeyboardInterrupt."""
        if self._run is not None:
            self._run.client.stop()
        self.stopped = self.stopped or (self._run.client.stopped if self._run else INTERRUPTED)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    @property
    def requests(self) -> int:
        """The requests that were sent until now."""
        under_way = self._run.client.spent(Cost.REQUESTS) if self._run else 0
        return self._spent.requests + under_way

    def footprint(self) -> Footprint:
        """Return what the runs that are over did to the target."""
        return Footprint(self._spent.requests, self.seconds, *self._made)


def _less(most: int | None, spent: int) -> int | None:
    return None if most is None else max(most - spent, 0)
