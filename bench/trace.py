"""The command `python -m bench.trace`: how many Python calls one create makes in the mock, by package and by commit."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.tables import table

ROOT = Path(__file__).parents[1]
ONE_CREATE = Path(__file__).with_name("one_create.py")
FOLDERS = ("spec", "mock_server")
# The last commit whose calls passed through Connexion.
BEFORE = "c6e68a1~1"
HERE = "here"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("commits", nargs=-1)
def main(commits: Sequence[str]) -> None:
    """Trace one create in the mock of these commits and of this checkout, and print a table in Markdown."""
    click.echo(rows({**{commit: traced_at(commit) for commit in commits or [BEFORE]}, HERE: traced(ROOT)}))


def traced_at(commit: str) -> Counter[str]:
    """Return the calls of a commit's mock by package."""
    with TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit, *FOLDERS], cwd=ROOT, check=True, stdout=subprocess.PIPE
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        return traced(Path(folder))


def traced(root: Path) -> Counter[str]:
    """Return the calls of the mock in a folder by package."""
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


def rows(calls: dict[str, Counter[str]]) -> str:
    """Return a table of packages and commits, the package with the most calls first."""
    total = sum(calls.values(), Counter())
    body = [
        [package, *(f"{each[package]:,}" if each[package] else "–" for each in calls.values())]
        for package, _ in total.most_common()
    ]
    return table(["package", *calls], [*body, ["together", *(f"{each.total():,}" for each in calls.values())]])


if __name__ == "__main__":
    main()
