"""The plain pytest form: the plugin that `pytest -p` loads, with the options of `run` under the prefix `--fleet-`.

pytest -p fleet_contract.contract_tests.plugin --pyargs fleet_contract.contract_tests --fleet-url URL
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests import checks
from fleet_contract.contract_tests.driving import Driver
from fleet_contract.contract_tests.judge import begin, finish
from fleet_contract.contract_tests.network.preflight import KeyRefused, NotThisApi, Unreachable
from fleet_contract.contract_tests.options import OPTIONS
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.run import Report, Run
from fleet_contract.contract_tests.settings import Outputs, read_settings
from fleet_contract.contract_tests.verdicts import Exit
from fleet_contract.spec.files import Contradiction

PREFIX = "--fleet-"
CHECKS = Path(checks.__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fleet-contract", "judging a server of the Drive API's Fleet Management")
    group.addoption(f"{PREFIX}url", help="What stands before /emp/v1.", metavar="BASE_URL")
    for option in OPTIONS:
        how: dict[str, Any] = {"help": option.help}
        if option.flag:
            how["action"] = "store_true"
        elif option.many:
            how |= {"action": "append", "metavar": option.metavar}
        else:
            how |= {"choices": option.choices} if option.choices else {"metavar": option.metavar}
        group.addoption(f"{PREFIX}{option.name}", **how)


def pytest_configure(config: pytest.Config) -> None:
    asks = config.option
    if asks.help or asks.version or asks.markers or asks.showfixtures or asks.show_fixtures_per_test:
        return
    given = {option.name: config.getoption(f"{PREFIX}{option.name}") for option in OPTIONS}
    try:
        _refuse_workers(config)
        settings, outputs = read_settings(config.getoption(f"{PREFIX}url"), given)
        run = Run.begin(settings) if asks.collectonly else begin(settings, open_console(stderr=True))
    except Contradiction as wrong:
        pytest.exit(str(wrong), returncode=Exit.USAGE)
    except (Unreachable, KeyRefused, NotThisApi) as reason:
        pytest.exit(str(reason), returncode=Exit.INCONCLUSIVE)
    config.pluginmanager.register(Driver(run, _conclude(outputs)), "fleet-contract-driver")


def _refuse_workers(config: pytest.Config) -> None:
    if getattr(config.option, "dist", "no") != "no" or hasattr(config, "workerinput"):
        raise Contradiction(
            "pytest-xdist was told to spread the checks over several processes. Expected one process, since a verdict "
            "is read from all that a run sent. Add -n 0."
        )


def _conclude(outputs: Outputs) -> Callable[[Report], int]:
    def conclude(report: Report) -> int:
        try:
            return finish(report, outputs, open_console())
        except Contradiction as wrong:
            open_console(stderr=True).print(f"Error: {wrong}", markup=False)
            return Exit.USAGE

    return conclude


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
    return not (_is_check(path) or path in (CHECKS / "__init__.py", CHECKS.parent / "__init__.py"))


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
