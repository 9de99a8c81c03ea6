"""Whether this API is at the base URL at all, told from a few reads and from what a path that is no operation gets."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from fleet_contract.contract_tests.exchange import Exchange, NotJson
from fleet_contract.contract_tests.network.intermediary import title_of, without_numbers
from fleet_contract.contract_tests.target.target import API, Fixtures

NO_OPERATION = f"{API}/ct-no-operation"
_SEPARATORS = re.compile(r"[\\/]+")  # of segments, as JSON may escape them
_READ = 4_000  # bytes of what is compared


class Read(NamedTuple):
    """A request that changes nothing, and what a success of this API looks like there."""

    path: str
    fits: Callable[[Any], bool]


def reads(fixtures: Fixtures, mark: str) -> Sequence[Read]:
    """Return reads of every operation that the target file lets anybody find.

    A rename is asked for with GET: where there is one, a router says that this is the wrong method.
    """
    nobodys = f"ct-{mark}-none"
    fleet = quote(fixtures.fleet_with_codes or nobodys, safe="")
    found = [
        Read(f"{API}/fleets/{fleet}/invitation", is_list_of_codes),
        Read(f"{API}/fleets/{nobodys}/rename", lambda _: False),
    ]
    if fixtures.location:
        path = fixtures.location_path.replace("{locationId}", quote(fixtures.location, safe=""))
        found.append(Read(path, lambda value: isinstance(value, dict) and "evses" in value))
    return found


def is_page_of_keys(value: Any) -> bool:
    """Say whether a value is a page of charging keys; an empty one tells nothing, and other APIs have keys too."""
    keys = value.get("keys") if isinstance(value, dict) else None
    return (
        isinstance(keys, list)
        and keys != []
        and all(isinstance(each, dict) and "keyIdentifier" in each for each in keys)
    )


def is_list_of_codes(value: Any) -> bool:
    """Say whether a value is what codes are answered with."""
    return isinstance(value, list) and value != [] and all(isinstance(each, dict) and "code" in each for each in value)


def has(exchange: Exchange, fits: Callable[[Any], bool]) -> bool:
    """Say whether a request was answered with a success of this API."""
    try:
        return exchange.succeeded and exchange.answer is not None and fits(exchange.answer.json)
    except NotJson:
        return False


def is_missing(no_operation: Exchange, others: Iterable[tuple[Exchange, Callable[[Any], bool]]]) -> bool:
    """Say whether reads of operations were answered as what is no operation was, or with successes of another API."""
    return all(not has(exchange, fits) and _are_alike(exchange, no_operation) for exchange, fits in others)


def _are_alike(one: Exchange, other: Exchange) -> bool:
    if one.answer is None or other.answer is None:
        return False
    if one.succeeded and other.succeeded:
        return True  # An echo says something else each time.
    return (one.status, one.answer.media_type, _look(one)) == (other.status, other.answer.media_type, _look(other))


def _look(exchange: Exchange) -> str:
    """Return what a response says, without its numbers, and without the path that was asked for or a part of it."""
    answer = exchange.answer
    if answer is None:
        return ""
    text = title_of(answer) or answer.body[:_READ].decode("utf-8", "replace")
    path, _, query = exchange.request.path.partition("?")
    for piece in sorted({f"?{query}", *path.split("/")} - {"?", ""}, key=len, reverse=True):
        text = text.replace(piece, "")
    return without_numbers(_SEPARATORS.sub("", text))
