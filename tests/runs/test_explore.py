"""The command `fleet-contract explore`: what it finds, how small it makes it, and what it comes to."""

import json
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.programs import replaying
from fleet_contract.contract_tests.programs.changes import CHANGES
from fleet_contract.contract_tests.programs.program import Program
from fleet_contract.contract_tests.running.runs import Run
from fleet_contract.contract_tests.running.settings import read_exploration
from fleet_contract.contract_tests.target.depths import PRICES, Depth
from fleet_contract.mock_server.parts import Parts
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import read
from proof.layers import noting
from tests.suite.exploring import (
    breaks_once,
    crashes_on_a_character,
    explored,
    fails_the_third_rename,
    saved,
    target_of,
)
from tests.suite.harness import SEED, clean_environment, command, mock, started
from tests.suite.named_dialects import DIALECTS

FLEET = {"$id": 0}
NAME = {"$name": 0}
CREATE = {"do": "create", "id": FLEET}
RENAME = {"do": "rename", "fleet": FLEET, "name": NAME}
Edit = Callable[[Parts], None]


# --- what it finds -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """Return what an exploration of a server with a mistake printed, the URL, and the folder of its cases."""
    folder = tmp_path_factory.mktemp("broken")
    with mock(edit=fails_the_third_rename) as url:
        ended = explored(url, folder, "--max-cases", "60", "--seed", "7")
    assert not ended.stderr.replace("Mock-Hint", "") or "Traceback" not in ended.stderr
    return ended.stdout, url, folder


def test_a_failure_is_told_like_one_of_the_gate_with_its_case_and_how_to_replay_it(
    broken: tuple[str, str, Path],
) -> None:
    said, url, folder = broken
    requirement = catalogue().requirement("fleets.id-never-changes")
    (file,) = (folder / "cases").glob("*.json")
    assert said.splitlines()[0] == "seed 7"
    for told in (
        f"✗ {requirement.id} {requirement.basis}, {requirement.url}",
        requirement.text,
        "#!/usr/bin/env bash",
        f"saved    {file}",
        f"fleet-contract run {url} --depth quick --target {folder / 'target.toml'} --cases {file}",
        "reproduced with new ids",
        "footprint",
    ):
        assert told in said
    assert "BREAKS" in said.splitlines()[-1]
    assert "seed 7" in said.splitlines()[-1]


def test_a_saved_case_holds_no_secret_and_no_id_of_the_server(broken: tuple[str, str, Path]) -> None:
    said, url, folder = broken
    (file,) = (folder / "cases").glob("*.json")
    secrets = ("demo-key", "other-key", "FLEET2024", "OLD2019")
    assert not [secret for secret in secrets if secret in file.read_text() + said]
    assert url not in file.read_text()
    assert "ct-" not in file.read_text()


def test_a_case_may_hold_every_change() -> None:
    assert json.loads(read("case.schema.json"))["$defs"]["change"]["enum"] == list(CHANGES)


def test_what_was_seen_once_is_told_and_not_withdrawn(tmp_path: Path) -> None:
    with mock(edit=breaks_once) as url:
        ended = explored(url, tmp_path, "--max-cases", "40", "--seed", "1")
    assert ended.exit_code == Exit.BREAKS
    assert "✗ http.never-a-server-error" in ended.stdout
    assert "seen once; the same sequence did not reproduce it" in ended.stdout
    assert len(saved(tmp_path)) == 1


def test_without_a_known_dialect_the_quick_checks_read_it_first(tmp_path: Path) -> None:
    with mock("rename-answers-410-to-a-stranger", settings={"id.case": "ignored", "duplicate.identical": "200"}) as url:
        arguments = ["--target", str(SEED), "--max-cases", "5", "--seed", "1", "--save", str(tmp_path)]
        ended = command("explore", url, *arguments)
    assert ended.exit_code == Exit.BREAKS
    assert "The quick checks, which read the dialect, found these requirements broken: rename.unknown-fleet-is-404" in (
        ended.stdout
    )


@pytest.mark.parametrize("name", [None, *list(DIALECTS)[:3]])
def test_an_honest_server_of_any_dialect_breaks_nothing(name: str | None, tmp_path: Path) -> None:
    settings = DIALECTS[name] if name else {}
    with mock(settings=settings) as url:
        ended = explored(url, tmp_path, "--max-cases", "40", "--seed", "5", settings=settings)
    assert ended.exit_code == Exit.CONFORMS, ended.stdout
    assert "NOTHING FOUND" in ended.stdout.splitlines()[-1]
    assert not (tmp_path / "cases").exists()


def test_the_folder_of_an_exploration_that_found_nothing_holds_no_case_to_replay(tmp_path: Path) -> None:
    with mock() as url:
        ended = explored(url, tmp_path, "--max-cases", "2", "--seed", "5")
        assert ended.exit_code == Exit.CONFORMS, ended.stdout
        for folder in (tmp_path / "cases", tmp_path / "empty"):
            arguments = ["--target", str(SEED), "--depth", "quick", "--only", "access", "--cases", str(folder)]
            judged = command("run", url, *arguments)
            assert judged.exit_code == Exit.CONFORMS, judged.stdout
            told = f"No case is replayed from {folder}, where none was saved."
            assert told in " ".join(judged.stdout.split())
            (tmp_path / "empty").mkdir(exist_ok=True)


