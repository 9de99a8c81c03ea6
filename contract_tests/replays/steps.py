"""Steps: a history in pieces that can be sent again, each a request, the pages of one list, or calls at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fleet_contract.contract_tests.exchange import Exchange, Request
from fleet_contract.contract_tests.judging.listings import cursor_of

LEAST_PAUSE = 0.15  # seconds; what is shorter nobody meant


@dataclass(frozen=True)
class Step:
    """What is sent as one, `pause` seconds after what was sent before.

    Each of several `lanes` is a caller who sends its requests one after the other while the others send theirs.
    """

    lanes: tuple[tuple[Exchange, ...], ...]
    pause: float = 0.0
    is_list: bool = False

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(sorted((each for lane in self.lanes for each in lane), key=lambda each: each.number))

    @property
    def is_at_once(self) -> bool:
        return len(self.lanes) > 1


def steps_of(history: Sequence[Exchange], chosen: Iterable[int], rate: float = 0.0) -> list[Step]:
    """Return the steps that send the exchanges of these numbers again, with what was sent at once with them.

    A page is sent with those that lead to it. A pause that the `rate` of requests explains is none.
    """
    numbers = _with_leading_pages(history, set(chosen))
    bursts = {each.burst for each in history if each.number in numbers and each.burst}
    kept = [each for each in history if not each.retried and (each.number in numbers or each.burst in bursts)]
    pauses = {**_pauses(history, rate), **{each.number: 0.0 for each in kept[:1]}}
    return [
        step for _, group in groupby(kept, key=lambda each: each.burst or -1) for step in _grouped(list(group), pauses)
    ]


def in_turn(steps: Iterable[Step], last: int) -> list[Step]:
    """Return steps with each request that was sent at once with others alone, up to the exchange numbered `last`."""
    single: list[Step] = []
    for step in steps:
        single += [Step(((each,),)) for each in step.exchanges] if step.is_at_once else [step]
    place = next(n for n, step in enumerate(single) if last in {each.number for each in step.exchanges})
    return single[: place + 1]


def _with_leading_pages(history: Sequence[Exchange], numbers: set[int]) -> set[int]:
    """Return numbers with those of the pages before: a cursor is good for nothing on a server that did not give it."""
    by_number = {each.number: each for each in history}
    for number in sorted(numbers, reverse=True):
        page = _page_before(by_number[number], history)
        while page and page.number not in numbers:
            numbers.add(page.number)
            page = _page_before(page, history)
    return numbers


def _page_before(page: Exchange, history: Sequence[Exchange]) -> Exchange | None:
    """Return the last page whose cursor a request follows, None where it follows none."""
    if "cursor" not in dict(page.request.query):
        return None
    earlier = (each for each in reversed(history) if each.number < page.number)
    return next((each for each in earlier if _leads_to(each, page)), None)


def _grouped(exchanges: list[Exchange], pauses: dict[int, float]) -> Iterator[Step]:
    if exchanges[0].burst:
        lanes: dict[int, list[Exchange]] = {}
        for each in sorted(exchanges, key=lambda each: each.started):
            lanes.setdefault(each.lane or each.number, []).append(each)
        yield Step(tuple(map(tuple, lanes.values())), pauses[exchanges[0].number])
        return
    pages: list[Exchange] = []
    for each in exchanges:
        if pages and not _leads_to(pages[-1], each):
            yield _of_pages(pages, pauses)
            pages = []
        pages.append(each)
    yield _of_pages(pages, pauses)


def _of_pages(pages: Sequence[Exchange], pauses: dict[int, float]) -> Step:
    return Step((tuple(pages),), pauses[pages[0].number], is_list=len(pages) > 1)


def _leads_to(page: Exchange, next: Exchange) -> bool:
    """Say whether a request follows the cursor of a page, and asks for the same in all else."""
    cursor = cursor_of(page)
    return cursor is not None and _followed(page.request, cursor) == _followed(next.request, None)


def _followed(request: Request, cursor: str | None) -> object:
    query = dict(request.query)
    path = request.path.partition("?")[0]
    return replace(request, path=path), query if cursor is None else {**query, "cursor": cursor}


def _pauses(history: Sequence[Exchange], rate: float) -> dict[int, float]:
    """Return how long nothing was sent before each exchange, where somebody must have waited."""
    least = max(LEAST_PAUSE, 1.5 / rate if rate else 0.0)
    found, ended = dict[int, float](), 0.0
    for each in sorted(history, key=lambda each: each.started):
        idle = each.started - ended if ended else 0.0
        found[each.number] = idle if idle >= least else 0.0
        ended = max(ended, each.ended)
    return found
