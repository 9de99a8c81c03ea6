"""A replay: the steps that show a failure, and what is known about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.replays.candidates import candidates, nearest
from fleet_contract.contract_tests.replays.steps import Step, steps_of

_ABOUT_IT = 2  # candidates, of which each holds more than the one before
_MOST = 12  # requests of a replay that nobody has shortened
RACE_TRIES = 20


class Known(StrEnum):
    """What is known of the steps, in words for a report."""

    UNTRIED = "not minimised: earlier requests may be needed, or unnecessary"
    SHORTENED = "minimised: sent again, these requests showed it and no fewer did"
    CUT = "only partly minimised, since the budget for replays was spent"
    BROKE = "not minimised, since the suite itself failed while trying"
    UNSEEN = "sent again, the same requests did not show it: look for a race, a cache, or state left by other requests"


@dataclass(frozen=True)
class Replay:
    """Steps, the last of which shows a failure.

    After so many `tries` it was surely shown. Some failures need one connection for all requests. `needs` says which
    of several unusual characters are to blame. `mark` is that of its requests where they are not those of the run.
    The first is a precaution where it `has_precaution`: the others name nothing new, and may show what that left.
    """

    finding: Finding
    steps: Sequence[Step] = ()
    known: Known = Known.UNTRIED
    tries: int = 1
    needs_one_connection: bool = True
    needs: str = ""
    mark: str = ""
    has_precaution: bool = False

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges of the run that its steps send again, in order."""
        return [each for step in self.steps for each in step.exchanges]


def untried(finding: Finding, history: History, rate: float = 0.0, *, about_it: bool = False) -> Replay:
    """Return the replay of a failure that was not sent again: with all that may concern it, unless that is much.

    What is `about_it` names the same fleets; what else was sent may have led to it all the same.
    """
    chosen = nearest(finding, history)
    for more in islice(candidates(finding, history), _ABOUT_IT if about_it else None):
        if len(more) <= _MOST:
            chosen = more
    steps = steps_of(history.exchanges, (each.number for each in chosen), rate)
    return Replay(finding, steps, tries=RACE_TRIES if has_race(steps) else 1)


def has_race(steps: Sequence[Step]) -> bool:
    """Say whether a failure may be shown by some sendings and not by others, since calls overlap."""
    return any(each.is_at_once for each in steps)
