"""Why a check could not run: each reason says whether the run may still call the server conforming."""

from enum import StrEnum


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


INCONCLUSIVE = frozenset({Lack.WRITES, Lack.BUDGET, Lack.SETUP, Lack.DISTURBED, Lack.STOPPED})


class Untested(Exception):
    """A check could not run to its end; the text says why, for the report."""

    def __init__(self, lack: Lack, reason: str) -> None:
        super().__init__(reason)
        self.lack = lack
        self.reason = reason
