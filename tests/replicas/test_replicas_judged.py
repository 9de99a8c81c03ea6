"""The suite's races over two mocks on one Redis, one of which is killed in the middle of each run."""

import random
import threading

import pytest

from fleet_contract.contract_tests.running.runs import Report
from tests.suite.harness import failed, judged, verdicts

from .redis_server import redis_server
from .replica import Balancer, Replica, balanced, replicas

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]

RUNS = 20
RACES = (
    "fleets.overlapping-creates-make-one-fleet",
    "fleets.overlapping-calls-fit-an-order",
    "keys.overlapping-calls-fit-an-order",
)


# Those that overlap are sent at once, so a connection that breaks leaves others of them.
EACH_PASSED = dict.fromkeys(RACES, "passed")


class Killer:
    """Kills a replica when a run has come so far and a request is under way, and replaces it."""

    def __init__(self, balancer: Balancer, victim: Replica, after: int) -> None:
        self._balancer = balancer
        self._victim = victim
        self._after = balancer.requests + after
        self._replacing = threading.Thread(target=victim.replace)
        self.has_killed = False
        balancer.on_request = self._look

    def _look(self, under_way: int) -> None:
        if self._balancer.requests >= self._after and under_way and not self.has_killed:
            self.has_killed = True
            self._victim.kill()
            self._replacing.start()

    def wait(self) -> None:
        """Wait until the other serves."""
        self._replacing.join()


def of_races(report: Report) -> dict[str, str]:
    return {id: verdict for id, verdict in verdicts(report).items() if id in RACES}


def test_whoever_is_killed_the_calls_fit_an_order() -> None:
    with redis_server() as redis, replicas(2, "--store", redis.url) as two, balanced(two) as (url, balancer):
        assert of_races(judged(url, "standard", only=RACES)) == EACH_PASSED
        length = balancer.requests
        for number in range(RUNS):
            draw = random.Random(number)  # noqa: S311  (no secret)
            killer = Killer(balancer, two[number % 2], draw.randrange(length // 4, length * 3 // 4))
            report = judged(url, "standard", only=RACES)
            assert killer.has_killed, f"run {number}"
            assert failed(report) == set(), f"run {number}"
            assert of_races(report) == EACH_PASSED, f"run {number}"
            killer.wait()


def test_mocks_that_share_nothing_are_found_out() -> None:
    # Which connections of a race meet the same mock is a matter of chance: deep has races of many sizes.
    with replicas(2) as two, balanced(two) as (url, _):
        assert failed(judged(url, "deep", only=RACES)) & set(RACES)
