"""The pace of a run, and what becomes of a 429 or 503; no test here waits for real."""

import threading
import time
from email.utils import formatdate

import pytest

from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.halt import Halt
from fleet_contract.contract_tests.network.pacing import Clock, Pace, pause_before_retry
from fleet_contract.contract_tests.network.retry_after import LONGEST

from .clocks import NOON, StandIn
from .conftest import Open, Serve
from .servers import answer


def asctime(seconds: float) -> str:
    return time.asctime(time.gmtime(seconds))


def test_requests_keep_their_distance(serve: Serve, open_client: Open) -> None:
    clock = StandIn()
    client = open_client(serve().url, limits__requests_per_second=4, clock=clock.clock)
    for _ in range(5):
        client.send("GET", "/")
    assert [exchange.started for exchange in client.journal] == [0, 0.25, 0.5, 0.75, 1]


def test_without_a_limit_nobody_waits(serve: Serve, open_client: Open) -> None:
    clock = StandIn()
    client = open_client(serve().url, clock=clock.clock)
    for _ in range(5):
        client.send("GET", "/")
    assert clock.slept == []


def test_threads_share_one_pace() -> None:
    pace, started, lock = Pace(200, Clock(), Halt()), [], threading.Lock()

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
    clock = StandIn()
    statuses = iter((201, 409, 200))
    server = serve(lambda _: answer(next(statuses)))
    client = open_client(server.url, limits__settle_seconds=3, clock=clock.clock)
    client.send("POST", "/emp/v1/fleets", body=b"{}")
    client.send("POST", "/emp/v1/fleets", body=b"{}")
    client.send("GET", "/")
    assert [exchange.started for exchange in client.journal] == [0, 3, 3]


def test_a_server_that_asks_to_wait_is_not_sent_what_was_granted_to_a_burst(serve: Serve, open_client: Open) -> None:
    clock, said = StandIn(), iter((answer(429, Retry_After="3"), answer(201), answer(200)))
    client = open_client(serve(lambda _: next(said)).url, clock=clock.clock)
    with client.burst(4, 1):
        client.send("POST", "/emp/v1/fleets", body=b"{}")
        client.send("GET", "/emp/v1/charging-keys")
    assert [each.started for each in client.journal] == [0, 3, 3]


def test_a_fleet_that_was_created_in_a_burst_delays_only_what_comes_after_it(serve: Serve, open_client: Open) -> None:
    clock = StandIn()
    client = open_client(serve(lambda _: answer(201)).url, limits__settle_seconds=3, clock=clock.clock)
    with client.burst(2, 1):
        client.send("POST", "/emp/v1/fleets", body=b"{}")
        client.send("GET", "/emp/v1/charging-keys")
    client.send("GET", "/emp/v1/charging-keys")
    assert [each.started for each in client.journal] == [0, 0, 3]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "pause"), [("7", 7), (" 0 ", 0), (formatdate(NOON + 12, usegmt=True), 12), (asctime(NOON + 12), 12)]
)
def test_retry_after_is_obeyed(serve: Serve, open_client: Open, retry_after: str, pause: int, status: int) -> None:
    clock = StandIn()
    said = iter((answer(status, Retry_After=retry_after), answer(200)))
    client = open_client(serve(lambda _: next(said)).url, clock=clock.clock)
    exchange = client.send("GET", "/")
    assert (exchange.status, exchange.number) == (200, 2)
    assert sum(clock.slept) == pause
    assert [(each.status, each.retried) for each in client.journal] == [(status, True), (200, False)]
    assert disturbance(client.journal[0])


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_date_is_read_by_the_clock_of_whoever_gave_it(serve: Serve, open_client: Open, skew: int) -> None:
    clock, now = StandIn(), NOON + skew
    dates = {"Date": formatdate(now, usegmt=True), "Retry_After": formatdate(now + 12, usegmt=True)}
    said = iter((answer(429, b"", **dates), answer(200)))
    client = open_client(serve(lambda _: next(said)).url, clock=clock.clock)
    assert client.send("GET", "/").status == 200
    assert sum(clock.slept) == 12


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, 7),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOON + 9:.0f}"}, 9),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOON + 9:.0f}000"}, 9),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "4.5"}, 4.5),
        ({"X-Rate-Limit-Remaining": "00", "X-Rate-Limit-Reset": "3"}, 3),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "11"}, 11),
        ({"RateLimit": "limit=100, remaining=0, reset=12"}, 12),
        ({"RateLimit": '"burst";r=0;t=2, "daily";r=7;t=60000'}, 2),
        ({"RateLimit": '"burst";r=0;t=2,"minute";r=0;t=13', "RateLimit-Policy": '"minute";q=100;w=60'}, 13),
        ({"RateLimit": '"burst";r=0;t=2', "Retry-After": "5"}, 5),
        ({"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "50"}, 1),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, 1),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, 1),
        ({"X-RateLimit-Remaining": "\u00b2", "X-RateLimit-Reset": "\u00b2"}, 1),
        ({"RateLimit": '"burst";r=0'}, 1),
    ],
)
def test_a_limit_is_waited_for_as_long_as_it_says(
    serve: Serve, open_client: Open, headers: dict[str, str], pause: float
) -> None:
    clock = StandIn()
    said = iter((answer(429, b"{}", **headers), answer(200)))
    client = open_client(serve(lambda _: next(said)).url, clock=clock.clock)
    assert client.send("GET", "/").status == 200
    assert sum(clock.slept) == pause


