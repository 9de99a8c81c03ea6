"""Budgets, the ledger, and the word that writes need."""

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.left_behind import note_disabled, read_ledger
from fleet_contract.contract_tests.network.budget import BudgetSpent, Cost
from fleet_contract.contract_tests.network.client import Client, WritesForbidden
from fleet_contract.contract_tests.network.wire import Wire
from fleet_contract.spec.files import Contradiction

from .clocks import StandIn
from .conftest import Open, Serve, target
from .servers import RESET, Heard, answer

FLEETS, KEYS = "/emp/v1/fleets", "/emp/v1/charging-keys"


def fleet(id: str) -> bytes:
    return json.dumps({"fleetId": id, "fleetName": "North"}).encode()


def volley(count: int, send: Callable[[int], object]) -> list[BaseException]:
    """Call `send` from eight threads, and return what was raised."""
    raised: list[BaseException] = []
    numbers = iter(range(count))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                send(number)
            except BudgetSpent as wrong:
                raised.append(wrong)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def slowly(said: bytes) -> Callable[[Heard], bytes]:
    def script(_: Heard) -> bytes:
        time.sleep(0.01)
        return said

    return script


@contextmanager
def never() -> Iterator[Callable[[Heard], bytes]]:
    """Answer nothing as long as a block lasts."""
    over = threading.Event()

    def script(_: Heard) -> bytes:
        over.wait(60)
        return answer()

    try:
        yield script
    finally:
        over.set()


def test_requests_are_never_exceeded_by_one(serve: Serve, open_client: Open) -> None:
    server = serve(slowly(answer()))
    client = open_client(server.url, limits__max_requests=20)
    raised = volley(60, lambda number: client.send("GET", f"/{number}"))
    assert (len(server.heard), len(raised), client.footprint.requests) == (20, 40, 20)


@pytest.mark.parametrize(
    ("path", "limit", "cost"), [(FLEETS, "max_fleets", Cost.FLEETS), (KEYS, "max_keys", Cost.KEYS)]
)
def test_creates_are_never_exceeded_by_one(serve: Serve, open_client: Open, path: str, limit: str, cost: Cost) -> None:
    server = serve(slowly(answer(201)))
    client = open_client(server.url, **{f"limits__{limit}": 10})
    raised = volley(50, lambda _: client.send("POST", path, body=b"{}"))
    assert len(server.heard) == 10
    assert len(raised) == 40
    assert isinstance(raised[0], BudgetSpent)
    assert raised[0].cost is cost
    assert f"the limit of 10 {cost} was reached (raise --" in str(raised[-1])
    assert f"(raise --{limit.replace('_', '-')}, or " in str(raised[-1])
    assert client.send("GET", path).status == 201


def test_one_fleet_costs_one_however_often_it_is_created_at_once(serve: Serve, open_client: Open) -> None:
    server = serve(slowly(answer(201)))
    client = open_client(server.url, limits__max_fleets=1)
    raised = volley(8, lambda _: client.send("POST", FLEETS, body=fleet("a")))
    assert (len(server.heard), raised, client.footprint.fleets_created) == (8, [], ("a",))
    client.send("POST", FLEETS, body=fleet("a"))
    with pytest.raises(BudgetSpent):
        client.send("POST", FLEETS, body=fleet("b"))


def test_what_several_creates_of_a_fleet_set_aside_is_given_back_once_all_were_refused(
    serve: Serve, open_client: Open
) -> None:
    server = serve(slowly(answer(409)))
    client = open_client(server.url, limits__max_fleets=1)
    assert volley(8, lambda _: client.send("POST", FLEETS, body=fleet("a"))) == []
    assert client.send("POST", FLEETS, body=fleet("b")).status == 409


@pytest.mark.parametrize("status", [400, 401, 409, 422])
def test_a_refused_create_costs_no_fleet(serve: Serve, open_client: Open, status: int) -> None:
    client = open_client(serve(lambda _: answer(status)).url, limits__max_fleets=1)
    for _ in range(5):
        client.send("POST", FLEETS, body=fleet("a"))
    assert client.footprint.fleets_created == ()


