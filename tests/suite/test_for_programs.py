"""Judging from a program: the judgement is returned, and whatever ends the command is raised."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fleet_contract.contract_tests import Options, run
from fleet_contract.contract_tests.process.ending import Inconclusive
from fleet_contract.contract_tests.target.options import OPTIONS, REPORTS
from fleet_contract.spec.files import Contradiction, read

from .harness import SEED, clean_environment, command, mock

EXAMPLE = SEED.parents[1] / "examples" / "python" / "judge.py"
# What says how a command writes and prints, or names a second server.
OF_THE_COMMAND = {*(each.name for each in REPORTS), "target", "against", "github", "dialect", "verbose", "quiet"}


def called(url: str, capsys: pytest.CaptureFixture[str], **options: Any) -> Any:
    with clean_environment(KEY="demo-key"):
        found = run(url, api_key="env:KEY", depth="smoke", **options)
    assert capsys.readouterr() == ("", "")
    return found


def test_a_judgement_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with mock() as url:
        found = called(url, capsys)
    assert (found.outcome, found.exit_code) == ("conforms", 0)
    assert found.verdicts["rename.keeps-the-id"] == "passed"
    assert found.report["footprint"]["requests"] <= 40
    Draft202012Validator(json.loads(read("report.schema.json"))).validate(found.report)


def test_a_broken_requirement_is_a_verdict_and_no_exception(capsys: pytest.CaptureFixture[str]) -> None:
    with mock("rename-cuts-names") as url:
        found = called(url, capsys, only=["rename"])
    assert (found.outcome, found.exit_code) == ("breaks", 1)
    assert "failed" in found.verdicts.values()
    assert all(id.startswith("rename.") for id in found.verdicts)


def test_a_target_file_is_read(tmp_path: Path) -> None:
    with mock() as url, clean_environment():
        file = tmp_path / "target.toml"
        file.write_text(SEED.read_text().replace("http://127.0.0.1:8080", url))
        assert run(file, depth="smoke").exit_code == 0


def test_it_runs_beside_the_main_thread() -> None:
    found = []
    with mock() as url, clean_environment(KEY="demo-key"):
        thread = threading.Thread(target=lambda: found.append(run(url, api_key="env:KEY", depth="smoke")))
        thread.start()
        thread.join()
    assert [each.outcome for each in found] == ["conforms"]


@pytest.mark.parametrize("options", [{"depth": "shallow"}, {"only": ["renames"]}, {"max_fleets": "many"}])
def test_what_the_command_says_is_raised(options: Any) -> None:
    words = [each for name, value in options.items() for each in (f"--{name.replace('_', '-')}", "".join(value))]
    with clean_environment(), pytest.raises(Contradiction) as raised:
        run("http://127.0.0.1:9", **options)
    if "depth" not in options:  # which the command checks as an option
        said = str(raised.value).replace("the argument max_fleets: ", "the flag --max-fleets: ")
        assert said in command("run", "http://127.0.0.1:9", *words).stderr


def test_a_key_that_a_program_passes_literally_is_refused_as_its_argument() -> None:
    with clean_environment(), pytest.raises(Contradiction) as raised:
        run("http://127.0.0.1:9", api_key="s3cret")
    assert str(raised.value).startswith("the argument api_key: api_key is passed literally, ")
    assert "s3cret" not in str(raised.value)


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(Contradiction, match="run\\(\\) has no option deepness"):
        run("http://127.0.0.1:9", deepness=7)  # type: ignore[call-arg]


def test_a_server_that_is_not_there_is_raised_as_the_command_says_it() -> None:
    with clean_environment(), pytest.raises(Inconclusive) as raised:
        run("http://127.0.0.1:9")
    assert str(raised.value).splitlines()[0] in command("run", "http://127.0.0.1:9").stderr


def test_every_option_of_the_command_that_says_something_of_a_run_is_one_of_programs() -> None:
    assert set(Options.__annotations__) == {
        each.name.replace("-", "_") for each in OPTIONS if each.name not in OF_THE_COMMAND
    }


def test_the_example_runs() -> None:
    with mock("rename-cuts-names") as url, clean_environment(FLEET_API_KEY="demo-key"):
        done = subprocess.run([sys.executable, EXAMPLE, url], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "breaks" in done.stdout
    assert "rename." in done.stdout


@pytest.mark.parametrize("arguments", [(), ("http://a.example", "http://b.example")])
def test_the_example_says_how_it_is_used(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, EXAMPLE, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "python judge.py BASE_URL" in done.stderr
