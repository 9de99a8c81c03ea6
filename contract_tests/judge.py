"""Judging from begin to end: the first look, the cost, the checks, the reports and the exit code."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.driving import Driver
from fleet_contract.contract_tests.reports.as_json import to_json
from fleet_contract.contract_tests.reports.junit import to_junit
from fleet_contract.contract_tests.reports.text import print_report
from fleet_contract.contract_tests.run import Report, Run, Settings
from fleet_contract.contract_tests.settings import Outputs
from fleet_contract.contract_tests.verdicts import EXITS, Exit
from fleet_contract.spec.files import Contradiction

CHECKS = "fleet_contract.contract_tests.checks"
# The first two speak to a terminal and a cache that are not ours, the third keeps what nobody logs; the others collect
# garbage six times a run.
_UNWANTED = ("terminal", "cacheprovider", "logging", "unraisableexception", "threadexception")


class SuiteBroke(Exception):
    """The suite itself failed, which says nothing about the server."""

    def __init__(self, error: Exception) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        super().__init__(
            f"The suite itself broke: {type(error).__name__}: {error} (in {last.name}, line {last.lineno}). That says "
            f"nothing about the server. Run once more, and report it with the depth and the version if it stays."
        )


def begin(settings: Settings, console: Console) -> Run:
    """Look at the target once, print what the run may cost, and return the run.

    Raises Contradiction, Unreachable, KeyRefused or NotThisApi; sends one request.
    """
    run = Run.begin(settings)
    try:
        seconds = run.client.limit_time(run.client.preflight())
    except BaseException:
        run.client.close()
        raise
    limits, where = settings.target.limits, escape(settings.target.base_url)
    most = "as long as it takes" if seconds is None else f"{seconds:,.0f} s"
    if settings.target.may_write:
        console.print(
            f"Judging {where} at {settings.depth.word} depth: at most {limits.max_fleets} fleets, "
            f"{limits.max_keys} keys, {limits.max_requests} requests, {most}. Fleets and keys stay for ever.",
            soft_wrap=True,
        )
    else:
        console.print(
            f"Judging {where} without writing, since it is not on loopback: at most {most}. "
            f"If you may create fleets there, give --allow-writes, or allow_writes = true in the target file.",
            soft_wrap=True,
        )
    if settings.ledger:
        console.print(f"What is created is written to {escape(str(settings.ledger))}.", soft_wrap=True)
    return run


def finish(report: Report, outputs: Outputs, console: Console) -> int:
    """Print the report, write the files that were asked for, and return the exit code."""
    print_report(report, console)
    for path, render in ((outputs.json, to_json), (outputs.junit, to_junit)):
        if path:
            _write(path, render(report))
    return EXITS[report.outcome]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Half of a surrogate pair, which a server may have taken for an identifier, is written as JSON escapes it.
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as wrong:
        raise Contradiction(
            f"Cannot write the report {path}: {wrong.strerror}. Name a file that can be written."
        ) from None


def judge(settings: Settings, outputs: Outputs, console: Console) -> int:
    """Judge a server, report, and return the exit code; raises what `begin` raises, and SuiteBroke."""
    for path in (outputs.json, outputs.junit):
        if path:  # Rather now than when the fleets are spent; and no old report is taken for this run's.
            _write(path, "")
    report = run_checks(begin(settings, console))
    try:
        return finish(report, outputs, console) if report else Exit.INCONCLUSIVE
    except (Contradiction, OSError):
        raise
    except Exception as error:
        raise SuiteBroke(error) from error


def run_checks(run: Run) -> Report | None:
    """Drive the checks of a run and return what they came to, None where pytest got to none; raises SuiteBroke."""
    reports: list[Report] = []

    def keep(report: Report) -> int:
        reports.append(report)
        return EXITS[report.outcome]

    try:
        with interruptible(run.client.stop):
            drive(Driver(run, keep))
    except Exception as error:
        raise SuiteBroke(error) from error
    return reports[0] if reports else None


@contextmanager
def interruptible(halt: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl+C end a run for good, by `halt`: a library may catch the first KeyboardInterrupt and go on.

    Python itself drops one that meets a collector's callback, and prints it: that is no news, so it is not printed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread is told of signals.
        return

    def stop(*_: object) -> None:
        halt()
        raise KeyboardInterrupt

    def dropped(unraisable: Any) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            hook(unraisable)

    before, hook = signal.signal(signal.SIGINT, stop), sys.unraisablehook
    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGINT, before)


def drive(driver: Driver) -> None:
    """Run the checks under pytest, deaf to the user's own settings and plugins."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    with as_file(files(CHECKS)) as folder:
        ours = ["-c", str(folder / "pytest.ini"), "--rootdir", str(folder), "--import-mode=importlib"]
        without = [option for plugin in _UNWANTED for option in ("-p", f"no:{plugin}")]
        pytest.main([*ours, *without, str(folder)], plugins=[driver])