@pytest.mark.parametrize("said", [answer(200), answer(303), answer(500), answer(503), RESET])
def test_an_unknown_outcome_costs_a_fleet(serve: Serve, open_client: Open, said: bytes) -> None:
    client = open_client(serve(lambda _: [said]).url, limits__max_fleets=1, clock=StandIn().clock)
    client.send("POST", FLEETS, body=fleet("a"))
    assert client.footprint.fleets_created == ("a",)
    with pytest.raises(BudgetSpent):
        client.send("POST", FLEETS, body=fleet("b"))


def test_a_timeout_costs_a_fleet(serve: Serve, open_client: Open) -> None:
    with never() as script:
        client = open_client(serve(script).url, limits__timeout_seconds=0.5)
        client.send("POST", FLEETS, body=fleet("a"))
    assert client.footprint.fleets_created == ("a",)


def test_a_server_that_hangs_is_not_waited_for_all_day(serve: Serve, open_client: Open) -> None:
    with never() as script:
        client = open_client(serve(script).url, limits__timeout_seconds=0.2, limits__max_timeouts=2)
        raised = volley(20, lambda _: client.send("GET", "/"))
    assert re.search(r"limit of 2 timeouts was reached \(.*hangs.*limits\.max_timeouts", str(raised[-1]))
    assert client.footprint.requests < 2 + 8  # those that were under way


def test_what_was_never_sent_costs_no_fleet() -> None:
    with Client(target("http://127.0.0.1:1"), mark="m") as client:
        exchange = client.send("POST", FLEETS, body=fleet("a"))
    assert exchange.sent is False
    assert client.footprint.fleets_created == ()


@pytest.mark.parametrize("path", ["/emp/v1/fleets/", "/EMP/v1/Fleets", "//emp/v1/./fleets?x=y", "/emp/v1/%66leets"])
def test_a_lenient_servers_paths_cost_a_fleet_too(serve: Serve, open_client: Open, path: str) -> None:
    client = open_client(serve().url)
    client.send("POST", path, body=fleet("a"))
    assert client.footprint.fleets_created == ("a",)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "patch", "PURGE"])
def test_a_router_that_takes_any_method_for_a_create_costs_a_fleet_too(
    serve: Serve, open_client: Open, method: str, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    client = open_client(serve(lambda _: answer(201)).url, limits__max_fleets=1, ledger=ledger)
    client.send(method, FLEETS, body=fleet("a"))
    assert client.footprint.fleets_created == ("a",)
    assert json.loads(ledger.read_text())["name"] == "a"
    with pytest.raises(BudgetSpent):
        client.send(method, FLEETS, body=fleet("b"))


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_method_that_a_server_does_not_know_costs_no_fleet(serve: Serve, open_client: Open, method: str) -> None:
    client = open_client(serve(lambda _: answer(501)).url, limits__max_fleets=1)
    for _ in range(2):
        client.send(method, FLEETS, body=fleet("a"))
    assert client.footprint.fleets_created == ()


def test_other_requests_cost_no_fleet(serve: Serve, open_client: Open) -> None:
    client = open_client(serve().url, limits__max_fleets=0, limits__max_keys=0)
    client.send("DELETE", FLEETS)
    client.send("OPTIONS", KEYS)
    client.send("PUT", f"{FLEETS}/a/rename", body=b"{}")
    client.send("POST", f"{FLEETS}/a/rename", body=b"{}")
    client.send("GET", KEYS)
    assert client.footprint.requests == 5


def test_the_time_of_a_run_is_a_budget(serve: Serve, open_client: Open) -> None:
    clock, limits = StandIn(), {"limits__max_seconds": 2, "limits__requests_per_second": 10}
    client = open_client(serve().url, clock=clock.clock, **limits)
    for _ in range(20):
        client.send("GET", "/")
    with pytest.raises(BudgetSpent, match=r"limit of 2 seconds was reached.*\(raise --max-seconds"):
        client.send("GET", "/")
    assert len(client.journal) == 20


def test_an_answer_gets_no_more_time_than_the_run_has(serve: Serve, open_client: Open) -> None:
    with never() as script:
        client = open_client(serve(script).url, limits__max_seconds=0.5)
        assert "no complete response" in client.send("GET", "/").trouble


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "put", "PURGE"])
def test_writes_elsewhere_need_a_word(open_client: Open, method: str) -> None:
    client = open_client("http://staging.invalid")
    with pytest.raises(WritesForbidden) as told:
        client.send(method, FLEETS)
    assert str(told.value).startswith(f"{method} was not sent to staging.invalid")
    assert "give --allow-writes or put allow_writes = true" in str(told.value)
    assert (client.journal, client.footprint.requests) == ([], 0)


