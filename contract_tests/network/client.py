"""The client that all checks use: it owns limits, budgets, pace, masking, the journal and the ledger."""

import threading
from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, NotJson, TooComplex, memory_of
from fleet_contract.contract_tests.network.budget import TROUBLES, Budget, BudgetSpent, Cost, longest_run
from fleet_contract.contract_tests.network.disturbance import page_of_a_proxy, signs_of_a_proxy
from fleet_contract.contract_tests.network.ledger import Footprint, Ledger, LedgerLost, may_have_made, may_make
from fleet_contract.contract_tests.network.masking import Masker
from fleet_contract.contract_tests.network.outgoing import KEY_HEADER, Dresser, Outgoing
from fleet_contract.contract_tests.network.pacing import Clock, Pace, pause_after_429
from fleet_contract.contract_tests.network.preflight import (
    PATH,
    PLAIN_PATH,
    TOO_MANY,
    judge_preflight,
    might_be_about_the_query,
)
from fleet_contract.contract_tests.network.printable import printable
from fleet_contract.contract_tests.network.troubles import Cause, Trouble
from fleet_contract.contract_tests.network.wire import Wire
from fleet_contract.contract_tests.target import Target

READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
TRIES = 8  # doubling from 1 s, they reach beyond the next clock minute, when budgets per minute are new
PATIENCE = 120.0  # seconds that one request waits for a server that answers 429, in all
INTERRUPTED = "it was interrupted"
BURST = "burst"  # the note of an exchange that was sent in a burst: its number
NO_NOTES: Mapping[str, Any] = MappingProxyType({})

OnExchange = Callable[[Exchange], None]


@dataclass(frozen=True)
class _Flight:
    """One request under way; `ends` is when the run's time is over."""

    number: int
    started: float
    ends: float | None


class WritesForbidden(Exception):
    """A request was not sent, since it could have changed a server that nobody allowed us to change."""

    def __init__(self, method: str, host: str) -> None:
        super().__init__(
            f"{method} was not sent to {host}: it could create or rename something, and fleets cannot be deleted. "
            f"Writes were expected to be allowed first, on any host but loopback. "
            f"If you may create fleets there, give --allow-writes or put allow_writes = true into the target file."
        )


