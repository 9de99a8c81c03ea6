"""Our suite: the command `fleet-contract run` as the gate uses it, at three depths, and a minute of `explore`."""

import json
import re
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from bench.contestant import SAID, SEED, Contestant, Ground, Inconclusive, NoReport, Reading, Share
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.running.verdicts import Verdict

REPORT, CASES = "report.json", "cases"
SEQUENCES = re.compile(r"in\s+([0-9,]+)\s+sequences?")
TARGET_NOTE = (
    "the target file of the mock, `contract_tests/mock.toml`, which names what the mock's seed holds and a key of a "
    "second organization."
)


def command(ground: Ground, depth: str) -> list[str]:
    return [_program(), "run", ground.url, "--target", str(SEED), "--depth", depth, "--json", REPORT]


def exploration(ground: Ground) -> list[str]:
    return [_program(), "explore", ground.url, "--target", str(SEED), "--minutes", "1", "--seed", "0", "--save", CASES]


def read(ground: Ground, code: int) -> Reading:
    """Return what the JSON report says: a test is a requirement."""
    if code not in (Exit.CONFORMS, Exit.BREAKS, Exit.INCONCLUSIVE):
        raise NoReport("That is no exit code of a verdict.")
    try:
        report = json.loads((ground.folder / REPORT).read_text())
    except (OSError, ValueError) as wrong:
        raise NoReport(f"The report cannot be read: {wrong}.") from None
    verdicts = {each["id"]: each["verdict"] for each in report["requirements"]}
    if code == Exit.INCONCLUSIVE:
        left = [id for id, verdict in verdicts.items() if verdict not in (Verdict.PASSED, Verdict.FAILED)]
        raise Inconclusive(f"Not judged: {', '.join(left) or 'some checks, to their end'}.")
    return Reading(len(verdicts), frozenset(id for id, verdict in verdicts.items() if verdict == Verdict.FAILED))


def read_cases(ground: Ground, code: int) -> Reading:
    """Return what an exploration found by itself: a test is a sequence, and a failure is a case that it saved.

    Where only the quick checks failed, by which it reads the dialect, it found nothing.
    """
    told = SEQUENCES.search(_said(ground))
    if code not in (Exit.CONFORMS, Exit.BREAKS, Exit.INCONCLUSIVE) or told is None:
        raise NoReport("It did not say how many sequences it sent.")
    if code == Exit.INCONCLUSIVE:
        raise Inconclusive("The exploration came to no verdict.")
    failed = {json.loads(file.read_text())["requirement"] for file in (ground.folder / CASES).glob("*.json")}
    return Reading(int(told[1].replace(",", "")), frozenset(failed))


def _said(ground: Ground) -> str:
    file = ground.folder / SAID
    return file.read_text(errors="replace") if file.exists() else ""


def _program() -> str:
    return str(Path(sys.executable).with_name("fleet-contract"))


def _at(depth: str, share: Share) -> Contestant:
    return Contestant(
        name=f"ours-{depth}",
        tool="ours",
        title=f"Fleet Contract, {depth}",
        share=share,
        limit=180,
        version=partial(version, "fleet-contract"),
        command=partial(command, depth=depth),
        read=read,
        notes=(f"`fleet-contract run --depth {depth}` with {TARGET_NOTE}",),
    )


CONTESTANTS = (
    _at("standard", Share.ALL),
    _at("quick", Share.ALL),
    _at("deep", Share.SAMPLE),
    Contestant(
        name="ours-exploration",
        tool="ours",
        title="Fleet Contract, a minute of exploration",
        share=Share.SAMPLE,
        limit=240,
        version=partial(version, "fleet-contract"),
        command=exploration,
        read=read_cases,
        fails_by_test=False,
        notes=(f"`fleet-contract explore --minutes 1 --seed 0` with {TARGET_NOTE}",),
    ),
)
