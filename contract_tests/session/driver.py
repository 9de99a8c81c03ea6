"""Driving checks as pytest tests: what became of each, and what the run came to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from fleet_contract.contract_tests.driving.check import Check, check_of
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.network.budget import BudgetSpent, Cost
from fleet_contract.contract_tests.network.client import INTERRUPTED, WritesForbidden
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.process.seeding import seeded_alone
from fleet_contract.contract_tests.programs.case_files import Case
from fleet_contract.contract_tests.reports.progress import Progress
from fleet_contract.contract_tests.running.runs import Report, Run, Settings
from fleet_contract.contract_tests.running.verdicts import CheckResult
from fleet_contract.contract_tests.target.target import Target

RUN = pytest.StashKey[Run]()
SAVED = "saved"  # the argument of the check that replays saved cases


class Driver:
    """A pytest plugin that drives the checks of one run; other tests of the session are left alone.

    Nothing that ends the session ends the run: `conclude` returns its report whatever happened.
    """

    def __init__(self, run: Run, progress: Progress) -> None:
        self._run = run
        self._progress = progress
        self._is_ours = False
        self._due: list[pytest.Item] = []
        self._done: set[pytest.Item] = set()
        self._begun = 0.0
        self._report: Report | None = None

    def conclude(self) -> Report:
        """End the run, once, and return what it came to; a run that was stopped, or ran nothing, is no success."""
        if self._report is None:
            self._report = self._concluded()
        return self._report

    def _concluded(self) -> Report:
        stopped = self._run.client.stopped
        undone = [item for item in self._due if item not in self._done]
        if stopped and not self._due:
            return self._run.give_up(stopped)
        if stopped and (undone or stopped != INTERRUPTED):
            self._run.ran.append(CheckResult("the run", (), Reason(SkipReason.STOPPED, stopped)))
        self._run.ran += [_ran(item, Reason(SkipReason.STOPPED, "the run stopped before it")) for item in undone]
        if not self._due and not any(each.error for each in self._run.ran):
            self._run.ran.append(CheckResult("nothing ran", (), Reason(SkipReason.STOPPED, "no check was selected")))
        return self._run.conclude()

    def broke(self, error: BaseException) -> None:
        """Note that something of ours failed outside of any check."""
        self._run.ran.append(CheckResult("the run", (), error=f"{type(error).__name__}: {error}"))

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool | None:
        self.broke(excinfo.value)
        return None  # so that pytest prints it

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RUN] = self._run  # where the fixtures of the checks find it

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        checks = {item: check for item in items if (check := _check(item))}
        self._is_ours = bool(checks) or not items
        self._due = [item for item, check in checks.items() if self._is_due(item, check)]
        self._progress.planned(len(self._due))
        unwanted = checks.keys() - set(self._due)
        config.hook.pytest_deselected(items=[item for item in items if item in unwanted])
        items[:] = [item for item in items if item not in unwanted]

    def _is_due(self, item: pytest.Item, check: Check) -> bool:
        """Say whether a check is to drive; note one that was asked for and cannot."""
        if not self._run.is_wanted(check):
            return False
        lacked = lacked_by(check, self._run.settings)
        if lacked:
            self._run.ran.append(_ran(item, lacked))
        return not lacked

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        self._begun = time.monotonic()
        with self._noted(item):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        with self._noted(item):
            result = yield
        if _check(item):
            self._record(_ran(item), item)
        return result

    @contextmanager
    def _noted(self, item: pytest.Item) -> Iterator[None]:
        """Note what kept a check from its end, whatever that was; a check that lacked something is skipped."""
        if not _check(item):
            yield
            return
        self._run.api.check = _name(item)
        try:
            yield
        except (Untested, BudgetSpent, WritesForbidden) as reason:
            lacked = self._lacked(reason)
            self._record(_ran(item, lacked), item)
            raise pytest.skip.Exception(lacked.words) from None
        except Exception as error:
            said = self._run.client.told.text(f"{type(error).__name__}: {error}")
            self._record(replace(_ran(item), error=printable(said)), item)
            raise

    def _lacked(self, reason: Untested | BudgetSpent | WritesForbidden) -> Reason:
        if isinstance(reason, Untested):
            return reason.why
        if isinstance(reason, WritesForbidden):
            return Reason(SkipReason.WRITES, flag=reason.switch)
        if reason.cost is Cost.FLEETS and self._run.settings.earlier:
            return Reason(SkipReason.REUSE, f"needs a new fleet, but {reason.most:g} were already created")
        return Reason(SkipReason.BUDGET, str(reason))

    def _record(self, ran: CheckResult, item: pytest.Item) -> None:
        self._done.add(item)
        self._run.ran.append(replace(ran, seconds=time.monotonic() - self._begun))
        self._progress.ended()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        check = _check(pyfuncitem)
        if check is None:
            return None
        names = pyfuncitem._fixtureinfo.argnames
        arguments = {name: pyfuncitem.funcargs[name] for name in names}
        try:
            self._drive(check, pyfuncitem.obj, arguments)
        except Untested as reason:
            if reason.kind is not SkipReason.DISTURBED:
                raise
            with self._run.client.second_try():
                self._drive(check, pyfuncitem.obj, arguments)
        return True

    def _drive(self, check: Check, function: Callable[..., None], arguments: dict[str, Any]) -> None:
        cases = [{"case": row} for row in check.cases.at(self._run.settings.depth)] if check.cases else [{}]
        with seeded_alone():
            for case in cases:
                function(**{**arguments, **case})


class Alone(Driver):
    """Drives the checks in a session that holds nothing else and prints nothing."""

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        super().pytest_internalerror(excinfo)
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            reason = report.longreprtext.strip().rpartition("\n")[2]
            self._run.ran.append(CheckResult(report.nodeid or "the run", (), error=f"could not be loaded: {reason}"))


def lacked_by(check: Check, settings: Settings) -> Reason | None:
    """Return why a check is not to drive, None where it is."""
    if check.is_left_out and settings.earlier:
        return Reason(SkipReason.REUSE, "needs new fleets: run without --reuse")
    missing = tuple(need for need in check.needs if not _entry(settings.target, need))
    needed = check.shown_from if missing and check.shown_from is not None else check.least_depth
    depth = check.least_depth if needed > settings.depth else None
    kind = SkipReason.FIXTURE if depth is None else SkipReason.DEPTH
    return Reason(kind, depth=depth, entries=missing) if missing or depth is not None else None


def is_check(item: pytest.Item) -> bool:
    """Say whether a test is a check of ours."""
    return _check(item) is not None


def _check(item: pytest.Item) -> Check | None:
    check = check_of(item.function) if isinstance(item, pytest.Function) else None
    case = item.callspec.params.get(SAVED) if check and hasattr(item, "callspec") else None
    return replace(check, reaches=(case.requirement,)) if check and isinstance(case, Case) else check


def _ran(item: pytest.Item, why: Reason | None = None) -> CheckResult:
    check = _check(item)
    return CheckResult(_name(item), check.shows if check else (), why)


def _name(item: pytest.Item) -> str:
    """Return what a check is called; the name of its function alone stands in several modules."""
    return f"{item.path.name}::{item.name}"


def _entry(target: Target, name: str) -> object:
    value: object = target
    for part in name.split("."):
        value = getattr(value, part)
    return value
