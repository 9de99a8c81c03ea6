"""The starting line of a burst: nobody's first request goes before all are ready, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from fleet_contract.contract_tests.network.starting_line import StartingLine


def _go(line: StartingLine, gone: Event) -> None:
    line.wait(1)
    gone.set()


def test_nobody_goes_before_all_are_there() -> None:
    line, gone = StartingLine(2), Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(_go, line, gone)
        assert not gone.wait(0.05)
        line.wait(2)
        first.result(5)
    assert gone.is_set()


def test_whoever_was_there_does_not_wait_again() -> None:
    line = StartingLine(1)
    line.wait(1)
    line.wait(1)


def test_nobody_waits_for_a_thread_that_gave_up() -> None:
    line = StartingLine(2)
    line.give_up()
    line.wait(1)
