"""Why a check could not run: each reason says whether the run may still call the server conforming."""

from dataclasses import dataclass, replace
from enum import StrEnum

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.masking import Masker

_SHOWN = 80  # characters of a path


class Lack(StrEnum):
    """What a check lacked."""

    FIXTURE = "fixture"  # the target file does not say what the server holds, or names no second key
    DEPTH = "depth"  # the check runs at a greater depth only
    WRITES = "writes"  # nothing may be created or renamed on this host
    BUDGET = "budget"  # a limit of the run ended it
    REUSE = "reuse"  # it needs a new fleet, and the run has those of earlier ones
    SETUP = "setup"  # the server refused what the check had to begin with
    DISTURBED = "disturbed"  # something between us and the API answered in its place
    STOPPED = "stopped"  # the run ended before the check: interrupted, or after a first failure
    RECORDED = "recorded"  # it is about recorded traffic, which does not show it


INCONCLUSIVE = frozenset({Lack.WRITES, Lack.BUDGET, Lack.SETUP, Lack.DISTURBED, Lack.STOPPED})


@dataclass(frozen=True)
class Reason:
    """Why a check could not run to its end: what it lacked, and the depth, the entries or the flag that it needs.

    What these do not say is `said` in words, which may be about a `call`.
    """

    lack: Lack
    said: str = ""
    depth: Depth | None = None
    entries: tuple[str, ...] = ()  # of the target file
    flag: str = ""
    call: tuple[str, str] | None = None  # a method and a path

    @property
    def words(self) -> str:
        """The reason as reports tell it."""
        if self.call:
            method, path = self.call
            return f"{method} {path[:_SHOWN]}: {self.said}"
        depth = "" if self.depth is None else f"--depth {self.depth.word}"
        entries = f"{' and '.join(self.entries)} in the target file" if self.entries else ""
        return self.said or f"needs {' and '.join(filter(None, (depth, self.flag, entries)))}"

    def masked(self, masker: Masker) -> "Reason":
        """Return what may be told of it."""
        call = self.call and (self.call[0], masker.text(self.call[1]))
        return replace(self, said=masker.text(self.said), call=call)


class Untested(Exception):
    """A check could not run to its end, and why."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.words)
        self.why = why

    @property
    def lack(self) -> Lack:
        return self.why.lack
