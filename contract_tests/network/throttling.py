"""Telling a response that sends a request away for now from one that refuses it: what waiting can help against."""

from collections.abc import Mapping
from http import HTTPStatus

from fleet_contract.contract_tests.exchange import Answer
from fleet_contract.contract_tests.network.rate_limit import is_reached, seconds_to_reset
from fleet_contract.contract_tests.network.retry_after import read_date, seconds_to_wait

# Seconds that a server is waited for which sends requests away with such a status, until it answers otherwise. Some
# gateways limit rates with 503 (nginx's limit_req); a service that is down answers it too, and may do so for days.
# Others limit rates with 403, and say so in a header (GitHub).
PATIENCE: Mapping[int, float] = {
    HTTPStatus.TOO_MANY_REQUESTS: 120.0,
    HTTPStatus.SERVICE_UNAVAILABLE: 30.0,
    HTTPStatus.FORBIDDEN: 120.0,
}


def asks_for_patience(answer: Answer) -> bool:
    """Say whether a response tells its client to come back later."""
    return answer.status in PATIENCE and (answer.status != HTTPStatus.FORBIDDEN or names_a_limit(answer))


def names_a_limit(answer: Answer) -> bool:
    """Say whether the headers of a response tell that the limit of requests is reached."""
    return is_reached(answer) or answer.header("retry-after") is not None


def asked_pause(answer: Answer | None, now: float) -> float | None:
    """Return the seconds that a response asks its client to wait, None where it says nothing; `now` is since 1970."""
    if answer is None:
        return None
    its_now = read_date((answer.header("date") or "").strip(), now)  # its clock may be wrong, and its dates with it
    asked = seconds_to_wait(answer.header("retry-after"), now if its_now is None else its_now)
    return seconds_to_reset(answer, now) if asked is None else asked
