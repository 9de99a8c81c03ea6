"""A clone without symbolic links, as Git makes where it may not make any: both commands of the README work in it."""

import json
import shutil
import subprocess
import venv
from pathlib import Path

import httpx
import pytest

from .project import ROOT, environment, lend, succeed

IS_REPOSITORY = (ROOT / ".git").exists()
pytestmark = pytest.mark.skipif(
    not (IS_REPOSITORY and shutil.which("git") and shutil.which("make")), reason="needs git, make and a repository"
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clone what is committed, and give the clone an environment that make takes for installed."""
    folder = tmp_path_factory.mktemp("clone")
    succeed("git", "clone", "-q", "-c", "core.symlinks=false", ROOT, folder)
    venv.create(folder / ".venv", symlinks=True)
    lend(folder / ".venv")
    (folder / ".venv" / "locked").touch()
    return folder


def make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=clone, env=environment(), capture_output=True, text=True, check=False
    )


def test_no_link_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not [line for line in listed.stdout.splitlines() if line.startswith("120000")]


def test_make_contract_judges_the_mock(clone: Path) -> None:
    done = make(clone, "contract", "DEPTH=quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFORMS: " in done.stdout


def test_make_mock_serves(clone: Path) -> None:
    command = ["make", "mock", "PORT=0", "ARGS=--ready-json"]
    with subprocess.Popen(
        command, cwd=clone, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as serving:
        assert serving.stdout is not None
        try:
            ready = next(line for line in serving.stdout if line.startswith("{"))  # make may say first what it installs
            url = json.loads(ready)["url"]
            listed = httpx.get(f"{url}/emp/v1/charging-keys", headers={"X-API-Key": "demo-key"})
            assert listed.json()["keys"]
        finally:
            serving.terminate()  # make hands it on
