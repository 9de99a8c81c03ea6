"""The plain pytest form: `pytest -p fleet_contract.contract_tests.plugin --pyargs fleet_contract.contract_tests --fleet-url URL`."""

from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from fleet_contract.contract_tests.driving import Driver
from fleet_contract.contract_tests.judge import begin, finish
from fleet_contract.contract_tests.options import OPTIONS
from fleet_contract.contract_tests.network.preflight import KeyRefused, NotThisApi, Unreachable
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.settings import Outputs, read_settings
from fleet_contract.contract_tests.verdicts import Exit
from fleet_contract.spec.files import Contradiction

PREFIX = "--fleet-"


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
    given = {option.name: config.getoption(f"{PREFIX}{option.name}") for option in OPTIONS}
    try:
        settings, outputs = read_settings(config.getoption(f"{PREFIX}url"), given)
        run = begin(settings, Console(stderr=True))
    except Contradiction as wrong:
        raise pytest.UsageError(str(wrong)) from None
    except (Unreachable, KeyRefused, NotThisApi) as reason:
        pytest.exit(str(reason), returncode=Exit.INCONCLUSIVE)
    config.pluginmanager.register(Driver(run, _conclude(outputs)), "fleet-contract-driver")


def _conclude(outputs: Outputs) -> Callable[[Report], int]:
    def conclude(report: Report) -> int:
        return finish(report, outputs, Console())

    return conclude
