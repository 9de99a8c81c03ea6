"""The situations of requests about fleets: creating, renaming, reading codes."""

import json
import unicodedata
from collections.abc import Callable

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging import sent as texts
from fleet_contract.contract_tests.judging.known import Known, Standing
from fleet_contract.contract_tests.judging.likeness import NO_NAME, Likeness
from fleet_contract.contract_tests.judging.sent import Body, Sent
from fleet_contract.contract_tests.judging.traits import Traits, is_scalar

_CREATE_UNREAD = {Body.NO_JSON: "create.with-no-json", Body.NEARLY_JSON: "create.with-nearly-json"}
_RENAME_UNREAD = {Body.NO_JSON: "rename.with-no-json", Body.NEARLY_JSON: "rename.with-nearly-json"}
_CONFLICT = 409
_BEYOND_REASON = 2_000  # characters of an id in a path, beyond which a server may give any refusal

# --- create a fleet ----------------------------------------------------------------------------


def of_create(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if sent.body in _CREATE_UNREAD:
        yield _CREATE_UNREAD[sent.body]
        return
    if set(sent.fields) - {"fleetId", "fleetName"}:
        yield "any.unknown-property"
    id = sent.fields.get("fleetId", NO_NAME)
    yield from _of_new_id(id, exchange, sent, known)
    yield from _of_fleet_name(sent.fields.get("fleetName", NO_NAME), str(id), exchange, known)


def _of_new_id(id: object, exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if id is NO_NAME:
        yield "create.without-an-id"
    elif is_scalar(id):
        yield from ("create.with-a-scalar-as-id", "create.of-an-id-perhaps-taken")
    elif not isinstance(id, str) or not id:
        yield "create.with-an-invalid-id"
    elif texts.is_overlong(id):
        by_blanks = texts.is_overlong_by_blanks(id)
        yield "create.with-an-id-overlong-by-blanks" if by_blanks else "create.with-an-overlong-id"
    else:
        if texts.is_alarming(id):
            yield "name.alarming"
        yield from _of_characters(id, exchange, known)
        yield from _of_standing(id, exchange, sent, known)


def _of_characters(id: str, exchange: Exchange, known: Known) -> Traits:
    if texts.is_between_the_units(id):
        yield "create.with-an-id-between-the-units"
    elif texts.is_longest(id):
        yield "create.with-the-longest-id"
    if not _is_of_its_alphabet(id, exchange, known):
        yield "create.with-an-id-beyond-slug"
    if texts.has_blanks_around(id):
        yield "create.with-blanks-around-the-id"
    if not texts.is_normalised(id):
        yield "create.with-an-id-to-normalise"


def _is_of_its_alphabet(id: str, exchange: Exchange, known: Known) -> bool:
    """Say whether a server lets every character of an id into ids: what it took in others, it takes in this one.

    How a character is composed is a question of its own.
    """
    characters = set(unicodedata.normalize("NFC", id))
    if characters & texts.HOSTILE or texts.has_control_characters(id):
        return False
    return characters <= texts.SLUG or characters <= texts.SLUG | known.characters_of_ids(exchange)


def _of_standing(id: str, exchange: Exchange, sent: Sent, known: Known) -> Traits:
    standing = known.standing(id, exchange)
    if standing is Standing.FOREIGN:
        yield "create.of-an-id-of-another-organization"
    elif standing is Standing.UNCLEAR:
        yield "create.of-an-id-perhaps-taken"
    elif standing is Standing.ABSENT:
        yield "create.a-mentioned-id" if known.was_mentioned(id, exchange) else "create.a-new-fleet"
    else:
        yield _again(id, sent.fields.get("fleetName", NO_NAME), exchange, known)


def _again(id: str, name: object, exchange: Exchange, known: Known) -> str:
    """Tell a create that repeats another from one that a server may take for the same, and from a second fleet."""
    birth = known.birth(id, exchange)
    if birth is not None and birth.name == name:
        return "create.again-after-a-rename" if known.was_renamed(id, exchange) else "create.again-identically"
    return "create.again-in-other-words" if known.was_called(name, id, exchange) else "create.of-a-taken-id"


def _of_fleet_name(name: object, id: str, exchange: Exchange, known: Known) -> Traits:
    if name is NO_NAME:
        yield "create.without-a-name"
    elif isinstance(name, str) and name and not texts.is_overlong(name):
        if texts.is_longest(name):
            yield "create.with-the-longest-name"
        if any(is_odd(name) for is_odd in _ODD_NAMES.values()) or _is_beyond_the_usual(name, known):
            yield "create.with-an-odd-name"
        yield from _of_any_name(name, id, exchange, known)
    elif is_scalar(name):
        yield from ("create.with-a-scalar-as-name", *_of_any_name(json.dumps(name), id, exchange, known))
    else:
        yield _of_refusable_name(name)


def _of_refusable_name(name: object) -> str:
    if name is None:
        return "create.with-a-null-name"
    if isinstance(name, str) and texts.is_overlong_by_blanks(name):
        return "create.with-a-name-overlong-by-blanks"
    if isinstance(name, str):
        return "create.with-an-overlong-name" if name else "create.with-an-empty-name"
    return "create.with-a-mistyped-name"


# What servers decide differently about a name, by the situation of a rename to it.
_ODD_NAMES: dict[str, Callable[[str], bool]] = {
    "rename.to-a-name-between-the-units": texts.is_between_the_units,
    "rename.to-blanks": lambda name: not name.strip(),
    "rename.to-a-name-with-blanks-around": lambda name: bool(name.strip()) and texts.has_blanks_around(name),
    "rename.to-control-characters": texts.has_control_characters,
}


_SHORT = 4  # code points; a server may want some more of a name


def _is_beyond_the_usual(name: str, known: Known) -> bool:
    """Say whether a name is so short, or has such characters, as this server took in no other one."""
    unusual = set(filter(texts.is_unusual, name))
    return bool(unusual - known.characters_of_names) or len(name) < min(_SHORT, known.shortest_name)


def _of_any_name(name: str, id: str, exchange: Exchange, known: Known) -> Traits:
    if not texts.is_normalised(name):
        yield "name.to-normalise"
    if texts.is_alarming(name):
        yield "name.alarming"
    if known.dialect.get("name.taken") != "accepted":
        yield from _TAKEN.get(known.name_is_taken(name, id, exchange), ())


_TAKEN = {Likeness.SAME: ("name.taken",), Likeness.UNCLEAR: ("name.perhaps-taken",)}


# --- a fleet in the path -----------------------------------------------------------------------


def of_rename(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    for situation in _of_path(exchange, sent, known, _RENAME):
        yield situation
        if situation in _FOUND and sent.encoded and not known.was_found_by_this_path(sent.path_id or "", exchange):
            yield "rename.by-an-encoded-id"
    if exchange.status == _CONFLICT and known.is_renamed_meanwhile(sent.path_id or "", exchange):
        yield "rename.a-fleet-that-another-call-renamed-meanwhile"
    if sent.body in _RENAME_UNREAD:
        yield _RENAME_UNREAD[sent.body]
        return
    if set(sent.fields) - {"newName"}:
        yield "any.unknown-property"
    yield from _of_new_name(sent.fields.get("newName", NO_NAME), exchange, sent, known)


def _of_new_name(name: object, exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if name is NO_NAME:
        yield "rename.without-a-name"
    elif name == "":
        yield "rename.to-an-empty-name"
    elif is_scalar(name):
        yield from ("rename.to-a-scalar", *_of_any_name(json.dumps(name), sent.path_id or "", exchange, known))
    elif not isinstance(name, str):
        yield "rename.to-an-invalid-name"
    elif texts.is_overlong(name):
        by_blanks = texts.is_overlong_by_blanks(name)
        yield "rename.to-a-name-overlong-by-blanks" if by_blanks else "rename.to-an-overlong-name"
    else:
        yield from _of_a_fitting_name(name, known)
        yield from _of_any_name(name, sent.path_id or "", exchange, known)


def _of_a_fitting_name(name: str, known: Known) -> Traits:
    if texts.is_longest(name):
        yield "rename.to-the-longest-name"
    yield from (situation for situation, is_odd in _ODD_NAMES.items() if is_odd(name))
    if _is_beyond_the_usual(name, known):
        yield "rename.to-a-name-beyond-the-usual"


def of_invitation(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    yield from _of_path(exchange, sent, known, _INVITATION)


def _own_by_rename(exchange: Exchange, sent: Sent, known: Known) -> str:
    if known.is_settling(sent.path_id or "", exchange):
        return "rename.a-fleet-too-soon"
    if known.was_renamed(sent.path_id or "", exchange):
        return "rename.a-renamed-fleet"
    is_renamed = known.is_renamed_meanwhile(sent.path_id or "", exchange)
    return "rename.a-fleet-that-is-being-renamed" if is_renamed else "rename.a-fleet"


def _own_by_invitation(_: Exchange, sent: Sent, known: Known) -> str:
    if sent.path_id == known.fixtures.fleet_with_codes:
        return "invitation.of-a-fleet-with-codes"
    if sent.path_id == known.fixtures.fleet_without_codes:
        return "invitation.of-a-fleet-without-codes"
    return "invitation.of-a-new-fleet"


def _absent_by_rename(exchange: Exchange, sent: Sent, known: Known) -> str:
    id = sent.path_id or ""
    if known.was_mentioned(id, exchange):
        return "rename.a-mentioned-id"
    resembling = known.resembles_a_fleet(id, exchange) and not known.was_tried(id, exchange)
    return "rename.a-resembling-id" if resembling else "rename.an-unknown-fleet"


def _foreign_by_rename(exchange: Exchange, sent: Sent, known: Known) -> str:
    too_soon = known.is_settling(sent.path_id or "", exchange)
    return "rename.another-organizations-fleet-too-soon" if too_soon else "rename.another-organizations-fleet"


def _absent_by_invitation(exchange: Exchange, sent: Sent, known: Known) -> str:
    resembling = known.resembles_a_fleet(sent.path_id or "", exchange)
    return "invitation.of-a-resembling-id" if resembling else "invitation.of-an-unknown-fleet"


def _foreign_by_invitation(exchange: Exchange, sent: Sent, known: Known) -> str:
    return _CODES_OF_ANOTHERS[known.has_codes_for_others(sent.path_id or "", exchange)]


# By whether its own organization was shown codes, where that is known.
_CODES_OF_ANOTHERS = {
    True: "invitation.of-another-organizations-fleet",
    False: "invitation.of-another-organizations-fleet-without-codes",
    None: "invitation.of-another-organizations-fleet-perhaps-without-codes",
}
_FOUND = ("rename.a-fleet", "rename.a-renamed-fleet", "rename.a-fleet-that-is-being-renamed")
_Name = Callable[[Exchange, Sent, Known], str]
_RENAME: dict[Standing, _Name | str] = {
    Standing.OWN: _own_by_rename,
    Standing.ABSENT: _absent_by_rename,
    Standing.FOREIGN: _foreign_by_rename,
}
_INVITATION: dict[Standing, _Name | str] = {
    Standing.OWN: _own_by_invitation,
    Standing.ABSENT: _absent_by_invitation,
    Standing.FOREIGN: _foreign_by_invitation,
}


def _of_path(exchange: Exchange, sent: Sent, known: Known, names: dict[Standing, _Name | str]) -> Traits:
    id = sent.path_id
    if id is None:
        yield "path.with-no-utf-8"
    elif not id or id in (".", "..") or len(id) > _BEYOND_REASON:
        yield "any.odd"
    elif texts.utf16_units(id) > texts.LIMIT and known.standing(id, exchange) is not Standing.OWN:
        yield "path.with-an-overlong-id" if texts.is_overlong(id) else "path.with-an-id-between-the-units"
    elif _only_case_differs(id, exchange, known):
        yield "path.in-another-case"
    elif known.is_tidied_away(id, exchange) and known.standing(id, exchange) is Standing.ABSENT:
        yield "path.with-slashes-to-tidy"
    elif _is_unusual(id, exchange, known) and known.standing(id, exchange) is Standing.ABSENT:
        yield "path.with-unusual-characters"
    else:
        yield _named(names, exchange, sent, known)


def _named(names: dict[Standing, _Name | str], exchange: Exchange, sent: Sent, known: Known) -> str:
    name = names.get(known.standing(sent.path_id or "", exchange), "path.perhaps-a-fleet")
    return name if isinstance(name, str) else name(exchange, sent, known)


def _is_unusual(id: str, exchange: Exchange, known: Known) -> bool:
    """Say whether a server may refuse an id for its characters, before it looks for a fleet."""
    return not texts.is_unreserved(id) or not _is_of_its_alphabet(id, exchange, known)


def _only_case_differs(id: str, exchange: Exchange, known: Known) -> bool:
    if known.standing(id, exchange) is not Standing.UNCLEAR or known.birth(id, exchange) is not None:
        return False
    return any(
        birth.certain
        and birth.id.casefold() == id.casefold()
        and birth.exchange.ended <= exchange.started
        and birth.exchange.request.caller is exchange.request.caller
        for birth in known.births_of(id)
    )
