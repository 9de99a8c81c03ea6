"""Somebody else's project, which has this one's wheel in its environment and names of its own that are ours too."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("spec", "mock_server", "contract_tests")
FILES = {
    **{f"{name}/__init__.py": 'WHOSE = "theirs"\n' for name in OURS},
    "conftest.py": 'import pytest\n\n\n@pytest.fixture\ndef api():\n    return "theirs"\n',
    "pytest.ini": "[pytest]\npython_files = check_*.py\npython_functions = own_*\naddopts = -q --strict-markers\n",
    "tests/check_own.py": f"import {', '.join(OURS)}\n\n\n"
    f"def own_names_are_kept(api):\n    assert {' == '.join(f'{name}.WHOSE' for name in OURS)} == api == 'theirs'\n",
    "failing/check_own.py": "def own_failure():\n    raise AssertionError\n",
}
PLAIN = ("-m", "pytest", "-p", "fleet_contract.contract_tests.plugin", "--pyargs", "fleet_contract.contract_tests")


def environment(**more: str) -> dict[str, str]:
    """Return the variables of this process less those that tell Python, pytest or the suite something."""
    # Whoever imports readline, as workers of xdist do, says how wide the screen is that they do not have.
    deaf = ("FLEET_", "PYTHON", "PYTEST", "COVERAGE", "HYPOTHESIS", "COLUMNS", "LINES")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(deaf)}, **more}


def packages_of(environment: Path) -> Path:
    """Return the folder in which a virtual environment keeps its packages."""
    return Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))


def lend(environment: Path) -> None:
    """Let a virtual environment import what is installed in this one, the project itself aside."""
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # Only paths: what stands in the .pth files there, our checkout among them, is not read.
    (packages_of(environment) / "lent.pth").write_text("\n".join(lent))


class Project:
    """A folder with an environment of its own in `.venv`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / ".venv" / "bin"
        self.packages = packages_of(folder / ".venv")
        self.target = self.packages / "fleet_contract" / "contract_tests" / "mock.toml"

    def make(self, wheel: Path) -> None:
        """Write the project, and install the wheel and nothing else; what it needs is lent by this environment."""
        for name, text in FILES.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        venv.create(self.bin.parent, symlinks=True)
        pip = [sys.executable, "-m", "pip", "--python", self.bin / "python"]
        succeed(*pip, "install", "-qq", "--no-deps", "--no-index", wheel)
        lend(self.bin.parent)

    def call(self, *command: object, **more: str) -> subprocess.CompletedProcess[str]:
        """Call a command of the project's environment in its folder."""
        program, *arguments = map(str, command)
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            env=environment(**more),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def plain(self, url: str, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        """Judge a server with plain pytest at quick depth."""
        ours = ("--fleet-url", url, "--fleet-target", self.target, "--fleet-depth", "quick")
        return self.call("python", *PLAIN, *ours, *arguments, **more)


@contextmanager
def mock(program: Path, *arguments: str) -> Iterator[str]:
    """Serve a mock by the command at `program`, and give its URL."""
    command: list[str | Path] = [program, "--port", "0", "--ready-json", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), text=True
    ) as serving:
        try:
            assert serving.stdout is not None
            yield json.loads(serving.stdout.readline())["url"]
        finally:
            serving.terminate()


def succeed(*command: object) -> None:
    """Call a command, and fail with what it printed unless it exits 0."""
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
