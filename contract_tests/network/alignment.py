"""Whether each request gets its own response, or the one to the request before: their bytes do not tell."""

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson
from fleet_contract.contract_tests.network.examiner import Breaks

OUT_OF_LINE = "responses are one step out of line: a request got the response to the one before"


class Alignment:
    """Says when it is in question, and knows the listing again, which nothing else is answered with.

    It is in question once: what breaks something in line is the API's own.
    """

    def __init__(self, breaks: Breaks) -> None:
        self._breaks = breaks
        self._listing: frozenset[str] = frozenset()  # the members by which the listing is known again
        self._is_proven = False

    def learn(self, listing: Exchange) -> None:
        """Remember how the listing looks."""
        self._listing = _members_of(listing.answer)

    def prove(self) -> None:
        """Note that each request gets its own response."""
        self._is_proven = True

    def is_in_question(self, exchange: Exchange) -> bool:
        """Say whether a response would break something that may be the doing of another request."""
        return bool(self._listing) and not self._is_proven and exchange.answer is not None and self._breaks(exchange)

    def is_the_listing(self, exchange: Exchange) -> bool:
        """Say whether a request was answered with the listing."""
        return _members_of(exchange.answer) == self._listing


def _members_of(answer: Answer | None) -> frozenset[str]:
    try:
        value = answer.json if answer and answer.succeeded else None
    except NotJson:
        return frozenset()
    return frozenset(value) if isinstance(value, dict) else frozenset()
