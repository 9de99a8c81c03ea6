"""A clone without symbolic links, as Git makes where it may not make any: both commands of the README work in it."""

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import httpx
import pytest

from .project import ROOT, environment, lend, mock, succeed

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


def make(clone: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=clone, env=environment(**more), capture_output=True, text=True, check=False
    )


def test_no_link_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not [line for line in listed.stdout.splitlines() if line.startswith("120000")]


def test_make_clean_leaves_what_is_committed_and_what_a_user_keeps(tmp_path: Path) -> None:
    """Whatever Git ignores was made here, but for a ledger and a copy of the guide."""
    clone, kept = tmp_path / "clone", {"fleet-contract-ledger.jsonl", "guide.txt"}
    succeed("git", "clone", "-q", ROOT, clone)
    for pattern in (clone / ".gitignore").read_text().split():
        made = clone / pattern.strip("/").replace("*", "x")
        if pattern.endswith("/"):
            made.mkdir(parents=True)
            made /= "file"
        if pattern.startswith("/src/"):
            made.symlink_to(f"../../{made.name}")
        else:
            made.write_text("made")
    for folder in ("src/fleet_contract", "examples/python", "contract_tests/checks", "tools"):
        (clone / folder / "__pycache__").mkdir()
        (clone / folder / "__pycache__" / "x.pyc").write_text("made")
    (clone / ".coverage").write_text("made")
    done = make(clone, "clean")
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        ["git", "status", "--short", "--ignored"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert set(listed.stdout.splitlines()) == {f"!! {name}" for name in kept}


def test_make_contract_judges_the_mock(clone: Path) -> None:
    done = make(clone, "contract", "DEPTH=quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFORMS: " in done.stdout


@pytest.mark.parametrize(
    ("entry", "words", "variables", "depth"),
    [
        ('depth = "smoke"', (), {}, "smoke"),
        ('depth = "smoke"', ("DEPTH=quick",), {}, "quick"),
        ('depth = "smoke"', (), {"FLEET_DEPTH": "quick"}, "quick"),
        ("", (), {}, "standard"),
    ],
)
def test_make_contract_overrides_a_depth_only_where_it_is_given_one(
    entry: str, words: tuple[str, ...], variables: dict[str, str], depth: str, clone: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target.toml"
    target.write_text(f'api_key = "demo-key"\n{entry}\n')
    with mock(Path(sys.executable).parent / "fleet-mock") as url:
        arguments = ("contract", f"URL={url}", f"TARGET={target}", "ARGS=--only access --max-requests 5", *words)
        done = make(clone, *arguments, **variables)
    assert f" at {depth} depth" in done.stdout, done.stdout + done.stderr


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
