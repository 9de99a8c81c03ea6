"""Who answered each request: the API, something before it, or the request before; what is unclear is sent again."""

from collections.abc import Sequence
from dataclasses import replace

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.network.alignment import OUT_OF_LINE, Alignment
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.examiner import Breaks, Examiner, Origin
from fleet_contract.contract_tests.network.intermediary import is_success_in_json, taken_away
from fleet_contract.contract_tests.network.outgoing import READS, Outgoing, RequestBuilder
from fleet_contract.contract_tests.network.preflight import PATH, PLAIN_PATH
from fleet_contract.contract_tests.network.recognition import NO_OPERATION
from fleet_contract.contract_tests.network.sending import Completed, Sender


class Origins:
    """Puts what was answered into the journal, without the responses that are not the API's.

    `is_cut_off` is whether what came between was still there when a request was sent again.
    """

    def __init__(self, breaks: Breaks, sender: Sender, builder: RequestBuilder) -> None:
        self.is_cut_off = False
        self._examiner = Examiner(breaks)
        self._alignment = Alignment(breaks)
        self._sender = sender
        self._builder = builder
        self._in_doubt: list[Completed] = []  # of the burst that is under way

    def learn_the_listing(self, listing: Exchange) -> None:
        """Remember how a list of keys looks, by which responses that are out of line are known."""
        self._alignment.learn(listing)

    def sends_away(self, exchange: Exchange) -> bool:
        """Say whether a request was sent away for now, as rate limits do, so that waiting may help."""
        return self._examiner.sends_away(exchange)

    def told_apart(self, completed: Completed) -> Exchange:
        """Put an exchange into the journal, without its answer if that is not the API's."""
        why, others = self._examiner.sign(completed.exchange), list[Completed]()
        try:
            why = why or self._out_of_line(completed, others)
            if not why and self._examiner.is_doubtful(completed.outgoing, completed.exchange):
                why = self._examiner.look(completed.exchange)  # It stays if nothing more can be sent.
                why = self._examiner.settle(completed.outgoing, completed.exchange, self._origin(completed, others))
        finally:
            exchange = self._booked(completed, why)
            for other in others:
                if why == OUT_OF_LINE:
                    self._booked(other, why)
                else:
                    self._book_for_comparison(other)
        return exchange

    def _book_for_comparison(self, completed: Completed) -> None:
        """Put into the journal what was sent only to tell another response apart.

        Where anybody may have answered, nothing is read from it, for or against the API: nobody looked twice.
        """
        why, exchange = self._examiner.sign(completed.exchange), completed.exchange
        if not why and self._examiner.is_doubtful(completed.outgoing, exchange):
            trouble = f"{self._examiner.look(exchange)}, and it was not sent again to see whose response that is"
            completed = replace(completed, exchange=replace(exchange, answer=None, trouble=trouble))
        self._booked(completed, why)

    def _out_of_line(self, completed: Completed, others: list[Completed]) -> str:
        """Return that a response belongs to another request, if that is so; nothing more is sent if it stays so."""
        if not self._alignment.is_in_question(completed.exchange):
            return ""
        # Out of line, a listing gets the response to the request before it: that can be a listing only after another.
        if self._is_in_line(completed, others, a_listing_tells=not _lists_keys(completed.outgoing)):
            self._alignment.prove()
            return ""
        self._sender.wire.reconnect()
        if self._is_in_line(completed, others, a_listing_tells=False):
            self._alignment.prove()
        else:
            self._sender.stop(OUT_OF_LINE)
        return OUT_OF_LINE

    def _is_in_line(self, completed: Completed, others: list[Completed], *, a_listing_tells: bool) -> bool:
        """Ask for the listing, and if that does not tell for what is no operation, which the listing would answer."""
        listing, no_operation = (self._get(path, completed.outgoing.check) for path in (PATH, NO_OPERATION))
        if self._alignment.is_the_listing(self._also(listing, others)) and a_listing_tells:
            return True
        return not self._alignment.is_the_listing(self._also(no_operation, others))

    def _get(self, path: str, check: str) -> Outgoing:
        sent, request = self._builder.build("GET", path)
        return Outgoing("GET", path, sent, b"", request, check)

    def _origin(self, completed: Completed, others: list[Completed]) -> Origin:
        """Send a request again whose answer may be anybody's, and if that is no help some that are known to be good."""
        origin = self._examiner.by_repetition(completed.exchange, self._also(completed.outgoing, others))
        proofs = self._proofs(completed.outgoing, others) if origin is Origin.UNCLEAR else []
        if any(self._examiner.is_anothers(completed.exchange, self._also(proof, others)) for proof in proofs):
            return Origin.ANOTHER
        if not proofs:
            return origin
        # What came between may be gone by now: only what is answered as before even so is the API's own. Where a proof
        # changed what the request is about, the request changes it back first.
        if any(proof.path == completed.outgoing.path and proof.method not in READS for proof in proofs):
            self._also(completed.outgoing, others)
        return self._examiner.by_repetition(completed.exchange, self._also(completed.outgoing, others))

    def _proofs(self, outgoing: Outgoing, others: Sequence[Completed]) -> list[Outgoing]:
        """Return requests that are known to be good, but for what was just answered well."""
        answered = [(other.outgoing.path, other.exchange.answer) for other in others]
        just = {path for path, answer in answered if answer and is_success_in_json(answer)}
        return [proof for proof in self._examiner.proofs(outgoing) if proof.path not in just]

    def _also(self, outgoing: Outgoing, others: list[Completed]) -> Exchange:
        others.append(self._sender.send(outgoing))
        return others[-1].exchange

    def _booked(self, completed: Completed, why: str, *, perhaps: bool = False) -> Exchange:
        if why:
            completed = replace(completed, exchange=taken_away(completed.exchange, why, perhaps=perhaps))
        exchange = completed.exchange
        if not disturbance(exchange):
            self.is_cut_off = False
            self._examiner.learn(completed.outgoing, exchange)
        return self._sender.book(completed)

    def book_in_a_burst(self, completed: Completed) -> Exchange:
        """Put an exchange into the journal, or if anybody may have answered it as soon as the burst is over."""
        if not self._examiner.is_suspect(completed.exchange):
            return self._booked(completed, "")
        self._in_doubt.append(completed)
        return completed.exchange

    def book_what_is_in_doubt(self, *, is_second_try: bool) -> None:
        """Tell apart what a burst was answered. It is sent again with its whole check: alone it would be no burst."""
        in_doubt, self._in_doubt = self._in_doubt, []
        for completed in sorted(in_doubt, key=lambda each: not each.exchange.succeeded):  # a success explains a refusal
            exchange = completed.exchange
            why = self._examiner.sign(exchange)
            is_suspected = not why and not is_second_try and self._examiner.is_doubtful(completed.outgoing, exchange)
            self._booked(
                completed, why or (self._examiner.look(exchange) if is_suspected else ""), perhaps=is_suspected
            )


def _lists_keys(outgoing: Outgoing) -> bool:
    return outgoing.method == "GET" and outgoing.path.partition("?")[0] == PLAIN_PATH
