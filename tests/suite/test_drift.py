"""Drift: what changed between two reports, and when that is a change for the worse."""

import json
from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.difference import difference_in_markdown, print_difference
from fleet_contract.contract_tests.reports.drift import Change, Kind, changes, read_report
from fleet_contract.contract_tests.reports.value import Value, value_of
from fleet_contract.contract_tests.running.settings import read_other, read_settings
from fleet_contract.spec.files import Contradiction

from .harness import SEED, command, judged, mock

ID, QUESTION = "fleets.id-is-unique", "duplicate.status"


@pytest.fixture(scope="module")
def value() -> Value:
    with mock() as url:
        return value_of(judged(url, only=("fleets", "keys.page-size")))


def changed(value: Value, edit: Callable[[Any], object]) -> list[Change]:
    other = deepcopy(value)
    edit(other)
    return changes(value, other)


def requirement(value: Value) -> Any:
    return next(each for each in value["requirements"] if each["id"] == ID)


def test_the_same_report_is_unchanged(value: Value) -> None:
    assert changes(value, deepcopy(value)) == []


@pytest.mark.parametrize(
    ("old", "new", "is_worse"),
    [
        ({"verdict": "passed"}, {"verdict": "failed"}, True),
        ({"verdict": "passed"}, {"verdict": "untested"}, True),
        ({"verdict": "untested"}, {"verdict": "failed"}, True),
        ({"verdict": "failed"}, {"verdict": "passed"}, False),
        ({"verdict": "untested"}, {"verdict": "passed"}, False),
        ({"verdict": "failed", "pardon": "waived"}, {"verdict": "failed"}, True),
        ({"verdict": "failed"}, {"verdict": "failed", "pardon": "waived"}, False),
        ({"verdict": "errored"}, {"verdict": "passed"}, False),
    ],
)
def test_a_verdict_may_change_for_the_worse(
    value: Value, old: dict[str, str], new: dict[str, str], is_worse: bool
) -> None:
    before = deepcopy(value)
    requirement(before).update({"pardon": "", **old})
    found = changed(before, lambda other: requirement(other).update({"pardon": "", **new}))
    assert [(each.kind, each.what, each.is_worse) for each in found] == [(Kind.VERDICT, ID, is_worse)]


@pytest.mark.parametrize(
    ("answer", "worse"), [("400", [False]), ("mixed", [True]), ("unknown", []), ("not-applicable", [])]
)
def test_an_answer_may_change(value: Value, answer: str, worse: list[bool]) -> None:
    found = changed(value, lambda other: other["dialect"].update({QUESTION: answer}))
    assert [each.is_worse for each in found if each.kind is Kind.ANSWER] == worse


@pytest.mark.parametrize(("old", "new", "is_told"), [(10, 19, False), (10, 29, False), (10, 31, True), (200, 30, True)])
def test_a_time_that_is_far_from_what_it_was_is_told_and_never_worse(
    value: Value, old: float, new: float, is_told: bool
) -> None:
    before = deepcopy(value)
    before["coverage"][0]["milliseconds"] = old
    found = changed(before, lambda other: other["coverage"][0].update(milliseconds=new))
    assert [(each.kind, each.is_worse) for each in found] == [(Kind.TIME, False)] * is_told


def test_a_requirement_that_only_one_report_has_is_told(value: Value) -> None:
    gone = changed(value, lambda other: other["requirements"].remove(requirement(other)))
    assert [(each.before, each.after, each.is_worse) for each in gone] == [("passed", "absent", False)]


@pytest.mark.parametrize(
    ("text", "says"),
    [("[]", "not a report of form"), ('{"report": 1}', "form"), ("{", "not JSON"), ("[" * 100_000, "not JSON")],
)
def test_what_is_no_report_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    with pytest.raises(Contradiction, match=says):
        read_report(file)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda value: [value.pop(name) for name in [*value] if name != "report"], "is wrong at its top level: "),
        (lambda value: value.update(outcome="odd"), "is wrong at outcome: 'odd' is not one of"),
        (lambda value: value["requirements"][0].update(verdict="odd"), r"is wrong at requirements\[0\].verdict: 'odd'"),
        (lambda value: value["requirements"][0].pop("message"), r"is wrong at requirements\[0\]: 'message' is"),
        (lambda value: value["dialect"].update({QUESTION: "[/bold]x"}), r"is wrong at dialect\S+: '\[/bold\]x'"),
        (lambda value: value["dialect"].update({QUESTION: "400\n"}), r"is wrong at dialect\S+: '400\\n' does not"),
        (lambda value: value["coverage"][0].update(milliseconds="1"), r"is wrong at coverage\[0\].milliseconds"),
        (lambda value: value.update(requirements={}), "is wrong at requirements: "),
    ],
)
def test_a_report_that_is_odd_where_it_is_compared_is_told(
    value: Value, tmp_path: Path, edit: Callable[[Any], object], says: str
) -> None:
    other, file, well = deepcopy(value), tmp_path / "odd.json", tmp_path / "well.json"
    edit(other)
    file.write_text(json.dumps(other))
    well.write_text(json.dumps(value))
    with pytest.raises(Contradiction, match=says):
        read_report(file)
    assert command("diff", str(well), str(file)).exit_code == 2


