"""A run that is stopped sends nothing more, and whoever waits until it may send is woken at once."""

import json
import signal
import threading
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from fleet_contract.contract_tests.network import halt as halts
from fleet_contract.contract_tests.network.budget import Budget, Cost
from fleet_contract.contract_tests.network.halt import Halt
from fleet_contract.contract_tests.process.signals import Stopped

from .clocks import StandIn
from .conftest import Open, Serve
from .servers import answer

MOST_SECONDS = 5.0  # in which a machine that is busy gets anything done


def test_who_waits_to_send_again_is_woken_and_sends_nothing(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: answer(429, Retry_After="60"))
    client, raised = open_client(server.url), list[BaseException]()

    def send() -> None:
        try:
            client.send("POST", "/emp/v1/fleets", body=b"{}")
        except BaseException as wrong:  # noqa: BLE001  (it is looked at)
            raised.append(wrong)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + MOST_SECONDS
    while not client.journal and time.monotonic() < end:
        time.sleep(0.01)
    client.stop()
    for thread in threads:
        thread.join(MOST_SECONDS)
    assert [type(each) for each in raised] == [KeyboardInterrupt] * 3
    assert 1 <= len(server.heard) <= 3


def test_who_was_let_go_while_the_run_was_stopped_sends_nothing(serve: Serve, open_client: Open) -> None:
    server, clock = serve(), StandIn()
    client = open_client(server.url, clock=clock.clock, limits__requests_per_second=1)
    client.send("GET", "/")
    clock.meanwhile = client.stop
    with pytest.raises(KeyboardInterrupt):
        client.send("GET", "/")
    assert (len(server.heard), client.footprint.requests) == (1, 1)


def test_a_signal_may_stop_what_sleeps_in_the_thread_that_hears_it() -> None:
    halt, before = Halt(), signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, lambda *_: halt.call("a signal came"))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        began = time.monotonic()
        halt.sleep(60)
        assert time.monotonic() - began < MOST_SECONDS
    finally:
        signal.signal(signal.SIGALRM, before)
    halt.call("another reason")
    halt.sleep(60)
    assert halt.why == "a signal came"
    with pytest.raises(KeyboardInterrupt):
        halt.require_leave()


def test_a_sleep_that_nobody_ends_takes_its_time() -> None:
    halt, began = Halt(), time.monotonic()
    halt.sleep(0.05)
    halt.sleep(-1)
    assert 0.04 < time.monotonic() - began < MOST_SECONDS
    halt.require_leave()


def test_no_wait_of_a_sleep_is_long_for_not_everywhere_does_a_signal_end_one(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    class Bell(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            waited.append(timeout or 0.0)
            halt.why = "a signal came" if len(waited) == 3 else ""
            super().get(block, 0.0)

    monkeypatch.setattr(halts, "SimpleQueue", Bell)
    halt = Halt()
    halt.sleep(60)
    assert len(waited) == 3
    assert max(waited) <= 0.2


def test_a_booking_that_a_signal_ends_is_gone_on_with_and_nothing_is_booked_twice(
    serve: Serve, open_client: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, signals, spent = Budget.settle, iter([Stopped("SIGTERM")]), list[tuple[Cost, bool]]()

    def interrupted(self: Budget, cost: Cost, *, spent_it: bool) -> None:
        settle(self, cost, spent=spent_it)
        spent.append((cost, spent_it))
        if cost is Cost.REQUESTS:
            for each in signals:
                raise each

    monkeypatch.setattr(Budget, "settle", lambda self, cost, *, spent: interrupted(self, cost, spent_it=spent))
    ledger = tmp_path / "ledger"
    client = open_client(serve(lambda _: answer(201, b"{}")).url, ledger=ledger)
    with pytest.raises(Stopped):
        client.send("POST", "/emp/v1/fleets", body=b'{"fleetId": "acme"}')
    client.close()
    assert [each.status for each in client.journal] == [201]
    assert [json.loads(line)["certain"] for line in ledger.read_text().splitlines()] == [True]
    assert spent == [(Cost.FLEETS, True), (Cost.REQUESTS, True)]
    assert client.footprint.fleets_created == ("acme",)
