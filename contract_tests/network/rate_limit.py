"""What a response says of its rate limit beside Retry-After: whether it is reached, and when it is over.

Services say so in fields of many spellings, X-RateLimit-Remaining and X-RateLimit-Reset for most, the latter in seconds
from now or since 1970; an Internet-Draft, draft-ietf-httpapi-ratelimit-headers, says it in one field, RateLimit, which
has had two forms.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fleet_contract.contract_tests.exchange import Answer
from fleet_contract.contract_tests.network.retry_after import LONGEST

_REMAINING = re.compile(r"(x-)?rate-?limit-remaining")
_RESET = re.compile(r"(x-)?rate-?limit-reset(-after)?")
_ONE_FIELD = "ratelimit"
_LEFT = re.compile(r"\b(?:r|remaining)=(\d+)", re.ASCII)
_OVER = re.compile(r"\b(?:t|reset)=(\d{1,9})\b", re.ASCII)
_SECONDS = re.compile(r"\d{1,13}(\.\d{1,9})?", re.ASCII)
_SINCE_1970 = 1e9  # from here on seconds are counted since 1970,
_IN_MILLISECONDS = 1e11  # and from here on milliseconds are


class Limit(NamedTuple):
    """One limit of requests: how many are left, as it is written, and in how many seconds it is over, if it says so."""

    left: str
    seconds: float | None


def is_reached(answer: Answer) -> bool:
    """Say whether a response tells that no more requests may come for now."""
    return any(limit.left.strip("0") == "" for limit in _limits(answer, 0.0))


def seconds_to_reset(answer: Answer, now: float) -> float | None:
    """Return the seconds until a limit that is reached is over, None where nothing tells; `now` is since 1970."""
    reached = [limit.seconds for limit in _limits(answer, now) if limit.left.strip("0") == "" and limit.seconds]
    return min(max(reached), LONGEST) if reached else None


def _limits(answer: Answer, now: float) -> Iterator[Limit]:
    fields = [(name.lower(), value.strip()) for name, value in answer.headers]
    seconds = next((_seconds(value, now) for name, value in fields if _RESET.fullmatch(name)), None)
    for name, value in fields:
        if _REMAINING.fullmatch(name) and value.isdecimal():
            yield Limit(value, seconds)
        elif name == _ONE_FIELD:
            yield from (Limit(left[1], _over(member)) for member in _members(value) if (left := _LEFT.search(member)))


def _members(value: str) -> list[str]:
    """Return the limits of a RateLimit: its older form has one, divided by commas."""
    return [value] if "remaining=" in value else value.split(",")


def _over(member: str) -> float | None:
    over = _OVER.search(member)
    return float(over[1]) if over else None


def _seconds(value: str, now: float) -> float | None:
    if not _SECONDS.fullmatch(value):
        return None
    seconds = float(value)
    if seconds >= _SINCE_1970:
        seconds = (seconds / 1000 if seconds >= _IN_MILLISECONDS else seconds) - now
    return max(seconds, 0.0)
