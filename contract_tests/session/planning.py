"""A plan: what a run of given settings would drive and leave behind, and what would unlock the rest. Sends nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from fleet_contract.contract_tests.driving.check import Check, check_of
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason
from fleet_contract.contract_tests.network.budget import longest_run
from fleet_contract.contract_tests.running.runs import Settings
from fleet_contract.contract_tests.running.verdicts import testable
from fleet_contract.contract_tests.session.driver import SAVED, lacked_by
from fleet_contract.contract_tests.target.depths import PRICES, UNSHOWN, Depth

CHECKS = "fleet_contract.contract_tests.checks"
_LATENCY = 0.05  # seconds for a response, which only a first request could tell


@dataclass(frozen=True)
class Drive:
    """A check with its name in words."""

    words: str
    check: Check


@dataclass(frozen=True)
class Plan:
    """What would be driven, what of it a run judges, and what it would besides with each thing that is missing.

    That is so on a server that keeps the whole contract. Each requirement is unlocked by the cheapest thing alone.
    """

    settings: Settings
    drives: tuple[Drive, ...]
    reached: frozenset[str]
    unlocked: Mapping[str, frozenset[str]]

    @property
    def seconds(self) -> float | None:
        """After how many seconds the run ends at most, None for never; so it is while `latency` holds."""
        return longest_run(self.settings.target.limits, self.settings.target.rate, _LATENCY)

    @property
    def latency(self) -> float | None:
        """How many seconds the first response may take for that; None where they do not matter."""
        target = self.settings.target
        if self.seconds == target.limits.max_seconds:
            return None
        return max(_LATENCY, 1 / target.rate if target.rate else 0.0)

    @property
    def left_out(self) -> tuple[Drive, ...]:
        """What is not driven since it needs new fleets, where those of earlier runs are to be used."""
        return left_out_with_reuse() if self.settings.earlier else ()


def plan_of(settings: Settings) -> Plan:
    """Return the plan of a run."""
    wanted = {each.id for each in testable(settings.only, settings.skip, settings.target.dialect)}
    due, rest = list[Drive](), list[tuple[Reason, Iterable[str]]]()
    shown = set[str]()
    for each in _drives():
        if not wanted & set(each.check.reaches):
            continue
        reason = _reason(each.check, settings)
        if reason is None:
            due.append(each)
        else:
            rest.append((reason, each.check.shows))
        if reason is None or _is_shown_by_others(each.check, settings):
            shown.update(each.check.shows)
    unshown = UNSHOWN.get(settings.depth, frozenset())
    reached = frozenset(shown & wanted) - unshown
    for depth in next_depth(settings.depth):
        rest.append((Reason(SkipReason.DEPTH, depth=depth), unshown))
    return Plan(settings, tuple(due), reached, _unlocked(rest, wanted - reached))


def _is_shown_by_others(check: Check, settings: Settings) -> bool:
    return check.shown_from is not None and _reason(replace(check, depth=check.shown_from), settings) is None


def _reason(check: Check, settings: Settings) -> Reason | None:
    """Return all that keeps a check from its end, as far as can be told beforehand; None for nothing.

    Without leave to write a run drives each check until it would write. What comes of that is no part of the plan.
    """
    reason = lacked_by(check, settings)
    if settings.target.may_write or not check.writes or (reason and reason.said):
        return reason
    return replace(reason or Reason(SkipReason.WRITES), flag=settings.target.lacks_to_write)


def _unlocked(rest: Iterable[tuple[Reason, Iterable[str]]], unreached: set[str]) -> Mapping[str, frozenset[str]]:
    """Return what is not reached, each under the cheapest reason for that; the greatest gain first.

    A greater depth is there though it would show nothing new: it drives more cases.
    """
    found, left = dict[str, frozenset[str]](), set(unreached)
    for reason, ids in sorted(rest, key=lambda each: each[0].price):
        gained = left.intersection(ids)
        if gained or reason == Reason(SkipReason.DEPTH, depth=reason.depth):
            found[reason.words] = found.get(reason.words, frozenset()) | gained
        left -= gained
    return dict(sorted(found.items(), key=lambda each: (-len(each[1]), each[0])))


@cache
def _drives() -> tuple[Drive, ...]:
    return tuple(Drive(_words(file, name), check) for file, name, check in _checks() if SAVED not in name)


def _checks() -> Iterator[tuple[str, str, Check]]:
    for file in sorted(each.name for each in files(CHECKS).iterdir() if each.name.startswith("test_")):
        module = import_module(f"{CHECKS}.{file.removesuffix('.py')}")
        functions: Mapping[str, Callable[..., Any]] = vars(module)
        for name, function in functions.items():
            check = check_of(function) if name.startswith("test_") else None
            if check and check.reaches:
                yield file.removeprefix("test_").removesuffix(".py"), name, check


def left_out_with_reuse() -> tuple[Drive, ...]:
    """Return the checks that a run which uses the fleets of earlier ones does not drive, at whatever depth."""
    return tuple(each for each in _drives() if each.check.is_left_out)


def _words(file: str, name: str) -> str:
    """Return the name of a check in words, which some checks share that stand in other files."""
    return f"{file.replace('_', ' ')}: {name.removeprefix('test_').replace('_', ' ')}"


def next_depth(depth: Depth) -> list[Depth]:
    """Return the depth after this one, none after the last."""
    return [each for each in PRICES if each == depth + 1]