def test_a_report_of_another_version_is_read_where_what_is_compared_is_there(value: Value, tmp_path: Path) -> None:
    other, file = deepcopy(value), tmp_path / "later.json"
    other["later"] = other["requirements"][0]["later"] = "than this version"
    del other["mark"], other["requirements"][0]["since"]
    other["coverage"][0]["milliseconds"] = int("9" * 400)
    file.write_text(json.dumps(other))
    assert [each.kind for each in changes(value, read_report(file))] == [Kind.TIME]


def test_nothing_that_a_report_says_is_markup_or_moves_a_cursor(value: Value) -> None:
    found = [Change(Kind.ANSWER, "[/bold]what", "[/bold]x", "\x1b[2Jy", words="[/]z\n")]
    out = StringIO()
    print_difference({**value, "target": "http://[/red]\x1b[2J"}, value, found, open_console(file=out))
    assert r"[/bold]what [/bold]x → \x1b[2Jy: [/]z\n" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_the_command_prints_what_changed_between_two_nights(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    about = ("--target", str(SEED), "--depth", "quick", "--only", "fleets")
    with mock() as url:
        assert command("run", url, *about, "--json", str(first)).exit_code == 0
    assert command("diff", str(first), str(first)).output.splitlines()[-1].startswith("UNCHANGED")
    with mock("second-create-overwrites") as url:
        assert command("run", url, *about, "--json", str(second)).exit_code == 1
    said = command("diff", str(first), str(second))
    assert said.exit_code == 1
    assert f"✗ {ID} passed → failed: expected 400, 409 or 422" in " ".join(said.output.split())
    assert "WORSE: " in said.output
    back = command("diff", str(second), str(first))
    assert (back.exit_code, "CHANGED: " in back.output) == (0, True)
    assert command("diff", str(second), str(first), "--strict").exit_code == 1
    table = command("diff", str(first), str(second), "--form", "markdown").output
    assert "| ✗ | verdict | fleets.id-is-unique | passed | failed |" in table
    assert command("diff", str(first), str(tmp_path / "nowhere")).exit_code == 2


def test_nothing_that_a_server_wrote_is_markdown(value: Value) -> None:
    found = [Change(Kind.VERDICT, ID, "passed", "failed", is_worse=True, words="<b>|x|</b>")]
    assert r"\<b\>\|x\|" in difference_in_markdown(value, value, found)
    assert json.dumps(value)


def test_a_selection_by_flags_says_nothing_of_the_second_server(tmp_path: Path) -> None:
    file = tmp_path / "servers.toml"
    file.write_text(
        'api_key = "demo-key"\n[targets.one]\nbase_url = "http://127.0.0.1:9"\n'
        '[targets.other]\nbase_url = "http://127.0.0.1:8"\nskip = ["create"]\n'
    )
    given = {"target": f"{file}#one", "against": f"{file}#other", "only": ("create",)}
    settings, _ = read_settings(None, given)
    other = read_other(settings, given)
    assert other is not None
    assert other.gate.only == ("create",)


def test_two_servers_are_judged_side_by_side(tmp_path: Path) -> None:
    with mock() as one, mock("second-create-overwrites") as other:
        file = tmp_path / "servers.toml"
        file.write_text(
            f'api_key = "demo-key"\ndepth = "quick"\nonly = ["fleets"]\n'
            f'[targets.one]\nbase_url = "{one}"\n[targets.other]\nbase_url = "{other}"\n'
        )
        report = tmp_path / "report.json"
        both = ("run", "--target", f"{file}#one", "--against", f"{file}#other")
        said = command(*both, "--json", str(report))
        assert said.exit_code == 1
        assert said.output.index("CONFORMS: ") < said.output.index("BREAKS: ") < said.output.index("WORSE: ")
        assert json.loads(report.read_text())["target"] == one
        back = command("run", "--target", f"{file}#other", "--against", f"{file}#one")
        assert (back.exit_code, "CHANGED: " in back.output) == (1, True)
        same = command("run", "--target", f"{file}#one", "--against", f"{file}#one")
        assert (same.exit_code, "--against names the same server" in same.output) == (2, True)
        gone = command("run", "--target", f"{file}#one", "--against", f"{file}#gone")
        address = command("run", "--target", f"{file}#one", "--against", "http://127.0.0.1:9")
        assert gone.exit_code == 2
        assert (address.exit_code, "--against names a URL" in address.output) == (2, True)
