"""Keys, logins and sessions of recorded requests: none reaches what is told, in whichever field and part it stood."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.recorded.archives import Entry
from fleet_contract.contract_tests.recorded.logins import keys_in, sessions_in
from tests.client.servers import answer, serving
from tests.suite.harness import command

from .watched import request, watched

SECRET = "second-secret-key-0002"
READ = "/emp/v1/fleets/acme/invitation"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260302/eu-central-1/execute-api/aws4_request, "
    "SignedHeaders=accept;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
)
PASSWORD = "hunter2secret"
BASIC = b64encode(f"alice@drive.example:{PASSWORD}".encode()).decode()
FIELDS = [
    [("X-API-Key", "first-key"), ("x-api-key", SECRET)],
    [("X-API-Key", f"first-key, {SECRET}")],
    [("X-API-Key", f"{SECRET},first-key")],
    [("X-API-Key", f"Key {SECRET}")],
    [("Cookie", f"theme=dark; sid={SECRET}")],
    [("Cookie", "theme=dark"), ("Cookie", f'sid="{SECRET}"')],
    [("Authorization", "Bearer first-login"), ("Authorization", f"Bearer {SECRET}")],
    [("Proxy-Authorization", f"Bearer {SECRET}")],
    [("Authorization", f'Digest username="alice", uri="{READ}", response="{SECRET}"')],
    [("X-Auth-Token", SECRET)],
]


def entry(headers: list[tuple[str, str]], said: str = SECRET) -> dict[str, Any]:
    text = json.dumps({"detail": f"no such key: {said}"})
    return {
        "startedDateTime": "2026-03-02T09:15:05.000Z",
        "time": 10,
        "request": {
            "method": "GET",
            "url": f"https://drive.example{READ}",
            "headers": [{"name": name, "value": value} for name, value in headers],
        },
        "response": {
            "status": 500,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": len(text), "text": text},
        },
    }


def said_of(tmp_path: Path, *entries: dict[str, Any]) -> str:
    file = tmp_path / "some.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    result = command("judge", str(file), "--html", str(tmp_path / "html"), "--har", str(tmp_path / "har"))
    assert "got 500" in " ".join(result.output.split()), result.output
    return result.output + (tmp_path / "html").read_text() + (tmp_path / "har").read_text()


@pytest.mark.parametrize("headers", [*FIELDS, [("X-API-Key", f" {SECRET} ")], [("Authorization", f"Bearer {SECRET} ")]])
def test_no_secret_of_a_request_is_told_of_an_archive(headers: list[tuple[str, str]], tmp_path: Path) -> None:
    assert SECRET not in said_of(tmp_path, entry(headers))


def test_what_no_request_carried_is_told(tmp_path: Path) -> None:
    assert SECRET in said_of(tmp_path, entry([("X-API-Key", "first-key")]))


@pytest.mark.parametrize("told", [PASSWORD, "alice@drive.example", BASIC])
def test_the_parts_of_a_login_are_told_nowhere(told: str, tmp_path: Path) -> None:
    headers = [("Authorization", f"Basic {BASIC}")]
    assert told not in said_of(tmp_path, entry(headers, told))


@pytest.mark.parametrize("headers", FIELDS)
def test_no_secret_of_a_request_is_told_of_live_traffic(headers: list[tuple[str, str]]) -> None:
    said = answer(500, json.dumps({"detail": SECRET}).encode())
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    with serving(lambda _: said) as server, watched(server.url) as watch:
        watch.talk(request("GET", READ).replace(b"\r\n\r\n", f"\r\n{lines}\r\n".encode()))
        judgement = watch.observer.conclude()
    assert len(judgement.history.exchanges) == 1
    assert SECRET not in repr(judgement.history.exchanges)


def shown(*headers: tuple[str, str]) -> set[str]:
    each = Entry("GET", READ, headers, b"", 200, (), b"", 0, 1)
    return keys_in([each]) | sessions_in(each)


def test_what_stands_in_any_request_is_no_secret() -> None:
    cookie = f"theme=dark; consent=true; fleet=acme-corp; last=https://drive.example{READ}; next={READ}"
    digest = f'Digest username="alice", realm="drive", uri="{READ}", nc=00000001, qop=auth'
    found = shown(
        ("Cookie", cookie),
        ("Authorization", digest),
        ("Proxy-Authorization", SIGNED),
        ("X-Author", "alice"),
        ("Accept", "a" * 20),
    )
    assert not found & {
        "dark",
        "true",
        "acme-corp",
        READ,
        f"https://drive.example{READ}",
        "alice",
        "drive",
        "auth",
        "qop=auth",
        "nc=00000001",
        "accept",
        "host",
        "x-amz-date",
        "a" * 20,
        "",
    }


@pytest.mark.parametrize("login", ["a-login", "Bearer a-login", "Bearer  a-login", 'Bearer "a-login"'])
def test_a_login_is_a_secret_however_short(login: str) -> None:
    assert "a-login" in shown(("Authorization", login))


def test_a_response_with_a_word_of_a_signature_is_judged(tmp_path: Path) -> None:
    signed = entry([("X-API-Key", "first-key"), ("Authorization", SIGNED)], "host")
    assert "no such key: host" in said_of(tmp_path, signed)


def test_of_a_session_that_changes_with_each_request_any_number_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet_contract.contract_tests.watching.observing.MOST_KEYS", 5)
    with serving(lambda _: answer(200, b"[]")) as server, watched(server.url) as watch:
        watch.talk(*(request("GET", READ, Cookie=f"session=0123456789abcdef-{number}") for number in range(10)))
        judgement = watch.observer.conclude()
    assert len(judgement.history.exchanges) == 10
    assert watch.observer.notes == []


@pytest.mark.parametrize(
    "login",
    [
        lambda number: f"Bearer first-login-{number}",
        lambda number: f"Basic {b64encode(f'alice@drive.example:{PASSWORD}-{number}'.encode()).decode()}",
        lambda number: f'Digest username="alice", uri="{READ}", response="{SECRET}-{number}", qop=auth',
    ],
    ids=["Bearer", "Basic", "Digest"],
)
def test_a_login_counts_once_in_however_many_parts_it_is_a_secret(
    login: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet_contract.contract_tests.watching.observing.MOST_KEYS", 5)  # one is the target's own
    with serving(lambda _: answer(200, b"[]")) as server, watched(server.url) as watch:
        watch.talk(*(request("GET", READ, Authorization=login(number)) for number in (0, 1, 2, 3, 0, 4, 3)))
        judgement = watch.observer.conclude()
    assert len(judgement.history.exchanges) == 6
    assert watch.observer.notes == ["1 of 7 requests, which had an API key or a login beyond those that can be masked"]
