"""A wrong entry of the target file looks like a broken server: each failure that it may have made names it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from fleet_contract.contract_tests.reports.fixtures import what_if_wrong
from fleet_contract.contract_tests.reports.formats import FORMATS
from fleet_contract.contract_tests.reports.github import annotations
from fleet_contract.contract_tests.reports.page import print_report
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report, Shown

from .harness import SEED, command, judged, mock

# Each is wrong of the mock, and what it makes of a run.
WRONG = {
    ("fleet_with_codes", "nope-001"): "invitation.lists-the-codes",
    ("foreign_fleet", "acme-corp-001"): "keys.of-others-are-hidden",
    ("location", "nope"): "prices.location-is-answered",
    ("priced_fleet", "nope"): "prices.location-is-answered",
}
TELLING = ("json", "html", "markdown", "junit", "code-quality")


def target_with(entry: str, value: str, folder: Path) -> Path:
    file = folder / "target.toml"
    file.write_text(re.sub(rf"^{entry} = .*$", f'{entry} = "{value}"', SEED.read_text(), flags=re.MULTILINE))
    return file


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as served:
        yield served


@pytest.fixture(scope="module")
def misled(url: str, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A run against an honest mock with the name of no fleet in its target file."""
    file = target_with("fleet_with_codes", "nope-001", tmp_path_factory.mktemp("misled"))
    return judged(url, target=file, only=("invitation",))


@pytest.mark.parametrize(("entry", "value"), WRONG)
def test_a_failure_names_the_entry_that_may_have_made_it(entry: str, value: str, url: str, tmp_path: Path) -> None:
    file, id = target_with(entry, value, tmp_path), WRONG[entry, value]
    report = judged(url, target=file, only=(id,))
    (broken,) = (each for each in value_of(report)["requirements"] if each["failures"])
    assert broken["id"] == id
    assert f"fixtures.{entry}" in broken["fixtures"]
    doctor = command("doctor", url, "--target", str(file))
    assert f"fixtures.{entry}" in doctor.output


@pytest.mark.parametrize("form", TELLING)
def test_every_form_names_it(form: str, misled: Report) -> None:
    text = FORMATS[form](misled)
    assert isinstance(text, str)
    assert "fixtures.fleet_with_codes" in text.replace("\\", "").replace("<wbr>", "")


@pytest.mark.parametrize("shown", [Shown(), Shown(verbose=True)])
def test_a_terminal_and_github_say_how_to_see_whether_it_is_wrong(shown: Shown, misled: Report) -> None:
    out = StringIO()
    print_report(replace(misled, settings=replace(misled.settings, shown=shown)), Console(file=out, width=10_000))
    says = "fixtures.fleet_with_codes of the target file: if that is wrong, `fleet-contract doctor` tells"
    assert f"\n  fixture  {says}\n" in out.getvalue()
    assert says in "".join(annotations(value_of(misled)))


def test_a_failure_about_a_fleet_of_the_run_names_no_entry() -> None:
    with mock("rename-cuts-names") as url:
        report = judged(url, only=("rename",))
    broken = [each for each in value_of(report)["requirements"] if each["failures"]]
    assert [each["fixtures"] for each in broken] == [[]]


def test_several_entries_are_named_in_one_sentence() -> None:
    assert what_if_wrong(()) == ""
    assert what_if_wrong(("a", "b", "c")).startswith("a, b and c of the target file: if one of these is wrong, ")
