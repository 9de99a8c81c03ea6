"""The command: what it prints, how it ends, and what it says about bad input."""

import asyncio
import json
import socket
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fleet_contract.mock_server import command
from fleet_contract.mock_server.announcing import ready_line, welcome
from fleet_contract.mock_server.app import plans
from fleet_contract.mock_server.command import main
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS
from fleet_contract.mock_server.parts import Bounds, Parts, parts
from fleet_contract.mock_server.seed import parse_seed
from fleet_contract.mock_server.worlds import Worlds
from fleet_contract.spec.catalogue import catalogue
from tests.mock.conftest import Client


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--prot", "1"], "No such option"),
        (["--port", "x"], "'x' is not a valid int"),
        (["--port", "70000"], "not in the range"),
        (["--misbehave", "lost-fleet"], "Did you mean 'lost-fleets'?"),
        (["--set", "create.stats=200"], "Did you mean 'create.status'?"),
        (["--set", "foo=bar"], "--set 'foo=bar' answers no question of the dialect. See fleet-mock questions."),
        (["--store", "foo"], "The store does not name a Redis. Expected redis://"),
        (["--set", "create.status=202"], "possible answers are 201, 200"),
        (["--set", "create.status"], "is not QUESTION=ANSWER"),
        (["--set", "id.alphabet=slug", "--set", "id.case=ignored"], "contradicts id.alphabet"),
        (["--dialect", "nothing.toml"], "The dialect file nothing.toml cannot be read"),
        (["--seed", "nothing.yaml"], "The seed file nothing.yaml cannot be read"),
        (
            ["run"],
            "'run'. `fleet-mock` starts the mock without one. Commands are misbehaviours and questions.",
        ),
        (["--set", "duplicate.status=410"], "possible answers are 409, 400, 422. Choose one of these."),
        (["--seed", "--watch"], "--seed needs a file name, got '--watch'."),
        (["--state", "--workers", "2"], "--state needs a file name, got '--workers'."),
        (["--host", "host.invalid"], "Cannot listen on host.invalid"),
        (["--host", ""], "Cannot listen on an empty host."),
        (["--max-fleets", "1"], "The seed has 3 fleets, and --max-fleets 1 allows no more than 1."),
        (["--allow-host", "http://app.example"], "is no host"),
        (["--allow-host", "*.example.com"], "is no host"),
        (["--no-control", "--control-token", "12345678"], "contradict each other"),
        (["--set", "create.status=200", "--set", "create.status=201"], "twice: 200 and 201"),
        (["--misbehave", "slow", "questions"], "so --misbehave has no effect"),
        (["--control-token", "file:"], "--control-token file: names nothing"),
        (["--world-expiry", "9" * 20], "it has too many digits"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_mock_without_control_does_not_tell_of_it() -> None:
    made = parts()
    assert "/_mock" in Client(made)("GET", "/").text
    made.control = None
    assert "/_mock" not in Client(made)("GET", "/").text


@pytest.mark.parametrize("settings", [("--set", "create.status=200"), ("--misbehave", "slow")])
def test_what_is_said_twice_is_said_once(settings: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Parts] = []
    monkeypatch.setattr(command, "serve", lambda made, *_, **__: served.append(made))
    assert run(*settings, *settings).exit_code == 0
    assert (served[0].dialect["create.status"] == "200") is ("--set" in settings)
    assert served[0].misbehaviours == ["slow"] * ("--misbehave" in settings)


def test_a_state_that_is_larger_than_what_may_be_held_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    monkeypatch.setattr(command, "serve", lambda made, *_, **__: asyncio.run(saved(made)))
    assert run("--state", str(path)).exit_code == 0
    refused = run("--state", str(path), "--max-fleets", "2")
    assert (refused.exit_code, "The state file has 3 fleets, and --max-fleets 2" in refused.output) == (2, True)


async def saved(made: Parts) -> None:
    worlds = Worlds(made, plans, lambda _: None)
    await worlds.open()
    await worlds.close()


def test_a_port_in_use_is_one_message_and_exit_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "address already in use" in result.output


def test_a_wrong_dialect_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dialect.toml"
    path.write_text('[dialect]\n"create.status" = "204"\n')
    result = run("--dialect", str(path))
    assert result.exit_code == 2
    assert "dialect.toml" in result.output


def test_the_misbehaviours_are_listed() -> None:
    result = run("--list-misbehaviours")
    assert result.exit_code == 0
    assert all(name in result.output for name in MISBEHAVIOURS)


def test_nothing_is_listed_beside_an_option_without_effect() -> None:
    result = run("--port", "1", "--list-misbehaviours")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--list-misbehaviours starts no mock, so --port has no effect." in result.output


def test_neither_a_person_nor_a_program_is_shown_the_keys_of_a_seed() -> None:
    made = parts(seed=parse_seed("keys: {s3cret-1: a, demo-key: b, s3cret-2: b}", "seed"), any_key=True)
    shown = [welcome("http://127.0.0.1:1", made), ready_line("http://127.0.0.1:1", 1, made)]
    assert "s3cret" not in "".join(shown)
    assert "Keys: demo-key and 2 of the seed and any other\n" in shown[0]
    assert json.loads(shown[1])["keys"] == ["demo-key"]


def test_what_the_mock_can_be_asked_is_listed() -> None:
    misbehaviours, questions = run("misbehaviours"), run("questions")
    assert all(name in misbehaviours.output for name in MISBEHAVIOURS)
    assert all(id in questions.output for id in catalogue().questions)
    assert (misbehaviours.exit_code, questions.exit_code, run("nonsense").exit_code) == (0, 0, 2)


def test_the_version_is_told() -> None:
    assert run("--version").output.strip() == version("fleet-contract")


def test_fleets_are_bounded_in_each_world_and_a_hint_says_by_what() -> None:
    made = parts()
    held = len(made.seed.fleets)
    made.bounds = Bounds(fleets=held + 1)
    call = Client(made)
    assert call.create("one").status_code == 201
    refused = call.create("two")
    assert (refused.status_code, "--max-fleets" in refused.headers["mock-hint"]) == (429, True)
    assert call.create("one", "Again").status_code == 409
    assert call("PUT", "/_mock/fleets/two", {}).status_code == 429
    assert call("PUT", "/_mock/fleets/one", {}).status_code == 200
    many = {"fleets": [{"fleetId": str(number)} for number in range(held + 2)]}
    assert call("PUT", "/_mock/state", many).status_code == 429
    wide = call("PUT", "/_mock/worlds/wide", {"seed": many})
    assert (wide.status_code, "--max-fleets" in wide.json()["detail"]) == (422, True)
    assert call("GET", "/_mock/worlds/wide").status_code == 404
    assert call.create("one", headers={"Mock-World": "other"}).status_code == 201
    assert call("POST", "/_mock/reset").status_code == 204
    assert call.create("two").status_code == 201
