"""Law 5: a run that judged nothing, could not reach its target, or broke, never exits 0."""

import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.throttling import PATIENCE
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.running.verdicts import EXITS, Outcome, Verdict
from fleet_contract.contract_tests.target.target import Limits

from .answering import answering
from .harness import SEED, command, ended_early, judged, mock, process, started, verdicts

LIST = (200, "application/json", b'{"keys": []}')


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as served:
        yield served


@pytest.fixture(scope="module")
def nobody() -> Iterator[str]:
    """Give a URL at which nobody listens, and nobody else can begin to."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_an_unreachable_server_is_no_success(nobody: str) -> None:
    ended = process("run", nobody)
    assert ended.returncode == Exit.INCONCLUSIVE
    assert "Start the server" in ended.stderr


def test_a_refused_key_is_no_success(url: str) -> None:
    ended = process("run", url, "--api-key", "env:WRONG", WRONG="nobodys-key")
    assert ended.returncode == Exit.INCONCLUSIVE
    assert "returned 401" in ended.stderr
    assert "FLEET_API_KEY" in ended.stderr
    assert "nobodys-key" not in ended.stderr + ended.stdout


def test_a_run_that_never_comes_to_its_first_check_ends_as_every_other_one(
    url: str, nobody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line counts, and standard error says why."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    with answering(lambda *_: (200, "text/html", b"<h1>A shop</h1>")) as shop:
        for wrong in (nobody, url, shop):
            loudly = command("run", wrong, FLEET_API_KEY="nobodys-key")
            assert re.fullmatch(r"INCONCLUSIVE: \d+ untested at standard depth\.", loudly.stdout.splitlines()[-1])
            assert "\nfootprint " in loudly.stdout
            quietly = command("run", wrong, "--quiet", FLEET_API_KEY="nobodys-key")
            assert quietly.stdout.splitlines() == loudly.stdout.splitlines()[-1:]
            for each in (loudly, quietly):
                assert (each.exit_code, each.stderr.count("Error: ")) == (Exit.INCONCLUSIVE, 1)
            annotated = command("run", wrong, "--quiet", "--github", FLEET_API_KEY="nobodys-key").stdout.splitlines()
            assert annotated[0].startswith("::warning title=inconclusive::")
    assert (tmp_path / "summary.md").read_text().count("# INCONCLUSIVE: ") == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("--only", "fleet.id"),
        ("--skip", "keyz"),
        ("--only", "keys", "--skip", "keys"),
        ("--only", "fleets.stored-name"),
    ],
)
def test_a_selection_of_nothing_is_wrong_usage(url: str, arguments: tuple[str, ...]) -> None:
    ended = command("run", url, *arguments, FLEET_API_KEY="demo-key")
    assert ended.exit_code == Exit.USAGE


def test_a_selection_that_cannot_be_judged_is_no_success(url: str) -> None:
    ended = command("run", url, "--only", "prices", FLEET_API_KEY="demo-key")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "INCONCLUSIVE: 5 untested" in ended.stdout


def test_a_server_that_is_out_of_service_is_no_success() -> None:
    def out_of_service(*_: str) -> tuple[int, str, bytes]:
        return 502, "text/plain", b"out of service"  # 503 would be waited for

    with answering(out_of_service) as url:
        ended = process("run", url)
    assert ended.returncode == Exit.INCONCLUSIVE
    assert "502" in ended.stderr


def test_a_server_that_goes_out_of_service_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATIENCE, 503, 0.0)
    asked: list[str] = []

    def goes(_: str, path: str) -> tuple[int, str, bytes]:
        asked.append(path)
        return LIST if len(asked) == 1 else (503, "text/plain", b"")

    with answering(goes) as url:
        report = judged(url)
    assert report.outcome is Outcome.INCONCLUSIVE
    assert "503" in ended_early(report)[0]


def test_a_server_that_hangs_is_no_success() -> None:
    over = threading.Event()
    was_left: list[bool] = []

    def hangs(*_: str) -> tuple[int, str, bytes]:
        was_left.append(over.wait(60))
        return LIST

    with answering(hangs) as url:
        ended = process("run", url, FLEET_TIMEOUT_SECONDS="0.3")
        over.set()
    assert ended.returncode == Exit.INCONCLUSIVE
    assert "limits.timeout_seconds" in ended.stderr
    assert all(was_left), "the run ended before the server had answered"


def test_a_server_that_begins_to_hang_is_no_success() -> None:
    over = threading.Event()
    asked: list[str] = []

    def begins_to_hang(_: str, path: str) -> tuple[int, str, bytes]:
        asked.append(path)
        if len(asked) > 1:
            over.wait(20)
        return LIST

    with answering(begins_to_hang) as url:
        report = judged(url, FLEET_TIMEOUT_SECONDS="0.2")
        over.set()
    assert report.outcome is Outcome.INCONCLUSIVE
    assert 1 < len(asked) <= 1 + Limits().max_timeouts  # and nobody waits for the rest


def test_a_suite_that_breaks_is_no_success(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Api, "send", breaks)
    report = judged(url, only=("rename",))
    assert report.outcome is Outcome.INCONCLUSIVE
    assert set(verdicts(report).values()) <= {Verdict.ERRORED, Verdict.UNTESTED}
    assert "ZeroDivisionError: ours" in ended_early(report)[0]


def test_one_check_that_breaks_is_no_success(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Api, "location", breaks)
    report = judged(url)
    assert report.outcome is Outcome.INCONCLUSIVE
    errored = {id for id, verdict in verdicts(report).items() if verdict == Verdict.ERRORED}
    assert errored
    assert all(id.startswith("prices.") or id == "access.key-is-required" for id in errored)


def test_an_interrupted_run_is_no_success(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    send = Client.send

    def interrupted(client: Client, *words: Any, **more: Any) -> Any:
        if len(client.journal) > 60:
            raise KeyboardInterrupt
        return send(client, *words, **more)

    monkeypatch.setattr(Client, "send", interrupted)
    report = judged(url)
    assert report.outcome is Outcome.INCONCLUSIVE
    assert any("stopped" in each for each in ended_early(report))
    assert report.judged > 0


@pytest.mark.parametrize("most", [{"max_requests": "5"}, {"max_fleets": "1"}, {"max_seconds": "0.05"}])
def test_a_budget_that_ends_early_is_no_success(url: str, most: dict[str, Any]) -> None:
    report = judged(url, **most)
    assert report.outcome is Outcome.INCONCLUSIVE
    assert report.footprint.requests <= int(most.get("max_requests", 250))
    assert len(report.footprint.fleets_created) <= int(most.get("max_fleets", 20))
    assert any("the limit of" in each for each in ended_early(report))


def test_what_lacks_a_fixture_is_named_and_may_be_demanded(url: str) -> None:
    lenient = judged(url, target=None, FLEET_API_KEY="demo-key")
    assert lenient.outcome is Outcome.CONFORMS
    lacking = [result for result in lenient.results if result.verdict is Verdict.UNTESTED]
    assert lacking
    assert all(result.reason for result in lacking)
    strict = judged(url, target=None, FLEET_API_KEY="demo-key", require_all=True)
    assert strict.outcome is Outcome.INCONCLUSIVE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.timeout(60)
def test_ctrl_c_is_no_success(url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    arguments = ["run", url, "--target", str(SEED), "--depth", "standard", "--requests-per-second", "50"]
    with started(*arguments, "--ledger", str(ledger)) as running:
        while not (ledger.exists() and ledger.stat().st_size):  # until a check has created something
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        said, wrong = running.communicate(timeout=30)
    assert running.returncode == Exit.INCONCLUSIVE, said + wrong
    assert "INCONCLUSIVE" in said
    assert "Traceback" not in said + wrong


def test_every_outcome_has_its_exit_code_and_only_one_is_success() -> None:
    assert set(EXITS) == set(Outcome)
    assert [outcome for outcome, code in EXITS.items() if code == 0] == [Outcome.CONFORMS]
