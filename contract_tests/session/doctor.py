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
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.target.target import Target

_SMALLEST_PAGE = 10
_OF_OTHERS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
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
            problem = api.client.told.text(examine(api))
        except Untested as disturbed:
            problem = str(disturbed)
        yield Diagnosis(name, not problem, problem or "is as the target file says")


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


# --- what each entry says ---


def _other_key(api: Api) -> str:
    status = api.list_keys(caller=Caller.OTHER, page_size=_SMALLEST_PAGE).status
    return "" if status == HTTPStatus.OK else f"is answered {status} where 200 was expected: correct the key"


def _codes(api: Api) -> str:
    fixtures = api.client.target.fixtures
    exchange = api.invitation(fixtures.fleet_with_codes or "")
    if exchange.status != HTTPStatus.OK:
        return _answered(exchange, "200 with codes")
    listed = codes_of(exchange)
    if listed is None:
        return "is answered 200 with something else than codes: name another fleet, or see what `run` says of it"
    missing, extra = set(fixtures.active_codes) - listed, set(fixtures.inactive_codes) & listed
    if not listed:
        return "has no codes: name a fleet that has some"
    if missing or extra:
        return (
            f"lists {counted(len(listed), 'code')}: {len(missing)} of active_codes are not among them, "
            f"{len(extra)} of inactive_codes are. Correct the lists"
        )
    others = len(listed - set(fixtures.active_codes))
    return (
        f"lists {counted(others, 'code')} that active_codes lacks: add them" if fixtures.active_codes and others else ""
    )


def _no_codes(api: Api) -> str:
    exchange = api.invitation(api.client.target.fixtures.fleet_without_codes or "")
    has_none = exchange.status == HTTPStatus.NOT_FOUND or codes_of(exchange) == frozenset()
    return "" if has_none else _answered(exchange, "404 or no codes")


def _foreign(api: Api) -> str:
    fleet = api.client.target.fixtures.foreign_fleet or ""
    exchange = api.invitation(fleet)
    if exchange.succeeded:
        return "belongs to the organization of api_key: name a fleet of the other one"
    return "" if exchange.status in _OF_OTHERS else _answered(exchange, "403, or 404 where it has no codes")


def _keys(api: Api) -> str:
    page = api.list_keys(fleetId=api.client.target.fixtures.fleet_with_keys or "", page_size=_SMALLEST_PAGE)
    items = items_of(page)
    if items is None:
        return _answered(page, "200 with keys")
    is_enough = len(items) >= _SMALLEST_PAGE and cursor_of(page) is not None
    return "" if is_enough else f"has {counted(len(items), 'key')} where at least 11 were expected: name another fleet"


def _location(api: Api) -> str:
    exchange = api.location(api.client.target.fixtures.location or "")
    return "" if exchange.succeeded else _answered(exchange, "200: correct location or location_path")


def _priced(api: Api) -> str:
    fixtures = api.client.target.fixtures
    own, default = (api.location(fixtures.location or "", fleet) for fleet in (fixtures.priced_fleet, None))
    for each in (own, default):
        if not each.succeeded:
            return _answered(each, "200, with prices of its own and without it")
    same = own.answer and default.answer and own.answer.body == default.answer.body
    return "has the default prices at this location: name a fleet with prices of its own" if same else ""


def _answered(exchange: Exchange, expected: str) -> str:
    return f"is answered {exchange.status or exchange.trouble}. Expected {expected}"


_EXAMINATIONS: dict[str, Callable[[Api], str]] = {
    "other_api_key": _other_key,
    "fixtures.fleet_with_codes": _codes,
    "fixtures.fleet_without_codes": _no_codes,
    "fixtures.foreign_fleet": _foreign,
    "fixtures.fleet_with_keys": _keys,
    "fixtures.location": _location,
    "fixtures.priced_fleet": _priced,
}
