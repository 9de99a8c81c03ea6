"""Reporters of pytest by other hands: in what they write each requirement is a test, as for plain pytest itself."""

import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from .project import ROOT, Project, mock

REPORTERS = ROOT / "build" / "reporters"
OURS = "fleet-contract::"
BROKEN = "http.success-is-json"
pytestmark = pytest.mark.skipif(not REPORTERS.is_dir(), reason="the reporters are not installed: make packaged")


@pytest.fixture(scope="module")
def reported(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompletedProcess[str]]:
    """Judge a server that breaks something, and return the folder with the reports."""
    folder = tmp_path_factory.mktemp("reports")
    how = ("--html", folder / "page.html", "--self-contained-html", "--alluredir", folder / "allure")
    with mock(project.bin / "fleet-mock", "--misbehave", "truncated-json") as broken:
        return folder, project.plain(broken, *how, PYTHONPATH=str(REPORTERS))


class Blob(HTMLParser):
    """Finds what pytest-html writes into its page for its script to show."""

    found: str | None = None

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = dict(attrs).get("data-jsonblob") or self.found


def by_pytest_html(folder: Path) -> Iterator[tuple[str, str]]:
    page = Blob()
    page.feed((folder / "page.html").read_text())
    assert page.found
    for name, tries in json.loads(page.found)["tests"].items():
        yield name, tries[-1]["result"].lower()


def by_allure(folder: Path) -> Iterator[tuple[str, str]]:
    for file in (folder / "allure").glob("*-result.json"):
        result = json.loads(file.read_text())
        yield result["name"], result["status"]


def verdicts(said: str) -> Mapping[str, int]:
    """Return how many requirements plain pytest's own report counts of each verdict."""
    words = said.rpartition("BREAKS: ")[2].split(" at ")[0].split(", ")
    return {verdict: int(count) for count, verdict in (each.split()[:2] for each in words)}


def test_pytest_html_shows_each_requirement_as_a_test(reported: tuple[Path, CompletedProcess[str]]) -> None:
    folder, done = reported
    assert done.returncode == 1, done.stdout + done.stderr
    shown = {name.removeprefix(OURS): how for name, how in by_pytest_html(folder) if name.startswith(OURS)}
    assert shown[BROKEN] == "failed"
    assert shown["access.key-is-required"] == "passed"
    assert list(shown.values()).count("failed") == verdicts(done.stdout)["failed"]
    assert list(shown.values()).count("passed") == verdicts(done.stdout)["passed"]


def test_allure_shows_each_requirement_as_a_test(reported: tuple[Path, CompletedProcess[str]]) -> None:
    folder, done = reported
    shown = dict(by_allure(folder))
    assert shown[BROKEN] == "failed"
    assert shown["access.key-is-required"] == "passed"
    ours = [how for name, how in shown.items() if "." in name]
    assert ours.count("failed") == verdicts(done.stdout)["failed"]
    assert ours.count("passed") == verdicts(done.stdout)["passed"]


def test_no_key_is_in_what_they_write(reported: tuple[Path, CompletedProcess[str]]) -> None:
    folder, _ = reported
    for file in filter(Path.is_file, folder.rglob("*")):
        assert "demo-key" not in file.read_text(encoding="utf-8"), file
        assert "FLEET2024" not in file.read_text(encoding="utf-8"), file
