"""Judging from begin to end: the first look, the cost, the checks, the reports and the exit code."""

import errno
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.driving.untested import SkipReason
from fleet_contract.contract_tests.process.ending import Exit, complain, ending_of, unless_lost
from fleet_contract.contract_tests.process.files import UNREAD_SECONDS, is_bounded, write
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.process.signals import armed, breakable, held, watching
from fleet_contract.contract_tests.process.surroundings import deaf, somewhere
from fleet_contract.contract_tests.reports.console import open_console, say
from fleet_contract.contract_tests.reports.difference import print_difference
from fleet_contract.contract_tests.reports.drift import changes
from fleet_contract.contract_tests.reports.formats import FORMATS, prepare_reports
from fleet_contract.contract_tests.reports.page import print_abandoned, print_report
from fleet_contract.contract_tests.reports.progress import Progress
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report, Run, Settings
from fleet_contract.contract_tests.running.settings import Outputs
from fleet_contract.contract_tests.running.verdicts import EXITS, Outcome
from fleet_contract.contract_tests.session.driver import Alone
from fleet_contract.contract_tests.session.of_a_run import replayable, with_replays

CHECKS = "fleet_contract.contract_tests.checks"
# Plugins of pytest. The first two speak to a terminal and a cache that are not ours, the next six catch what nobody
# looks at, for which two collect garbage six times a run. The others are for tests that no check is: to load them, and
# to ask them about each check, takes a thirtieth of a run.
_UNWANTED = (
    "terminal",
    "cacheprovider",
    "capture",
    "logging",
    "warnings",
    "faulthandler",
    "unraisableexception",
    "threadexception",
    "assertion",
    "debugging",
    "doctest",
    "junitxml",
    "legacypath",
    "monkeypatch",
    "pastebin",
    "recwarn",
    "reports",
    "setuponly",
    "setupplan",
    "skipping",
    "stepwise",
    "subtests",
    "tmpdir",
    "unittest",
)
_UNREAD = {
    errno.ENXIO: ("nobody reads it", "Start its reader before the run"),
    errno.ETIMEDOUT: (f"its reader took nothing for {UNREAD_SECONDS:g} s", "Let it read to the end"),
}
_UNPRINTED = "The report could not be printed completely"
_ENDED_WELL = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def begin(settings: Settings, console: Console, progress: Progress | None = None) -> Run:
    """Make a run, look at its target once, and print what it may cost.

    Raises Contradiction, Unreachable, KeyRefused, NotThisApi or NothingAllowed; sends a few reads.
    """
    run = Run.begin(settings, progress.exchanged if progress else None)
    try:
        look(run, console)
    except BaseException:
        run.client.close()
        raise
    return run


_ONLY_READ = {True: "the vendor's production", False: "not on loopback"}  # by whether writes are allowed at all


def look(run: Run, console: Console) -> None:
    """Look at the target once, and print what the run may cost; raises what `begin` does, but Contradiction."""
    settings = run.settings
    seconds = run.client.limit_time(run.client.preflight())
    limits, where = settings.target.limits, escape(settings.target.base_url)
    most = "as long as it takes" if seconds is None else f"{seconds:,.0f} s"
    if settings.shown.quiet:
        return
    if settings.target.may_write:
        say(
            console,
            f"Judging {where} at {settings.depth.word} depth: at most "
            f"{counted(limits.max_fleets or 0, 'fleet')}, {counted(limits.max_keys or 0, 'key')}, "
            f"{counted(limits.max_requests or 0, 'request')}, {most}. Fleets and keys cannot be deleted.",
        )
    else:
        say(
            console,
            f"Judging {where} with reads only, since it is {_ONLY_READ[settings.target.allow_writes]}: "
            f"at most {most}. If you may create fleets there, use {settings.target.lacks_to_write}, or "
            f"{_as_entry(settings.target.lacks_to_write)} = true in the target file.",
        )
    if settings.target.reuse and settings.target.may_write:
        say(console, _about_earlier_fleets(settings))
    for folder in settings.caseless:
        say(console, f"No case is replayed from {escape(str(folder))}, where none was saved.")
    if settings.target.replay_requests:
        created = ", which also create fleets and keys" if settings.target.may_write else ""
        say(
            console,
            f"Failures are replayed to minimise them, with up to {settings.target.replay_requests:,} additional "
            f"requests{created}.",
        )
    if settings.ledger:
        say(console, _about_the_ledger(settings))


def _about_the_ledger(settings: Settings) -> str:
    then = ", where the next run with --reuse finds it" if settings.target.reuse else ""
    return f"Everything created is recorded in {escape(str(settings.ledger))}{then}."


def _about_earlier_fleets(settings: Settings) -> str:
    if settings.earlier:
        return f"It uses {counted(len(settings.earlier), 'fleet')} of earlier runs, if a rename still finds them."
    return (
        f"Neither {escape(str(settings.ledger))} nor scratch_fleets names a fleet of an earlier run there: this run "
        f"creates what the next ones use."
    )


