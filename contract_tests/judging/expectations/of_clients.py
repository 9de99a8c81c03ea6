"""What a client may ask for besides an operation, so that another answer is right.

A run asks for one such thing, with an entity tag that no server gave out: that changes nothing (RFC 9110, 13.1.2).
"""

from fleet_contract.contract_tests.exchange import Request

# Conditions, ranges, codings, other protocols and other methods: RFC 9110 (7.8, 8.4, 10.1.1, 13.1, 14.2), and usage.
ASKING_FOR_MORE = (
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
    "content-encoding",
    "content-range",
    "expect",
    "upgrade",
    "accept-charset",
    "prefer",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
)
_WITH_JSON = ("*/*", "application/*", "json")


def takes_json(accept: str | None) -> bool:
    """Say whether an Accept header lets a server answer in JSON."""
    return not accept or any(each in accept.lower() for each in _WITH_JSON)


def asks_for_something_else(request: Request) -> bool:
    """Say whether a request asks for more than its operation gives, or for what is not JSON, or has a stray body."""
    has_a_stray_body = bool(request.body) and request.method in ("GET", "DELETE")
    return (
        not takes_json(request.header("accept"))
        or has_a_stray_body
        or any(request.header(name) is not None for name in ASKING_FOR_MORE)
    )
