"""Disabling the charging keys that runs left behind: by the vendor's call, and only where it is asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result

from fleet_contract.contract_tests.left_behind import read_ledger
from fleet_contract.contract_tests.session.disabling import _filled
from tests.client.servers import CLOSE, Heard, Server, answer, serving

from .harness import command

NAMES = ["CT-0a1b2c3d-k001", "CT-0a1b2c3d-k002", "CT-0a1b2c3d-k003"]


class Vendor:
    """A server that lists keys, and disables one by a call of its own."""

    def __init__(self) -> None:
        self.keys = {
            f"070a1b2c3d000{number}": {"visualNumber": name, "enabled": number != 1}
            for number, name in enumerate(NAMES)
        }
        self.keys["ff00ff00"] = {"visualNumber": "of somebody", "enabled": True}
        self.calls: list[str] = []

    def __call__(self, heard: Heard) -> bytes:
        if heard.method == "GET":
            items = [
                {"keyIdentifier": id, "contractId": "DE1", "validTo": "2030", **key} for id, key in self.keys.items()
            ]
            is_known = heard.header("x-api-key") == "demo-key"
            return answer(200, json.dumps({"keys": items}).encode()) if is_known else answer(401)
        self.calls.append(f"{heard.method} {heard.path} {heard.body.decode()}")
        id = heard.path.split("/")[-2]
        self.keys[id]["enabled"] = False
        return answer(204, b"")


@contextmanager
def vendor() -> Iterator[tuple[Vendor, Server]]:
    made = Vendor()
    with serving(made) as server:
        yield made, server


def ledger_of(folder: Path, server: Server) -> Path:
    file = folder / "ledger.jsonl"
    entries = [
        {"made": "key", "name": name, "base_url": server.url, "owner": "api_key"} for name in [*NAMES, "CT-gone"]
    ]
    file.write_text("".join(f"{json.dumps(each)}\n" for each in entries))
    return file


def disable(folder: Path, server: Server, *more: str, call: str = "PUT /emp/v1/keys/{keyIdentifier}/disable") -> Result:
    target = folder / "target.toml"
    body = """disable_key_body = '{"of": "{visualNumber}"}'"""
    target.write_text(f'base_url = "{server.url}"\napi_key = "env:KEY"\n[ledger]\ndisable_key = "{call}"\n{body}\n')
    arguments = ("ledger", str(folder / "ledger.jsonl"), "--target", str(target), "--disable-keys", *more)
    return command(*arguments, KEY="demo-key")


def test_nothing_is_sent_before_somebody_says_yes(tmp_path: Path) -> None:
    with vendor() as (made, server):
        ledger_of(tmp_path, server)
        said = disable(tmp_path, server)
    assert made.calls == []
    assert f"- {NAMES[0]} would be disabled by PUT /emp/v1/keys/{{keyIdentifier}}/disable" in said.output
    assert "1 of 4 keys are disabled. Nothing was sent: add --yes." in said.output


def test_each_key_of_the_ledger_is_disabled_and_none_of_anybody_else(tmp_path: Path) -> None:
    with vendor() as (made, server):
        file = ledger_of(tmp_path, server)
        said = disable(tmp_path, server, "--yes")
    assert made.calls == [
        f'PUT /emp/v1/keys/070a1b2c3d000{number}/disable {{"of": "{NAMES[number]}"}}' for number in (0, 2)
    ]
    assert made.keys["ff00ff00"]["enabled"] is True
    assert (said.exit_code, "3 of 4 keys are disabled." in said.output) == (3, True)
    assert "CT-gone is in no list of its owner" in said.output
    assert {each["name"] for each in read_ledger(file) if each.get("disabled")} == set(NAMES)
    assert not any(id in said.output + file.read_text() for id in made.keys)


def test_the_members_of_a_key_are_words_of_json_and_of_a_path_whatever_they_hold() -> None:
    item = {
        "keyIdentifier": "a/b",
        "visualNumber": 'A"B\\{contractId}é',
        "contractId": "{visualNumber}",
        "fleetId": None,
    }
    body = '{"v": "{visualNumber}", "c": "{contractId}", "f": "{fleetId}", "o": "{other}"}'
    filled = json.loads(_filled(body, item, encoded=False))
    assert filled == {"v": item["visualNumber"], "c": "{visualNumber}", "f": "", "o": "{other}"}
    path = _filled("/keys/{keyIdentifier}/of/{contractId}/{fleetId}", item, encoded=True)
    assert path == "/keys/a%2Fb/of/%7BvisualNumber%7D/"
    assert _filled('{"n": "{visualNumber}"}', {"visualNumber": 5}, encoded=False) == '{"n": "5"}'


def test_a_key_that_cannot_be_disabled_is_told_without_what_opens_chargers(tmp_path: Path) -> None:
    with vendor() as (made, server):
        ledger_of(tmp_path, server)
        server.script = lambda heard: made(heard) if heard.method == "GET" else [CLOSE]
        said = disable(tmp_path, server, "--yes")
    assert said.exit_code == 3
    assert f"✗ {NAMES[0]} could not be disabled: PUT /emp/v1/keys/***/disable: " in said.output
    assert "1 of 4 keys are disabled." in said.output
    assert not any(id in said.output for id in made.keys)


def test_what_is_disabled_is_not_asked_for_again(tmp_path: Path) -> None:
    with vendor() as (made, server):
        ledger_of(tmp_path, server)
        disable(tmp_path, server, "--yes")
        assert "0 of 1 keys are disabled." in disable(tmp_path, server, "--yes").output
    assert len(made.calls) == 2


@pytest.mark.parametrize("call", ["GET /emp/v1/keys", "/emp/v1/keys/{keyIdentifier}", "PUT emp"])
def test_a_call_is_a_method_that_changes_something_and_a_path(tmp_path: Path, call: str) -> None:
    with vendor() as (_, server):
        ledger_of(tmp_path, server)
        assert disable(tmp_path, server, call=call).exit_code == 2


def test_keys_on_another_host_need_the_words_that_writes_need(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    target.write_text('base_url = "https://staging.example"\n[ledger]\ndisable_key = "PUT /{keyIdentifier}"\n')
    (tmp_path / "ledger.jsonl").write_text("")
    said = command("ledger", str(tmp_path / "ledger.jsonl"), "--target", str(target), "--disable-keys", "--yes")
    assert (said.exit_code, "Expected --allow-writes." in said.stderr) == (2, True)


def test_without_the_vendors_call_nothing_is_disabled(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    target.write_text('base_url = "http://127.0.0.1:9"\n')
    said = command("ledger", str(tmp_path / "l"), "--target", str(target), "--disable-keys")
    assert (said.exit_code, "Expected ledger.disable_key" in said.stderr) == (2, True)
    assert command("ledger", str(tmp_path / "l"), "--yes").exit_code == 2
