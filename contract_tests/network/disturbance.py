"""What cannot be laid at the API's door, told from one exchange."""

from collections import Counter
from collections.abc import Sequence

from fleet_contract.contract_tests.exchange import Cause, Exchange
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.telling import asked

PROXY_LOGIN = 407
UNAVAILABLE = 503
STATUSES = {
    # These are about the connection, and clients send the request again (RFC 9110, 15.5.9 and 15.5.20; RFC 8470, 5.2).
    408: "the server waited too long for the request (408)",
    421: "the request reached a server that does not answer for this host (421)",
    425: "the server took no request so early on a connection (425)",
    PROXY_LOGIN: "a proxy on the way asked for a login (407)",
    429: "the server asked for fewer requests (429)",
    502: "a gateway reached no server behind it (502)",
    UNAVAILABLE: "the service was unavailable (503)",
    504: "a gateway waited in vain for the server behind it (504)",
    511: "the network asked for a login (511)",
    # Cloudflare's own, which no other server uses.
    **{status: f"a gateway got no response from the server behind it ({status})" for status in (*range(520, 528), 530)},
}

# A response came, in one way or another, that could not be taken.
UNUSABLE = frozenset(
    {Cause.MALFORMED, Cause.TOO_LONG, Cause.FRAMING, Cause.CODING, Cause.UNASKED, Cause.OVERSIZED},
)


def disturbance(exchange: Exchange) -> str:
    """Return what came between us and the API, or nothing when the answer is the API's own.

    The API's own 500 is its own.
    """
    answer = exchange.answer
    if answer is None:
        return exchange.trouble or "there was no answer"
    if answer.status in STATUSES:
        return exchange.trouble or STATUSES[answer.status]
    return exchange.trouble


def disturbances(history: Sequence[Exchange], masker: Masker) -> tuple[str, ...]:
    """Return a line for each kind of what came between: what it was, how often, and at which request first."""
    told = [(_came(exchange), exchange) for exchange in history if disturbance(exchange)]
    first = dict(reversed(told))
    return tuple(
        f"{count} of {len(history)} requests{masker.text(came)}; the first was {asked(first[came], masker)}"
        for came, count in Counter(came for came, _ in told).items()
    )


def _came(exchange: Exchange) -> str:
    """Return what came of a request in place of an answer of the API, as the end of a sentence."""
    kind = disturbance(exchange)
    if exchange.answer is not None or exchange.foreign is not None:
        return f": {kind}"
    return f" got no {'usable ' if exchange.cause in UNUSABLE else ''}response ({kind})"