@pytest.mark.parametrize(
    "headers", [{"X-RateLimit-Remaining": "0"}, {"RateLimit-Remaining": "0"}, {"Retry-After": "1"}]
)
def test_a_403_that_names_a_limit_is_waited_for(serve: Serve, open_client: Open, headers: dict[str, str]) -> None:
    """GitHub, for one, limits rates so."""
    clock = StandIn()
    said = iter((answer(403, b"{}", **headers), answer(200)))
    client = open_client(serve(lambda _: next(said)).url, clock=clock.clock, breaks=lambda each: each.status == 403)
    assert client.send("GET", "/").status == 200
    assert clock.slept == [1]
    assert [disturbance(each) for each in client.journal] == ["the server asked for fewer requests (403)", ""]


@pytest.mark.parametrize(("headers", "breaks"), [({"X-RateLimit-Remaining": "7"}, True), ({"Retry-After": "1"}, False)])
def test_any_other_403_is_taken_as_it_is(
    serve: Serve, open_client: Open, headers: dict[str, str], breaks: bool
) -> None:
    clock = StandIn()
    client = open_client(serve(lambda _: answer(403, b"{}", **headers)).url, clock=clock.clock, breaks=lambda _: breaks)
    assert client.send("GET", "/").status == 403
    assert clock.slept == []
    assert not disturbance(client.journal[0])


@pytest.mark.parametrize("status", [429, 503])
def test_a_challenge_is_not_waited_for_as_waiting_does_not_pass_it(
    serve: Serve, open_client: Open, status: int
) -> None:
    clock = StandIn()
    client = open_client(serve(lambda _: answer(status, cf_mitigated="challenge")).url, clock=clock.clock)
    exchange = client.send("GET", "/")
    assert clock.slept == []
    assert (exchange.status, len(client.journal)) == (0, 2)
    assert exchange.trouble == f"something in front of the API answered {status} in its place (cf-mitigated: challenge)"


def test_without_retry_after_the_pause_doubles(serve: Serve, open_client: Open) -> None:
    clock = StandIn()
    statuses = iter((429, 429, 429, 429, 201))
    server = serve(lambda _: answer(next(statuses)))
    client = open_client(server.url, clock=clock.clock, limits__max_fleets=1)
    assert client.send("POST", "/emp/v1/fleets", body=b'{"fleetId": "a"}').status == 201
    assert clock.slept == [1, 2, 4, 8]
    assert {heard.body for heard in server.heard} == {b'{"fleetId": "a"}'}
    assert client.footprint.fleets_created == ("a",)
    assert client.footprint.requests == 5


@pytest.mark.parametrize(
    ("tries", "wall", "pause"), [(0, NOON + 59.5, 0.5), (5, NOON, 32), (6, NOON, 60), (9, NOON + 1, 59)]
)
def test_no_pause_reaches_beyond_the_next_minute(tries: int, wall: float, pause: float) -> None:
    assert pause_before_retry(tries, None, wall) == pause


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_sends_requests_away_slows_the_run_by_half(serve: Serve, open_client: Open, status: int) -> None:
    clock = StandIn()
    said = iter((answer(), answer(status), answer(), answer(), answer()))
    client = open_client(serve(lambda _: next(said)).url, limits__requests_per_second=10, clock=clock.clock)
    for _ in range(4):
        client.send("GET", "/")
    assert [round(exchange.started, 3) for exchange in client.journal] == [0, 0.1, 1.1, 1.3, 1.5]


