"""What a watch says of what passes: as it is seen, and at the end."""

import http.client
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.target.hosts import is_loopback
from fleet_contract.contract_tests.target.target import Fixtures
from fleet_contract.contract_tests.watching import observing
from fleet_contract.contract_tests.watching.serving import listening
from fleet_contract.contract_tests.watching.window import Window
from tests.client.servers import answer, serving
from tests.suite.harness import command as call

from .archives_of_runs import traffic_of_run
from .watched import KEY, command, request, watched

RENAME = "/emp/v1/fleets/acme/rename"
CRASH = answer(500, b'{"message": "boom"}')
PAGE = answer(body=b'{"keys": []}')


def ask(port: int, method: str, path: str, body: Any = None) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    client.request(method, path, json.dumps(body) if body is not None else None, headers)
    try:
        response = client.getresponse()
        response.read()
        return response.status
    finally:
        client.close()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_reports_what_broke_at_the_end(by: signal.Signals, tmp_path: Path) -> None:
    forms = ("html", "markdown", "json", "junit", "code-quality", "har")
    options = [word for form in forms for word in (f"--{form}", str(tmp_path / form))]
    crashing = serving(lambda heard: CRASH if heard.method == "PUT" else PAGE)
    with crashing as server, command(server.url, *options) as running:
        assert ask(running.port, "GET", "/emp/v1/charging-keys") == 200
        assert ask(running.port, "PUT", RENAME, {"newName": "Acme"}) == 500
        code, said = running.end(by)
    assert code == 1
    assert f"✗ http.never-a-server-error expected any status below 500, got 500: request 2, PUT {RENAME}" in said
    assert "BREAKS (recorded traffic): 1 failed" in said
    for text in (said, *((tmp_path / form).read_text() for form in forms)):
        assert KEY not in text
    assert json.loads((tmp_path / "json").read_text())["depth"] == "recorded"
    assert call("judge", str(tmp_path / "har")).exit_code == 1


def test_all_well_is_0_and_nothing_seen_is_3() -> None:
    with serving(lambda _: PAGE) as server:
        with command(server.url) as running:
            ask(running.port, "GET", "/emp/v1/charging-keys")
            code, said = running.end(signal.SIGTERM)
            assert (code, "CONFORMS" in said) == (0, True), said
        with command(server.url) as running:
            ask(running.port, "GET", "/other")
            code, said = running.end(signal.SIGTERM)
            assert (code, "1 of 1 requests, which went to other servers" in said) == (3, True), said


def test_wrong_usage_is_2() -> None:
    for options in (("--port", "0", "--host", "192.0.2.1"), ("--port", "70000"), ()):
        assert call("watch", "http://127.0.0.1:1", *options).exit_code == 2


EVERY = ("0.0.0.0", "0", "0.0.0.0.", "::", "[::]", "::ffff:0.0.0.0")  # noqa: S104  (nothing listens there)


@pytest.mark.parametrize("host", [*EVERY, "192.0.2.1", "", "staging.example", "mock"])
def test_it_listens_on_no_address_but_loopback(host: str) -> None:
    refused = call("watch", "http://127.0.0.1:1", "--port", "0", "--host", host)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"Error: --host is {host!r}. Expected " in refused.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "0x7f000001", "::ffff:127.0.0.1"])
def test_it_listens_on_the_address_that_it_is_told(host: str) -> None:
    with listening(host, 0) as listener:
        assert is_loopback(listener.getsockname()[0])


def test_a_key_in_a_path_is_in_no_report() -> None:
    with serving(lambda _: answer(404, json.dumps({"key": KEY}).encode())) as server, watched(server.url) as watch:
        watch.talk(request("GET", f"/emp/v1/fleets/{KEY}/invitation"), request("GET", "/emp/v1/fleets/x/invitation"))
        judgement = watch.observer.conclude()
    assert watch.observer.notes == ["1 of 2 requests, which had an API key or a login in their path or body"]
    assert KEY not in repr(judgement.history.exchanges)