@pytest.mark.parametrize("place", ["missing.json", "others"])
def test_a_file_that_is_missing_and_a_folder_of_other_files_are_told(place: str, tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "notes.txt").write_text("no case")
    ended = command("run", "http://127.0.0.1:9", "--cases", str(tmp_path / place))
    assert ended.exit_code == Exit.USAGE
    assert "--cases" in ended.stderr


# --- what counts ---------------------------------------------------------------------------------

CRASH = "http.never-a-server-error"
WAIVER = f'''
[[waivers]]
id = "{CRASH}"
reason = "The vendor fixes it in release 7."
owner = "Platform team"
until = %s
'''


@pytest.mark.parametrize(
    ("before", "after", "code", "says"),
    [
        ("", WAIVER % "2999-12-31", Exit.CONFORMS, f"{CRASH}: waived until 2999-12-31 by Platform team: The vendor"),
        ("", WAIVER % "2020-01-01", Exit.BREAKS, "BREAKS: 1 requirements broken in"),
        ('fail_on = "stated"\n', "", Exit.CONFORMS, f"{CRASH}: tolerated, since --fail-on stated"),
        ('catalogue = "0.0"\n', "", Exit.CONFORMS, f"{CRASH}: advisory, since catalogue 0.0"),
    ],
)
def test_what_a_target_file_lets_pass_is_told_and_does_not_count(
    before: str, after: str, code: Exit, says: str, tmp_path: Path
) -> None:
    target = target_of(tmp_path)
    target.write_text(before + target.read_text() + after)
    with mock(edit=breaks_once) as url:
        options = ["--target", str(target), "--max-cases", "40", "--seed", "1", "--save", str(tmp_path / "cases")]
        ended = command("explore", url, *options)
    assert ended.exit_code == code, ended.stdout
    assert f"✗ {CRASH}" in ended.stdout
    assert says in " ".join(ended.stdout.split())
    assert ended.stdout.splitlines()[-1].startswith("CONFORMS: 1 " if code == Exit.CONFORMS else "BREAKS: 1 ")
    assert len(saved(tmp_path)) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_what_a_failure_that_does_not_count_may_have_caused_is_no_success(
    accepted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    effect = "rename.answers-the-new-name"
    monkeypatch.setattr(Run, "laid", lambda *_: [effect])
    target = target_of(tmp_path)
    waivers = [WAIVER, *([WAIVER.replace(CRASH, effect)] if accepted else [])]
    target.write_text(target.read_text() + "".join(each % "2999-12-31" for each in waivers))
    with mock(edit=breaks_once) as url:
        options = ["--target", str(target), "--max-cases", "40", "--seed", "1", "--save", str(tmp_path / "cases")]
        ended = command("explore", url, *options)
    assert ended.exit_code == (Exit.CONFORMS if accepted else Exit.INCONCLUSIVE), ended.stdout
    reason = f"because of a failure that is hidden or does not count (to accept that, waive it as well): {effect} in"
    assert (reason in " ".join(ended.stdout.split())) is not accepted


# --- the same seed -------------------------------------------------------------------------------


def sent_by(url: str, folder: Path, seed: str, monkeypatch: pytest.MonkeyPatch) -> list[Program]:
    sent: list[Program] = []
    replay = replaying.replay

    def noted(program: Program, *rest: Any) -> None:
        sent.append(program)
        replay(program, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(replaying, "replay", noted)
        explored(url, folder, "--max-cases", "30", "--seed", seed)
    return sent


def test_a_seed_gives_the_same_programs_whatever_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mock(edit=fails_the_third_rename) as url:
        first = sent_by(url, tmp_path, "3", monkeypatch)
    (tmp_path / "loaded_since.py").write_text("TEXTS = ['q', 'xyzzy', 'ct-']\nNUMBERS = [73, 74, 17]\n")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("loaded_since")
    with mock(edit=fails_the_third_rename) as url:
        second, other = (sent_by(url, tmp_path, seed, monkeypatch) for seed in ("3", "4"))
    assert len(first) >= 30
    assert first == second
    assert first != other


def test_a_seed_is_drawn_and_printed_where_none_is_given(tmp_path: Path) -> None:
    with mock() as url:
        seeds = {explored(url, tmp_path, "--max-cases", "1").stdout.splitlines()[0] for _ in range(2)}
    assert len(seeds) == 2
    assert all(seed.startswith("seed ") for seed in seeds)


# --- what it comes to ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Use --minutes N or --max-cases N"),
        (("--minutes", "0"), "0"),
        (("--minutes", "nan"), "use digits only"),
        (("--max-cases", "0"), "0"),
        (("--max-cases", "1", "--seed", "-1"), "-1"),
        (("--max-cases", "1", "--depth", "deep"), "--depth"),
        (("--max-cases", "1", "--target", "missing.toml"), "Correct --target"),
        (("--max-cases", "1", "--only", "fleet.id"), "fleets.id"),
        (("--max-cases", "1", "--save", f"{__file__}/cases"), "Choose another with --save"),
        (("--max-cases", "1", "--save", "n" * 300), "Choose another with --save"),
    ],
)
def test_wrong_usage_is_explained(arguments: tuple[str, ...], says: str) -> None:
    ended = command("explore", "http://127.0.0.1:9", *arguments)
    assert ended.exit_code == Exit.USAGE
    assert ended.stderr.count("Error: ") == 1
    assert says in ended.stderr


