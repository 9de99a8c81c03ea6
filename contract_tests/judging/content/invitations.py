"""Judging invitation codes: their form, which are listed, and that reading changes nothing; none enters a message."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange, value_of
from fleet_contract.contract_tests.judging.findings import Findings, finding
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.identity import is_alike
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.process.quantities import counted

Codes = frozenset[str]


def judge_invitation(moment: Moment) -> Findings:
    """Judge one list of codes."""
    value = moment.value
    if moment.request.operation != "get_invitation_codes" or not moment.shows_json:
        return
    is_of_the_fixture = moment.request.path_id == moment.fixtures.fleet_with_codes
    if value == []:
        requirement = "invitation.lists-the-codes" if is_of_the_fixture else "invitation.without-codes-is-404"
        expected = "codes" if is_of_the_fixture else "404"
        yield finding(requirement, False, moment.here, expected, "200 with an empty list")
        return
    codes = codes_of(moment.exchange)
    expected = 'an array of objects {"code": "…"}'
    yield finding("invitation.answers-an-array-of-codes", codes is not None, moment.here, expected, _form(value))
    if codes is None or moment.history.is_partial:
        return  # Others may have changed the codes, or given two fleets the same; and recorded ones may be masked.
    if _shows_the_fixtures(codes, moment):
        got = "codes of the fleet that the target file calls fleet_with_codes"
        yield finding("fleets.id-is-matched-whole", False, moment.here, "no code of another fleet", got)
    yield from _of_nobody_else(codes, moment)
    if is_of_the_fixture:
        yield from _against_the_fixture(codes, moment)


def _of_nobody_else(codes: Codes, moment: Moment) -> Findings:
    """Judge that no code is another fleet's, and none was made up by whoever created the fleet."""
    requirement, expected = "invitation.lists-only-active-codes", "only codes of the fleet"
    creation = moment.fleet_of_path.creation
    if creation is not None and codes & _texts_beside_the_fleet(moment.history.parsed(creation.exchange).fields):
        both = (*moment.here, creation.exchange.number)
        yield finding(requirement, False, both, expected, "a code that was sent in its create")
    readings = (other for code in codes for other in moment.history.first_readings(code))
    earlier = [other for other in readings if other.number < moment.exchange.number]
    for got, is_of_another in _OF_ANOTHER.items():
        other = min((each.number for each in earlier if is_of_another(moment, each)), default=None)
        if other is not None:
            yield finding(requirement, False, (*moment.here, other), expected, got)
            return


def _texts_beside_the_fleet(fields: Mapping[str, Any]) -> frozenset[str]:
    lists = [value for name, value in fields.items() if name not in ("fleetId", "fleetName")]
    return frozenset(text for each in lists if isinstance(each, list) for text in each if isinstance(text, str))


def _is_of_another_organization(moment: Moment, other: Exchange) -> bool:
    """Say whether an exchange is a reading of another fleet by another organization."""
    is_of_another = moment.history.parsed(other).path_id != moment.request.path_id
    return is_of_another and not other.is_by_the_caller_of(moment.exchange)


def _is_of_another_fleet(moment: Moment, other: Exchange) -> bool:
    """Say whether an exchange is a reading of another fleet of the caller's, one of the two created by the run.

    Fleets that were there before may have been given the same code.
    """
    if not other.is_by_the_caller_of(moment.exchange):
        return False
    fleets = moment.fleet_of_path, moment.view.at(other).fleet_of_path
    is_another = not moment.view.may_be_one(*(each.id for each in fleets))
    are_own = all(each.ownership is Ownership.OWN for each in fleets)
    return is_another and are_own and any(each.creation is not None for each in fleets)


_OF_ANOTHER: Mapping[str, Callable[[Moment, Exchange], bool]] = {
    "a code of another organization's fleet": _is_of_another_organization,
    "a code of another fleet": _is_of_another_fleet,
}


def _shows_the_fixtures(codes: Codes, moment: Moment) -> bool:
    """Say whether the codes of the target file's fleet are shown under an id that another fleet has, if any."""
    fleet, id = moment.fixtures.fleet_with_codes, moment.request.path_id or ""
    if fleet is None or moment.view.may_be_one(id, fleet) or moment.is_tidied_away(id):
        return False
    return is_alike(fleet, id) and bool(codes & frozenset(moment.fixtures.active_codes))


def codes_of(exchange: Exchange) -> Codes | None:
    """Return the codes that a success lists, None where it has another form."""
    listed = _list_of(exchange)
    return None if listed is None else frozenset(listed)


def _list_of(exchange: Exchange) -> list[str] | None:
    """Return the codes that a success lists, sorted, each as often as it is listed."""
    value = value_of(exchange)
    if not isinstance(value, list):
        return None
    codes = [item.get("code") if isinstance(item, dict) else None for item in value]
    return sorted(str(code) for code in codes) if all(isinstance(code, str) and code for code in codes) else None


def _form(value: object) -> str:
    if not isinstance(value, list):
        return f"not an array but {_NAMES.get(type(value), 'a value')}"
    return "an array with an item of another form"


_NAMES = {type(None): "null", dict: "an object", str: "a string", bool: "a boolean", int: "a number", float: "a number"}


def _against_the_fixture(codes: Codes, moment: Moment) -> Findings:
    active, inactive = frozenset(moment.fixtures.active_codes), frozenset(moment.fixtures.inactive_codes)
    if active:
        missing = len(active - codes)
        got = f"a list that lacks {missing} of the {counted(len(active), 'code')} that the target file calls active"
        yield finding("invitation.lists-every-active-code", not missing, moment.here, "all active codes", got)
    if active or inactive:
        strange = len(codes - active) if active else len(codes & inactive)
        known_inactive = len(codes & inactive)
        got = f"{counted(strange, 'code')} too many, {known_inactive} of which the target file calls inactive"
        yield finding("invitation.lists-only-active-codes", not strange, moment.here, "only active codes", got)


# --- one list against another --------------------------------------------------------------------


def judge_constancy(view: View) -> Findings:
    """Judge each answer against the list of codes before it, of the same fleet and for the same caller.

    Two lists that were read at once are to be the same as well; none is held against a list that was answered before.
    """
    for before, after in _successive(view):
        codes, now = _list_of(before), _list_of(after)
        if codes is None or (now is None and after.succeeded):
            continue
        got = (
            f"{after.status} with other codes ({len(now)} now, {len(codes)} before)"
            if now is not None
            else f"{after.status}"
        )
        both = (after.number, before.number)
        yield finding("invitation.reading-changes-nothing", codes == now, both, "the same codes as before", got)


def _successive(view: View) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield each reading of the codes of a fleet after the list before it, for each caller."""
    lists: dict[tuple[str, str], list[Exchange]] = defaultdict(list)
    for moment in filter(_is_telling, view.of_operation("get_invitation_codes")):
        exchange = moment.exchange
        before = lists[moment.request.path_id or "", exchange.request.caller]
        last = next((each for each in reversed(before) if exchange.succeeded or each.precedes(exchange)), None)
        if last is not None:
            yield last, exchange
        if exchange.succeeded:
            before.append(exchange)


def _is_telling(moment: Moment) -> bool:
    """Say whether an answer tells about the codes of a fleet that is there, and nothing else was asked."""
    exchange, fleet = moment.exchange, moment.fleet_of_path
    is_there = fleet.id in moment.fixtures.own_fleets or fleet.creation is not None
    return is_there and not moment.request.query and (exchange.succeeded or exchange.status == HTTPStatus.NOT_FOUND)
