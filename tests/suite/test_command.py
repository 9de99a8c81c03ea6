"""The command `fleet-contract`: what it answers to wrong usage and to questions."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.network.budget import Cost, advice
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.running.settings import at_most
from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.contract_tests.target.depths import PRICES, Depth
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.options import LEDGER, OPTIONS_OF
from fleet_contract.contract_tests.target.target import CAUTIOUS, REPLAYS, Limits, Target
from fleet_contract.spec.catalogue import catalogue

from .answering import answering
from .harness import SEED, command, judged, mock, process

URL = "http://127.0.0.1:9"  # where nobody listens; what is refused before the first request never gets there


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as served:
        yield served


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((URL, "--dept", "quick"), "--depth"),
        ((URL, "--depth", "shallow"), "'quick', 'standard', 'deep'"),
        ((URL, "more"), "unexpected extra argument"),
        ((), "BASE_URL"),
        (("127.0.0.1:9",), "http://"),
        ((f"{URL}/emp/v1",), "BASE_URL is the part before it"),
        ((URL, "--target", "missing.toml"), "Correct --target"),
        ((URL, "--target", "."), "Correct --target"),
        ((URL, "--api-key", "literal-key"), "Expected env:NAME or file:PATH"),
        ((URL, "--api-key", "env:NOT_SET"), "NOT_SET"),
        ((URL, "--api-key", "file:missing.key"), "Correct the path"),
        ((URL, "--max-requests", "many"), "whole number"),
        (("https://127.0.0.1:9", "--ca-file", "missing.pem"), "missing.pem"),
        ((URL, "--only", "rename.keep-the-id"), "'rename.keeps-the-id'"),
        ((URL, "--skip", ","), "',' is no prefix: the flag --skip takes one at a time. Repeat it."),
        (
            (URL, "--only", "fleets,create"),
            "'fleets,create' is no prefix: the flag --only takes one at a time. Repeat it for 'fleets' and 'create'.",
        ),
        ((URL, "--skip", "access, http"), "Repeat it for 'access' and 'http'."),
        ((URL, "--html", "--quiet"), "--html needs a file name, got '--quiet'."),
        ((URL, "--ledger", "--yes"), "--ledger needs a file name, got '--yes'."),
        ((URL, "--target", "--depth"), "--target needs a file name, got '--depth'."),
        ((URL, "--unix-socket", "--quiet"), "--unix-socket needs a file name, got '--quiet'."),
        ((URL, "--ledger", "missing/ledger"), "Choose a file that can be written"),
    ],
)
def test_wrong_usage_is_explained(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = command("run", *arguments)
    assert ended.exit_code == Exit.USAGE
    assert ended.stderr.count("Error: ") == 1
    assert says in ended.stderr
    assert "literal-key" not in ended.output
    assert not ended.stdout
    assert not list(tmp_path.iterdir())


def test_a_folder_is_not_the_next_option() -> None:
    ended = command("explore", URL, "--max-cases", "1", "--save", "--seed")
    assert ended.exit_code == Exit.USAGE
    assert "--save needs the name of a folder, got '--seed'." in ended.stderr


@pytest.mark.parametrize(("kind", "reason"), [("missing", "No such file or directory"), ("folder", "Is a directory")])
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", URL, "--target", "{}"),
        ("run", URL, "--waivers", "{}"),
        ("run", URL, "--expect", "{}"),
        ("doctor", URL, "--target", "{}"),
        ("judge", "{}"),
        ("document", "{}"),
        ("ledger", "{}"),
        ("diff", "{}", "odd.json"),
        ("diff", "{}", "{}", "--form", "markdown"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_alike_by_all_commands(
    arguments: tuple[str, ...], kind: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    ended = command(*(each.format(kind) for each in arguments))
    assert (ended.exit_code, ended.stdout) == (Exit.USAGE, "")
    assert f"{kind} cannot be read: {reason}. Expected " in ended.stderr


@pytest.mark.parametrize(
    ("entry", "given", "says"),
    [
        ("", {"depth": "smoke", "max_requests": "3"}, "raise --max-requests, or run fewer checks with --only"),
        (
            "",
            {"depth": "quick", "FLEET_MAX_FLEETS": "1"},
            "raise FLEET_MAX_FLEETS in the environment, or run fewer checks with --only or --depth smoke",
        ),
        (
            "[limits]\nmax_fleets = 1",
            {"depth": "standard"},
            "raise limits.max_fleets in target.toml, or run fewer checks with --only or --depth quick",
        ),
    ],
)
def test_a_limit_that_is_reached_is_told_from_where_it_was_given(
    entry: str, given: dict[str, str], says: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("target.toml").write_text(f'api_key = "demo-key"\n{entry}\n')
    report = judged(url, target=Path("target.toml"), only=("fleets",), **given)
    assert report.outcome is Outcome.INCONCLUSIVE
    assert f" ({says})" in "".join(report.reasons)


@pytest.mark.parametrize(
    ("given", "depth", "says"),
    [
        ({"max_fleets": 7}, Depth.SMOKE, "Run at --depth quick, or run fewer checks with --only"),
        ({}, Depth.QUICK, "Run at --depth standard, or run fewer checks with --only or --depth smoke"),
        ({}, Depth.DEEP, "Run fewer checks with --only or --depth standard"),
    ],
)
def test_a_limit_of_a_depth_is_raised_by_a_greater_one_alone(given: dict[str, Any], depth: Depth, says: str) -> None:
    where = {name: f"limits.{name} in target.toml" for name in given}
    target = at_most(Target("http://localhost", limits=Limits(**given, where=where)), PRICES[depth], depth=depth)
    assert advice(Cost.FLEETS, target.limits) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("base_url = ", "is not TOML"),
        ("api_key = 7", "api_key is a whole number"),
        ("bas_url = 'x'", "Did you mean 'base_url'?"),
        ("[fixtures]\nfleet_with_code = 'x'", "Did you mean 'fixtures.fleet_with_codes'?"),
        ("[limits]\nmax_fleets = -1", "a whole number from 0"),
        ("limits = 1", "Expected a table"),
        ("[dialect]\n'duplicate.status' = '418'", "409"),
        ("[dialect]\n'duplicate.statuz' = '409'", "duplicate.status"),
        ("[dialect]\n'key.status' = '204'\n'key.body' = 'shown'", "contradicts key.status"),
        ("[fixtures]\nactive_codes = ['A']", "Add fixtures.fleet_with_codes"),
    ],
)
def test_a_wrong_target_file_is_explained(text: str, says: str, tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    target.write_text(text)
    ended = command("run", URL, "--target", str(target))
    assert ended.exit_code == Exit.USAGE
    assert ended.stderr.count("Error: ") == 1
    assert says in ended.stderr


def test_a_target_file_that_is_no_text_is_explained(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_bytes(b"\xff\xff")
    ended = command("run", URL, "--target", str(tmp_path / "target.toml"))
    assert ended.exit_code == Exit.USAGE
    assert "is not UTF-8 text" in ended.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can read every file")
def test_a_target_file_that_may_not_be_read_is_explained(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    target.write_text("")
    target.chmod(0)
    ended = command("run", URL, "--target", str(target))
    assert ended.exit_code == Exit.USAGE
    assert "cannot be read" in ended.stderr


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_for_people_is_no_api(status: int) -> None:
    with answering(lambda *_: (status, "text/html", b"<!DOCTYPE html><title>Welcome</title>")) as url:
        ended = process("run", url)
    assert ended.returncode == Exit.INCONCLUSIVE
    assert ended.stderr.count("Error: ") == 1
    assert "with an HTML page" in ended.stderr
    assert "Check the prefix: the part of BASE_URL before /emp/v1" in ended.stderr


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_a_report_that_cannot_be_written_is_explained(option: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    path = str(tmp_path / "file" / "report")
    ended = command("run", url, "--target", str(SEED), "--depth", "quick", "--only", "rename", option, path)
    assert ended.exit_code == Exit.USAGE
    assert ended.stderr.count("Error: ") == 1
    assert "Choose a file that can be written" in ended.stderr


def test_a_run_says_what_it_costs_what_it_did_and_what_came_of_it(url: str, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "report.json"
    ended = command("run", url, "--target", str(SEED), "--depth", "quick", "--verbose", "--json", str(report))
    assert ended.exit_code == Exit.CONFORMS
    assert "at most 20 fleets, 6 keys, 250 requests" in ended.stdout.splitlines()[0]
    for result in json.loads(report.read_text())["requirements"]:
        assert result["id"] in ended.stdout
    assert "footprint" in ended.stdout
    assert "CONFORMS" in ended.stdout.splitlines()[-1]
    assert not ended.stderr


# --- questions ---------------------------------------------------------------------------------


def test_list_prints_every_requirement_with_its_sentence() -> None:
    ended = command("list")
    assert ended.exit_code == 0
    for requirement in catalogue().requirements.values():
        assert f"{requirement.id} {requirement.basis}" in ended.stdout
        assert requirement.text in ended.stdout


def test_list_takes_a_prefix() -> None:
    ended = command("list", "prices")
    ids = [line.split()[0] for line in ended.stdout.splitlines() if not line.startswith(" ")]
    assert ids == [id for id in catalogue().requirements if id.startswith("prices.")]


def test_a_prefix_of_nothing_suggests_the_nearest() -> None:
    ended = command("list", "price.default-stays")
    assert ended.exit_code == Exit.USAGE
    assert "prices.default-stays" in ended.stderr


@pytest.mark.parametrize("id", ["rename.keeps-the-id", "key.body", "any.odd", "fleets.stored-name"])
def test_explain_knows_requirements_questions_and_situations(id: str) -> None:
    known = catalogue()
    entry = known.requirements.get(id) or known.questions.get(id) or known.situations[id]
    ended = command("explain", id)
    assert ended.exit_code == 0
    assert ended.stdout.startswith(id)
    assert entry.text in ended.stdout


def test_what_resembles_nothing_is_not_guessed() -> None:
    ended = command("explain", "nope.id")
    assert (ended.exit_code, "Did you mean" in ended.stderr) == (Exit.USAGE, False)


def test_explain_says_what_breaks_a_requirement_and_what_a_question_hangs_on() -> None:
    assert "rename.a-fleet" in command("explain", "fleets.id-finds-the-fleet").stdout
    says = "It is broken by any answer but an answer to the question duplicate.status or success (2xx)."
    assert f"create.again-identically: A create that repeats an earlier one exactly. {says}" in (
        command("explain", "fleets.id-is-unique").stdout
    )
    assert "applies only if key.status is 200 or 201" in command("explain", "key.body").stdout
    assert "untestable" in command("explain", "fleets.stored-name").stdout


def test_everything_that_has_an_id_can_be_explained() -> None:
    known = catalogue()
    for id in (*known.requirements, *known.questions, *known.situations):
        assert command("explain", id).exit_code == 0


def test_an_unknown_id_suggests_the_nearest() -> None:
    ended = command("explain", "rename.keeps-id")
    assert ended.exit_code == Exit.USAGE
    assert "rename.keeps-the-id" in ended.stderr


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("plan", "html json quiet verbose against fail-on require-all waivers replay-requests ca-file client-cert"),
        ("dialect", "html json verbose against fail-on require-all waivers replay-requests github"),
        ("explore", "html quiet depth reuse cases fail-on replay-requests"),
        ("doctor", "html depth only skip reuse ledger max-fleets max-keys replay-requests"),
        ("ledger", "html depth only skip reuse ledger max-fleets max-keys replay-requests"),
        ("judge", "api-key depth reuse cases allow-writes ledger max-requests ca-file against"),
        ("watch", "depth reuse cases allow-writes ledger max-requests against"),
    ],
)
def test_a_command_refuses_an_option_that_would_change_nothing(name: str, without: str) -> None:
    for option in without.split():
        said = command(name, f"--{option}", "x")
        assert (said.exit_code, "No such option" in said.stderr) == (Exit.USAGE, True), option


def test_each_option_is_one_of_a_run_by_its_name() -> None:
    of_a_run = {each.name for each in OPTIONS_OF["run"]}
    assert len(of_a_run) == len(OPTIONS_OF["run"])
    for options in OPTIONS_OF.values():
        assert {each.name for each in options} <= of_a_run


def test_a_dialect_is_read_without_a_word_of_replays(url: str) -> None:
    said = command("dialect", url, "--target", str(SEED), "--only", "access", "--depth", "quick")
    assert "Judging" in said.stderr
    assert "sent again" not in said.stderr


@pytest.mark.parametrize("name", ["run", "list", "explain", "dialect", "plan"])
def test_every_command_has_help(name: str) -> None:
    assert command(name, "--help").exit_code == 0
    assert name in command("--help").stdout


def test_help_shows_the_defaults_that_hold() -> None:
    shown = "".join(f"{command('run', '--help').stdout} {command('watch', '--help').stdout}".split())
    for default in (
        Gate().depth.word,
        f"{CAUTIOUS:g}; on loopback no limit",
        f"0; on loopback {REPLAYS}",
        f"{LEDGER}; on loopback none",
        "127.0.0.1",
        "200; x>=1",
    ):
        assert f"[default:{default.replace(' ', '')}]" in shown


def test_an_exploration_has_one_word_for_what_it_sends() -> None:
    shown = command("explore", "--help").stdout
    assert "Send at most N sequences" in shown
    assert "[0<x<=1000000]" in shown
    assert "program" not in shown


def test_a_missing_package_of_the_suite_is_explained(tmp_path: Path) -> None:
    """The plain install has no brotli; a module of that name which fails to import stands in for its absence."""
    (tmp_path / "brotli.py").write_text("raise ModuleNotFoundError(\"No module named 'brotli'\", name='brotli')\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ended = process("run", URL, PYTHONPATH=path)
    assert ended.returncode == Exit.USAGE
    assert "pip install 'fleet-contract[suite]'" in ended.stderr
    assert process("list", PYTHONPATH=path).returncode == Exit.CONFORMS


@pytest.mark.parametrize(("form", "package"), [("junit", "junitparser"), ("bundle", "junitparser"), ("html", "jinja2")])
def test_a_package_that_a_report_needs_is_missed_before_anything_is_sent(
    tmp_path: Path, form: str, package: str
) -> None:
    (tmp_path / f"{package}.py").write_text(
        f"raise ModuleNotFoundError(\"No module named '{package}'\", name='{package}')\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ended = process("run", URL, f"--{form}", str(tmp_path / "report"), PYTHONPATH=path)
    assert (ended.returncode, f"needs the package '{package}'" in ended.stderr) == (Exit.USAGE, True)


def test_an_exploration_that_saves_below_an_unknown_home_is_wrong_usage() -> None:
    ended = command("explore", URL, "--max-cases", "1", "--save", "~nobody-here/cases")
    assert ended.exit_code == Exit.USAGE
    assert "its home directory is unknown" in ended.stderr
