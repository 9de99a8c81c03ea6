"""Our suite: the command `fleet-contract run` as the gate uses it, at two depths."""

import json
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from bench.contestant import SEED, Contestant, Ground, Inconclusive, NoReport, Reading, Share
from fleet_contract.contract_tests.ending import Exit
from fleet_contract.contract_tests.verdicts import Verdict

REPORT = "report.json"


def command(ground: Ground, depth: str) -> list[str]:
    program = str(Path(sys.executable).with_name("fleet-contract"))
    return [program, "run", ground.url, "--target", str(SEED), "--depth", depth, "--json", REPORT]


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


CONTESTANTS = tuple(
    Contestant(
        name=f"ours-{depth}",
        tool="ours",
        title=f"Fleet Contract, {depth}",
        share=Share.ALL,
        limit=180,
        version=partial(version, "fleet-contract"),
        command=partial(command, depth=depth),
        read=read,
        notes=(
            f"`fleet-contract run --depth {depth}` with the target file of the mock, `contract_tests/mock.toml`, which "
            f"names what the mock's seed holds and a key of a second organization.",
        ),
    )
    for depth in ("standard", "quick")
)
