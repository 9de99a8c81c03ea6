"""Sending steps again through a client of their own, under a fresh mark, and judging what comes back."""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote, urlencode

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.untested import Untested
from fleet_contract.contract_tests.exchange import Exchange, Request
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import Judgement, judge
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.replays.marks import Marked, remarked
from fleet_contract.contract_tests.replays.steps import Step

MOST_PAGES = 20
OWN_DIGITS = 3  # of a mark, at its end


@dataclass(frozen=True)
class Sent:
    """What became of steps that were sent again: the exchanges of each, and the facts by which they are judged."""

    by_step: Sequence[Sequence[Exchange]]
    facts: Facts

    def _of_its_own(self, exchange: Exchange) -> Exchange:
        """Return an exchange without the keys in its list that others of ours made: they show faults of before."""
        items, mark = items_of(exchange), self.facts.mark
        if not items or exchange.answer is None:
            return exchange
        foreign = [each for each in items if mark[:-OWN_DIGITS] in (text := str(each).lower()) and mark not in text]
        if not foreign:
            return exchange
        value = {**exchange.answer.json, "keys": [each for each in items if each not in foreign]}
        return replace(exchange, answer=replace(exchange.answer, body=spell(value)))

    def _shows_another(self, exchange: Exchange) -> bool:
        """Say whether an answer shows what the run made, or another replay, so that it is owed to what they left."""
        mark = self.facts.mark
        other = rb"%b(?!%b)" % (mark[:-OWN_DIGITS].encode(), mark[-OWN_DIGITS:].encode())
        return bool(exchange.answer and re.search(other, exchange.answer.body, re.IGNORECASE))

    def steps(self, steps: Sequence[Step], after: int) -> list[Step]:
        """Return steps of single requests as they were sent again and answered, numbered `after` those of the run."""
        return [_as_sent(step, again, after) for step, again in zip(steps, self.by_step, strict=True)]

    def found(self, requirement: str, last: Exchange) -> Finding | None:
        """Return how the last step broke a requirement with an answer of the same status as `last`, if it did."""
        numbers = {each.number for each in self.by_step[-1] if each.status == last.status}
        own = [self._of_its_own(each) for step in self.by_step for each in step]
        if any(self._shows_another(each) for each in own):
            return None
        broken = _broken(judge(own, self.facts))
        return next(
            (each for each in broken if each.requirement == requirement and max(each.exchanges) in numbers), None
        )


def _broken(judgement: Judgement) -> Iterator[Finding]:
    """Yield the failures that no other answer explains; where its own does, too few requests tell whose fault it is."""
    for each in judgement.findings:
        causes = judgement.explained.get(each, {}).values()
        if not each.kept and all(number == max(each.exchanges) for number in causes):
            yield each


def _as_sent(step: Step, again: Sequence[Exchange], after: int) -> Step:
    """Return a step of one request with the last of the exchanges that it took: the client may send a request twice."""
    new = replace(again[-1], number=after + again[-1].number, check=step.exchanges[0].check)
    return replace(step, lanes=((new,),))


class Resender:
    """Sends steps of one run again."""

    def __init__(self, client: Client, facts: Facts, mark: str) -> None:
        self._client = client
        self.facts = facts
        self.marked = Marked(mark)
        self._mark = mark
        self._number = secrets.randbits(4 * OWN_DIGITS)

    def _next_mark(self) -> str:
        """Return a mark for one sequence, which begins as the run's does, so that its fleets are found again."""
        self._number = (self._number + 1) % 16**OWN_DIGITS
        mark = f"{self._mark[:-OWN_DIGITS]}{self._number:0{OWN_DIGITS}x}"
        return mark if mark != self._mark else self._next_mark()

    def send(self, steps: Sequence[Step], *, separately: bool = False) -> Sent | None:
        """Send steps over one new connection, or `separately` each over its own; None where not all were answered.

        Raises BudgetSpent.
        """
        mark = self._next_mark()
        api = Api(self._client, mark, self.facts.fixtures.location_path)
        self._client.reconnect()
        player = _Player(api, self.marked)
        by_step = list[Sequence[Exchange]]()
        try:
            for step in steps:
                time.sleep(step.pause)
                if separately:
                    self._client.reconnect()
                before = len(self._client.journal)
                player.play(step)
                by_step.append(self._client.journal[before:])
        except Untested:
            return None
        return Sent(by_step, replace(self.facts, mark=mark))


class _Player:
    def __init__(self, api: Api, marked: Marked) -> None:
        self._api = api
        self._marked = marked
        self._cursors: dict[str, str] = {}  # those of the replay, by those of the run

    def play(self, step: Step) -> None:
        if step.is_at_once:
            calls: list[Callable[[], object]] = [partial(self._play_lane, lane) for lane in step.lanes]
            self._api.at_once(*calls, requests=len(step.exchanges))
        elif step.is_list:
            self._play_list(step.exchanges)
        else:
            self._play_lane(step.exchanges)

    def _play_lane(self, lane: Sequence[Exchange]) -> None:
        for each in lane:
            self._learn(each, self._send(self._followed(each.request)))

    def _play_list(self, pages: Sequence[Exchange]) -> None:
        """Read the pages of a list: as many as before where they were not read to the end, else all."""
        most = len(pages) if cursor_of(pages[-1]) else MOST_PAGES
        request = self._followed(pages[0].request)
        for number in range(most):
            page = self._send(request)
            if number < len(pages):
                self._learn(pages[number], page)
            cursor = cursor_of(page)
            if cursor is None:
                return
            request = _with_query(request, {"cursor": cursor})

    def _learn(self, old: Exchange, new: Exchange) -> None:
        before, now = cursor_of(old), cursor_of(new)
        if before and now:
            self._cursors[before] = now

    def _followed(self, request: Request) -> Request:
        """Return a request with the replay's own cursor where it has one of the run."""
        cursor = dict(request.query).get("cursor")
        new = self._cursors.get(cursor) if cursor else None
        return _with_query(request, {"cursor": new}) if new else request

    def _send(self, request: Request) -> Exchange:
        sent = remarked(request, self._marked, self._api.mark)
        how: dict[str, object] = {"key": self._api.client.near_key(sent.near_key)} if sent.near_key else {}
        return self._api.send(
            sent.method,
            sent.path,
            caller=sent.caller,
            body=sent.body,
            headers=sent.headers,
            header_name=sent.key_header,
            **how,
        )


def _with_query(request: Request, changed: Mapping[str, str]) -> Request:
    path = request.path.partition("?")[0]
    query = urlencode({**dict(request.query), **changed}, quote_via=quote)
    return replace(request, path=f"{path}?{query}")
