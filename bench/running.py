"""Running: one contestant on one mock, with a time limit, counting what reaches the mock and what stays in it."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.contestant import ROOT, SAID, Contestant, Ground, Inconclusive, NoReport, Reading
from bench.records import Ending, Record
from bench.subjects import Kind, Subject
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.store import Store
from proof.layers import noting

# What is set there is meant for other runs and other servers.
NOT_INHERITED = ("FLEET_", "PYTEST", "HYPOTHESIS", "SCHEMATHESIS", "SPECMATIC", "DREDD", "JAVA_TOOL_OPTIONS")
LAST_WORDS = 300
JUDGED = ("spec", "mock_server", "contract_tests", "proof", "bench")  # what a record is about
NO_READING = Reading(0, frozenset())


class Tally:
    """What a mock was sent and what it holds; requests that are no HTTP are not counted."""

    def __init__(self, made: Parts) -> None:
        self.requests = 0
        self._stores: list[Store] = []
        self._seed = made.seed
        made.layers.append(noting(self._count))
        made.wrap_store(self._watched)

    @property
    def fleets(self) -> int:
        """How many fleets the mock holds beside those of its seed."""
        return sum(asyncio.run(_number(store.fleets())) for store in self._stores) - len(self._seed.fleets)

    @property
    def keys(self) -> int:
        """How many charging keys the mock holds beside those of its seed."""
        return sum(asyncio.run(_number(store.keys())) for store in self._stores) - len(self._seed.charging_keys)

    def _count(self, *_: object) -> None:
        self.requests += 1

    def _watched(self, store: Store) -> Store:
        self._stores.append(store)
        return store


async def _number(records: AsyncIterator[object]) -> int:
    return len([each async for each in records])


def judged(contestant: Contestant, subject: Subject, baseline: frozenset[str]) -> Record:
    """Return what came of a contestant on a subject, confirmed by more runs where it draws lots."""
    record = tried(contestant, subject)
    if subject.kind is not Kind.HONEST:
        while record.runs < contestant.repeats and not baseline.issuperset(record.failed):
            record = record.confirmed_by(tried(contestant, subject))
    return record


def tried(contestant: Contestant, subject: Subject) -> Record:
    """Serve a mock, let a contestant judge it, stop both, and return what came of it."""
    made = subject.parts()
    tally = Tally(made)
    with TemporaryDirectory(prefix="side-by-side-") as folder, serving(made) as url:
        ground = Ground(url, Path(folder))
        command = contestant.command(ground)
        began = time.monotonic()
        code = _call(command, contestant, ground.folder)
        seconds = time.monotonic() - began
        ending, reading, why = _ending(contestant, ground, code)
        return Record(
            contestant=contestant.name,
            version=contestant.version(),
            kind=subject.kind,
            subject=subject.name,
            section=subject.section,
            ending=ending,
            tests=reading.tests,
            failed=tuple(sorted(reading.failed)),
            seconds=round(seconds, 2),
            requests=tally.requests,
            fleets=tally.fleets,
            keys=tally.keys,
            why=why,
            commit=commit(),
        )


@cache
def commit() -> str:
    """Return the commit of this checkout, with a plus where its code is another; nothing where git knows of none."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", *JUDGED], cwd=ROOT, check=False)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip() + "+" * bool(changed.returncode)


def _ending(contestant: Contestant, ground: Ground, code: int | None) -> tuple[Ending, Reading, str]:
    if code is None:
        return Ending.TIMED_OUT, NO_READING, f"It was stopped after {contestant.limit:.0f} s."
    try:
        return Ending.FINISHED, contestant.read(ground, code), ""
    except Inconclusive as wrong:
        return Ending.INCONCLUSIVE, NO_READING, str(wrong)
    except NoReport as wrong:
        return Ending.CRASHED, NO_READING, f"Exit code {code}. {wrong} {_last_words(ground.folder)}".strip()


def _call(command: list[str], contestant: Contestant, folder: Path) -> int | None:
    """Call a tool and return its exit code, None where it was stopped for taking too long."""
    with (
        _said(folder).open("wb") as said,
        subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(contestant),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as running,
        _ended(running),
    ):
        try:
            return running.wait(contestant.limit)
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def _ended(running: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process that still runs when this one goes on, whatever the reason, and all that it started."""
    try:
        yield
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)


def _environment(contestant: Contestant) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(NOT_INHERITED) and not name.lower().endswith("_proxy")
    }
    return {**kept, "NO_COLOR": "1", **contestant.environment}


def _said(folder: Path) -> Path:
    return folder / SAID


def _last_words(folder: Path) -> str:
    words = " ".join(_said(folder).read_text(errors="replace").split())
    return words[-LAST_WORDS:]
