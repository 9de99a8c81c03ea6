"""The doctor: whether what a target file says of a server is so, by reads alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.untested import Untested
from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.content.invitations import codes_of
from fleet_contract.contract_tests.judging.findings import shown
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.target.target import Fixtures, Target

_SMALLEST_PAGE = 10
_OF_OTHERS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_SHOWN = 120  # characters of a path
_APART = 60.0  # seconds by which two clocks may differ


@dataclass(frozen=True)
class Diagnosis:
    """What was looked at, whether it is well, and what to do where it is not; None is what nobody could look at."""

    what: str
    is_well: bool | None
    words: str


def diagnoses(api: Api, listing: Exchange) -> Iterator[Diagnosis]:
    """Yield what is found of a target whose keys `listing` has just listed; only reads are sent."""
    target = api.client.target
    yield Diagnosis("the server", True, f"answers in {(listing.ended - listing.started) * 1000:.0f} ms")
    yield Diagnosis("api_key", True, "is accepted")
    yield _clock(listing)
    yield _writes(target)
    for name, examine in _EXAMINATIONS.items():
        if not _entry(target, name):
            yield Diagnosis(name, None, "is not in the target file")
            continue
        try:
            problem = examine(api)
        except Untested as disturbed:
            problem = str(disturbed)
        told = api.client.told.text(_named(target, name, problem))
        yield Diagnosis(name, not problem, told or "is as the target file says")


def _clock(listing: Exchange) -> Diagnosis:
    date = listing.answer.header("date") if listing.answer else None
    try:
        theirs = parsedate_to_datetime(date or "").astimezone(UTC)
    except (ValueError, OverflowError):  # the latter beyond the year 9999
        return Diagnosis("the clock", None, "is unknown: the response has no Date, or an odd one")
    apart = (datetime.now(UTC) - theirs).total_seconds()
    told = f"differs by {abs(apart):.0f} s from this machine's"
    return Diagnosis("the clock", abs(apart) <= _APART, f"{told}: correct one of them" if abs(apart) > _APART else told)


def _writes(target: Target) -> Diagnosis:
    if target.may_write:
        return Diagnosis("writes", True, "are allowed: a run creates fleets and keys, which cannot be deleted")
    return Diagnosis("writes", None, f"are not allowed, since {target.lacks_to_write} is not given: a run only reads")


def _entry(target: Target, name: str) -> object:
    return getattr(target.fixtures, name.removeprefix("fixtures."), None) or getattr(target, name, None)


def _named(target: Target, name: str, problem: str) -> str:
    """Return a problem behind the value of its entry, where that is a text."""
    value = _entry(target, name)
    return f"= {shown(value)}: {problem}" if problem and isinstance(value, str) else problem


# --- what each entry says: the request, its response, and what to do ---


def _other_key(api: Api) -> str:
    exchange = api.list_keys(caller=Caller.OTHER, page_size=_SMALLEST_PAGE)
    return "" if exchange.status == HTTPStatus.OK else f"is refused: {_returned(exchange, '200')}. Correct the key."


def _codes(api: Api) -> str:
    fixtures = api.client.target.fixtures
    exchange = api.invitation(fixtures.fleet_with_codes or "")
    if exchange.status != HTTPStatus.OK:
        return f"{_returned(exchange, '200 with at least one code')}. Name a fleet of api_key that has codes."
    listed = codes_of(exchange)
    if listed is None:
        return (
            f"{_asked(exchange)} returned 200 with something other than codes. Name another fleet, or see what `run` "
            f"says of it."
        )
    if not listed:
        return f"{_asked(exchange)} returned no codes, expected at least one. Name a fleet of api_key that has codes."
    problem = _unlike(listed, fixtures)
    return problem and f"{_asked(exchange)} lists {counted(len(listed), 'code')}: {problem}"


def _unlike(listed: frozenset[str], fixtures: Fixtures) -> str:
    """Say how codes that are listed differ from those of the target file; empty where they do not."""
    active = frozenset(fixtures.active_codes)
    missing, extra, others = len(active - listed), len(listed & {*fixtures.inactive_codes}), len(listed - active)
    if missing or extra:
        problems = (
            (missing, f"{missing} of the active_codes {_are(missing)} not listed"),
            (extra, f"{extra} of the inactive_codes {_are(extra)} listed"),
        )
        return f"{' and '.join(words for number, words in problems if number)}. Correct these entries."
    return f"active_codes lacks {counted(others, 'code')}. Add what is missing." if active and others else ""


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _no_codes(api: Api) -> str:
    exchange = api.invitation(api.client.target.fixtures.fleet_without_codes or "")
    has_none = exchange.status == HTTPStatus.NOT_FOUND or codes_of(exchange) == frozenset()
    return "" if has_none else f"{_returned(exchange, '404 or no codes')}. Name a fleet of api_key without codes."


def _foreign(api: Api) -> str:
    exchange = api.invitation(api.client.target.fixtures.foreign_fleet or "")
    return (
        ""
        if exchange.status in _OF_OTHERS
        else f"{_returned(exchange, '403, or 404 where it has no codes')}. Name a fleet of the other organization."
    )


def _keys(api: Api) -> str:
    page = api.list_keys(fleetId=api.client.target.fixtures.fleet_with_keys or "", page_size=_SMALLEST_PAGE)
    items = items_of(page)
    todo = f"Name a fleet of api_key with at least {_SMALLEST_PAGE + 1} keys."
    if items is None:
        return f"{_returned(page, '200 with keys')}. {todo}"
    is_enough = len(items) >= _SMALLEST_PAGE and cursor_of(page) is not None
    return "" if is_enough else f"{_asked(page)} lists {counted(len(items), 'key')} and no more. {todo}"


def _location(api: Api) -> str:
    exchange = api.location(api.client.target.fixtures.location or "")
    return "" if exchange.succeeded else f"{_returned(exchange, '200')}. Correct location or location_path."


def _priced(api: Api) -> str:
    fixtures = api.client.target.fixtures
    own, default = (api.location(fixtures.location or "", fleet) for fleet in (fixtures.priced_fleet, None))
    todo = "Name a fleet with prices of its own at this location."
    for each in (own, default):
        if not each.succeeded:
            return f"{_returned(each, '200')}. Correct location, or name another fleet."
    same = own.answer and default.answer and own.answer.body == default.answer.body
    return f"{_asked(own)} returned the default prices, expected others. {todo}" if same else ""


def _returned(exchange: Exchange, expected: str) -> str:
    return f"{_asked(exchange)} returned {exchange.status or exchange.trouble}, expected {expected}"


def _asked(exchange: Exchange) -> str:
    return f"{exchange.request.method} {printable(exchange.request.path, _SHOWN)}"


_EXAMINATIONS: dict[str, Callable[[Api], str]] = {
    "other_api_key": _other_key,
    "fixtures.fleet_with_codes": _codes,
    "fixtures.fleet_without_codes": _no_codes,
    "fixtures.foreign_fleet": _foreign,
    "fixtures.fleet_with_keys": _keys,
    "fixtures.location": _location,
    "fixtures.priced_fleet": _priced,
}
