"""Every way out of the command ends with 0, 1, 2 or 3 and one message, and leaves reports whole or none."""

import json
import os
import shutil
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from junitparser import Error, JUnitXml, Skipped

from fleet_contract.contract_tests.process import files
from fleet_contract.contract_tests.process.ending import Exit
from tests.processes.ways_out import BRIEFLY, FULL, NOBODY, has_full_disk, names_in, report_of, shell, umask
from tests.suite.harness import SEED, command, started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, redirections and devices of POSIX")

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


def filled(pipe: Path) -> int:
    """Return a descriptor that reads a pipe, into which nothing more fits until it is read."""
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(reader, b" " * 4096)
    return reader


def test_the_verdict_does_not_wait_for_who_reads_a_pipe(url: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = filled(pipe)
    with started("run", url, *BRIEFLY, "--json", str(pipe)) as running:
        assert running.stdout is not None
        assert any("CONFORMS" in line for line in running.stdout)
        assert running.poll() is None
        while running.poll() is None:
            with suppress(BlockingIOError):
                os.read(reader, 65536)
    os.close(reader)
    assert running.returncode == Exit.CONFORMS


def test_a_reader_that_takes_nothing_holds_nobody_up_for_ever(
    monkeypatch: pytest.MonkeyPatch, url: str, broken: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "UNREAD_SECONDS", 0.2)
    pipe, file = tmp_path / "pipe", tmp_path / "report.json"
    os.mkfifo(pipe)
    reader = filled(pipe)
    for server, code in ((url, Exit.INCONCLUSIVE), (broken, Exit.BREAKS)):
        ended = command("run", server, *BRIEFLY, "--har", str(pipe), "--json", str(file))
        assert ended.exit_code == code, ended.stderr
        assert ended.stderr.endswith(
            f"Error: The report {pipe} cannot be written: its reader took nothing for 60 s. Let it read to the end, "
            f"or choose another place.\n"
        )
        assert report_of(file)["footprint"]
    os.close(reader)


def test_a_reader_that_is_slow_gets_its_whole_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "UNREAD_SECONDS", 1.0)
    pipe, data, got = tmp_path / "pipe", bytes(range(256)) * 2_000, bytearray()
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def read() -> None:
        while len(got) < len(data):
            time.sleep(0.1)
            with suppress(BlockingIOError):
                got.extend(os.read(reader, 65536))

    thread = threading.Thread(target=read)
    thread.start()
    files.write(pipe, data)
    thread.join()
    os.close(reader)
    assert bytes(got) == data


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
    assert "can no longer be written" in done.stdout
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert f"left behind permanently: {len(entries) + 1} fleets" in done.stdout
    assert not file.exists()