class Client:
    """Sends requests to one target from any number of threads, and keeps what was said.

    `journal` holds every exchange in the order in which they started, with every key
    masked. `ledger` is a file to which every fleet and key is added as it is made.
    """

    def __init__(
        self,
        target: Target,
        *,
        mark: str,
        ledger: Path | None = None,
        on_exchange: Sequence[OnExchange] = (),
        clock: Clock | None = None,
    ) -> None:
        self.target = target
        self.journal: list[Exchange] = []
        self.stopped = ""  # why nothing more is sent
        self._clock = clock or Clock()
        self._begun = self._clock.monotonic()
        self._on_exchange = tuple(on_exchange)
        self._masker = Masker()
        self._dresser = Dresser(target, mark, self._masker)
        self._wire = Wire(target)
        self._pace = Pace(target.rate, self._clock)
        self._budget = Budget(target.limits)
        self._most_seconds = target.limits.max_seconds
        self._ledger = Ledger(ledger, mark=mark, base_url=target.base_url)
        self._ledger.require_writable()
        self._usual_signs: frozenset[str] = frozenset()  # of a proxy, that the API's own answers carry
        self._numbers = 0
        self._bursts = 0
        self.in_burst = 0  # the number of the burst that is under way, 0 where there is none
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the journal and the footprint stay."""
        self._wire.close()

    def reconnect(self) -> None:
        """Use new connections from now on."""
        self._wire.reconnect()

    def near_keys(self) -> tuple[str, ...]:
        """Return keys that resemble the owner's and that nobody was given, to be sent as `key`."""
        return self._dresser.near_keys()

    @property
    def footprint(self) -> Footprint:
        """What this client did to its target until now."""
        return Footprint(
            requests=self._budget.spent(Cost.REQUESTS),
            seconds=self._clock.monotonic() - self._begun,
            fleets_created=self._ledger.names(Cost.FLEETS),
            keys_created=self._ledger.names(Cost.KEYS),
        )

    def spent(self, cost: Cost) -> int:
        """Return how many of a cost were spent until now."""
        return self._budget.spent(cost)

    def preflight(self) -> Exchange:
        """Send a harmless request, or two; raises Unreachable, KeyRefused or NotThisApi."""
        exchange = self.send("GET", PATH, check="preflight")
        if might_be_about_the_query(exchange):
            exchange = self.send("GET", PLAIN_PATH, check="preflight")
        judge_preflight(exchange, self.target)
        if exchange.answer and exchange.succeeded:
            self._usual_signs = signs_of_a_proxy(exchange.answer)
        return exchange

    def limit_time(self, first: Exchange) -> float | None:
        """End the run when it takes far longer than `first` lets expect; return the seconds, None for no end."""
        self._most_seconds = longest_run(self.target.limits, self._pace.rate, first.ended - first.started)
        return self._most_seconds

    @contextmanager
    def burst(self, requests: int) -> Iterator[None]:
        """Let so many requests go at once, whatever the pace; it is made up for afterwards. Raises BudgetSpent."""
        ends = self._ends()
        if not self._pace.grant(requests, ends):
            raise self._too_late()
        self._bursts += 1
        self.in_burst = self._bursts
        try:
            yield
        finally:
            self.in_burst = 0
            self._pace.withdraw()

    def send(
        self,
        method: str,
        path: str,
        *,
        caller: Caller = Caller.OWNER,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        check: str = "",
        notes: Mapping[str, Any] = NO_NOTES,
        key: str | None = None,
        header_name: str = KEY_HEADER,
    ) -> Exchange:
        """Send a request and return what became of it; no status and no trouble on the network raises.

        `path` is raw and goes out below the base URL byte for byte. `key` is sent in
        place of the caller's. A 429 is waited out and the request repeated; the last
        exchange is returned. Raises WritesForbidden, BudgetSpent, NoOtherKey or
        Unsendable, all before anything is sent.
        """
        if method.upper() not in READS and not self.target.may_write:
            raise WritesForbidden(method, self.target.host)
        sent, request = self._dresser.dress(
            method, path, caller=caller, body=body, headers=headers, key=key, header_name=header_name
        )
        burst = {BURST: self.in_burst} if self.in_burst else {}
        outgoing = Outgoing(method, path, sent, body, request, check, {**notes, **burst})
        waited = 0.0
        for tries in range(TRIES):
            exchange, pause = self._attempt(outgoing, tries, waited)
            if not exchange.notes.get("retried"):
                break
            waited += pause
        return exchange

    def _attempt(self, outgoing: Outgoing, tries: int, waited: float) -> tuple[Exchange, float]:
        makes = may_make(outgoing.method, outgoing.path)
        flight = self._take_off([Cost.REQUESTS, *([makes] if makes else [])])
        try:
            exchange = self._fly(outgoing, flight)
        except BaseException as wrong:
            self._book(self._landed(outgoing, flight, trouble=f"interrupted by {type(wrong).__name__}"), makes)
            raise
        pause = 0.0
        if exchange.status == TOO_MANY:
            pause = pause_after_429(tries, _retry_after(exchange), self._clock.wall())
            exchange = self._held_back(exchange, tries, waited, pause)
        self._book(exchange, makes)
        return exchange, pause

    def stop(self, why: str = INTERRUPTED) -> None:
        """Send nothing more: every further request raises KeyboardInterrupt, whoever caught the first."""
        self.stopped = self.stopped or why

    def _take_off(self, costs: Sequence[Cost]) -> _Flight:
        if self.stopped:
            raise KeyboardInterrupt
        ends = self._ends()
        if not self._pace.wait(ends):
            raise self._too_late()
        self._budget.reserve(*costs)
        with self._lock:
            self._numbers += 1
            return _Flight(self._numbers, self._clock.monotonic(), ends)

    def _ends(self) -> float | None:
        return None if self._most_seconds is None else self._begun + self._most_seconds

    def _too_late(self) -> BudgetSpent:
        taken = sum(each.ended - each.started for each in self.journal) / max(len(self.journal), 1)
        held = any(each.notes.get("retried") for each in self.journal)
        why = f", at {taken:.2g} s a response" + (" and with pauses that the server asked for" if held else "")
        return BudgetSpent(Cost.SECONDS, self._clock.monotonic() - self._begun, self._most_seconds or 0.0, why)

    def _fly(self, outgoing: Outgoing, flight: _Flight) -> Exchange:
        seconds = self.target.limits.timeout_seconds
        if flight.ends is not None:
            seconds = min(seconds, flight.ends - flight.started)
        try:
            answer = self._wire.roundtrip(outgoing.method, outgoing.path, outgoing.headers, outgoing.body, seconds)
            answer = self._masked(answer)
            _require_readable(answer)
        except Trouble as trouble:
            self._budget.book(TROUBLES[trouble.cause])
            notes = {"cause": trouble.cause, **({} if trouble.sent else {"unsent": True})}
            return self._landed(outgoing, flight, trouble=str(trouble), notes=notes)
        self._budget.book(Cost.MEGABYTES, memory_of(answer.body) / 1_000_000)
        return self._landed(outgoing, flight, answer=answer, trouble=page_of_a_proxy(answer, self._usual_signs))

    def _landed(
        self,
        outgoing: Outgoing,
        flight: _Flight,
        answer: Answer | None = None,
        trouble: str = "",
        notes: Mapping[str, Any] = NO_NOTES,
    ) -> Exchange:
        ended = self._clock.monotonic()
        said = {**outgoing.notes, **notes}
        trouble = printable(self._masker.text(trouble))
        return Exchange(flight.number, outgoing.check, outgoing.request, flight.started, ended, answer, trouble, said)

    def _masked(self, answer: Answer) -> Answer:
        return replace(answer, headers=self._masker.pairs(answer.headers), body=self._masker.bytes(answer.body))

    def _held_back(self, exchange: Exchange, tries: int, waited: float, pause: float) -> Exchange:
        self._pace.slow(exchange.started)
        ends = self._ends()
        if tries + 1 >= TRIES or waited + pause > PATIENCE or (ends and exchange.ended + pause >= ends):
            self._budget.book(Cost.REFUSALS)
            trouble = f"still 429 after {tries + 1} tries and {waited:.0f} s; it asked for {pause:.0f} s more"
            return replace(exchange, trouble=trouble)
        self._pace.hold(pause)
        return replace(exchange, notes={**exchange.notes, "retried": True})

    def _book(self, exchange: Exchange, makes: Cost | None) -> None:
        if makes:
            # What is created again is there already: it costs no more.
            made = may_have_made(exchange) and self._entered(makes, exchange)
            if makes is Cost.FLEETS and exchange.succeeded:
                self._pace.hold(self.target.limits.settle_seconds)
            self._budget.settle(makes, spent=made)
        self._budget.settle(Cost.REQUESTS, spent=True)
        with self._lock:
            insort(self.journal, exchange, key=lambda each: each.number)
        for tell in self._on_exchange:
            tell(exchange)

    def _entered(self, makes: Cost, exchange: Exchange) -> bool:
        try:
            return self._ledger.enter(makes, exchange)
        except LedgerLost as lost:
            self.stop(str(lost))
            return True


def _retry_after(exchange: Exchange) -> str | None:
    return exchange.answer.header("retry-after") if exchange.answer else None


def _require_readable(answer: Answer) -> None:
    """Raise Trouble for a body whose value nobody could keep; what is no JSON at all is for the judges."""
    try:
        _ = answer.json
    except TooComplex as wrong:
        raise Trouble(Cause.OVERSIZED, f"the response ({answer.status}) has {wrong}", sent=True) from None
    except NotJson:
        return
