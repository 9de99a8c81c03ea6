"""Every way out of the command ends with 0, 1, 2 or 3 and one message, and leaves reports whole or none."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import Error, JUnitXml, Skipped

from fleet_contract.contract_tests import asking, commands
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.process.signals import Stopped, armed, watching
from fleet_contract.contract_tests.recorded import judging
from fleet_contract.contract_tests.reports import as_json
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running import runs
from fleet_contract.contract_tests.session import session as judge
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.files import read
from tests.suite.exploring import explored, fails_the_third_rename
from tests.suite.harness import SEED, clean_environment, command, ended_in_any_case, mock, started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, redirections and devices of POSIX")

RECORDED = Path(__file__).parents[1] / "recorded" / "archives" / "chrome.har"
NOBODY = "http://127.0.0.1:9"
BRIEFLY = ("--target", str(SEED), "--depth", "quick", "--only", "invitation")
FULL = "/dev/full"
has_full_disk = pytest.mark.skipif(not Path(FULL).exists(), reason="there is no full disk here")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as served:
        yield served


@pytest.fixture(scope="module")
def broken() -> Iterator[str]:
    with mock("codes-are-wrapped") as served:
        yield served


def shell(line: str, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `"$@"` is the command."""
    program = [sys.executable, "-m", "fleet_contract.contract_tests", *arguments]
    with clean_environment(**variables):
        done = subprocess.run(
            ["bash", "-c", line, "bash", *program], capture_output=True, text=True, timeout=60, check=False, cwd=cwd
        )
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def report_of(file: Path) -> dict[str, Any]:
    """Return a JSON report that has the form that is promised."""
    value: dict[str, Any] = json.loads(file.read_text())
    jsonschema.Draft202012Validator(json.loads(read("report.schema.json"))).validate(value)
    return value


