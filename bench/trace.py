"""The command `python -m bench.trace`: what one create calls, and how long mock and proof are, by commit."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from bench.tables import table

ROOT = Path(__file__).parents[1]
ONE_CREATE = Path(__file__).with_name("one_create.py")
FOLDERS = ("spec", "mock_server")
# The faults were a part of the mock once.
COUNTED = ("mock_server", "mock_server/faults", "proof", "proof/mutants")
# The last commit whose calls passed through Connexion.
BEFORE = "c6e68a1~1"
HERE = "here"


class Seen(NamedTuple):
    """The Python calls of one create by package, and the lines of Python by folder."""

    calls: Counter[str]
    lines: Counter[str]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("commits", nargs=-1)
def main(commits: Sequence[str]) -> None:
    """Trace one create in the mock of these commits and of this checkout, and print two tables in Markdown."""
    seen = {**{commit: seen_at(commit) for commit in commits or [BEFORE]}, HERE: seen_in(ROOT)}
    click.echo(rows("package", {name: each.calls for name, each in seen.items()}))
    click.echo()
    click.echo(rows("lines in", {name: each.lines for name, each in seen.items()}))


def seen_at(commit: str) -> Seen:
    """Return what is seen of a commit."""
    with TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        return seen_in(Path(folder))


def seen_in(root: Path) -> Seen:
    return Seen(traced(root), Counter({name: lines(root, name) for name in COUNTED}))


def lines(root: Path, name: str) -> int:
    """Return how many lines of Python a folder has, without those that are counted apart."""
    apart = [root / other for other in COUNTED if other.startswith(f"{name}/")]
    files = (file for file in (root / name).rglob("*.py") if not any(map(file.is_relative_to, apart)))
    return sum(len(file.read_text().splitlines()) for file in files)


def traced(root: Path) -> Counter[str]:
    """Return the calls of the mock of a checkout by package."""
    with TemporaryDirectory() as folder:
        package = Path(folder, "fleet_contract")
        package.mkdir()
        package.joinpath("__init__.py").touch()
        for name in FOLDERS:
            package.joinpath(name).symlink_to(root / name)
        environment = {**os.environ, "PYTHONPATH": folder}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(ONE_CREATE)], env=environment, check=True, stdout=subprocess.PIPE
        )
    return Counter(json.loads(done.stdout))


def rows(head: str, numbers: dict[str, Counter[str]]) -> str:
    """Return a table of what was counted in each commit, the largest first."""
    total = sum(numbers.values(), Counter())
    body = [
        [name, *(f"{each[name]:,}" if each[name] else "–" for each in numbers.values())]
        for name, _ in total.most_common()
    ]
    return table([head, *numbers], [*body, ["together", *(f"{each.total():,}" for each in numbers.values())]])


if __name__ == "__main__":
    main()
