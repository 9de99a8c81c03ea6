"""Telling a response that sends a request away for now from one that refuses it: what waiting can help against."""

import re

from fleet_contract.contract_tests.exchange import Answer

FORBIDDEN = 403
# Seconds that a server is waited for which sends requests away with such a status, until it answers otherwise. Some
# gateways limit rates with 503 (nginx's limit_req); a service that is down answers it too, and may do so for days.
# Others limit rates with 403, and say so in a header (GitHub).
PATIENCE = {429: 120.0, 503: 30.0, FORBIDDEN: 120.0}
_REMAINING = re.compile(r"(x-)?rate-?limit-remaining", re.IGNORECASE)


def asks_for_patience(answer: Answer) -> bool:
    """Say whether a response tells its client to come back later."""
    return answer.status in PATIENCE and (answer.status != FORBIDDEN or names_a_limit(answer))


def names_a_limit(answer: Answer) -> bool:
    """Say whether the headers of a response tell that the limit of requests is reached."""
    is_spent = any(_REMAINING.fullmatch(name) and value.strip() == "0" for name, value in answer.headers)
    return is_spent or answer.header("retry-after") is not None
