"""What a user or a server wrote is printed as it is, and never read as markup."""

import ast
from io import StringIO
from pathlib import Path

import pytest

import fleet_contract
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.session.session import begin

from .harness import command, mock

ODD = "[red]odd[/] [/] [bold :key: \\"
SUITE = Path(fleet_contract.__file__).parent / "contract_tests"


def test_a_path_and_a_url_with_brackets_are_printed_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(Client, "preflight", lambda _: None)
    monkeypatch.setattr(Client, "limit_time", lambda *_: 60.0)
    ledger = tmp_path / f"{ODD.replace('/', '-')}.jsonl"
    url = "http://127.0.0.1:9/[red]a[/]:key:[/x]"
    settings, _ = read_settings(url, {"ledger": str(ledger)})
    told = StringIO()
    begin(settings, open_console(file=told)).client.close()
    assert f"Judging {url} at standard depth" in told.getvalue()
    assert f"Everything created is recorded in {ledger}.\n" in told.getvalue()


def test_an_exploration_prints_what_it_was_given_as_it_is(tmp_path: Path) -> None:
    with mock() as url:
        odd = f"{url}/[red]a[/]:key:[/x]"
        ended = command("explore", odd, "--max-cases", "1", "--save", str(tmp_path), "--only", "access.key-is-required")
    assert f"Exploring {odd} for at most 1 sequence" in ended.stdout


def test_the_console_reads_no_pictures_and_adds_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    open_console(force_terminal=True, color_system="truecolor").print("a :key: 12 'x' http://x")
    assert capsys.readouterr().out == "a :key: 12 'x' http://x\n"


def test_there_is_one_place_that_opens_a_console() -> None:
    opened = [
        file.relative_to(SUITE).as_posix()
        for file in SUITE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Console")
    ]
    assert opened == ["reports/console.py"]
