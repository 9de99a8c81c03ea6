"""The situations of a create of a fleet: what is said of its body, its id and its name."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fleet_contract.contract_tests.judging import texts
from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.expectations.names import (
    is_odd_name,
    is_telling_by_its_length,
    situations_of_any_name,
)
from fleet_contract.contract_tests.judging.fleet import Fleet, Ownership
from fleet_contract.contract_tests.judging.fleet_names import was_called
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import MISSING

_ODD_IDS: Mapping[str, Callable[[str], bool]] = {
    "create.with-an-id-of-digits": lambda text: text.isascii() and text.isdigit(),
    "create.with-blanks-around-the-id": texts.has_blanks_around,
    "create.with-an-id-to-normalise": lambda text: not texts.is_normalised(text),
}
_UNREAD = {Body.NO_JSON: "create.with-no-json", Body.NEARLY_JSON: "create.with-nearly-json"}


def create_situations(moment: Moment) -> Iterator[str]:
    """Yield the situations of a create, but for those of any request."""
    fields = moment.request.fields
    if moment.request.body in _UNREAD:
        yield _UNREAD[moment.request.body]
        return
    if set(fields) - {"fleetId", "fleetName"}:
        yield "any.unknown-property"
    id, name = fields.get("fleetId", MISSING), fields.get("fleetName", MISSING)
    yield from _of_its_id(id, name, moment)
    yield from _of_its_name(name, moment.fleet(str(id)), moment)


def _of_its_id(id: Any, name: Any, moment: Moment) -> Iterator[str]:
    if id is MISSING:
        yield "create.without-an-id"
    elif texts.is_scalar(id):
        yield from ("create.with-a-scalar-as-id", "create.of-an-id-perhaps-taken")
    elif not isinstance(id, str) or not id:
        yield "create.with-an-invalid-id"
    elif texts.is_overlong_by_blanks(id):
        yield "create.with-an-id-overlong-by-blanks"
    elif texts.is_overlong(id):
        yield "create.with-an-overlong-id"
    else:
        yield from _of_its_characters(id, moment)
        yield _of_its_fleet(moment.fleet(id), name)


def _of_its_characters(id: str, moment: Moment) -> Iterator[str]:
    if texts.is_alarming(id):
        yield "name.alarming"
    if texts.is_between_the_units(id):
        yield "create.with-an-id-between-the-units"
    elif texts.is_longest(id):
        yield "create.with-the-longest-id"
    if not is_in_its_alphabet(id, moment):
        yield "create.with-an-id-beyond-slug"
    yield from (situation for situation, is_odd in _ODD_IDS.items() if is_odd(id))


def is_in_its_alphabet(id: str, moment: Moment) -> bool:
    """Say whether a server lets every character of an id into ids: what it took in others, it takes in this one.

    How a character is composed is a question of its own.
    """
    characters = set(texts.nfc(id))
    if characters & texts.HOSTILE or texts.has_control_characters(id):
        return False
    return moment.lets_into_ids(characters - texts.SLUG)


def _of_its_fleet(fleet: Fleet, name: Any) -> str:
    match fleet.ownership:
        case Ownership.FOREIGN:
            return "create.of-an-id-of-another-organization"
        case Ownership.UNCLEAR:
            return "create.of-an-id-perhaps-taken"
        case Ownership.ABSENT:
            return "create.a-mentioned-id" if fleet.is_mentioned else "create.a-new-fleet"
        case Ownership.OWN:
            return _of_a_repetition(fleet, name)


def _of_a_repetition(fleet: Fleet, name: Any) -> str:
    """Tell a create that repeats another from one that a server may take for the same, and from a second fleet."""
    if fleet.may_have_been_created_alike:
        return "create.again-in-other-words"
    if fleet.creation is not None and fleet.creation.name == name:
        return "create.again-after-a-rename" if fleet.is_renamed else "create.again-identically"
    return "create.again-in-other-words" if was_called(fleet, name) else "create.of-a-taken-id"


def _of_its_name(name: Any, fleet: Fleet, moment: Moment) -> Iterator[str]:
    if name is MISSING:
        yield "create.without-a-name"
    elif texts.is_scalar(name):
        yield "create.with-a-scalar-as-name"
        yield from situations_of_any_name(json.dumps(name), fleet)
    elif isinstance(name, str) and name and not texts.is_overlong(name):
        if is_telling_by_its_length(name, moment):
            yield "create.with-the-longest-name"
        if is_odd_name(name, moment.history.names):
            yield "create.with-an-odd-name"
        yield from situations_of_any_name(name, fleet)
    else:
        yield _of_what_is_no_name(name)


def _of_what_is_no_name(name: Any) -> str:
    if name is None:
        return "create.with-a-null-name"
    if not isinstance(name, str):
        return "create.with-a-mistyped-name"
    if not name:
        return "create.with-an-empty-name"
    by_blanks = texts.is_overlong_by_blanks(name)
    return "create.with-a-name-overlong-by-blanks" if by_blanks else "create.with-an-overlong-name"
