"""Who answered: the API, something before it, or nobody can tell until the request is sent again. Sends nothing."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from http import HTTPStatus

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.intermediary import (
    Page,
    Signs,
    is_success_in_json,
    may_be_anothers,
    page_in,
)
from fleet_contract.contract_tests.network.outgoing import Outgoing
from fleet_contract.contract_tests.network.throttling import asks_for_patience

Breaks = Callable[[Exchange], bool]
Kind = tuple[str, str]
REPLACING = "PUT"
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_WITHOUT_A_KEY = (Caller.NOBODY, Caller.STRANGER, Caller.EMPTY)
_OF_A_FLEET = "/fleets/"


class Origin(StrEnum):
    """Where a response came from."""

    API = "api"
    ANOTHER = "another"
    UNCLEAR = "unclear"


class Examiner:
    """Learns from what the API answers, and says of other responses where they came from.

    `breaks` says whether a response would break a requirement: what may be answered to a
    request needs no excuse, whoever answered it.
    """

    def __init__(self, breaks: Breaks) -> None:
        self._breaks = breaks
        self._signs = Signs()
        self._pages: set[Page] = set()  # that came from something before the API
        self._own: set[tuple[Kind, Page]] = set()  # that the API answers to some requests
        self._good: dict[Kind, Outgoing] = {}
        self._telling: set[Kind] = set()  # the kinds whose good request changes something whenever it is repeated
        self._found: set[str] = set()  # the paths that were answered with a success

    def learn(self, outgoing: Outgoing, exchange: Exchange) -> None:
        """Learn from a response of the API how its successes look, and which requests it answers with one."""
        answer, kind = exchange.answer, _kind_of(outgoing)
        if answer and exchange.request.caller in _WITHOUT_A_KEY and answer.status in _REFUSED:
            self._signs.learn_refusal(answer)
        if exchange.succeeded:
            self._found.add(exchange.request.path)
            page = _page_of(exchange)
            if page and not self._breaks(exchange):  # no body where none is due is no sign of anybody else
                self._own.add((kind, page))
        if answer is None or not answer.succeeded or (kind in self._telling and not self._signs.are_news(answer)):
            return
        if is_success_in_json(answer) and not self._breaks(exchange):
            self._signs.learn(answer)
            self._keep_as_proof(kind, outgoing)

    def _keep_as_proof(self, kind: Kind, outgoing: Outgoing) -> None:
        """Keep the first request of a kind; of those that replace a value the first whose value was replaced since.

        An API may well fail where it is asked to replace a value by the same one.
        """
        good = self._good.get(kind)
        is_undone = good is not None and good.path == outgoing.path and good.body != outgoing.body
        if kind not in self._telling and not is_undone:
            self._good[kind] = outgoing
        if is_undone or outgoing.method != REPLACING:
            self._telling.add(kind)

    def proofs(self, outgoing: Outgoing) -> list[Outgoing]:
        """Return requests that the API answered with a success: one of the same kind, and the first of any kind."""
        good = [self._good.get(_kind_of(outgoing)), *list(self._good.values())[:1]]
        different = {each.path: each for each in good if each}
        return [replace(each, check=outgoing.check, burst=0) for each in different.values()]

    def sign(self, exchange: Exchange) -> str:
        """Return by what a response is seen not to be the API's, empty where nothing tells."""
        answer = exchange.answer
        if answer is None or disturbance(exchange):
            return self._challenge(exchange)
        page = page_in(exchange)
        stopped = self._signs.mitigation(answer) or (page.shown if page in self._pages and page else "")
        unusual = self._signs.unusual(answer) if not stopped and may_be_anothers(answer) else ""
        return stopped or (unusual if unusual and self._breaks(exchange) else "")

    def sends_away(self, exchange: Exchange) -> bool:
        """Say whether a request was sent away for now, as rate limits do, so that waiting may help."""
        answer = exchange.answer
        if answer is None or not asks_for_patience(answer) or self._challenge(exchange):
            return False
        return answer.status != HTTPStatus.FORBIDDEN or self._breaks(exchange)

    def _challenge(self, exchange: Exchange) -> str:
        """Return the sign of a page that looks like a rate limit and lets nobody in, however long it is waited for."""
        answer = exchange.answer
        if answer is None or exchange.trouble or not asks_for_patience(answer) or answer.header("retry-after"):
            return ""
        return self._signs.mitigation(answer)

    def is_doubtful(self, outgoing: Outgoing, exchange: Exchange) -> bool:
        """Say whether anybody may have answered what breaks something: it is no JSON, or its sign tells too little."""
        page = self._look(exchange)
        return page is not None and (_kind_of(outgoing), page) not in self._own and self._breaks(exchange)

    def look(self, exchange: Exchange) -> str:
        """Return what a response looks like that anybody may have answered, to a person; empty for any other."""
        page = self._look(exchange)
        return page.shown if page else ""

    def _look(self, exchange: Exchange) -> Page | None:
        answer = exchange.answer
        if answer is None or disturbance(exchange):
            return None
        page = _page_of(exchange)
        sign = "" if page else self._signs.challenge(answer) or self._signs.unusual(answer)
        return Page(answer.status, sign, sign) if sign else page

    def is_suspect(self, exchange: Exchange) -> bool:
        """Say whether anybody may have answered, before it is known whether that would break anything."""
        answer = exchange.answer
        if answer is None or disturbance(exchange):
            return bool(self._challenge(exchange))
        return bool(self._signs.mitigation(answer) or self._signs.unusual(answer) or _page_of(exchange))

    def by_repetition(self, exchange: Exchange, again: Exchange) -> Origin:
        """Tell where a page came from by what the same request was answered when it was sent again."""
        if again.answer is None or disturbance(again) or self.sign(again):
            return Origin.ANOTHER
        # What would not have been right the first time shows that the request was carried out then.
        if not self._breaks(replace(exchange, answer=again.answer)):
            return Origin.API if self._is_a_delay(exchange, again) else Origin.ANOTHER
        return Origin.UNCLEAR if self._look(again) and again.status == exchange.status else Origin.API

    def _is_a_delay(self, exchange: Exchange, again: Exchange) -> bool:
        """Say whether the API finds a fleet that it did not find a moment ago, and never found before."""
        path = exchange.request.path
        is_new = _OF_A_FLEET in path and path not in self._found
        return exchange.status == HTTPStatus.NOT_FOUND and again.succeeded and is_new

    def is_anothers(self, exchange: Exchange, proof: Exchange) -> bool:
        """Say whether a page came from something else, by what a request is answered now that once was a success."""
        if proof.answer is None or disturbance(proof) or self.sign(proof):
            return True
        return self._look(proof) is not None and proof.status == exchange.status and self._breaks(proof)

    def settle(self, outgoing: Outgoing, exchange: Exchange, origin: Origin) -> str:
        """Remember where a page came from; return what it was where that is not the API.

        What stays unclear, however often it is sent, is the API's own.
        """
        page = self._look(exchange)
        if page is None or origin is not Origin.ANOTHER:
            self._own |= {(_kind_of(outgoing), page)} if page else set()
            return ""
        self._pages |= {page} if _page_of(exchange) else set()
        return page.shown


def _kind_of(outgoing: Outgoing) -> Kind:
    return outgoing.method, outgoing.path.partition("?")[0].rpartition("/")[2]


def _page_of(exchange: Exchange) -> Page | None:
    """Return what a response looks like that is neither JSON nor the API's own error."""
    answer = exchange.answer
    if answer is None or disturbance(exchange) or not may_be_anothers(answer):
        return None
    return page_in(exchange)
