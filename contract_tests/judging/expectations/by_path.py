"""The situations of what is asked about a fleet by the id in the path: renaming it, and reading its codes."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus

from fleet_contract.contract_tests.judging import texts
from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.expectations.creating import is_in_its_alphabet
from fleet_contract.contract_tests.judging.expectations.names import (
    ODD_NAMES,
    is_beyond_the_usual,
    is_telling_by_its_length,
    situations_of_any_name,
)
from fleet_contract.contract_tests.judging.fleet import Fleet, Ownership
from fleet_contract.contract_tests.judging.fleet_names import is_called
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import MISSING

_UNREAD = {Body.NO_JSON: "rename.with-no-json", Body.NEARLY_JSON: "rename.with-nearly-json"}
_BEYOND_REASON = 2_000  # characters of an id in a path, beyond which a server may give any refusal


# --- rename a fleet ------------------------------------------------------------------------------


def rename_situations(moment: Moment) -> Iterator[str]:
    """Yield the situations of a rename, but for those of any request."""
    request, fleet = moment.request, moment.fleet_of_path
    of_path = _of_path(moment, _of_renamed_fleet)
    yield of_path
    if of_path in _FOUND and request.is_encoded and not fleet.was_found_by_this_path:
        yield "rename.by-an-encoded-id"
    if moment.exchange.status == HTTPStatus.CONFLICT and fleet.may_be_being_renamed:
        yield "rename.a-fleet-that-another-call-renamed-meanwhile"
    if request.body in _UNREAD:
        yield _UNREAD[request.body]
        return
    if set(request.fields) - {"newName"}:
        yield "any.unknown-property"
    yield from _of_new_name(request.fields.get("newName", MISSING), fleet, moment)


_FOUND = ("rename.a-fleet", "rename.a-renamed-fleet", "rename.a-fleet-that-is-being-renamed")


def _of_renamed_fleet(fleet: Fleet) -> str:
    match fleet.ownership:
        case Ownership.OWN:
            return _of_own_fleet(fleet)
        case Ownership.FOREIGN:
            too_soon = fleet.is_settling
            return "rename.another-organizations-fleet-too-soon" if too_soon else "rename.another-organizations-fleet"
        case Ownership.ABSENT:
            return _of_no_fleet(fleet)
        case Ownership.UNCLEAR:
            return "path.perhaps-a-fleet"


def _of_own_fleet(fleet: Fleet) -> str:
    if fleet.is_settling:
        return "rename.a-fleet-too-soon"
    if fleet.is_renamed:
        return "rename.a-renamed-fleet"
    return "rename.a-fleet-that-is-being-renamed" if fleet.is_being_renamed else "rename.a-fleet"


def _of_no_fleet(fleet: Fleet) -> str:
    if fleet.is_mentioned:
        return "rename.a-mentioned-id"
    is_resembling = not fleet.was_tried and fleet.resembles_another
    return "rename.a-resembling-id" if is_resembling else "rename.an-unknown-fleet"


def _of_new_name(name: object, fleet: Fleet, moment: Moment) -> Iterator[str]:
    if name is MISSING:
        yield "rename.without-a-name"
    elif name == "":
        yield "rename.to-an-empty-name"
    elif texts.is_scalar(name):
        yield "rename.to-a-scalar"
        yield from situations_of_any_name(json.dumps(name), fleet)
    elif not isinstance(name, str):
        yield "rename.to-an-invalid-name"
    elif texts.is_overlong_by_blanks(name):
        yield "rename.to-a-name-overlong-by-blanks"
    elif texts.is_overlong(name):
        yield "rename.to-an-overlong-name"
    else:
        yield from _of_fitting_name(name, fleet, moment)
        yield from situations_of_any_name(name, fleet)


def _of_fitting_name(name: str, fleet: Fleet, moment: Moment) -> Iterator[str]:
    if is_called(fleet, name):
        yield "rename.to-the-name-it-has"
    if is_telling_by_its_length(name, moment):
        yield "rename.to-the-longest-name"
    yield from (situation for situation, is_odd in ODD_NAMES.items() if is_odd(name))
    if is_beyond_the_usual(name, moment.history.names):
        yield "rename.to-a-name-beyond-the-usual"


# --- read its codes ------------------------------------------------------------------------------

# By whether its own organization was shown codes, where that is known.
_CODES_OF_ANOTHERS = {
    True: "invitation.of-another-organizations-fleet",
    False: "invitation.of-another-organizations-fleet-without-codes",
    None: "invitation.of-another-organizations-fleet-perhaps-without-codes",
}


def invitation_situations(moment: Moment) -> Iterator[str]:
    """Yield the situation of a reading of codes, but for those of any request."""
    yield _of_path(moment, _of_read_fleet)


def _of_read_fleet(fleet: Fleet) -> str:
    match fleet.ownership:
        case Ownership.OWN:
            return _of_own_codes(fleet)
        case Ownership.FOREIGN:
            return _CODES_OF_ANOTHERS[fleet.has_codes_for_others]
        case Ownership.ABSENT:
            return "invitation.of-a-resembling-id" if fleet.resembles_another else "invitation.of-an-unknown-fleet"
        case Ownership.UNCLEAR:
            return "path.perhaps-a-fleet"


def _of_own_codes(fleet: Fleet) -> str:
    fixtures = fleet.history.facts.fixtures
    if fleet.id == fixtures.fleet_with_codes:
        return "invitation.of-a-fleet-with-codes"
    if fleet.id == fixtures.fleet_without_codes:
        return "invitation.of-a-fleet-without-codes"
    return "invitation.of-a-new-fleet"


# --- the id in the path --------------------------------------------------------------------------


def _of_path(moment: Moment, of_fleet: Callable[[Fleet], str]) -> str:
    """Return the situation of the id in the path: one of its own where it is odd, else that of its fleet."""
    id = moment.request.path_id
    if id is None:
        return "path.with-no-utf-8"
    if not id or id in (".", "..") or len(id) > _BEYOND_REASON:
        return "any.odd"
    fleet = moment.fleet(id)
    if texts.utf16_units(id) > texts.LIMIT and fleet.ownership is not Ownership.OWN:
        return "path.with-an-overlong-id" if texts.is_overlong(id) else "path.with-an-id-between-the-units"
    if fleet.differs_in_case_only:
        return "path.in-another-case"
    if fleet.ownership is Ownership.ABSENT and moment.is_tidied_away(id):
        return "path.with-slashes-to-tidy"
    if fleet.ownership is Ownership.ABSENT and _is_unusual(id, moment):
        return "path.with-unusual-characters"
    return of_fleet(fleet)


def _is_unusual(id: str, moment: Moment) -> bool:
    """Say whether a server may refuse an id for its characters, before it looks for a fleet."""
    return not texts.is_unreserved(id) or not is_in_its_alphabet(id, moment)
