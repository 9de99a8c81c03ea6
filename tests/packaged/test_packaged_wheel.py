"""The wheel: what is in it, and that it judges as the checkout does."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .project import OURS, ROOT, Project, mock

OF_THE_EXTRA = ("hypothesis", "junitparser", "pytest", "schemathesis")


def test_the_wheel_holds_code_and_data_of_all_three_folders(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    kinds = (".py", ".yaml", ".toml", ".ini", ".json", ".html", ".css", ".js", ".svg")
    ours = {file.relative_to(ROOT) for name in OURS for file in (ROOT / name).rglob("*") if file.suffix in kinds}
    assert {f"fleet_contract/{file.as_posix()}" for file in ours} <= held
    assert "fleet_contract/py.typed" in held
    assert not [name for name in held if name.split("/")[0] in OURS]


def test_what_is_imported_is_what_was_installed(project: Project) -> None:
    for name in OURS:
        done = project.call("python", "-c", f"import fleet_contract.{name} as it; print(it.__file__)")
        assert Path(done.stdout.strip()).is_relative_to(project.packages), done.stderr


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_ours_is_imported_by_a_bare_name(project: Project, name: str) -> None:
    done = project.call("python", "-I", "-c", f"import {name}")
    assert f"No module named '{name}'" in done.stderr


def judged_by(project: Project, program: Path, report: Path) -> dict[str, Any]:
    """Judge a fresh mock of the same environment as the suite's, and return the report."""
    with mock(program.with_name("fleet-mock")) as url:
        done = project.call(program, "run", url, "--target", project.target, "--depth", "quick", "--json", report)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def test_the_wheel_sends_what_the_checkout_sends(project: Project, tmp_path: Path) -> None:
    theirs = judged_by(project, project.bin / "fleet-contract", tmp_path / "wheel.json")
    ours = judged_by(project, Path(sys.executable).with_name("fleet-contract"), tmp_path / "checkout.json")
    assert theirs["cases"] == ours["cases"]
    assert theirs["judged"] == ours["judged"]
    left = [each["id"] for each in ours["requirements"] if each["verdict"] != "passed"]
    assert all(".overlapping-" in id for id in left), "only races need more than the quick depth"


@pytest.fixture
def without_the_extra(tmp_path: Path) -> dict[str, str]:
    """Give the variables under which Python does not find what the plain install lacks."""
    hide = f"import sys\nsys.modules.update(dict.fromkeys({OF_THE_EXTRA}))\n"
    (tmp_path / "sitecustomize.py").write_text(hide)
    return {"PYTHONPATH": str(tmp_path)}


def test_the_suite_says_what_the_plain_install_lacks(project: Project, without_the_extra: dict[str, str]) -> None:
    done = project.call("fleet-contract", "run", "http://127.0.0.1:9", **without_the_extra)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'fleet-contract[suite]'" in done.stderr


@pytest.mark.parametrize("arguments", [["list"], ["--help"]])
def test_lists_and_help_need_the_plain_install_only(
    project: Project, without_the_extra: dict[str, str], arguments: list[str]
) -> None:
    done = project.call("fleet-contract", *arguments, **without_the_extra)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_mock_needs_the_plain_install_only(project: Project, without_the_extra: dict[str, str]) -> None:
    imports = "import fleet_contract.mock_server.app, fleet_contract.mock_server.command"
    assert project.call("python", "-c", imports, **without_the_extra).stderr == ""
    assert project.call("fleet-mock", "--list-misbehaviours", **without_the_extra).returncode == 0