def _as_entry(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def judge(settings: Settings, outputs: Outputs, console: Console) -> int:
    """Judge a server, write and print what it came to, and return the exit code; raises Contradiction."""
    return _judged(settings, outputs, console)[0]


def judge_both(one: Settings, other: Settings, outputs: Outputs, console: Console) -> int:
    """Judge two servers one after the other, print what differs, and return the exit code; raises Contradiction.

    The reports are those of the first one. The code is 1 if either breaks a requirement or the second one is worse.
    """
    code, report = _judged(one, outputs, console)
    if report is None or any(each.kind is SkipReason.STOPPED for each in report.ran):
        return code
    other_code, other_report = _judged(other, {}, console)
    if other_report is None:
        return code or other_code
    before, after = value_of(report), value_of(other_report)
    found = changes(before, after)
    console.print()
    print_difference(before, after, found, console)
    codes = (code, other_code, Exit.BREAKS if any(each.is_worse for each in found) else Exit.CONFORMS)
    return Exit.BREAKS if Exit.BREAKS in codes else max(codes)


def _judged(settings: Settings, outputs: Outputs, console: Console) -> tuple[int, Report | None]:
    """Judge a server, and return the exit code with the report; without one where the run did not begin."""
    progress = following(settings)
    with held():
        run = begun(settings, outputs, progress)
        failure = failure_of(run, console)
        if failure is None:
            report = _replayed(run_checks(run, progress), progress)
            return finish(report, outputs, console), report
        return abandon(run, failure, outputs, console), None


def _replayed(report: Report, progress: Progress) -> Report:
    if not replayable(report):
        return report
    with progress.shown("minimising failures", "done"):
        return with_replays(report, progress)


def following(settings: Settings) -> Progress:
    """Return what shows on standard error how far a run is."""
    return Progress(open_console(stderr=True), quiet=settings.shown.quiet)


def begun(settings: Settings, outputs: Outputs, progress: Progress) -> Run:
    """Make a run whose reports can be written; raises Contradiction."""
    written = [settings.ledger] if settings.ledger else []
    read = [Path(case.file) for case in settings.cases]
    prepare_reports(outputs, [*settings.files, *written, *read])
    return Run.begin(settings, progress.exchanged)


def failure_of(run: Run, console: Console) -> BaseException | None:
    """Look at the target, and return what keeps the run from its first check, if anything does."""
    try:
        with watching(), armed(run.client.stop):
            look(run, console)
    except BaseException as failure:  # noqa: BLE001  (an interrupt too leaves a report)
        return failure
    return None


def abandon(run: Run, failure: BaseException, outputs: Outputs, console: Console) -> int:
    """Write the reports of a run that did not come to its first check, say why on one line, and return the code."""
    code, reason = ending_of(failure)
    with held():
        report = run.give_up(reason)
        lost = _written(report, _in_files(outputs))
        if code == EXITS[report.outcome]:
            lost += _failing(_UNPRINTED, partial(print_abandoned, report, console), breakable())
        complain(reason)
        lost += _written(report, _elsewhere(outputs))
    for message in lost:
        complain(message)
    return code


def finish(report: Report, outputs: Outputs, console: Console) -> int:
    """Write the reports that were asked for, print one, and return the exit code; what fails here fails alone."""
    with held():
        lost = _written(report, _in_files(outputs))
        then = partial(_written, report, _elsewhere(outputs))
        return printed(report.outcome, partial(print_report, report, console), lost, then)


def printed(
    outcome: Outcome, show: Callable[[], None], lost: Sequence[str], then: Callable[[], list[str]] = list
) -> int:
    """Print what a run came to, do what is left, say what was `lost`, and return the exit code."""
    with watching():
        lost = [*lost, *_failing(_UNPRINTED, show, breakable()), *then()]
    for message in lost:
        complain(message)
    return unless_lost(EXITS[outcome], lost)


def _in_files(outputs: Outputs) -> Outputs:
    """Return the reports that nobody can hold up: they come before all that is printed."""
    return {form: path for form, path in outputs.items() if is_bounded(path)}


def _elsewhere(outputs: Outputs) -> Outputs:
    """Return the others, such as a pipe that is read slowly or never: the verdict does not wait for them."""
    return {form: path for form, path in outputs.items() if not is_bounded(path)}


def _written(report: Report, outputs: Outputs) -> list[str]:
    """Write the files, and return what went wrong."""
    lost = list[str]()
    for form, path in outputs.items():
        guard = nullcontext() if is_bounded(path) else breakable()
        lost += _failing(f"The report {path} cannot be written", partial(_write, path, FORMATS[form], report), guard)
    return lost


def _write(path: Path, render: Callable[[Report], str | bytes], report: Report) -> None:
    write(path, render(report))


def _failing(what: str, action: Callable[[], None], guard: AbstractContextManager[None]) -> list[str]:
    try:
        with guard:
            action()
    except BrokenPipeError:
        return []  # Whoever reads it went away, and wanted no more.
    except OSError as wrong:
        problem, todo = _UNREAD.get(wrong.errno or 0, (wrong.strerror, "Free some space"))
        return [f"{what}: {problem}. {todo}, or choose another place."]
    except BaseException as error:  # noqa: BLE001  (the other reports are told all the same)
        return [f"{what}. {ending_of(error)[1]}"]
    return []


def run_checks(run: Run, progress: Progress | None = None) -> Report:
    """Drive the checks of a run and return what they came to, whatever ended them."""
    progress = progress or Progress(open_console(quiet=True), quiet=True)
    driver = Alone(run, progress)
    with held():
        try:
            with watching(), armed(run.client.stop), deaf(), somewhere(), progress.shown():
                code = drive(driver)
        except KeyboardInterrupt:
            run.client.stop()
        except BaseException as error:  # noqa: BLE001  (of pytest, or ours: the report tells it)
            driver.broke(error)
        else:
            if code not in _ENDED_WELL and not run.client.stopped:
                driver.broke(RuntimeError(f"pytest ended with {code!r}"))
        return driver.conclude()


def drive(driver: Alone) -> int:
    """Run the checks under pytest, deaf to the user's own settings and plugins, and return its code."""
    with as_file(files(CHECKS)) as folder:
        ours = ["-c", str(folder / "pytest.ini"), "--rootdir", str(folder), "--import-mode=importlib"]
        without = [option for plugin in _UNWANTED for option in ("-p", f"no:{plugin}")]
        return pytest.main([*ours, *without, str(folder)], plugins=[driver])
