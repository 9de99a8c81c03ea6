"""The client that all checks use: it builds requests, waits for who sends them away, and tells who answered."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Self

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Cause, Exchange
from fleet_contract.contract_tests.hidden import learn
from fleet_contract.contract_tests.network.budget import KINDS_OF_TROUBLE, NOTHING, Budget, BudgetSpent, Cost
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.examiner import Breaks
from fleet_contract.contract_tests.network.ledger import Footprint, Ledger
from fleet_contract.contract_tests.network.origins import Origins
from fleet_contract.contract_tests.network.outgoing import READS, Outgoing, RequestBuilder
from fleet_contract.contract_tests.network.pacing import Clock, Patience, pause_before_retry
from fleet_contract.contract_tests.network.preflight import NothingAllowed, look
from fleet_contract.contract_tests.network.sending import Completed, OnExchange, Sender
from fleet_contract.contract_tests.network.starting_line import StartingLine
from fleet_contract.contract_tests.network.throttling import PATIENCE, asked_pause
from fleet_contract.contract_tests.process.ending import Inconclusive
from fleet_contract.contract_tests.process.printable import capitalized
from fleet_contract.contract_tests.target.asked import CommandFailed
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Target

IDEMPOTENT = READS | {"PUT", "DELETE"}  # RFC 9110, section 9.2.2: sent twice, they do what they do sent once
MAY_PASS = frozenset({Cause.CONNECT, Cause.PROXY, Cause.RESET})  # at once; a timeout may last, and costs its seconds
TRIES = 8  # doubling from 1 s, they reach beyond the next clock minute, when budgets per minute are new
INTERRUPTED = "it was interrupted"


class WritesForbidden(Exception):
    """A request was not sent, since it could have changed a server that nobody allowed us to change."""

    def __init__(self, method: str, host: str, switch: str = "--allow-writes") -> None:
        self.switch = switch
        super().__init__(
            f"{method} was not sent to {host}: it could create or rename something, and fleets cannot be deleted. "
            f"On any host but loopback, writes must be allowed first. "
            f"If you may create fleets there, give {switch} or put "
            f"{switch.removeprefix('--').replace('-', '_')} = true into the target file."
        )


class Client:
    """Sends requests to one target from any number of threads, and keeps what was said.

    `journal` holds every exchange in the order in which they started, with every key
    masked; `told` masks invitation codes too, which are for a judge to see and for nobody
    to be told. `ledger` is a file to which every fleet and key is added as it is made.
    `breaks` says of an exchange, before anybody is told of it, whether it would break a
    requirement: then it is looked at closely who answered. `troubles` are those of the
    runs before, which count for the budget of this one.
    """

    def __init__(
        self,
        target: Target,
        *,
        mark: str,
        ledger: Path | None = None,
        on_exchange: Sequence[OnExchange] = (),
        breaks: Breaks = lambda _: False,
        clock: Clock | None = None,
        troubles: Mapping[Cost, float] = NOTHING,
        told: Masker | None = None,
    ) -> None:
        self.target = target
        self._mark = mark
        self.in_burst = 0  # the number of the burst that is under way, 0 where there is none
        self._is_second_try = False
        self._has_begun = False  # whether the first look was well
        self._tokens_are_taken = False  # whether the tokens that commands gave last were taken by the server
        self._clock = clock or Clock()
        self.told = Masker() if told is None else told
        self.told.learn(*target.fixtures.codes)
        self._masker = Masker(heir=self.told)
        self._builder = RequestBuilder(target, mark, self._masker)
        self._ledger = Ledger(ledger, mark=mark, base_url=target.base_url)
        self._ledger.require_writable()
        budget = Budget(target.limits, troubles)
        learning: list[OnExchange] = [partial(learn, self.told), *on_exchange]
        self._sender = Sender(target, self._masker, self._ledger, learning, self._clock, budget)
        self._patience = Patience(self._clock)
        self._origins = Origins(breaks, self._sender, self._builder)
        self._bursts = 0
        self._before_burst = 0  # how many exchanges were in the journal when the last one began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the journal and the footprint stay, with what was under way to the end."""
        self._sender.abandon()
        self._sender.wire.close()

    def reconnect(self) -> None:
        """Use new connections from now on."""
        self._sender.wire.reconnect()

    @contextmanager
    def second_try(self) -> Iterator[None]:
        """Let a check that something came between be driven once more, under new ids, on new connections."""
        self.reconnect()
        self._is_second_try = True
        try:
            yield
        finally:
            self._is_second_try = False

    def near_keys(self) -> tuple[str, ...]:
        """Return keys that resemble the owner's and that nobody was given, to be sent as `key`."""
        return self._builder.near_keys()

    def near_key(self, name: str) -> str:
        """Return the near key of a name."""
        return self._builder.near_key(name)

    @property
    def journal(self) -> list[Exchange]:
        return self._sender.journal

    @property
    def stopped(self) -> str:
        """Why nothing more is sent; empty while something is."""
        return self._sender.stopped

    @property
    def footprint(self) -> Footprint:
        """What this client did to its target until now."""
        return Footprint(
            requests=self.spent(Cost.REQUESTS),
            seconds=self._sender.seconds,
            fleets_created=self._ledger.names(Cost.FLEETS),
            keys_created=self._ledger.names(Cost.KEYS),
        )

    def spent(self, cost: Cost) -> int:
        """Return how many of a cost were spent until now."""
        return self._sender.budget.spent(cost)

    @property
    def troubles(self) -> Mapping[Cost, float]:
        """How many there were of each kind until now."""
        return {kind: self.spent(kind) for kind in KINDS_OF_TROUBLE}

    def stop(self, why: str = INTERRUPTED) -> None:
        """Send nothing more: every further request raises KeyboardInterrupt, whoever caught the first."""
        self._sender.stop(why)

    def preflight(self) -> Exchange:
        """Look at the target; raises Unreachable, KeyRefused, NotThisApi or NothingAllowed."""
        try:
            listing = look(lambda path: self.send("GET", path, check="preflight"), self.target, self._mark)
        except Inconclusive as wrong:
            raise type(wrong)(self.told.text(str(wrong))) from None
        except BudgetSpent as spent:
            raise NothingAllowed(f"{capitalized(spent.reached)} before the first check. {spent.raising}.") from None
        self._origins.learn_the_listing(listing)
        self._has_begun = True
        return listing

    def limit_time(self, first: Exchange) -> float | None:
        """End the run when it takes far longer than `first` lets expect; return the seconds, None for no end."""
        return self._sender.limit_time(first)

    @contextmanager
    def burst(self, requests: int, threads: int) -> Iterator[StartingLine]:
        """Let so many requests go at once, whatever the pace; it is made up for afterwards. Raises BudgetSpent.

        The last byte of each thread's first request waits for those of the others; a thread that ends has to say so to
        the line.
        """
        self._sender.grant(requests)
        self._bursts, self._before_burst = self._bursts + 1, len(self.journal)
        self.in_burst = self._bursts
        self._sender.line = line = StartingLine(threads)
        try:
            yield line
        finally:
            self.in_burst = 0
            self._sender.line = None
            self._sender.holds_back &= not line.was_waited_for_in_vain
            self._sender.pace.withdraw()
            self._origins.book_what_is_in_doubt(is_second_try=self._is_second_try)

    def last_burst(self) -> list[Exchange]:
        """Return what became of the requests of the burst that ended last."""
        return [each for each in self.journal[self._before_burst :] if each.burst == self._bursts and not each.retried]

    def send(
        self,
        method: str,
        path: str,
        *,
        caller: Caller = Caller.OWNER,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        check: str = "",
        key: str | None = None,
        header_name: str = KEY_HEADER,
    ) -> Exchange:
        """Send a request and return what became of it; no status and no trouble on the network raises.

        `path` is raw and goes out below the base URL byte for byte. `key` is sent in
        place of the caller's. A 429 or 503 is waited out and the request repeated. What
        something before the API answered is not taken for its answer: the request is sent
        once more then. The last exchange is returned, but for a create that may be in its
        own way. Raises WritesForbidden, BudgetSpent, NoOtherKey or Unsendable, all before
        anything is sent.
        """
        if method.upper() not in READS and not self.target.may_write:
            raise WritesForbidden(method, self.target.host, self.target.lacks_to_write)
        lane = threading.get_ident() if self.in_burst else 0

        def outgoing() -> Outgoing:
            sent, request = self._builder.build(
                method, path, caller=caller, body=body, headers=headers, key=key, header_name=header_name
            )
            return Outgoing(method, path, sent, body, request, check, self.in_burst, lane)

        completed = self._with_tokens(outgoing, is_ours=key is None and caller in (Caller.OWNER, Caller.OTHER))
        return self._origins.book_in_a_burst(completed) if completed.outgoing.burst else self._answered(completed)

    def _with_tokens(self, outgoing: Callable[[], Outgoing], *, is_ours: bool) -> Completed:
        """Send a request, and once more with new tokens where those of commands are refused that were taken before.

        Where a command gives none any more, the run ends and says why; before it has begun, that raises CommandFailed.
        """
        try:
            completed = self._let_in(outgoing())
            is_refused = is_ours and completed.exchange.status == HTTPStatus.UNAUTHORIZED
            if is_ours and not is_refused:
                self._tokens_are_taken = True
            if not (is_refused and self._tokens_are_taken and self._builder.renew(completed.outgoing.headers)):
                return completed
            self._sender.book(replace(completed, exchange=_refused_token(completed.exchange)))
            again = self._let_in(outgoing(), completed.exchange)
            self._tokens_are_taken = again.exchange.status != HTTPStatus.UNAUTHORIZED  # or nothing is renewed any more
            return again
        except CommandFailed as failed:
            if not self._has_begun:
                raise
            self.stop(str(failed))
            raise KeyboardInterrupt from None

    def _answered(self, completed: Completed) -> Exchange:
        """Return what the API answered, if it can be had by sending a request twice."""
        exchange = self._origins.told_apart(completed)
        if not disturbance(exchange) or not self._may_pass(exchange):
            return exchange
        again = self._origins.told_apart(self._let_in(completed.outgoing, exchange))
        self._origins.is_cut_off = bool(disturbance(again))
        is_in_its_own_way = again.status == HTTPStatus.CONFLICT and exchange.request.method.upper() not in IDEMPOTENT
        return exchange if is_in_its_own_way else again

    def _may_pass(self, exchange: Exchange) -> bool:
        """Say whether what came between may be gone when a request is sent again."""
        cause = exchange.cause
        may_pass = not self._origins.sends_away(exchange) if cause is None else cause in MAY_PASS
        return may_pass and not self._origins.is_cut_off

    # --- a server that sends requests away ---

    def _let_in(self, outgoing: Outgoing, before: Exchange | None = None) -> Completed:
        """Send a request until it is not sent away any more, or there is no use in waiting.

        `before` is what became of it when it was sent before.
        """
        tries = 0
        while True:
            tries += 1
            completed = self._sender.send(outgoing, again=before)
            before = exchange = completed.exchange
            if not self._origins.sends_away(exchange):
                self._admitted(exchange)
                return completed
            now = self._clock.wall()
            asked = asked_pause(exchange.answer, now)
            pause = pause_before_retry(tries - 1, asked, now)
            ends = tries == TRIES or self._sender.are_over_in(pause)
            if ends or not self._patience.allows(pause, PATIENCE[exchange.status]):
                return self._given_up(completed, tries, asked)
            self._sender.pace.slow(exchange.started)
            self._sender.pace.hold(pause)
            self._sender.book(replace(completed, exchange=_sent_away(exchange)))

    def _admitted(self, exchange: Exchange) -> None:
        if exchange.answer:
            self._patience.renew()
            self._sender.pace.confirm()

    def _given_up(self, completed: Completed, tries: int, asked: float | None) -> Completed:
        self._patience.give_up()
        self._sender.budget.book(Cost.REFUSALS)
        exchange = completed.exchange
        if exchange.status == HTTPStatus.SERVICE_UNAVAILABLE:
            self._sender.pace.revert()  # It is rather down than overrun.
        more = "" if asked is None else f", and it asked for {asked:.0f} s more"
        trouble = (
            f"still {exchange.status} after {tries} {'try' if tries == 1 else 'tries'}{more}. "
            f"If this is a rate limit, lower --requests-per-second"
        )
        return replace(completed, exchange=replace(exchange, trouble=trouble))


def _refused_token(exchange: Exchange) -> Exchange:
    trouble = f"a token of a command was refused ({exchange.status}), and renewed"
    return replace(exchange, trouble=trouble, retried=True)


def _sent_away(exchange: Exchange) -> Exchange:
    """Return an exchange whose response nobody takes for what the API says about the request."""
    trouble = disturbance(exchange) or f"the server asked for fewer requests ({exchange.status})"
    return replace(exchange, trouble=trouble, retried=True)
