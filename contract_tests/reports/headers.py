"""The headers of requests and responses as they may be shown, and those by which a response is found in a log."""

import re

from fleet_contract.contract_tests.exchange import Answer, Request
from fleet_contract.contract_tests.hidden import holds_codes
from fleet_contract.contract_tests.network.outgoing import SECRETIVE
from fleet_contract.contract_tests.process.printable import printable_lines
from fleet_contract.contract_tests.target.masking import MASK, Masker

# By these a server's operators find a request again in their logs, the most usual first.
TRACKED_BY = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-amzn-trace-id", "x-b3-traceid")
TRACKED_BY_TRACE = ("traceparent", "cf-ray", "x-trace-id")
# What HTTP, its caches and its limits need; any other header of a response may have what its body has.
_OF_THE_WAY = re.compile(
    r"""age | cache-control | connection | content-(encoding|language|length|security-policy|type) | date | expires
    | keep-alive | last-modified | pragma | retry-after | server | strict-transport-security | trailer
    | transfer-encoding | vary | via | x-content-type-options | (x-)?rate-?limit.*""",
    re.VERBOSE,
)


def masked_header(name: str, value: str, masker: Masker) -> str:
    """Return what may be shown of the value of a header, which may be a URL."""
    return MASK if SECRETIVE.search(name) else masker.text(value)


def answered_header(request: Request, answer: Answer, name: str, value: str, masker: Masker) -> str:
    """Return the same of a response: where codes may stand anywhere in it, most headers are not shown."""
    tells_nothing = name.lower() in (*TRACKED_BY, *TRACKED_BY_TRACE) or _OF_THE_WAY.fullmatch(name.lower())
    return masked_header(name, value, masker) if tells_nothing or not holds_codes(request, answer) else MASK


def response_id(answer: Answer) -> str:
    """Return by what a response is found in a log: `x-request-id: 7f…`; empty where nothing says."""
    found = ((name, answer.header(name)) for name in (*TRACKED_BY, *TRACKED_BY_TRACE))
    return next((f"{name}: {printable_lines(value)[:200]}" for name, value in found if value), "")