def umask() -> int:
    """Return the permissions that new files lack; there is no way to read it but to set it."""
    os.umask(before := os.umask(0o022))
    return before


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- where the text goes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"$@" | true; exit ${PIPESTATUS[0]}', Exit.CONFORMS),
        ('"$@" >&- 2>&- <&-', Exit.CONFORMS),
        pytest.param('"$@" >/dev/full 2>/dev/full', Exit.INCONCLUSIVE, marks=has_full_disk),
    ],
)
def test_what_becomes_of_the_text_costs_no_report(line: str, code: Exit, url: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert shell(line, "run", url, *BRIEFLY, "--json", str(file)).returncode == code
    assert report_of(file)["outcome"] == "conforms"


@has_full_disk
def test_a_full_disk_makes_no_other_verdict_of_a_broken_server(broken: str) -> None:
    done = shell(f'"$@" >{FULL}', "run", broken, *BRIEFLY)
    assert done.returncode == Exit.BREAKS
    assert done.stderr.count("Error: ") == 1
    assert "No space left on device" in done.stderr


def test_a_terminal_of_another_encoding_tells_passed_from_failed(broken: str) -> None:
    done = shell('"$@"', "run", broken, *BRIEFLY, "--verbose", PYTHONIOENCODING="ascii")
    assert done.returncode == Exit.BREAKS
    assert "\n  x invitation.answers-an-array-of-codes" in done.stdout
    assert "\n  + invitation." in done.stdout


@pytest.mark.parametrize("name", ["/dev/stdout", "-"])
def test_a_report_on_standard_output_is_alone_there(name: str, url: str, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    done = shell(f'"$@" >{file}', "run", url, *BRIEFLY, "--json", name, cwd=tmp_path)
    assert names_in(tmp_path) == {"out.json"}
    assert done.returncode == Exit.CONFORMS
    assert report_of(file)["outcome"] == "conforms"
    assert "CONFORMS" in done.stderr


# --- reports as files --------------------------------------------------------------------------


def test_a_server_out_of_reach_is_reported_too(tmp_path: Path) -> None:
    """`dorny/test-reporter` and others break at a file of 0 bytes."""
    file, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    file.write_text("of an earlier run")
    ended = command("run", NOBODY, "--json", str(file), "--junit", str(junit))
    assert ended.exit_code == Exit.INCONCLUSIVE
    report = report_of(file)
    assert report["outcome"] == "inconclusive"
    assert "Connection refused" in report["reason"]
    assert report["footprint"]["fleets_created"] == []
    cases = [case for suite in JUnitXml.fromstring(junit.read_bytes()) for case in suite]
    kinds = [type(each) for case in cases for each in case.result]
    assert (kinds.count(Error), kinds.count(Skipped)) == (1, len(cases) - 1)


@has_full_disk
@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_a_report_that_is_lost_at_the_end_never_excuses_a_server(option: str, url: str, broken: str) -> None:
    for server, code in ((url, Exit.INCONCLUSIVE), (broken, Exit.BREAKS)):
        ended = command("run", server, *BRIEFLY, option, FULL)
        assert ended.exit_code == code
        assert ended.stderr == f"Error: The report {FULL} cannot be written: No space left on device. " + (
            "Free some space, or choose another place.\n"
        )
        assert "footprint" in ended.stdout


def test_a_report_that_cannot_be_written_whole_is_not_written_at_all(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.json"

    def fails(_: int) -> None:
        if not file.exists():
            raise OSError(5, os.strerror(5))

    file.write_text("of an earlier run")
    monkeypatch.setattr(os, "fsync", fails)
    assert command("run", url, *BRIEFLY, "--json", str(file)).exit_code == Exit.INCONCLUSIVE
    assert list(tmp_path.iterdir()) == []


def test_a_report_goes_through_a_link_with_the_permissions_of_a_new_file(url: str, tmp_path: Path) -> None:
    link, file = tmp_path / "link.json", tmp_path / "folder" / "report.json"
    link.symlink_to(file)
    before = os.umask(0o027)
    try:
        assert command("run", url, *BRIEFLY, "--json", str(link)).exit_code == Exit.CONFORMS
    finally:
        os.umask(before)
    assert link.is_symlink()
    assert report_of(file)["outcome"] == "conforms"
    assert file.stat().st_mode & 0o777 == 0o640
    assert names_in(file.parent) == {"report.json"}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_report_that_replaces_a_file_keeps_its_permissions(mode: int, tmp_path: Path) -> None:
    """A HAR has bodies, and whoever made the file says who reads them."""
    file, other = tmp_path / "report.har", tmp_path / "report.json"
    file.touch()
    file.chmod(mode)
    before = os.umask(0o022)
    try:
        for _ in range(2):
            command("run", NOBODY, "--har", str(file), "--json", str(other))
    finally:
        os.umask(before)
    assert json.loads(file.read_text())["log"]
    assert [each.stat().st_mode & 0o777 for each in (file, other)] == [mode, 0o644]


def test_a_file_that_is_written_anew_belongs_to_nobody_else_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = tmp_path / "report.har", set[int]()

    def looks(_: int) -> None:
        seen.update(each.stat().st_mode & 0o777 for each in tmp_path.iterdir())

    file.touch()
    file.chmod(0o600)
    monkeypatch.setattr(os, "fsync", looks)
    command("run", NOBODY, "--har", str(file))
    assert 0o600 in seen
    assert seen <= {0o600, 0o644 & ~umask()}  # an empty one is tried beside it before


def test_a_named_pipe_that_nobody_reads_holds_no_run_up(url: str, broken: str, tmp_path: Path) -> None:
    pipe, file = tmp_path / "pipe", tmp_path / "report.json"
    os.mkfifo(pipe)
    for server, code in ((url, Exit.INCONCLUSIVE), (broken, Exit.BREAKS), (NOBODY, Exit.INCONCLUSIVE)):
        done = shell('"$@"', "run", server, *BRIEFLY, "--junit", str(pipe), "--json", str(file))
        assert done.returncode == code
        assert done.stderr.endswith(
            f"Error: The report {pipe} cannot be written: nobody reads it. Start its reader before the run, "
            f"or choose another place.\n"
        )
        assert "left behind permanently" in done.stdout
        assert report_of(file)["footprint"]


def test_a_named_pipe_that_is_read_late_gets_its_report_after_the_verdict(url: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    line = f'cat {pipe} >copy & reader=$!; "$@"; code=$?; wait $reader; exit $code'
    done = shell(line, "run", url, *BRIEFLY, "--json", str(pipe), cwd=tmp_path)
    assert done.returncode == Exit.CONFORMS, done.stderr
    assert report_of(tmp_path / "copy")["outcome"] == "conforms"


def test_the_verdict_does_not_wait_for_who_reads_a_pipe(url: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:  # Nothing more fits into it, until it is read.
            os.write(reader, b" " * 4096)
    with started("run", url, *BRIEFLY, "--json", str(pipe)) as running:
        assert running.stdout is not None
        assert any("CONFORMS" in line for line in running.stdout)
        assert running.poll() is None
        while running.poll() is None:
            with suppress(BlockingIOError):
                os.read(reader, 65536)
    os.close(reader)
    assert running.returncode == Exit.CONFORMS


@pytest.mark.parametrize("option", ["--junit", "--ledger", "--target"])
def test_no_report_is_written_over_what_the_run_needs(option: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    shutil.copy(SEED, file)
    ended = command("run", NOBODY, "--json", str(tmp_path / "." / "file"), option, str(file))
    assert ended.exit_code == Exit.USAGE
    assert "Expected a file of its own" in ended.stderr
    assert file.read_bytes() == SEED.read_bytes()


def test_a_pipe_without_a_reader_is_no_disaster(url: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    done = shell('"$@" --junit >(true)', "run", url, *BRIEFLY, "--json", str(file))
    assert done.returncode == Exit.CONFORMS
    assert report_of(file)["outcome"] == "conforms"


def test_a_ledger_that_is_full_ends_the_run(url: str, tmp_path: Path) -> None:
    """Whoever cannot write down what is created creates nothing more; what it has are whole lines."""
    ledger, file = tmp_path / "ledger", tmp_path / "report.json"
    arguments = ("run", url, "--target", str(SEED), "--depth", "quick", "--ledger", str(ledger))
    done = shell('ulimit -f 1; "$@"', *arguments, "--only", "create", cwd=tmp_path)
    assert done.returncode == Exit.INCONCLUSIVE
    assert "cannot be written any more" in done.stdout
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert f"left behind permanently: {len(entries) + 1} fleets" in done.stdout
    assert not file.exists()


# --- signals -----------------------------------------------------------------------------------


def stopped(url: str, folder: Path, *signals: int, ready: Callable[[int], bool]) -> tuple[int, str, str]:
    """Start a long run, send it signals as soon as its pid is `ready`, and return its code and what it printed."""
    outputs = ("--json", str(folder / "report.json"), "--junit", str(folder / "junit.xml"))
    arguments = ("run", url, "--target", str(SEED), "--requests-per-second", "50", *outputs)
    with started(*arguments, "--ledger", str(folder / "ledger")) as running:
        while not ready(running.pid):
            time.sleep(0.02)
        for number in signals:
            running.send_signal(number)
        said, wrong = running.communicate(timeout=30)
    assert "Traceback" not in said + wrong
    return running.returncode, said, wrong


def has_begun(ledger: Path) -> bool:
    """Say whether a check has created something."""
    return ledger.exists() and ledger.stat().st_size > 0


def is_watching(pid: int) -> bool:
    """Say whether a process has a handler for SIGTERM, which is long before it has read its settings."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize(
    "signals", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGHUP,)], ids=["SIGTERM twice", "SIGHUP"]
)
def test_a_run_that_is_told_to_end_says_what_it_left_behind(signals: tuple[int, ...], url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    code, said, _ = stopped(url, tmp_path, *signals, ready=lambda _: has_begun(ledger))
    assert code == Exit.INCONCLUSIVE
    assert "INCONCLUSIVE" in said
    report = report_of(tmp_path / "report.json")
    assert "it was interrupted" in report["reason"]
    created = [json.loads(line)["name"] for line in ledger.read_text().splitlines()]
    assert report["footprint"]["fleets_created"] == created
    assert JUnitXml.fromstring((tmp_path / "junit.xml").read_bytes())


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('"$@" & echo $! >pid; wait', signal.SIGINT),  # what a shell does where it controls no jobs
        ("trap '' TERM; echo $$ >pid; exec \"$@\"", signal.SIGTERM),
        ("trap '' HUP; echo $$ >pid; exec \"$@\"", signal.SIGHUP),
    ],
)
def test_a_signal_that_was_ignored_before_the_run_began_ends_nothing(
    line: str, number: int, url: str, tmp_path: Path
) -> None:
    report, ledger = tmp_path / "report.json", tmp_path / "ledger"
    options = ("--requests-per-second", "20", "--json", str(report), "--ledger", str(ledger))
    program = [sys.executable, "-m", "fleet_contract.contract_tests", "run", url, "--target", str(SEED), *options]
    with clean_environment():
        running = subprocess.Popen(
            ["bash", "-c", line, "bash", *program, "--only", "rename", "--depth", "quick"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    with ended_in_any_case(running):
        while not has_begun(ledger):
            time.sleep(0.02)
        os.kill(int((tmp_path / "pid").read_text()), number)
        running.communicate(timeout=60)
    assert report_of(report)["outcome"] == "conforms"


def test_a_signal_that_python_drops_comes_again() -> None:
    """What a callback of the collector raises is lost, and such callbacks run anywhere."""
    halted: list[bool] = []
    with watching(), armed(lambda: halted.append(True)):
        collected = Target("http://localhost")
        told = weakref.ref(collected, lambda _: signal.raise_signal(signal.SIGTERM))
        del collected
        with pytest.raises(Stopped, match="SIGTERM"):
            time.sleep(5)
    assert told() is None
    assert halted == [True, True]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no list of processes to read here")
def test_a_run_that_is_told_to_end_before_it_began_is_reported_too(url: str, tmp_path: Path) -> None:
    code, said, wrong = stopped(url, tmp_path, signal.SIGTERM, ready=is_watching)
    assert code == Exit.INCONCLUSIVE, said + wrong
    assert "left behind permanently: 0 fleets" in said
    assert "nterrupted" in report_of(tmp_path / "report.json")["reason"]


def test_a_run_that_is_killed_leaves_no_report_of_an_earlier_one(url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    (tmp_path / "report.json").write_text("of an earlier run")
    code, _, _ = stopped(url, tmp_path, signal.SIGKILL, ready=lambda _: has_begun(ledger))
    assert code == -signal.SIGKILL
    assert names_in(tmp_path) == {"ledger"}


def test_a_signal_while_reports_are_written_changes_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(report: Any) -> Any:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        return value_of(report)

    monkeypatch.setattr(as_json, "value_of", late)
    file = tmp_path / "report.json"
    assert command("run", url, *BRIEFLY, "--json", str(file)).exit_code == Exit.CONFORMS
    assert report_of(file)["reason"] == ""


def test_an_interrupt_in_the_first_look_is_reported(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "preflight", lambda _: signal.raise_signal(signal.SIGINT))
    file = tmp_path / "report.json"
    ended = command("run", url, "--json", str(file))
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "Interrupted by SIGINT" in ended.stderr
    assert "Interrupted by SIGINT" in report_of(file)["reason"]


def test_who_interrupts_what_sends_nothing_is_told_of_nothing_that_was_created(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "judge", lambda *_: signal.raise_signal(signal.SIGINT))
    ended = command("judge", str(RECORDED))
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert ended.stderr.strip() == "Error: Interrupted by SIGINT, so nothing is concluded about the server."


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
    report = tmp_path / "report.json"
    line = 'mkdir gone && cd gone && rmdir ../gone && "$@"'
    done = shell(line, "run", url, *BRIEFLY, "--json", str(report), cwd=tmp_path)
    assert done.returncode == Exit.CONFORMS, done.stderr
    assert report_of(report)["outcome"] == "conforms"
