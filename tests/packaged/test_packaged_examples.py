"""The examples: tests of a client against the mock in three languages, which fail where the client is worse."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .project import ROOT, Project, environment

EXAMPLES = ROOT / "examples"
MAVEN = ["mvn", "--batch-mode", "--no-transfer-progress", "test"]
NEEDS_NETWORK = "in offline mode"  # says Maven of what is not in its local repository,
WITHOUT_NETWORK = "Could not transfer artifact"  # and this of what it cannot get
pytestmark = pytest.mark.timeout(300)  # Maven takes its time, and is started three times.
Ended = subprocess.CompletedProcess[str]


def needs(*programs: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not all(map(shutil.which, programs)), reason=f"needs {' and '.join(programs)}")


def python(project: Project, _: Path) -> list[str | Path]:
    return [project.bin / "python", "-m", "pytest", "-p", "no:cacheprovider"]


def javascript(_: Project, folder: Path) -> list[str | Path]:
    return ["node", "--test", folder]


def java(_: Project, folder: Path) -> list[str | Path]:
    offline: list[str | Path] = [*MAVEN, f"--file={folder}", "--offline"]
    looked = subprocess.run([*offline, "-DskipTests"], env=environment(), capture_output=True, text=True, check=False)
    return offline[:-1] if NEEDS_NETWORK in looked.stdout else offline


Start = Callable[[Project, Path], list[str | Path]]
# How each is started, and its client, which says how often it tries.
LANGUAGES = [
    pytest.param(python, "fleets.py", id="python"),
    pytest.param(javascript, "fleets.mjs", id="javascript", marks=needs("node")),
    pytest.param(java, "src/test/java/Fleets.java", id="java", marks=needs("mvn", "javac")),
]


def run(project: Project, start: Start, folder: Path) -> Ended:
    """Run the tests of an example with the mock that the wheel installed."""
    return subprocess.run(
        start(project, folder),
        cwd=folder,
        env=environment(FLEET_MOCK=str(project.bin / "fleet-mock")),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(("start", "client"), LANGUAGES)
def test_an_example_passes_and_fails_with_a_client_that_gives_up(
    project: Project, tmp_path: Path, start: Start, client: str
) -> None:
    folder = tmp_path / start.__name__
    shutil.copytree(EXAMPLES / start.__name__, folder)
    done = run(project, start, folder)
    if WITHOUT_NETWORK in done.stdout or NEEDS_NETWORK in done.stdout:
        pytest.skip("Maven can get neither JUnit nor its own plugins from its repository")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (folder / client).read_text()
    assert text.count("MOST_TRIES = 3") == 1
    (folder / client).write_text(text.replace("MOST_TRIES = 3", "MOST_TRIES = 1"))
    done = run(project, start, folder)
    assert done.returncode != 0, done.stdout
    assert "429" in done.stdout


def test_the_example_in_python_is_typed(project: Project, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "python", tmp_path / "python")
    done = project.call(
        "python", "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", tmp_path / "python"
    )
    assert done.returncode == 0, done.stdout + done.stderr
