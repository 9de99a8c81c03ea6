"""Whether each request gets its own response, or the one to the request before: their bytes do not tell."""

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson
from fleet_contract.contract_tests.network.examiner import Breaks

OUT_OF_LINE = "responses are one step out of line: a request got the response to the one before"


class Alignment:
    """Says when it is in question, and what two requests prove: a listing, and a path that is no operation."""

    def __init__(self, breaks: Breaks) -> None:
        self._breaks = breaks
        self._listing: frozenset[str] = frozenset()  # the members by which the listing is known again
        self._is_proven = False

    def learn(self, listing: Exchange) -> None:
        """Remember how the listing looks."""
        self._listing = _members_of(listing.answer)

    def is_in_question(self, exchange: Exchange) -> bool:
        """Say whether a response would break something that may be the doing of another request."""
        return bool(self._listing) and not self._is_proven and exchange.answer is not None and self._breaks(exchange)

    def is_lost(self, no_operation: Exchange) -> bool:
        """Say whether a path that is no operation got the listing, which was asked for just before; else it is proven.

        It is asked once: what breaks something in line is the API's own.
        """
        self._is_proven = _members_of(no_operation.answer) != self._listing
        return not self._is_proven


def _members_of(answer: Answer | None) -> frozenset[str]:
    try:
        value = answer.json if answer and answer.succeeded else None
    except NotJson:
        return frozenset()
    return frozenset(value) if isinstance(value, dict) else frozenset()
