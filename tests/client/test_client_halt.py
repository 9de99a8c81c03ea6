"""A run that is stopped sends nothing more, and whoever waits until it may send is woken at once."""

import signal
import threading
import time

import pytest

from fleet_contract.contract_tests.network.halt import Halt

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