def test_an_unreachable_server_is_no_success(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        ended = explored(f"http://127.0.0.1:{bound.getsockname()[1]}", tmp_path, "--max-cases", "3")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "Start the server" in ended.stderr


def test_a_refused_key_is_no_success() -> None:
    with mock() as url:
        ended = command("explore", url, "--max-cases", "3", "--api-key", "env:WRONG", WRONG="nobodys-key")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "returned 401" in ended.stderr
    assert "nobodys-key" not in ended.output


@pytest.mark.parametrize("held", [True, False])
def test_a_budget_that_ends_before_anything_was_judged_is_no_success(held: bool, tmp_path: Path) -> None:
    target = target_of(tmp_path) if held else SEED
    with mock() as url:
        most = ["--max-requests", "1", "--max-cases", "3", "--save", str(tmp_path)]
        ended = command("explore", url, "--target", str(target), *most)
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "INCONCLUSIVE" in ended.stdout.splitlines()[-1]
    assert "the limit of 0 requests was reached" in ended.stdout


def test_a_budget_holds_for_the_whole_exploration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clients: list[Client] = []
    close = Client.close

    def noted(client: Client) -> None:
        clients.append(client)
        close(client)

    monkeypatch.setattr(Client, "close", noted)
    with mock(edit=fails_the_third_rename) as url:
        arguments = ("--max-cases", "500", "--max-fleets", "30", "--max-keys", "4", "--seed", "2")
        ended = explored(url, tmp_path, *arguments)
    journal = [exchange for client in dict.fromkeys(clients) for exchange in client.journal]
    for path, most in (("/emp/v1/fleets", 30), ("/emp/v1/charging-keys", 4)):
        made = [each for each in journal if each.succeeded and each.request.method == "POST"]
        assert len([each for each in made if each.request.path == path]) <= most
    assert "Ended early: the limit of" in ended.stdout


def test_on_another_host_an_exploration_costs_what_the_deepest_run_does_and_on_loopback_what_was_asked() -> None:
    deep = PRICES[Depth.DEEP]
    with clean_environment():
        far = read_exploration("https://fleet.example", {}).target.limits
        lower = read_exploration("https://fleet.example", {"max-fleets": "7"}).target.limits
        near = read_exploration("http://127.0.0.1:9", {"max-keys": "900"}).target.limits
    assert (far.max_requests, far.max_fleets, far.max_keys) == (deep.requests, deep.fleets, deep.keys)
    assert (lower.max_requests, lower.max_fleets, lower.max_keys) == (deep.requests, 7, deep.keys)
    assert (near.max_requests, near.max_fleets, near.max_keys) == (None, None, 900)


def test_minutes_end_an_exploration(tmp_path: Path) -> None:
    with mock(edit=crashes_on_a_character) as url:
        ended = explored(url, tmp_path, "--minutes", "0.02", "--seed", "1")
    assert ended.exit_code in (Exit.CONFORMS, Exit.BREAKS)
    assert "for at most 0.02 minutes" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("code", [Exit.INCONCLUSIVE, Exit.BREAKS])
def test_ctrl_c_loses_nothing_that_was_found(code: Exit, tmp_path: Path) -> None:
    begun, failed = Event(), Event()

    def edit(parts: Parts) -> None:
        parts.layers.append(noting(lambda *_: begun.set()))
        if code is Exit.BREAKS:
            fails_the_third_rename(parts, failed)

    arguments = ["--target", str(target_of(tmp_path)), "--minutes", "5", "--seed", "1", "--save", str(tmp_path)]
    with mock(edit=edit) as url, started("explore", url, *arguments) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "seed 1\n"
        assert (failed if code is Exit.BREAKS else begun).wait(60)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        said, wrong = running.communicate(timeout=30)
    assert running.returncode == code, said + wrong
    assert "Traceback" not in said + wrong
    assert "footprint" in said
    assert ("interrupted" in said.splitlines()[-1]) == (code is Exit.INCONCLUSIVE)


def test_a_suite_that_breaks_is_no_success_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(replaying, "replay", breaks)
    with mock() as url:
        ended = explored(url, tmp_path, "--max-cases", "5")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "The suite itself failed: ZeroDivisionError: ours" in ended.stdout


def test_every_failure_that_is_saved_says_what_was_seen(broken: tuple[str, str, Path]) -> None:
    for case in saved(broken[2]):
        assert case["seed"] == 7
        assert case["message"] == "expected 200, was answered 404"
        assert json.dumps(case, ensure_ascii=True).isascii()
