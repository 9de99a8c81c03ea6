"""The gate: waivers, what does not count, what must be judged, and where all this may stand."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.running.verdicts import (
    CheckResult,
    Outcome,
    Result,
    Verdict,
    outcome,
    unneeded,
    waivers,
)
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.entries import ENTRIES
from fleet_contract.contract_tests.target.expected import Expected
from fleet_contract.contract_tests.target.gate import Gate, Pardon
from fleet_contract.contract_tests.target.target_file import read_described
from fleet_contract.contract_tests.target.waivers import State, Waiver
from fleet_contract.spec.catalogue import Basis, catalogue
from fleet_contract.spec.files import Contradiction

from .harness import SEED, command, mock

ID = "rename.keeps-the-id"  # stated
OTHER = "prices.default-stays"  # implied
TODAY = date(2030, 6, 15)
RAN = [CheckResult("test_it", (ID, OTHER))]
FAULT = "second-create-overwrites"  # breaks one requirement alone
BROKEN = "fleets.id-is-unique"
FAR, PAST = "2999-12-31", "2020-01-01"


def waiver(id: str = ID, until: date = TODAY) -> Waiver:
    return Waiver(id, "Ticket 12", "QA", until)


def gate(*waived: Waiver, **more: Any) -> Gate:
    return Gate(waivers=waived, today=TODAY, **more)


def result(verdict: Verdict, id: str = ID, **more: Any) -> Result:
    return Result(catalogue().requirement(id), verdict, **more)


PASSED, FAILED, UNTESTED = result(Verdict.PASSED), result(Verdict.FAILED), result(Verdict.UNTESTED)
OTHER_PASSED = result(Verdict.PASSED, OTHER)
EFFECT = result(Verdict.UNTESTED, OTHER, causes=(ID,))


# --- what counts ---


@pytest.mark.parametrize(
    ("until", "results", "state", "means"),
    [
        (TODAY, [FAILED, OTHER_PASSED], State.IN_FORCE, Outcome.CONFORMS),
        (date(2030, 6, 14), [FAILED, OTHER_PASSED], State.EXPIRED, Outcome.BREAKS),
        (TODAY, [PASSED], State.UNNEEDED, Outcome.CONFORMS),
        (date(2030, 6, 14), [PASSED], State.UNNEEDED, Outcome.CONFORMS),
        (TODAY, [UNTESTED, OTHER_PASSED], State.UNUSED, Outcome.CONFORMS),
        (TODAY, [OTHER_PASSED], State.UNUSED, Outcome.CONFORMS),
    ],
)
def test_a_waiver_holds_until_its_day_is_over(until: date, results: list[Result], state: State, means: Outcome) -> None:
    asked = gate(waiver(until=until))
    assert list(waivers(results, asked).values()) == [state]
    assert outcome(results, RAN, asked) is means
    strict = outcome(results, RAN, replace(asked, strict_waivers=True))
    assert strict is (Outcome.BREAKS if state is State.UNNEEDED else means)


def test_waivers_that_are_no_longer_needed_are_named_together() -> None:
    strict = replace(gate(waiver(), waiver(OTHER)), strict_waivers=True)
    said = f"--strict-waivers: the waivers of {ID}, {OTHER} are no longer needed"
    assert unneeded([PASSED, OTHER_PASSED], strict) == (said,)


def test_a_waiver_lets_no_other_failure_pass() -> None:
    assert outcome([FAILED, result(Verdict.FAILED, OTHER)], RAN, gate(waiver())) is Outcome.BREAKS


def test_what_a_waived_failure_explains_makes_a_run_inconclusive_unless_it_is_waived_too() -> None:
    assert outcome([FAILED, EFFECT], RAN, gate(waiver())) is Outcome.INCONCLUSIVE
    both = gate(waiver(), waiver(OTHER))
    assert outcome([FAILED, EFFECT, result(Verdict.PASSED, BROKEN)], RAN, both) is Outcome.CONFORMS
    assert set(waivers([FAILED, EFFECT], both).values()) == {State.IN_FORCE}


@pytest.mark.parametrize(
    ("since", "pinned", "pardon"),
    [("0.2", "0.1", Pardon.ADVISORY), ("0.10", "0.9", Pardon.ADVISORY), ("0.1", "0.1", None), ("0.2", None, None)],
)
def test_a_requirement_that_is_newer_than_the_pinned_catalogue_advises(
    since: str, pinned: str | None, pardon: Pardon | None
) -> None:
    newer = replace(FAILED.requirement, since=since)
    assert gate(catalogue=pinned).pardon(newer) is pardon
    means = outcome([replace(FAILED, requirement=newer), OTHER_PASSED], RAN, gate(catalogue=pinned))
    assert means is (Outcome.CONFORMS if pardon else Outcome.BREAKS)


def test_a_basis_that_is_not_asked_for_is_tolerated() -> None:
    assert gate(fail_on=Basis.STATED).pardon(catalogue().requirement(OTHER)) is Pardon.TOLERATED
    assert gate(fail_on=Basis.STATED).pardon(catalogue().requirement(ID)) is None


def test_an_expected_requirement_that_was_left_untested_makes_a_run_inconclusive() -> None:
    asked = gate(expect=Expected(Path("expected.txt"), (ID,)))
    assert outcome([UNTESTED, OTHER_PASSED], RAN, asked) is Outcome.INCONCLUSIVE
    assert outcome([PASSED, result(Verdict.UNTESTED, OTHER)], RAN, asked) is Outcome.CONFORMS


def test_an_expected_requirement_that_was_not_even_asked_for_is_missed_unless_a_selection_left_it_out() -> None:
    asked = gate(expect=Expected(Path("expected.txt"), (ID,)))
    assert outcome([OTHER_PASSED], RAN, asked) is Outcome.INCONCLUSIVE
    for selected in (replace(asked, only=("prices",)), replace(asked, skip=("rename",))):
        assert outcome([OTHER_PASSED], RAN, selected) is Outcome.CONFORMS


def test_every_requirement_says_since_which_version_it_is_judged() -> None:
    for each in catalogue().requirements.values():
        assert [part.isdigit() for part in each.since.split(".")] == [True, True], each.id


# --- where it may stand ---


def described(folder: Path, text: str, name: str = "", **variables: str) -> Gate:
    file = folder / "target.toml"
    file.write_text(text, encoding="utf-8")
    return read_described(f"{file}{name}", {}, variables).gate


@pytest.mark.parametrize("ours", ["1.0rc1", "1.0.dev3", "1.0.2", "1.0+local"])
def test_a_prerelease_knows_its_own_catalogue_and_no_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: str
) -> None:
    monkeypatch.setattr("fleet_contract.contract_tests.target.gate.version", lambda _: ours)
    assert described(tmp_path, f'{URL}catalogue = "1.0"').catalogue == "1.0"
    with pytest.raises(Contradiction, match=r"'1\.1', and this is version 1\.0\."):
        described(tmp_path, f'{URL}catalogue = "1.1"')


ROW = f'[[waivers]]\nid = "{ID}"\nreason = "Ticket 12"\nowner = "QA"\nuntil = 2030-06-15\n'
URL = 'base_url = "http://localhost"\n'


def test_the_target_file_holds_what_the_flags_say(tmp_path: Path) -> None:
    (tmp_path / "expected.txt").write_text(f"# a comment\n{ID}\n\n{OTHER}  # another\n{ID}\n")
    read = described(
        tmp_path,
        f"""{URL}
        depth = "quick"
        only = ["rename", "prices"]
        skip = ["rename.x"]
        fail_on = "stated"
        require_all = true
        strict_waivers = true
        catalogue = "0.1"
        expect = "expected.txt"
        {ROW}
        """,
    )
    assert (read.depth, read.only, read.skip, read.fail_on) == (
        Depth.QUICK,
        ("rename", "prices"),
        ("rename.x",),
        Basis.STATED,
    )
    assert (read.require_all, read.strict_waivers, read.catalogue, read.waivers) == (True, True, "0.1", (waiver(),))
    assert read.expect is not None
    assert read.expect.ids == (ID, OTHER)


def test_waivers_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(ROW)
    assert described(tmp_path, f'{URL}waivers = "waivers.toml"\n').waivers == (waiver(),)


def test_every_entry_of_the_gate_is_read_from_its_variable(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(ROW)
    (tmp_path / "expected.txt").write_text(ID)
    values = {
        "depth": "deep",
        "only": "rename,prices",
        "skip": "keys",
        "fail_on": "stated",
        "require_all": "yes",
        "expect": str(tmp_path / "expected.txt"),
        "catalogue": "0.1",
        "waivers": str(tmp_path / "waivers.toml"),
        "strict_waivers": "1",
    }
    assert set(values) == {each.name for each in fields(Gate)} - {"today"}
    read = read_described(
        None,
        {},
        {"FLEET_BASE_URL": "http://localhost"} | {ENTRIES[name].variable: value for name, value in values.items()},
    ).gate
    assert not [name for name in values if getattr(read, name) == getattr(Gate(), name)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": '"rename.keeps-the-ids"'}, r"waiver 1: .* 'rename.keeps-the-ids'. Did you mean 'rename.keeps-the-id'"),
        ({"id": '"fleets.stored-name"'}, r"no requirement that can be judged has the id 'fleets.stored-name'"),
        ({"reason": '" "'}, r"waiver 1 has no reason. Expected id, reason, owner, until"),
        ({"owner": "7"}, r"waiver 1 has no owner"),
        ({"until": '"soon"'}, r"until is 'soon'. Expected the last day"),
        ({"until": "2030-06-15T10:00:00"}, r"until is '2030-06-15 10:00:00'. Expected the last day"),
        ({"untill": "2030-06-15"}, r"unknown entry 'untill'. Did you mean 'until'"),
        ({"ticket": "4711"}, r"unknown entry 'ticket'. Expected id, reason, owner, until in each waiver. Correct or"),
    ],
)
def test_a_waiver_that_says_too_little_is_refused(tmp_path: Path, changed: Mapping[str, str], message: str) -> None:
    row = {"id": f'"{ID}"', "reason": '"Ticket 12"', "owner": '"QA"', "until": "2030-06-15", **changed}
    with pytest.raises(Contradiction, match=message):
        described(tmp_path, f"{URL}[[waivers]]\n" + "\n".join(f"{name} = {value}" for name, value in row.items()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROW + ROW, r"rename.keeps-the-id is waived twice"),
        ("waivers = 7\n", r"waivers is a whole number, '7'. Expected a list of tables, or the path of a file"),
        ('waivers = "nowhere.toml"\n', r"The file of waivers .*nowhere.toml cannot be read"),
        ('waivers = "target.toml"\n', r"contains something other than \[\[waivers\]\]"),
        ('depth = "quik"\n', r"depth is a string, 'quik'. Expected smoke, quick, standard or deep"),
        ("catalogue = 0.1\n", r"catalogue is a number, '0.1'. Expected a version in quotes"),
        (
            'catalogue = "999.0"\n',
            r"catalogue is '999.0', and this is version .* Correct it, or install a newer version",
        ),
        ('expect = "nowhere.txt"\n', r"The file of expected requirements .*nowhere.txt cannot be read"),
        ('expect = "empty.txt"\n', r"empty.txt lists no id"),
        ('expect = "target.toml"\n', r"no requirement that can be judged has the id"),
        ("[gate]\ndepth = 1\n", r"unknown entry 'gate'"),
    ],
)
def test_what_the_gate_cannot_mean_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(Contradiction, match=message):
        described(tmp_path, URL + text)


SEVERAL = """
api_key = "common-key"
depth = "quick"
[limits]
max_fleets = 5
max_keys = 2
[targets.staging]
base_url = "https://staging.example"
depth = "deep"
[targets.staging.limits]
max_fleets = 9
[targets.production]
base_url = "https://api.example"
"""


def test_a_file_may_hold_several_targets(tmp_path: Path) -> None:
    file = tmp_path / "servers.toml"
    file.write_text(SEVERAL)
    target, asked = read_described(f"{file}#staging", {}, {})
    assert (target.base_url, target.limits.max_fleets, target.limits.max_keys, asked.depth) == (
        "https://staging.example",
        9,
        2,
        Depth.DEEP,
    )
    assert target.api_key is not None
    other, asked = read_described(f"{file}#production", {}, {})
    assert (other.base_url, other.limits.max_fleets, asked.depth) == ("https://api.example", 5, Depth.QUICK)
    assert read_described(file, {"base_url": "http://localhost"}, {}).target.limits.max_fleets == 5


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("", SEVERAL, r"has several targets: staging, production. Choose one, such as --target .*target.toml#staging"),
        (
            "#stagin",
            SEVERAL,
            r"has no target 'stagin'. Did you mean 'staging'\? It has staging, production. Choose one of these",
        ),
        ("#staging", URL, r"has no target 'staging'. Add \[targets.staging\], or omit #staging\."),
        ("#a", "targets = 7", r"\[targets\] contains more than tables"),
        ("#a", "[targets.a]\nbase_urll = 1", r"unknown entry 'base_urll'. Did you mean 'base_url'"),
    ],
)
def test_a_target_that_is_not_there_is_told(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(Contradiction, match=message):
        described(tmp_path, text, name)


def test_a_file_may_have_the_mark_in_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a#b.toml"
    file.write_text(URL)
    assert read_described(file, {}, {}).target.base_url == "http://localhost"


# --- whole runs ---


def judge(url: str, folder: Path, more: str, *options: str) -> tuple[int, str]:
    file = folder / "target.toml"
    file.write_text(f'only = ["fleets.id-is-unique", "rename"]\ndepth = "quick"\n{more}')
    said = command(
        "run", url, "--target", str(file), *options, FLEET_API_KEY="demo-key", FLEET_OTHER_API_KEY="other-key"
    )
    return said.exit_code, " ".join(said.output.split())


KEY = {"FLEET_API_KEY": "demo-key"}


def row(id: str, until: str) -> str:
    return f'[[waivers]]\nid = "{id}"\nreason = "[bold]Ticket[/] 7"\nowner = "QA"\nuntil = {until}\n'


def test_a_waived_failure_is_shown_and_fails_nothing(tmp_path: Path) -> None:
    with mock(FAULT) as url:
        assert judge(url, tmp_path, "")[0] == 1
        code, said = judge(url, tmp_path, row(BROKEN, FAR))
        assert (code, "CONFORMS: 1 waived" in said) == (0, True)
        assert f"{BROKEN}: waived until {FAR} by QA: [bold]Ticket[/] 7" in said
        assert f"✗ {BROKEN} stated" in said
        (tmp_path / "waivers.toml").write_text("# nothing is waived yet")
        code, said = judge(url, tmp_path, "", "--waivers", str(tmp_path / "waivers.toml"))
        assert (code, "waivers.toml has no waiver." in said) == (1, True)
        code, said = judge(url, tmp_path, row(BROKEN, PAST))
        assert (code, "the waiver has expired, so the failure counts" in said) == (1, True)
        code, said = judge(url, tmp_path, row(BROKEN, FAR) + row("rename.keeps-the-id", FAR))
        assert (code, "rename.keeps-the-id: passed, so the waiver is no longer needed" in said) == (0, True)
        code, said = judge(url, tmp_path, row(BROKEN, FAR) + row("rename.keeps-the-id", FAR), "--strict-waivers")
        assert (
            code,
            "BREAKS: 1 waived" in said,
            "; --strict-waivers: the waiver of rename.keeps-the-id is no longer needed." in said,
        ) == (1, True, True)


def test_what_a_run_judged_is_expected_of_the_next(tmp_path: Path) -> None:
    expected = tmp_path / "expected.txt"
    about = ("--target", str(SEED), "--depth", "quick", "--only", "invitation")
    with mock() as url:
        assert command("run", url, *about, "--write-expect", str(expected)).exit_code == 0
        assert "invitation.lists-the-codes" in expected.read_text()
        assert command("run", url, *about, "--expect", str(expected)).exit_code == 0
        said = command("run", url, *about[2:], "--expect", str(expected), FLEET_API_KEY="demo-key")
        assert said.exit_code == 3
        assert "something that must be judged is untested: invitation." in said.output
        both = command("run", url, *about, "--expect", str(expected), "--write-expect", str(expected))
        assert (both.exit_code, "would overwrite a file" in both.output) == (2, True)


def test_what_a_dialect_let_a_run_judge_is_missed_without_it(tmp_path: Path) -> None:
    expected, held = tmp_path / "expected.txt", tmp_path / "held.toml"
    held.write_text('[dialect]\n"duplicate.status" = "409"\n')
    about = ("--depth", "quick", "--only", "fleets", "--only", "dialect", "--replay-requests", "0")
    with mock() as url:
        first = command("run", url, "--target", str(held), *about, "--write-expect", str(expected), **KEY)
        assert (first.exit_code, "dialect.is-as-held" in expected.read_text()) == (0, True), first.output
        said = command("run", url, *about, "--expect", str(expected), **KEY)
    assert said.exit_code == 3
    assert "something that must be judged is untested: dialect.is-as-held" in said.output


def test_the_outcome_says_what_a_basis_let_pass() -> None:
    with mock("delete-is-accepted") as url:
        said = command("run", url, "--target", str(SEED), "--depth", "quick", "--only", "http", "--fail-on", "stated")
    assert said.exit_code == 0
    assert "tolerated, since --fail-on stated lets other failures pass: http." in said.output
