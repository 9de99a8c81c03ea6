"""Excuses: what rests on a response that only looks like the API's is no failure of the API.

Whether a response breaks anything may be known only later than it came, and so may be
that others like it came from something before the API.
"""

from collections.abc import Callable, Sequence

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.network.intermediary import (
    Page,
    Signs,
    is_success_in_json,
    may_be_anothers,
    page_in,
    page_of,
)

Excuse = Callable[[Exchange], str]


def excuses(history: Sequence[Exchange], *, examined: bool = True) -> Excuse:
    """Return what says of an exchange of a history why its response is not the API's, empty where it is.

    Where it was not `examined` who answered, nobody can find out any more who sent a page.
    """
    signs = _signs_of(history)
    looks = _looks_of_others(history, signs)

    def excuse(exchange: Exchange) -> str:
        answer = exchange.answer
        if answer is None or not may_be_anothers(answer):
            return ""
        page = page_in(exchange)
        return page.shown if page and (not examined or page in looks) else signs.unusual(answer)

    return excuse


def _signs_of(history: Sequence[Exchange]) -> Signs:
    """Return what the API's own successes say of the servers that they came from."""
    signs = Signs()
    for exchange in history:
        if exchange.answer and is_success_in_json(exchange.answer):
            signs.learn(exchange.answer)
    return signs


def _looks_of_others(history: Sequence[Exchange], signs: Signs) -> set[Page | None]:
    """Return the pages that surely are not the API's.

    In a burst nobody looks twice: what has no sign was taken away there on suspicion only.
    """
    foreign = ((each, each.foreign) for each in history if each.foreign)
    sure = (answer for each, answer in foreign if not each.burst or signs.mitigation(answer))
    return {page_of(answer, is_told=False) for answer in sure} - {None}
