"""What is recorded is judged in a time that grows as it does: a client may ask for one fleet thousands of times."""

import cProfile
import pstats
from collections.abc import Callable, Mapping

import pytest

from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.target.target import Fixtures
from tests.suite.histories import A, History

FEW, MANY = 100, 300
MOST_CALLS = 1.3  # as many for each exchange of many as for each of a few
Sent = Callable[[History, int], object]


def uncreated(history: History, _: int) -> object:
    return history.rename("gone", status=404)


def lost(history: History, number: int) -> object:
    return history.create(A) if number == 0 else history.rename(A, status=404)


def now_and_then_lost(history: History, number: int) -> object:
    return history.create(A) if number == 0 else history.rename(A, status=404 if number % 2 else 200)


def repeated(history: History, _: int) -> object:
    return history.create(A)


def refused(history: History, number: int) -> object:
    return history.create(A, status=409 if number else 201)


def broken(history: History, _: int) -> object:
    return history.create(A, status=500)


def of_one_name(history: History, number: int) -> object:
    return history.create(f"fleet-{number}", "One name", status=409 if number % 2 else 201)


def codes(history: History, number: int) -> object:
    return history.create(A) if number == 0 else history.codes(A, answer=[{"code": "ONE"}])


KINDS: Mapping[str, Sent] = {
    each.__name__: each for each in (uncreated, lost, now_and_then_lost, repeated, refused, broken, of_one_name, codes)
}


def calls_for_each(send: Sent, size: int) -> float:
    """Return how many functions are called for each exchange, which is the same however busy the machine is."""
    history = History()
    for number in range(size):
        send(history, number)
    profile = cProfile.Profile()
    profile.runcall(judge, history.exchanges, Facts(Fixtures(), recorded=True))
    calls: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return calls / size


@pytest.mark.parametrize("kind", KINDS)
def test_many_exchanges_about_one_fleet_take_no_longer_each(kind: str) -> None:
    assert calls_for_each(KINDS[kind], MANY) < MOST_CALLS * calls_for_each(KINDS[kind], FEW)
