"""Sending: one request after the other goes out, within pace, budgets and time, and what became of it is booked."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, Cause, Exchange, NotJson, TooComplex, memory_of
from fleet_contract.contract_tests.hidden import asks_for_codes
from fleet_contract.contract_tests.network.budget import TROUBLES, Budget, BudgetSpent, Cost, longest_run
from fleet_contract.contract_tests.network.claims import Claims
from fleet_contract.contract_tests.network.halt import Halt
from fleet_contract.contract_tests.network.ledger import (
    Ledger,
    LedgerLost,
    may_have_made,
    may_make,
    name_in,
)
from fleet_contract.contract_tests.network.outgoing import Outgoing
from fleet_contract.contract_tests.network.pacing import Clock, Pace
from fleet_contract.contract_tests.network.starting_line import Crossing, StartingLine
from fleet_contract.contract_tests.network.transport_errors import TransportError
from fleet_contract.contract_tests.network.wire import Wire
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Target

OnExchange = Callable[[Exchange], None]
_ABANDONED = "the run ended before its response came"


@dataclass(frozen=True)
class Pending:
    """One request under way; `ends` is when the run's time is over.

    `makes` is what it may leave behind permanently, and `name` what it calls that; `is_paid`
    where that is booked already, since the same request was sent before.
    """

    outgoing: Outgoing
    number: int
    started: float
    ends: float | None
    makes: Cost | None
    name: str
    is_paid: bool


@dataclass(frozen=True)
class Completed:
    """A request with what became of it, which is not in the journal yet."""

    pending: Pending
    exchange: Exchange

    @property
    def outgoing(self) -> Outgoing:
        return self.pending.outgoing


class Sender:
    """Sends requests, each once, from any number of threads.

    What `send` returns is to be handed to `book`, with or without its answer: only then
    it is in the journal and the ledger, and what was set aside for it is settled. What
    nobody waits for any more is booked by `abandon`. Each is booked once, also where a
    signal ends the booking, which `abandon` then goes on with.
    """

    def __init__(
        self,
        target: Target,
        masker: Masker,
        ledger: Ledger,
        on_exchange: Sequence[OnExchange],
        clock: Clock,
        budget: Budget,
    ) -> None:
        self.journal: list[Exchange] = []
        self._halt = Halt()
        self.wire = Wire(target)
        self.pace = Pace(target.rate, clock, self._halt)
        self.budget = budget
        self._claims = Claims(budget, ledger)
        self._limits = target.limits
        self._most_seconds = target.limits.max_seconds
        self._masker = masker
        self._ledger = ledger
        self._on_exchange = tuple(on_exchange)
        self._clock = clock
        self._begun = clock.monotonic()
        self._numbers = 0
        self._codes_were_asked_for = False  # from when on bytes that are out of line may hold some
        self._under_way: dict[int, Pending] = {}  # those that are not booked yet, by their numbers
        self._completed_as: dict[int, Completed] = {}  # how those completed whose booking has begun
        self._settled: set[int] = set()  # what those made is in the ledger and in the claims
        self._lock = threading.Lock()
        self._booking = threading.Lock()
        self.line: StartingLine | None = None  # of the burst that is under way
        self.holds_back = True  # the last bytes of a burst, until that was in vain

    @property
    def seconds(self) -> float:
        """How long ago the first could have gone."""
        return self._clock.monotonic() - self._begun

    @property
    def stopped(self) -> str:
        """Why nothing more is sent; empty while something is."""
        return self._halt.why

    def stop(self, why: str) -> None:
        """Let every further request raise KeyboardInterrupt, and those at once that wait; whoever caught the first."""
        self._halt.call(why)

    def limit_time(self, first: Exchange) -> float | None:
        """End the run when it takes far longer than `first` lets expect; return the seconds, None for no end."""
        self._most_seconds = longest_run(self._limits, self.pace.rate, first.ended - first.started)
        return self._most_seconds

    def are_over_in(self, seconds: float) -> bool:
        """Say whether the run's time will be over by then."""
        return self._most_seconds is not None and self.seconds + seconds >= self._most_seconds

    def send(self, outgoing: Outgoing, *, again: Exchange | None = None) -> Completed:
        """Send a request once; raises BudgetSpent before that, and whatever interrupts it.

        `again` is what became of it when it was sent before and booked.
        """
        pending = self._begin(outgoing, is_paid=again is not None and may_have_made(again))
        try:
            return Completed(pending, self._sent(pending, self._crossing(outgoing)))
        except BaseException as wrong:
            interrupted = self._recorded(pending, trouble=f"interrupted by {type(wrong).__name__}")
            self.book(Completed(pending, interrupted))
            raise

    def book(self, completed: Completed) -> Exchange:
        """Put an exchange into the journal, and what it made into the ledger, unless it was abandoned."""
        with self._booking:
            self._book_once(completed)
        return completed.exchange

    def abandon(self) -> None:
        """Book all that is under way, since nobody waits for it any more: each create may have made something."""
        with self._booking:
            with self._lock:
                left = list(self._under_way.values())
            for pending in left:
                self._book_once(Completed(pending, self._recorded(pending, trouble=_ABANDONED)))

    def _book_once(self, completed: Completed) -> None:
        number = completed.pending.number
        if number not in self._under_way:
            return
        completed = self._completed_as.setdefault(number, completed)
        pending, exchange = completed.pending, completed.exchange
        if number not in self._settled:
            if pending.makes:
                self._settle(pending.makes, completed)
            self._settled.add(number)
            self.budget.settle(Cost.REQUESTS, spent=True)
        with self._lock:
            place = bisect_left(self.journal, number, key=lambda each: each.number)
            if not any(each.number == number for each in self.journal[place : place + 1]):
                self.journal.insert(place, exchange)
            del self._under_way[number], self._completed_as[number]
        for tell in self._on_exchange:
            tell(exchange)

    def _settle(self, makes: Cost, completed: Completed) -> None:
        pending, exchange = completed.pending, completed.exchange
        # What is created again is there already: it costs no more.
        made = may_have_made(exchange) and self._entered(makes, exchange)
        if makes is Cost.FLEETS and exchange.succeeded:
            self.pace.delay(self._limits.settle_seconds)
        if not pending.is_paid:
            self._claims.settle(makes, pending.name, made=made)

    def _entered(self, makes: Cost, exchange: Exchange) -> bool:
        try:
            return self._ledger.enter(makes, exchange)
        except LedgerLost as lost:
            self.stop(str(lost))
            return True

    def grant(self, requests: int) -> None:
        """Let so many requests go at once, whatever the pace; raises BudgetSpent."""
        if not self.pace.grant(requests, self._ends()):
            raise self._too_late()

    def _begin(self, outgoing: Outgoing, *, is_paid: bool) -> Pending:
        ends = self._ends()
        if not self.pace.wait(ends):
            raise self._too_late()
        makes = may_make(outgoing.method, outgoing.path)
        name = name_in(makes, outgoing.body) if makes else ""
        with self._lock:
            self._halt.require_leave()
            self._set_aside(None if is_paid else makes, name)
            self._codes_were_asked_for |= asks_for_codes(outgoing.request)
            self._numbers += 1
            pending = Pending(outgoing, self._numbers, self._clock.monotonic(), ends, makes, name, is_paid)
            self._under_way[pending.number] = pending
            return pending

    def _set_aside(self, makes: Cost | None, name: str) -> None:
        """Set a request aside with what it may make, both or none; raises BudgetSpent."""
        self.budget.reserve(Cost.REQUESTS)
        try:
            if makes:
                self._claims.stake(makes, name)
        except BudgetSpent:
            self.budget.settle(Cost.REQUESTS, spent=False)
            raise

    def _ends(self) -> float | None:
        return None if self._most_seconds is None else self._begun + self._most_seconds

    def _too_late(self) -> BudgetSpent:
        taken = sum(each.ended - each.started for each in self.journal) / max(len(self.journal), 1)
        refusals = sorted({each.status for each in self.journal if each.retried})
        paused = f" and with pauses after {' and '.join(map(str, refusals))}" if refusals else ""
        why = f" at {taken:.2g} s a response{paused}"
        return BudgetSpent(Cost.SECONDS, self.seconds, self._most_seconds or 0.0, self._limits, why)

    def _crossing(self, outgoing: Outgoing) -> Crossing | None:
        """Return how the last byte of a request is sent: with those of the others in its burst, None for at once.

        A server that answers nobody while it has half a request gets it whole; then only the beginnings wait.
        """
        if self.line is None or not outgoing.burst:
            return None
        crossing = partial(self.line.cross, outgoing.lane)
        if self.holds_back:
            return crossing
        crossing(lambda: None)
        return None

    def _sent(self, pending: Pending, crossing: Crossing | None) -> Exchange:
        seconds, outgoing = self._limits.timeout_seconds, pending.outgoing
        if pending.ends is not None:
            seconds = min(seconds, pending.ends - pending.started)
        try:
            answer = self.wire.roundtrip(
                outgoing.method, outgoing.path, outgoing.headers, outgoing.body, seconds, crossing
            )
            answer = self._masked(answer)
            _require_readable(answer)
        except TransportError as trouble:
            self.budget.book(TROUBLES[trouble.cause])
            stray = trouble.stray.told(self._masker, may_hold_codes=self._codes_were_asked_for)
            return self._recorded(pending, trouble=f"{trouble}{stray}", cause=trouble.cause, sent=trouble.sent)
        self.budget.book(Cost.MEGABYTES, memory_of(answer.body) / 1_000_000)
        return self._recorded(pending, answer=answer)

    def _recorded(self, pending: Pending, answer: Answer | None = None, trouble: str = "", **how: Any) -> Exchange:
        outgoing = pending.outgoing
        return Exchange(
            number=pending.number,
            check=outgoing.check,
            request=outgoing.request,
            started=pending.started,
            ended=self._clock.monotonic(),
            answer=answer,
            trouble=printable(self._masker.text(trouble)),
            burst=outgoing.burst,
            lane=outgoing.lane,
            **how,
        )

    def _masked(self, answer: Answer) -> Answer:
        return replace(answer, headers=self._masker.pairs(answer.headers), body=self._masker.bytes(answer.body))


def _require_readable(answer: Answer) -> None:
    """Raise TransportError for a body whose value nobody could keep; what is no JSON at all is for the judges."""
    try:
        _ = answer.json
    except TooComplex as wrong:
        raise TransportError(Cause.OVERSIZED, f"the response ({answer.status}) has {wrong}", sent=True) from None
    except NotJson:
        return
