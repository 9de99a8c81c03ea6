"""Mutants that are careless about who calls."""

from proof.effects import acts_for
from proof.moments import Moment
from proof.mutants.table import Table
from proof.triggers.stories import lists, told

SECOND = 1.0  # how long a cache remembers


def has_unknown_key(moment: Moment) -> bool:
    return bool(moment.call.header("x-api-key")) and moment.tenant is None


def last_caller(moment: Moment) -> str | None:
    """Return whose the call directly before was; None where its key was nobody's."""
    return moment.past[-1].tenant if moment.past else None


def caller_within(moment: Moment, seconds: float) -> str | None:
    """Return who called last, no longer ago than some seconds."""
    known = (each for each in moment.earlier() if each.tenant)
    return next((each.tenant for each in known if moment.time - each.time < seconds), None)


# fmt: off
TABLE: Table = {
    "access.key-is-required": {
        "a-good-key-opens-the-door-to-those-without": (
            "Directly after a call with a real key, one without any is taken for its owner's.",
            told(lambda m: not m.call.header("x-api-key") and last_caller(m), lists(), lists(key=None)),
            acts_for(last_caller)),
    },
    "access.key-is-checked": {
        "a-good-key-opens-the-door-for-a-second": (
            "Within a second of a call with a real key any other is taken for it.",
            told(lambda m: has_unknown_key(m) and caller_within(m, SECOND), lists(), lists(key="unknown")),
            acts_for(lambda m: caller_within(m, SECOND))),
    },
}