CODE, LATE = "SHOWN2024ABC", "late-key-0123456789"


def test_a_code_in_a_path_is_told_nowhere_though_the_window_forgot_who_showed_it(tmp_path: Path) -> None:
    codes = answer(200, json.dumps([{"code": CODE}]).encode())
    script = serving(lambda heard: codes if heard.path.endswith("/invitation") else CRASH)
    encoded = CODE.replace("S", "%53")
    with script as server, command(server.url, "--window", "1", "--json", str(tmp_path / "json")) as running:
        assert ask(running.port, "GET", "/emp/v1/fleets/acme/invitation") == 200
        for id in (CODE, encoded, "x" * 60 + "-" + CODE):
            assert ask(running.port, "PUT", f"/emp/v1/fleets/{id}/rename", {"newName": CODE}) == 500
        _, said = running.end(signal.SIGINT)
    assert "got 500: request 2, PUT /emp/v1/fleets/***/rename" in said
    for text in (said, (tmp_path / "json").read_text()):
        assert not any(secret in text.replace("x" * 60, "") for secret in (f"/{CODE}", f'"{CODE}', encoded))


def test_a_key_that_is_known_only_later_is_in_no_report() -> None:
    with serving(lambda _: CRASH) as server, watched(server.url) as watch:
        watch.talk(request("PUT", f"/emp/v1/fleets/{LATE}/rename", b"{}"), request("GET", "/", X_API_Key=LATE))
        watch.observer.conclude()
    assert watch.observer.told.text(f"/fleets/{LATE}") == "/fleets/***"


def test_of_more_codes_than_can_be_kept_out_of_reports_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "MOST_CODES", 1)
    lists = {"/emp/v1/fleets/a/invitation": ["FIRST2024"], "/emp/v1/fleets/b/invitation": ["SECOND2024"]}
    script = serving(lambda heard: answer(200, json.dumps(lists[heard.path]).encode()))
    with script as server, watched(server.url) as watch:
        watch.talk(*(request("GET", path) for path in lists))
        judgement = watch.observer.conclude()
    assert [each.request.path for each in judgement.history.exchanges] == ["/emp/v1/fleets/a/invitation"]
    assert watch.observer.notes == ["1 of 2 requests, which showed an invitation code beyond those that can be masked"]


# --- the window ----------------------------------------------------------------------------------


def exchange(number: int, status: int = 200, body: bytes = b'{"keys": []}') -> Exchange:
    asked = Request("GET", "/emp/v1/charging-keys", Caller.OWNER)
    return Exchange(
        number, "", asked, number, number + 0.5, Answer(status, (("Content-Type", "application/json"),), body)
    )


def test_a_window_keeps_the_last_exchanges_and_what_broke() -> None:
    window = Window(Facts(Fixtures(), recorded=True), most=5)
    broken = [len(window.add(exchange(number, 500 if number == 3 else 200))) for number in range(1, 41)]
    assert sum(broken) == 1
    judgement = window.judgement()
    assert [each.number for each in judgement.history.exchanges] == [3, 36, 37, 38, 39, 40]
    assert window.judged == 40


def test_it_finds_what_the_judge_of_a_recording_finds() -> None:
    traffic = traffic_of_run((), "rename-answers-without-the-name")
    window = Window(traffic.facts, most=10_000)
    for each in sorted(traffic.exchanges, key=lambda each: each.ended):
        window.add(each)
    found = {each.requirement for each in window.judgement().findings if not each.kept}
    assert found == {each.requirement for each in judge(traffic.exchanges, traffic.facts).findings if not each.kept}
    assert found == {"rename.answers-the-new-name"}


@pytest.mark.parametrize("most", [1, 20])
def test_an_honest_server_breaks_nothing_in_any_window(most: int) -> None:
    traffic = traffic_of_run()
    window = Window(traffic.facts, most)
    for each in sorted(traffic.exchanges, key=lambda each: each.ended):
        assert window.add(each) == []
