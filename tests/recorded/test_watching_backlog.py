"""What waits to be judged while a watch goes on: bounded, however much passes."""

from threading import Event
from typing import Any

import h11
import pytest

from fleet_contract.contract_tests.target.masking import Secret
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.watching import backlog
from fleet_contract.contract_tests.watching.backlog import Backlog
from fleet_contract.contract_tests.watching.forwarding import Copy, Passed
from fleet_contract.contract_tests.watching.observing import Observer

from .watched import KEY

KEYS = "/emp/v1/charging-keys"
BODY = b'{"keys": []%s}'


def passed(path: str = KEYS, size: int = 0, status: int = 200) -> Passed:
    request = h11.Request(method="GET", target=path, headers=[("Host", "a.example"), ("X-API-Key", KEY)])
    body = bytearray(BODY % (b" " * size))
    json = (b"Content-Type", b"application/json")
    return Passed(request, path, Copy(100_000, whole=True), Copy(100_000, body, whole=True), 1.0, 1.5, status, (json,))


class Waiting:
    """An observer whose thread waits, from the first failure on, until it may `go` on."""

    def __init__(self) -> None:
        self._waits, self.go = Event(), Event()
        self.observer = Observer(Target("http://a.example", api_key=Secret(KEY)), 50, self._tell)
        self.observer.note(passed(status=500))
        assert self._waits.wait(60)

    def _tell(self, *_: Any) -> None:
        self._waits.set()
        assert self.go.wait(60)


def test_what_waits_is_bounded_by_bytes_and_the_bodies_of_other_paths_do_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "MOST_BYTES", 10_000)
    waiting = Waiting()
    for each in (*[passed("/other", 4_000)] * 5, *[passed(size=4_000)] * 3):
        waiting.observer.note(each)
    waiting.go.set()
    judgement = waiting.observer.conclude()
    assert len(judgement.history.exchanges) == 3
    assert waiting.observer.notes == [
        "5 of 9 requests, which went to other servers, or to paths that do not belong to this API",
        "1 of 9 requests, which came faster than they could be judged",
    ]


def test_what_is_larger_than_all_that_may_wait_is_taken_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_BYTES", 1_000)
    waits = Backlog()
    waits.add(passed(size=5_000))
    waits.add(passed())
    assert waits.lost == 1
    waits.end()
    assert len(list(waits)) == 1
    waits.add(passed(size=5_000))
    assert waits.lost == 1


def test_what_waits_is_bounded_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_WAITING", 2)
    waits = Backlog()
    for _ in range(3):
        waits.add(passed())
    assert waits.lost == 1


def test_what_is_judged_waits_until_the_next_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_WAITING", 1)
    waits = Backlog()
    waits.add(passed())
    judged = iter(waits)
    next(judged)
    waits.add(passed())
    assert waits.lost == 1
    waits.end()
    assert list(judged) == []
    waits.add(passed())
    assert waits.lost == 1
