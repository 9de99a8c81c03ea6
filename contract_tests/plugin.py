"""The plain pytest form: the plugin that `pytest -p` loads, with the options of `run` under the prefix `--fleet-`.

pytest -p fleet_contract.contract_tests.plugin --pyargs fleet_contract.contract_tests --fleet-url URL
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests import checks
from fleet_contract.contract_tests.process.ending import Exit, ending_of, tell, unless_lost
from fleet_contract.contract_tests.process.signals import armed, held, watching
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.progress import Progress
from fleet_contract.contract_tests.reports.value import message_of
from fleet_contract.contract_tests.running import verdicts
from fleet_contract.contract_tests.running.runs import Run
from fleet_contract.contract_tests.running.settings import Outputs, read_settings
from fleet_contract.contract_tests.session.driver import Driver, is_check
from fleet_contract.contract_tests.session.of_a_run import with_replays
from fleet_contract.contract_tests.session.session import abandon, begun, failure_of, finish
from fleet_contract.contract_tests.target.options import OPTIONS
from fleet_contract.spec.files import Contradiction

PREFIX = "--fleet-"
CHECKS = Path(checks.__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fleet-contract", "judging a server of the Drive API's Fleet Management")
    group.addoption(f"{PREFIX}url", help="The part of the URL before /emp/v1.", metavar="BASE_URL")
    for option in OPTIONS:
        how: dict[str, Any] = {"help": option.help}
        if option.flag:
            how["action"] = "store_true"
        elif option.many:
            how |= {"action": "append", "metavar": option.metavar}
        else:
            how |= {"choices": option.choices} if option.choices else {"metavar": option.metavar}
        group.addoption(f"{PREFIX}{option.name}", **how)


class Verdict(pytest.Item):
    """A requirement as a test, which shows its verdict: all are judged at once, when the checks are through."""

    def __init__(self, *, driver: Driver, **more: Any) -> None:
        super().__init__(**more)
        self._driver = driver

    def runtest(self) -> None:
        report = self._driver.conclude()
        result = next(each for each in report.results if each.requirement.id == self.name)
        if pardon := report.pardon(result):
            pytest.xfail(f"{pardon}: {message_of(result)}")
        if result.verdict is verdicts.Verdict.UNTESTED:
            pytest.skip(result.reason)
        if result.verdict is not verdicts.Verdict.PASSED:
            pytest.fail(message_of(result), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class Beside(Driver):
    """Drives the checks in a session that may hold other tests too, and ends it as the command would."""

    def __init__(self, run: Run, outputs: Outputs, progress: Progress) -> None:
        super().__init__(run, progress)
        self._outputs = outputs
        self._others_failed = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self._others_failed |= report.failed and not is_check(item) and not isinstance(item, Verdict)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        super().pytest_collection_modifyitems(config, items)
        if self._due:
            judged = Verdicts.from_parent(items[0].session, name="verdicts", nodeid="fleet-contract")
            items += [Verdict.from_parent(judged, name=id, driver=self) for id in self._run.wanted]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Conclude, though another plugin fails here, of which pytest would make its own 1."""
        if not self._is_ours or session.config.option.collectonly:
            return (yield)
        broke = ""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            broke = f"{type(error).__name__}: {error}"
        with held():
            session.exitstatus = self._code() or self._code_of_others(session)
        if broke:
            pytest.exit(f"A plugin of pytest broke: {broke}", unless_lost(session.exitstatus, broke))
        return None

    def _code(self) -> int:
        try:
            return finish(with_replays(self.conclude()), self._outputs, open_console())
        except Exception as error:  # noqa: BLE001  (pytest would end with 1, which means that the server failed)
            return tell(error)

    def _code_of_others(self, session: pytest.Session) -> int:
        if self._others_failed:
            return pytest.ExitCode.TESTS_FAILED
        return Exit.CONFORMS if session.exitstatus in _SAYS_NOTHING_MORE else Exit.INCONCLUSIVE


class Verdicts(pytest.Collector):
    """The verdicts of a session."""

    def collect(self) -> list[pytest.Item]:
        return []


# With these pytest says of its tests what we know better: checks fail one by one what a run may wave through.
_SAYS_NOTHING_MORE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def pytest_configure(config: pytest.Config) -> None:
    asks = config.option
    if asks.help or asks.version or asks.markers or asks.showfixtures or asks.show_fixtures_per_test:
        return
    config.pluginmanager.register(_driver(config), "fleet-contract-driver")


def _driver(config: pytest.Config) -> Beside:
    """Make the driver of this session; ends it with the command's code where nothing can be judged."""
    given = {option.name: config.getoption(f"{PREFIX}{option.name}") for option in OPTIONS}
    try:
        _refuse_workers(config)
        _refuse_another(given)
        settings, outputs = read_settings(config.getoption(f"{PREFIX}url"), given)
        progress = Progress(open_console(quiet=True), quiet=True)  # pytest shows how far it is
        if config.option.collectonly:
            return Beside(Run.begin(settings), outputs, progress)
        run = begun(settings, outputs, progress)
    except Exception as error:  # noqa: BLE001  (each has its code)
        code, reason = ending_of(error)
        pytest.exit(reason, returncode=code)
    console = open_console(stderr=True)
    failure = failure_of(run, console)
    if failure is not None:
        pytest.exit("Nothing was judged.", returncode=abandon(run, failure, outputs, console))
    watched = ExitStack()
    config.add_cleanup(watched.close)
    watched.enter_context(watching())
    watched.enter_context(armed(run.client.stop))
    return Beside(run, outputs, progress)


def _refuse_another(given: dict[str, Any]) -> None:
    if given["against"]:
        raise Contradiction(
            "A session of pytest judges one server. Expected no --fleet-against. Use `fleet-contract run --against`."
        )


def _refuse_workers(config: pytest.Config) -> None:
    if getattr(config.option, "dist", "no") != "no" or hasattr(config, "workerinput"):
        raise Contradiction(
            "pytest-xdist would distribute the checks over several processes. Expected one process, since a verdict "
            "depends on everything that a run sent. Add -n 0."
        )


# --- collecting: the checks are found whatever a project's own settings call a test ---


class Checks(pytest.Module):
    """A module of checks."""

    def funcnamefilter(self, name: str) -> bool:
        return name.startswith("test_")

    def classnamefilter(self, _name: str) -> bool:
        return False


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out all of this package that is no check."""
    path = collection_path.resolve()
    if not path.is_relative_to(CHECKS.parent) or CHECKS.is_relative_to(path):
        return None
    return not _is_check(path)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    found = yield
    return found or ([Checks.from_parent(parent, path=file_path)] if _is_check(file_path.resolve()) else found)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return Checks.from_parent(parent, path=module_path) if _is_check(module_path.resolve()) else None


def _is_check(path: Path) -> bool:
    return path.parent == CHECKS and path.match("test_*.py")