def test_the_ledger_is_written_as_things_are_made(serve: Serve, open_client: Open, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    statuses = iter((201, 409, 500, 201, 201))
    server = serve(lambda _: answer(next(statuses)))
    client = open_client(server.url, ledger=file)
    key = {"keyIdentifier": "04AABBCC", "visualNumber": "CT-1", "contractId": "CT-C", "fleetId": "ct-1"}
    lengths = []
    for path, body in (
        (FLEETS, fleet("ct-1")),
        (FLEETS, fleet("ct-1")),
        (FLEETS, fleet("ct-2")),
        (KEYS, json.dumps(key).encode()),
        (FLEETS, b"no json"),
    ):
        client.send("POST", path, body=body)
        lengths.append(len(file.read_text().splitlines()))
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert lengths == [1, 1, 2, 3, 4]
    assert [(entry["made"], entry["name"], entry["certain"]) for entry in entries] == [
        ("fleet", "ct-1", True),
        ("fleet", "ct-2", False),
        ("key", "CT-1", True),
        ("fleet", "request 5", True),
    ]
    assert (entries[2]["contractId"], entries[2]["fleetId"]) == ("CT-C", "ct-1")
    assert {(entry["mark"], entry["base_url"]) for entry in entries} == {("m4rk", server.url)}
    assert "04AABBCC" not in file.read_text()
    assert client.footprint.fleets_created == ("ct-1", "ct-2", "request 5")
    assert client.footprint.keys_created == ("CT-1",)


@pytest.mark.parametrize(
    ("sent", "answered", "name"),
    [
        ("a", "A", "a"),
        (0, None, "0"),
        (True, None, "true"),
        (7, "seven", "seven"),
        ("", None, "request 1"),
        (None, None, "request 1"),
        (None, "chosen-by-the-server", "chosen-by-the-server"),
    ],
)
def test_a_fleet_is_entered_as_the_server_spells_its_id(
    sent: Any, answered: Any, name: str, serve: Serve, open_client: Open
) -> None:
    client = open_client(serve(lambda _: answer(201, json.dumps({"fleetId": answered}).encode())).url)
    client.send("POST", FLEETS, body=json.dumps({"fleetId": sent}).encode())
    assert client.footprint.fleets_created == (name,)


def test_a_second_run_adds_to_the_ledger(serve: Serve, open_client: Open, tmp_path: Path) -> None:
    file, server = tmp_path / "ledger.jsonl", serve()
    for id in ("a", "b"):
        open_client(server.url, ledger=file).send("POST", FLEETS, body=fleet(id))
    assert [json.loads(line)["name"] for line in file.read_text().splitlines()] == ["a", "b"]


def test_a_ledger_without_a_last_line_end_gets_one(serve: Serve, open_client: Open, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text('{"made": "fleet", "name": "a"}')
    client = open_client(serve(lambda _: answer(201)).url, ledger=file)
    assert file.read_text() == '{"made": "fleet", "name": "a"}', "nothing is added before there is something to add"
    for name in ("b", "c"):
        client.send("POST", FLEETS, body=fleet(name))
    note_disabled(file, [{"made": "key", "name": "d"}])
    assert [each["name"] for each in read_ledger(file)] == ["a", "b", "c", "d"]
    assert file.read_text().count("\n") == 4


def test_a_ledger_whose_lines_are_noted_gets_a_last_line_end(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text('{"made": "key", "name": "a"}')
    note_disabled(file, [{"made": "key", "name": "b"}])
    assert [each["name"] for each in read_ledger(file)] == ["a", "b"]


@pytest.mark.parametrize("is_read", [True, False])
def test_a_ledger_that_is_no_file_is_told_at_once(open_client: Open, tmp_path: Path, is_read: bool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK) if is_read else None
    with pytest.raises(Contradiction, match=r"Cannot write the ledger .*pipe: it is a pipe or a terminal, and no file"):
        open_client("http://localhost:1", ledger=pipe)
    if reader is not None:
        os.close(reader)


def test_a_ledger_that_cannot_be_written_is_told_before_anything_is_sent(open_client: Open, tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match=r"Cannot write the ledger .* Choose a file that can be written"):
        open_client("http://localhost", ledger=tmp_path / "no" / "where")


def test_an_interruption_is_booked_as_an_unknown_outcome(
    serve: Serve, open_client: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = open_client(serve().url)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Wire, "roundtrip", interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.send("POST", FLEETS, body=fleet("a"))
    assert client.journal[0].trouble == "interrupted by KeyboardInterrupt"
    assert client.footprint.fleets_created == ("a",)


def test_creates_that_nobody_waits_for_any_more_are_booked_once(
    serve: Serve, open_client: Open, tmp_path: Path
) -> None:
    ledger, told = tmp_path / "ledger.jsonl", list[Exchange]()
    with never() as script:
        server = serve(script)
        client = open_client(server.url, ledger=ledger, on_exchange=[told.append])

        def create(id: str) -> None:
            with suppress(KeyboardInterrupt):
                client.send("POST", FLEETS, body=fleet(id))

        threads = [threading.Thread(target=create, args=(id,)) for id in "abc"]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 10
        while len(server.heard) < len(threads) and time.monotonic() < end:
            time.sleep(0.01)
        client.stop()
        client.close()
        assert client.footprint.requests == 3
        assert sorted(client.footprint.fleets_created) == ["a", "b", "c"]
        assert {each.trouble for each in client.journal} == {"the run ended before its response came"}
    for thread in threads:
        thread.join()
    client.close()
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert sorted((each["name"], each["certain"]) for each in entries) == [("a", False), ("b", False), ("c", False)]
    assert sorted(each.number for each in told) == [each.number for each in client.journal] == [1, 2, 3]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"fleetName": "Contract Test m4rk 7", "fleetId": "ct-m4rk-007", "x": NaN}', "ct-m4rk-007"),
        (b"fleetId=ct-m4rk-008.x&fleetName=Contract+Test+m4rk+8", "ct-m4rk-008.x"),
        (b'{"fleetId": ["ct-m4rk-009"]}', '["ct-m4rk-009"]'),
        (b'{"fleetId": 2712847316001}', "2712847316001"),
        (b"\xff\xfe", "request 1"),
    ],
)
def test_what_a_lenient_server_makes_of_an_odd_body_is_named(
    serve: Serve, open_client: Open, body: bytes, name: str
) -> None:
    client = open_client(serve(lambda _: answer(201)).url)
    client.send("POST", FLEETS, body=body)
    assert client.footprint.fleets_created == (name,)


def test_the_ledger_keeps_the_name_of_each_fleet_and_which_key_made_it(
    serve: Serve, open_client: Open, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.jsonl"
    client = open_client(serve(lambda _: answer(201)).url, ledger=file)
    for id in (None, "ct-m4rk-001"):
        client.send("POST", FLEETS, body=json.dumps({"fleetId": id, "fleetName": "Contract Test m4rk 1"}).encode())
    unmarked, marked = (json.loads(line) for line in file.read_text().splitlines())
    assert unmarked["fleetName"] == marked["fleetName"] == "Contract Test m4rk 1"
    assert marked["name"] == "ct-m4rk-001"
    assert marked["owner"] == unmarked["owner"] == "api_key"
