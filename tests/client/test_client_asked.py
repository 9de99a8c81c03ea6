"""Headers that a command gives: asked for when needed, again when expired or refused, and in nothing that is kept."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.target.asked import Asked, CommandFailed
from fleet_contract.contract_tests.target.target_file import read_target
from fleet_contract.spec.files import Contradiction
from tests.suite.harness import SEED, command, judged, mock

from .conftest import Open, Serve
from .servers import Heard, answer

# Prints a new token each time: token-1, token-2, …
COUNTER = """
import pathlib
file = pathlib.Path("count")
number = int(file.read_text() if file.exists() else 0) + 1
file.write_text(str(number))
print(f"token-of-this-hour-{number}")
"""


@pytest.fixture
def counter(tmp_path: Path) -> list[str]:
    (tmp_path / "give.py").write_text(COUNTER)
    return [sys.executable, "give.py"]


def asked(folder: Path, *command: str, **how: Any) -> Asked:
    return Asked("network.headers.Authorization", command, folder, **how)


def test_a_command_is_asked_once_and_again_when_it_expires(tmp_path: Path, counter: list[str]) -> None:
    kept = asked(tmp_path, *counter, scheme="Bearer ")
    assert not (tmp_path / "count").exists()
    assert [kept.reveal(), kept.reveal()] == ["Bearer token-of-this-hour-1"] * 2
    short = asked(tmp_path, *counter, expires_in=1e-6)
    assert [short.reveal(), short.reveal()] == ["token-of-this-hour-2", "token-of-this-hour-3"]


def test_a_refused_one_is_renewed_once_however_many_were_refused(tmp_path: Path, counter: list[str]) -> None:
    kept = asked(tmp_path, *counter)
    first = kept.reveal()
    for _ in range(3):
        kept.renew(first)
    assert kept.reveal() == "token-of-this-hour-2"


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("import sys; print('secret-word'); sys.exit(3)", "ended with exit code 3"),
        ("print()", "printed 0 lines"),
        ("print('secret-word\\nmore')", "printed 2 lines"),
        ("print('secret-wörd')", "printed a character that no header can carry"),
    ],
)
def test_what_a_command_printed_is_in_no_message(tmp_path: Path, program: str, problem: str) -> None:
    with pytest.raises(CommandFailed) as raised:
        asked(tmp_path, sys.executable, "-c", program).reveal()
    assert problem in str(raised.value)
    assert "secret" not in str(raised.value)


def test_no_shell_sees_it(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="cannot be run"):
        asked(tmp_path, "echo token; touch owned").reveal()
    assert asked(tmp_path, "echo", "$(touch owned)").reveal() == "$(touch owned)"
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "value",
    [
        '"Bearer command:CALL"',
        '{ command = [CALLED], scheme = "Bearer" }',
        '{ command = [CALLED], scheme = "Bearer", expires_in = 600 }',
    ],
)
def test_a_target_file_says_it_in_a_line_or_a_table(tmp_path: Path, counter: list[str], value: str) -> None:
    value = value.replace("CALLED", ", ".join(f'"{each}"' for each in counter)).replace("CALL", " ".join(counter))
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "http://localhost"\n[network]\nheaders = {{ Authorization = {value} }}\n')
    header = read_target(file, {}, {}).network.headers["Authorization"]
    assert not (tmp_path / "count").exists()
    assert isinstance(header, Asked)
    assert header.reveal() == "Bearer token-of-this-hour-1"


@pytest.mark.parametrize(
    "value", ["{ command = [] }", "{ command = ['a'], until = 1 }", "{ scheme = 'x' }", '"command:"']
)
def test_a_table_without_a_command_is_refused(tmp_path: Path, value: str) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "http://localhost"\n[network]\nheaders = {{ Authorization = {value} }}\n')
    with pytest.raises(Contradiction):
        read_target(file, {}, {})


def test_a_token_that_expires_while_a_request_is_made_is_masked_as_it_was_sent(
    serve: Serve, open_client: Open, tmp_path: Path, counter: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = serve(lambda heard: answer(200, f'"{heard.header("authorization")}"'.encode()))
    token = asked(tmp_path, *counter, scheme="Bearer ", expires_in=1e-6)
    client = open_client(server.url)
    target = replace(client.target, network=replace(client.target.network, headers={"Authorization": token}))
    with Client(target, mark="m4rk") as client:
        for number in (2, 3):  # The first is asked for before anything is sent.
            exchange = client.send("GET", "/")
            assert server.heard[-1].header("authorization") == f"Bearer token-of-this-hour-{number}"
            assert exchange.answer is not None
            assert exchange.answer.body == b'"***"'


def test_a_token_that_the_server_refuses_is_renewed_and_the_request_sent_again(
    serve: Serve, open_client: Open, tmp_path: Path, counter: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expired: set[str] = set()

    def script(heard: Heard) -> bytes:
        return answer(401) if heard.header("authorization") in expired else answer(200)

    monkeypatch.chdir(tmp_path)
    server = serve(script)
    client = open_client(server.url, network__headers={"Authorization": f"command:{' '.join(counter)}"})
    assert client.send("GET", "/a").status == 200
    expired.add("token-of-this-hour-1")
    assert client.send("GET", "/b").status == 200
    assert [each.status for each in client.journal if not each.retried] == [200, 200]
    expired.add("token-of-this-hour-2")
    expired.add("token-of-this-hour-3")
    assert client.send("GET", "/c").status == 401
    assert client.send("GET", "/d").status == 401
    assert (tmp_path / "count").read_text() == "3"
    assert "token-of" not in repr(client.journal)


def target_of(folder: Path, url: str, header: str) -> Path:
    file = folder / "target.toml"
    file.write_text(
        SEED.read_text().replace("http://127.0.0.1:8080", url)
        + f"\n[network]\nheaders = {{ Authorization = {header} }}\n"
    )
    return file


def test_a_command_that_fails_at_first_is_wrong_usage(tmp_path: Path) -> None:
    with mock() as url:
        said = command("run", "--target", str(target_of(tmp_path, url, '"Bearer command:false"')), "--depth", "smoke")
    assert said.exit_code == 2
    assert "network.headers.Authorization: the command 'false' ended with exit code 1." in said.stderr


def test_a_command_that_fails_later_ends_the_run_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "give.py").write_text(f"{COUNTER}\nif number > 12: raise SystemExit(1)\n")
    header = f'{{ command = ["{sys.executable}", "give.py"], expires_in = 0.000001 }}'
    with mock() as url:
        report = judged(url, "smoke", target=target_of(tmp_path, url, header))
    assert report.outcome == "inconclusive"
    assert any("network.headers.Authorization: the command" in each.reason for each in report.ran)