def test_one_volley_of_429_slows_the_run_once() -> None:
    clock = StandIn()
    pace = Pace(8, clock.clock, Halt())
    clock.now = 5
    for _ in range(8):
        pace.slow(started=4.9)
    assert pace.rate == 4
    clock.now = 6
    pace.slow(started=5.5)
    assert pace.rate == 2


def test_a_run_without_a_limit_gets_one() -> None:
    pace = Pace(0, StandIn().clock, Halt())
    pace.slow(started=1)
    assert pace.rate == 10


def test_a_rate_that_was_too_high_is_not_tried_again() -> None:
    clock = StandIn()
    pace = Pace(0, clock.clock, Halt())
    rates = []
    for _ in range(200):
        clock.now += 1
        pace.wait()
        if pace.rate in (0, 40, 80):  # more than this server takes
            pace.slow(started=clock.now)
        rates.append(pace.rate)
    assert [rate for rate, before in zip(rates, [0.0, *rates], strict=False) if rate != before] == [10, 20]


@pytest.mark.parametrize(("status", "tries", "least", "most"), [(429, 8, 60, 120), (503, 5, 10, 30)])
def test_a_server_that_never_gives_in_is_given_up(
    serve: Serve, open_client: Open, status: int, tries: int, least: float, most: float
) -> None:
    clock = StandIn()
    client = open_client(serve(lambda _: answer(status)).url, clock=clock.clock)
    exchange = client.send("GET", "/")
    assert (exchange.status, len(client.journal)) == (status, tries)
    assert (
        exchange.trouble == f"still {status} after {tries} tries. If this is a rate limit, lower --requests-per-second"
    )
    assert disturbance(exchange) == exchange.trouble
    assert not exchange.retried
    assert least < sum(clock.slept) <= most


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_waited_for_in_vain_is_not_waited_for_again_until_the_server_answers(
    serve: Serve, open_client: Open, status: int
) -> None:
    clock = StandIn()
    statuses = iter([status] * (8 if status == 429 else 5) + [status] * 2 + [200, status, 200])
    client = open_client(serve(lambda _: answer(next(statuses))).url, clock=clock.clock)
    client.send("GET", "/")
    waited = len(client.journal)
    assert [client.send("GET", "/").status for _ in range(3)] == [status, status, 200]
    assert len(client.journal) == waited + 3
    assert client.send("GET", "/").status == 200
    assert len(client.journal) == waited + 5


def test_a_service_that_is_down_is_asked_no_slower_than_before(serve: Serve, open_client: Open) -> None:
    clock = StandIn()
    client = open_client(serve(lambda _: answer(503)).url, limits__requests_per_second=20, clock=clock.clock)
    client.send("GET", "/")
    client.send("GET", "/")  # It still keeps the distance of before.
    begun = clock.now
    for _ in range(8):  # A tenth refusal ends the run.
        client.send("GET", "/")
    assert clock.now - begun <= 8 / 20 + 0.001


@pytest.mark.parametrize(("status", "seconds"), [(429, "3600"), (503, "3600"), (429, "9" * 400)])
def test_nobody_waits_an_hour(serve: Serve, open_client: Open, status: int, seconds: str) -> None:
    clock = StandIn()
    client = open_client(serve(lambda _: answer(status, Retry_After=seconds)).url, clock=clock.clock)
    asked = 3600 if seconds == "3600" else LONGEST
    assert client.send("GET", "/").trouble.startswith(
        f"still {status} after 1 try, and it asked for {asked:.0f} s more"
    )
    assert clock.slept == []


def test_a_wait_beyond_the_runs_time_is_not_begun(serve: Serve, open_client: Open) -> None:
    clock = StandIn()
    server = serve(lambda _: answer(429, Retry_After="60"))
    client = open_client(server.url, clock=clock.clock, limits__max_seconds=30)
    assert "still 429 after 1 try, and it asked for 60 s more" in client.send("GET", "/").trouble
    assert (len(server.heard), clock.slept) == (1, [])
