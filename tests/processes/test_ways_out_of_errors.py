"""What breaks in the suite itself is no verdict, and what lies about on a machine changes none."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from fleet_contract.contract_tests import asking, commands
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.reports import as_json
from fleet_contract.contract_tests.running import runs
from fleet_contract.contract_tests.session import session as judge
from tests.processes.ways_out import BRIEFLY, names_in, report_of, shell
from tests.suite.exploring import explored, fails_the_third_rename
from tests.suite.harness import SEED, command, mock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, redirections and devices of POSIX")


# --- what breaks in the suite itself -----------------------------------------------------------

PLACES: list[tuple[object, str]] = [
    (asking, "read_settings"),
    (Client, "preflight"),
    (judge, "deaf"),
    (pytest, "main"),
    (runs, "judge"),
    (as_json, "value_of"),
    (judge, "print_report"),
]
KINDS = [RecursionError("ours"), MemoryError(), OSError(24, "Too many open files"), SystemExit(0), SystemExit(1)]


@pytest.mark.parametrize(
    ("place", "error"),
    [(place, ZeroDivisionError("ours")) for place in PLACES] + [((as_json, "value_of"), error) for error in KINDS],
    ids=str,
)
def test_an_error_of_ours_is_neither_a_pass_nor_a_failure(
    place: tuple[object, str], error: BaseException, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(*place, breaks)
    arguments = ("--depth", "quick", "--only", "access.key-is-required", "--json", str(tmp_path / "report.json"))
    ended = command("run", url, *arguments, FLEET_API_KEY="demo-key")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "Traceback" not in ended.output
    assert "Error: " in ended.stderr or "INCONCLUSIVE" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [("dialect", "--depth", "quick", "--only", "access"), ("explore", "--max-cases", "1", "--only", "access")],
)
@pytest.mark.parametrize("place", [(Client, "preflight"), (runs, "judge")], ids=str)
def test_so_it_is_in_the_other_commands(
    arguments: tuple[str, ...], place: tuple[object, str], url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(*place, breaks)
    monkeypatch.chdir(tmp_path)
    ended = command(arguments[0], url, *arguments[1:], FLEET_API_KEY="demo-key")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "ZeroDivisionError: ours" in ended.output


def test_a_library_that_exits_ends_nothing_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def exits() -> None:
        raise SystemExit(0)

    monkeypatch.setattr(commands, "catalogue", exits)
    assert command("list").exit_code == Exit.INCONCLUSIVE


def test_cases_that_cannot_be_saved_are_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("fleet_contract.contract_tests.programs.case_files.write", full)
    with mock(edit=fails_the_third_rename) as url:
        ended = explored(url, tmp_path, "--max-cases", "30", "--seed", "1")
    assert ended.exit_code == Exit.BREAKS
    assert "✗ fleets.id-never-changes" in ended.stdout
    assert "footprint" in ended.stdout
    assert "saved" not in ended.stdout
    assert ended.stderr.count("Error: Cannot save the case") == ended.stderr.count("\n") >= 1


# --- the surroundings --------------------------------------------------------------------------


def test_a_run_is_deaf_to_what_lies_about_and_leaves_nothing(url: str, tmp_path: Path) -> None:
    hostile = {
        "conftest.py": "raise SystemExit(0)",
        "pytest.ini": "[pytest]\naddopts = --nonesuch",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = 1",
        "schemathesis.toml": "nonesuch",
        "mine.py": "raise SystemExit(0)",
    }
    for name, text in hostile.items():
        (tmp_path / name).write_text(text)
    variables = {
        "PYTEST_PLUGINS": "mine",
        "PYTEST_ADDOPTS": "--nonesuch",
        "PYTEST_DEBUG": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "1",
        "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path / "storage"),
        "CI": "true",
        "TMPDIR": str(tmp_path / "none"),
    }
    arguments = ("run", url, "--target", str(SEED), "--depth", "standard", "--only", "http.never-a-server-error")
    done = shell('"$@"', *arguments, cwd=tmp_path, **variables)
    assert done.returncode == Exit.CONFORMS, done.stdout + done.stderr
    assert re.sub(r"^\d+ s: .* requests\n", "", done.stderr, flags=re.MULTILINE) == ""  # how far it is
    assert names_in(tmp_path) == set(hostile)


def test_a_folder_that_is_gone_is_enough_to_stand_in(url: str, tmp_path: Path) -> None:
    report, issues = tmp_path / "report.json", tmp_path / "issues.json"
    line = 'mkdir gone && cd gone && rmdir ../gone && "$@"'
    reports = ("--json", str(report), "--code-quality", str(issues))
    done = shell(line, "run", url, *BRIEFLY, *reports, cwd=tmp_path)
    assert done.returncode == Exit.CONFORMS, done.stderr
    assert report_of(report)["outcome"] == "conforms"
    assert json.loads(issues.read_text()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no file is closed to its owner")
def test_to_a_file_that_may_not_be_read_whole_lines_are_added(tmp_path: Path) -> None:
    """To root none is closed, so root becomes somebody else."""
    program = """
        import os
        from pathlib import Path
        from fleet_contract.contract_tests.process.files import add
        if os.geteuid() == 0:
            os.chown("ledger", 65534, 65534)
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        add(Path("ledger"), "")
        add(Path("ledger"), "b\\n")
    """
    folder = tmp_path / "open"
    folder.mkdir(0o755)
    ledger = folder / "ledger"
    ledger.write_text("a")
    ledger.chmod(0o200)
    done = subprocess.run(
        [sys.executable, "-c", dedent(program)], cwd=folder, capture_output=True, text=True, check=False
    )
    ledger.chmod(0o600)
    assert (done.stderr, ledger.read_text()) == ("", "a\nb\n")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no folder is closed to its owner")
def test_a_folder_that_may_not_be_entered_is_left(tmp_path: Path) -> None:
    """To root none is closed, so root becomes somebody else."""
    program = """
        import os, sys
        from fleet_contract.contract_tests.process.surroundings import somewhere
        os.chmod(".", 0)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        with somewhere():
            print(os.getcwd())
    """
    folder = tmp_path / "closed"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", dedent(program)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("/\n", "")


def test_a_ledger_that_is_a_pipe_holds_nobody_up(url: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for more in ((), ("--reuse",)):
        done = shell('"$@"', "run", url, *BRIEFLY, "--ledger", str(tmp_path / "pipe"), *more)
        assert done.returncode == Exit.USAGE
        assert "it is a pipe or a terminal, and no file" in done.stderr
