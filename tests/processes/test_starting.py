"""What is only looked up starts soon: it loads nothing that only a run or a server needs."""

import re
import subprocess
import sys

import pytest

from tests.suite.harness import SEED, mock

OF_A_RUN = {"_pytest", "hypothesis", "schemathesis", "httpx", "h11", "ssl"}
OF_FEW_RUNS = {"jinja2", "jsonschema", "junitparser", "requests", "schemathesis"}  # of deep ones, and of some reports
OF_A_SERVER = {"connexion", "uvicorn", "jsonschema", "httpx", "h11"}
LOADED = re.compile(r"^import time:.*\|\s*([\w.]+)$", re.MULTILINE)


@pytest.mark.parametrize(
    ("package", "arguments", "unwanted"),
    [
        ("contract_tests", ["--help"], OF_A_RUN | OF_A_SERVER),
        ("contract_tests", ["run", "--help"], OF_A_RUN | OF_A_SERVER),
        ("contract_tests", ["list"], OF_A_RUN | OF_A_SERVER),
        ("contract_tests", ["explain", "keys.paging-ends"], OF_A_RUN | OF_A_SERVER),
        ("contract_tests", ["plan"], OF_A_RUN | OF_A_SERVER),
        ("mock_server", ["--help"], OF_A_SERVER),
        ("mock_server", ["--list-misbehaviours"], OF_A_SERVER),
    ],
)
def test_a_question_loads_only_what_answers_it(package: str, arguments: list[str], unwanted: set[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", f"fleet_contract.{package}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout
    loaded = {name.partition(".")[0] for name in LOADED.findall(done.stderr)}
    assert "click" in loaded
    assert loaded & unwanted == set()


def test_a_run_at_standard_depth_loads_nothing_that_few_runs_need() -> None:
    with mock() as url:
        command = [sys.executable, "-X", "importtime", "-m", "fleet_contract.contract_tests", "run", url]
        command += ["--target", str(SEED)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in LOADED.findall(done.stderr)}
    assert {"_pytest", "hypothesis"} <= loaded
    assert loaded & OF_FEW_RUNS == set()


def test_a_run_loads_what_it_needs() -> None:
    """Or the first test could not tell."""
    command = [sys.executable, "-X", "importtime", "-m", "fleet_contract.contract_tests", "run", "no-url"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert {name.partition(".")[0] for name in LOADED.findall(done.stderr)} >= OF_A_RUN - {"schemathesis", "httpx"}
