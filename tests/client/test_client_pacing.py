"""The pace of a run, and what becomes of a 429; no test here waits for real."""

import threading
from email.utils import formatdate

import pytest

from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.pacing import Clock, Pace, pause_after_429

from .conftest import Open, Serve
from .servers import answer

NOON = 1_800_000_000.0  # a whole minute


class StandIn:
    """A clock that only sleeping moves on."""

    def __init__(self, wall: float = NOON) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._wall = wall
        self._lock = threading.Lock()
        self.clock = Clock(lambda: self.now, lambda: self._wall + self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(round(seconds, 3))
            self.now += seconds


def test_requests_keep_their_distance(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    client = open_client(serve().url, limits__requests_per_second=4, clock=time.clock)
    for _ in range(5):
        client.send("GET", "/")
    assert [exchange.started for exchange in client.journal] == [0, 0.25, 0.5, 0.75, 1]


def test_without_a_limit_nobody_waits(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    client = open_client(serve().url, clock=time.clock)
    for _ in range(5):
        client.send("GET", "/")
    assert time.slept == []


def test_threads_share_one_pace() -> None:
    pace, started, lock = Pace(200, Clock()), [], threading.Lock()

    def work() -> None:
        for _ in range(5):
            assert pace.wait()
            with lock:
                started.append(Clock().monotonic())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 40
    assert max(started) - min(started) > 39 / 200 - 0.01


def test_a_created_fleet_is_given_time_to_settle(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    statuses = iter((201, 409, 200))
    server = serve(lambda _: answer(next(statuses)))
    client = open_client(server.url, limits__settle_seconds=3, clock=time.clock)
    client.send("POST", "/emp/v1/fleets", body=b"{}")
    client.send("POST", "/emp/v1/fleets", body=b"{}")
    client.send("GET", "/")
    assert [exchange.started for exchange in client.journal] == [0, 3, 3]


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [("7", 7), (" 0 ", 0), (formatdate(NOON + 42, usegmt=True), 42), (formatdate(NOON - 42, usegmt=True), 0)],
)
def test_retry_after_is_obeyed(serve: Serve, open_client: Open, retry_after: str, pause: int) -> None:
    time = StandIn()
    said = iter((answer(429, Retry_After=retry_after), answer(200)))
    client = open_client(serve(lambda _: next(said)).url, clock=time.clock)
    exchange = client.send("GET", "/", notes={"a": 1})
    assert (exchange.status, exchange.number) == (200, 2)
    assert sum(time.slept) == pause
    assert [(each.status, each.notes) for each in client.journal] == [(429, {"a": 1, "retried": True}), (200, {"a": 1})]
    assert disturbance(client.journal[0])


def test_without_retry_after_the_pause_doubles(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    statuses = iter((429, 429, 429, 429, 201))
    server = serve(lambda _: answer(next(statuses)))
    client = open_client(server.url, clock=time.clock, limits__max_fleets=1)
    assert client.send("POST", "/emp/v1/fleets", body=b'{"fleetId": "a"}').status == 201
    assert time.slept == [1, 2, 4, 8]
    assert {heard.body for heard in server.heard} == {b'{"fleetId": "a"}'}
    assert client.footprint.fleets_created == ("a",)
    assert client.footprint.requests == 5


@pytest.mark.parametrize(
    ("tries", "wall", "pause"), [(0, NOON + 59.5, 0.5), (5, NOON, 32), (6, NOON, 60), (9, NOON + 1, 59)]
)
def test_no_pause_reaches_beyond_the_next_minute(tries: int, wall: float, pause: float) -> None:
    assert pause_after_429(tries, None, wall) == pause


@pytest.mark.parametrize("odd", ["", "soon", "-1", "1.5", "٣", "Mon, 99 Foo 2026"])
def test_a_retry_after_that_says_nothing_is_none(odd: str) -> None:
    assert pause_after_429(0, odd, NOON) == 1


def test_a_429_slows_the_run_by_half(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    said = iter((answer(), answer(429), answer(), answer(), answer()))
    client = open_client(serve(lambda _: next(said)).url, limits__requests_per_second=10, clock=time.clock)
    for _ in range(4):
        client.send("GET", "/")
    assert [round(exchange.started, 3) for exchange in client.journal] == [0, 0.1, 1.1, 1.3, 1.5]


def test_one_volley_of_429_slows_the_run_once() -> None:
    time = StandIn()
    pace = Pace(8, time.clock)
    time.now = 5
    for _ in range(8):
        pace.slow(started=4.9)
    assert pace.rate == 4
    time.now = 6
    pace.slow(started=5.5)
    assert pace.rate == 2


def test_a_run_without_a_limit_gets_one() -> None:
    pace = Pace(0, StandIn().clock)
    pace.slow(started=1)
    assert pace.rate == 10


def test_a_rate_that_was_too_high_is_not_tried_again() -> None:
    time = StandIn()
    pace = Pace(0, time.clock)
    rates = []
    for _ in range(200):
        time.now += 1
        pace.wait()
        if pace.rate in (0, 40, 80):  # more than this server takes
            pace.slow(started=time.now)
        rates.append(pace.rate)
    assert [rate for rate, before in zip(rates, [0.0, *rates], strict=False) if rate != before] == [10, 20]


def test_a_server_that_never_gives_in_is_given_up(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    client = open_client(serve(lambda _: answer(429)).url, clock=time.clock)
    exchange = client.send("GET", "/")
    assert (exchange.status, len(client.journal)) == (429, 8)
    assert "still 429 after 8 tries" in exchange.trouble
    assert disturbance(exchange) == exchange.trouble
    assert "retried" not in exchange.notes
    assert 60 < sum(time.slept) <= 120


def test_nobody_waits_an_hour(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    client = open_client(serve(lambda _: answer(429, Retry_After="3600")).url, clock=time.clock)
    assert "it asked for 3600 s more" in client.send("GET", "/").trouble
    assert time.slept == []


def test_a_wait_beyond_the_runs_time_is_not_begun(serve: Serve, open_client: Open) -> None:
    time = StandIn()
    server = serve(lambda _: answer(429, Retry_After="60"))
    client = open_client(server.url, clock=time.clock, limits__max_seconds=30)
    assert "still 429 after 1 tries and 0 s; it asked for 60 s more" in client.send("GET", "/").trouble
    assert (len(server.heard), time.slept) == (1, [])
