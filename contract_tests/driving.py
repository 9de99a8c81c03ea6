"""Driving checks as pytest tests: the only module that knows pytest, but for the options of the plain form."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as hypothesis_settings

from fleet_contract.contract_tests.check import Check, check_of
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.network.budget import BudgetSpent
from fleet_contract.contract_tests.network.client import WritesForbidden
from fleet_contract.contract_tests.network.printable import printable
from fleet_contract.contract_tests.programs.case_files import Case
from fleet_contract.contract_tests.run import Report, Run
from fleet_contract.contract_tests.target import Target
from fleet_contract.contract_tests.untested import Lack, Untested
from fleet_contract.contract_tests.verdicts import Exit, Ran

# The gate runs the rows of a property and nothing else: what Hypothesis would draw depends on
# what happens to be imported, and a shrunk failure is one that was seen and withdrawn.
_GATE = hypothesis_settings(
    phases=(Phase.explicit,),
    database=None,
    deadline=None,
    report_multiple_bugs=False,  # else an interrupt would be collected like a failure, and the run would go on
    suppress_health_check=list(HealthCheck),
)


RUN = pytest.StashKey[Run]()
SAVED = "saved"  # the argument of the check that replays saved cases


class Driver:
    """A pytest plugin that drives the checks of one run; other tests of the session are left alone."""

    def __init__(self, run: Run, conclude: Callable[[Report], int]) -> None:
        self._run = run
        self._conclude = conclude
        self._is_ours = False
        self._due: list[pytest.Item] = []
        self._others_failed = False

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RUN] = self._run  # where the fixtures of the checks find it

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        checks = {item: check for item in items if (check := _check(item))}
        self._is_ours = bool(checks) or not items
        wanted = {item: check for item, check in checks.items() if self._run.is_wanted(check)}
        left_out = {item: lacked for item, check in wanted.items() if (lacked := self._lacks(check))}
        for item, lacked in left_out.items():
            self._run.ran.append(_ran(item, lacked))
        self._due = [item for item in wanted if item not in left_out]
        unwanted = [item for item in checks if item not in self._due]
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in unwanted]

    def _lacks(self, check: Check) -> Untested | None:
        settings = self._run.settings
        if check.least_depth > settings.depth:
            return Untested(Lack.DEPTH, f"it runs at --depth {check.least_depth.word}")
        missing = [need for need in check.needs if not _entry(settings.target, need)]
        if missing:
            return Untested(Lack.FIXTURE, f"the target file does not give {' and '.join(missing)}")
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        with self._recorded(item):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        with self._recorded(item):
            result = yield
            if _check(item):
                broken = self._run.judge_new()
                self._run.ran.append(_ran(item))
                if broken:
                    pytest.fail(
                        _summary(broken), pytrace=False
                    )  # It is the server's fault: no line of ours tells more.
            return result

    @contextmanager
    def _recorded(self, item: pytest.Item) -> Iterator[None]:
        """Turn what ended a check into a record: untested with its reason, or an error of ours."""
        if not _check(item):
            yield
            return
        self._run.api.check = item.name
        try:
            yield
        except (pytest.fail.Exception, pytest.skip.Exception):
            raise
        except (Untested, BudgetSpent, WritesForbidden) as reason:
            lacked = _lacked(reason)
            self._run.ran.append(_ran(item, lacked))
            raise pytest.skip.Exception(lacked.reason) from None
        except Exception as error:
            self._run.ran.append(replace(_ran(item), error=printable(f"{type(error).__name__}: {error}")))
            raise

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
            if reason.lack is not Lack.DISTURBED:
                raise
            # What cannot be laid at the API's door is tried once more, with new ids, on a new connection.
            self._run.client.reconnect()
            self._drive(check, pyfuncitem.obj, arguments)
        return True

    def _drive(self, check: Check, function: Callable[..., None], arguments: dict[str, Any]) -> None:
        if check.cases is None:
            function(**arguments)
            return

        def body(case: Any) -> None:
            function(**{**arguments, "case": case})

        driven = given(case=check.cases.strategy)(body)
        for row in reversed(check.cases.at(self._run.settings.depth)):
            driven = example(case=row)(driven)
        _GATE(driven)()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self._others_failed |= report.failed and _check(item) is None
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        result = yield
        if self._is_ours and not session.config.option.collectonly:
            self._record_the_undone()
            code = self._conclude(self._run.conclude())
            session.exitstatus = code or (pytest.ExitCode.TESTS_FAILED if self._others_failed else Exit.CONFORMS)
        return result

    def _record_the_undone(self) -> None:
        """Record the checks that never ran, so that a run that was stopped, or ran nothing, is no success."""
        done = {each.name for each in self._run.ran}
        undone = [item for item in self._due if item.name not in done]
        if self._run.client.stopped:
            self._run.ran.append(Ran("the run", (), Lack.STOPPED, "it was interrupted"))
        self._run.ran += [_ran(item, Untested(Lack.STOPPED, "the run was stopped before it")) for item in undone]
        if not self._due:
            self._run.ran.append(Ran("nothing ran", (), Lack.STOPPED, "no check was selected"))


def _check(item: pytest.Item) -> Check | None:
    check = check_of(item.function) if isinstance(item, pytest.Function) else None
    case = item.callspec.params.get(SAVED) if check and hasattr(item, "callspec") else None
    return replace(check, reaches=(case.requirement,)) if check and isinstance(case, Case) else check


def _ran(item: pytest.Item, lacked: Untested | None = None) -> Ran:
    check = _check(item)
    reaches = check.reaches if check else ()
    return Ran(item.name, reaches, lacked.lack, lacked.reason) if lacked else Ran(item.name, reaches)


def _lacked(reason: Exception) -> Untested:
    if isinstance(reason, WritesForbidden):
        return Untested(Lack.WRITES, "it creates or renames, which takes --allow-writes on this host")
    return reason if isinstance(reason, Untested) else Untested(Lack.BUDGET, str(reason))


def _entry(target: Target, name: str) -> object:
    value: object = target
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _summary(broken: list[Finding]) -> str:
    lines = (f"{each.requirement}: expected {each.expected}, was answered {each.got}" for each in broken)
    return "\n".join(dict.fromkeys(lines))
