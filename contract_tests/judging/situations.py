"""Which situations of the catalogue a request is in, given what is known: they decide what may be answered."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging import sent as texts
from fleet_contract.contract_tests.judging.known import NO_NAME, Known, Likeness, Standing
from fleet_contract.contract_tests.judging.sent import Body, Media, Sent

_SLUG = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_UNRESERVED = _SLUG | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ._~")
_WITH_BODY = ("create_fleet", "rename_fleet", "create_charging_key")
_BEYOND_REASON = 2_000  # characters of an id in a path, beyond which a server may give any refusal

Traits = Iterator[str]


def situations_of(exchange: Exchange, known: Known) -> tuple[str, ...]:
    """Return the ids of all situations that a request is in, at least one; pure."""
    sent = known.sent[exchange.number]
    traits = [*_of_any(exchange, sent), *_of_the_operation(exchange, sent, known)]
    return tuple(dict.fromkeys(traits)) or ("any.odd",)


def _of_any(exchange: Exchange, sent: Sent) -> Traits:
    if exchange.notes.get("empty_key"):
        yield "any.with-an-empty-key"
    elif exchange.request.caller in _CALLERS:
        yield _CALLERS[exchange.request.caller]
    if exchange.notes.get("key_header", "X-API-Key") != "X-API-Key":
        yield "any.key-header-in-another-case"
    if not sent.operation:
        yield "any.wrong-method" if sent.wrong_method else "any.unknown-path"
    if sent.operation in _WITH_BODY:
        yield from _MEDIA.get(sent.media, ())
        if sent.unusually_spelled:
            yield "any.unusual-spelling"


_CALLERS = {Caller.NOBODY: "any.without-a-key", Caller.STRANGER: "any.with-an-unknown-key"}
_MEDIA = {
    Media.WRONG: ("any.wrong-media-type",),
    Media.MISSING: ("any.missing-media-type",),
    Media.PARAMETERS: ("any.media-type-with-parameters",),
}


def _of_the_operation(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if not sent.operation:
        return
    if sent.operation in _WITH_BODY and sent.body is Body.ODD:
        yield "any.odd"
        return
    yield from _OPERATIONS[sent.operation](exchange, sent, known)


# --- create a fleet ----------------------------------------------------------------------------


def _of_create(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if sent.body in _UNREAD:
        yield f"create.{_UNREAD[sent.body]}"
        return
    if set(sent.fields) - {"fleetId", "fleetName"}:
        yield "any.unknown-property"
    id = sent.fields.get("fleetId", NO_NAME)
    yield from _of_new_id(id, exchange, sent, known)
    yield from _of_fleet_name(sent.fields.get("fleetName", NO_NAME), str(id), exchange, known)


_UNREAD = {Body.NO_JSON: "with-no-json", Body.NO_UTF_8: "with-no-utf-8"}


def _of_new_id(id: object, exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if id is NO_NAME:
        yield "create.without-an-id"
    elif _is_scalar(id):
        yield from ("create.with-a-scalar-as-id", "create.of-an-id-perhaps-taken")
    elif not isinstance(id, str) or not id:
        yield "create.with-an-invalid-id"
    elif texts.is_overlong(id):
        yield "create.with-an-overlong-id"
    else:
        yield from _of_characters(id, known)
        yield from _of_standing(id, exchange, sent, known)


def _of_characters(id: str, known: Known) -> Traits:
    if texts.is_between_the_units(id):
        yield "create.with-an-id-between-the-units"
    elif texts.is_longest(id):
        yield "create.with-the-longest-id"
    if not _allowed_by_alphabet(id, known.dialect.get("id.alphabet")):
        yield "create.with-an-id-beyond-slug"
    if texts.has_blanks_around(id):
        yield "create.with-blanks-around-the-id"
    if not texts.is_normalised(id):
        yield "create.with-an-id-to-normalise"


def _allowed_by_alphabet(id: str, alphabet: str | None) -> bool:
    if texts.has_control_characters(id):
        return False
    return is_slug(id) or alphabet == "any" or (alphabet == "unreserved" and is_unreserved(id))


def is_slug(id: str) -> bool:
    """Say whether an id has only characters that every server lets into an id."""
    return set(id) <= _SLUG


def is_unreserved(id: str) -> bool:
    """Say whether an id has only characters that no path needs to encode (RFC 3986, section 2.3)."""
    return set(id) <= _UNRESERVED


def _of_standing(id: str, exchange: Exchange, sent: Sent, known: Known) -> Traits:
    standing = known.standing(id, exchange)
    if standing is Standing.FOREIGN:
        yield "create.of-an-id-of-another-organization"
    elif standing is Standing.UNCLEAR:
        yield "create.of-an-id-perhaps-taken"
    elif standing is Standing.ABSENT:
        yield "create.a-new-fleet"
    else:
        birth = known.birth(id, exchange)
        identical = birth is not None and birth.name == sent.fields.get("fleetName", NO_NAME)
        untouched = not known.was_renamed(id, exchange)
        yield "create.again-identically" if identical and untouched else "create.of-a-taken-id"


def _of_fleet_name(name: object, id: str, exchange: Exchange, known: Known) -> Traits:
    if name is NO_NAME:
        yield "create.without-a-name"
    elif isinstance(name, str) and name and not texts.is_overlong(name):
        if texts.is_longest(name):
            yield "create.with-the-longest-name"
        if any(is_odd(name) for is_odd in _ODD_NAMES.values()):
            yield "create.with-an-odd-name"
        yield from _of_any_name(name, id, exchange, known)
    else:
        yield _of_refusable_name(name)


def _of_refusable_name(name: object) -> str:
    if name is None:
        return "create.with-a-null-name"
    if isinstance(name, str):
        return "create.with-an-overlong-name" if name else "create.with-an-empty-name"
    return "create.with-a-scalar-as-name" if _is_scalar(name) else "create.with-a-mistyped-name"


# What servers decide differently about a name, by the situation of a rename to it.
_ODD_NAMES: dict[str, Callable[[str], bool]] = {
    "rename.to-a-name-between-the-units": texts.is_between_the_units,
    "rename.to-blanks": lambda name: not name.strip(),
    "rename.to-a-name-with-blanks-around": lambda name: bool(name.strip()) and texts.has_blanks_around(name),
    "rename.to-control-characters": lambda name: texts.has_control_characters(name.strip()),
}


def _of_any_name(name: str, id: str, exchange: Exchange, known: Known) -> Traits:
    if not texts.is_normalised(name):
        yield "name.to-normalise"
    if known.dialect.get("name.taken") != "accepted":
        yield from _TAKEN.get(known.name_is_taken(name, id, exchange), ())


_TAKEN = {Likeness.SAME: ("name.taken",), Likeness.UNCLEAR: ("name.perhaps-taken",)}


def _is_scalar(value: object) -> bool:
    return isinstance(value, (bool, int, float))


# --- a fleet in the path -----------------------------------------------------------------------


def _of_rename(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    yield from _of_path(exchange, sent, known, _RENAME)
    if sent.body in _UNREAD:
        yield f"rename.{_UNREAD[sent.body]}"
        return
    if set(sent.fields) - {"newName"}:
        yield "any.unknown-property"
    yield from _of_new_name(sent.fields.get("newName", NO_NAME), exchange, sent, known)


def _of_new_name(name: object, exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if name is NO_NAME:
        yield "rename.without-a-name"
    elif name == "":
        yield "rename.to-an-empty-name"
    elif _is_scalar(name):
        yield from ("rename.to-a-scalar", *_of_any_name(json.dumps(name), sent.path_id or "", exchange, known))
    elif not isinstance(name, str):
        yield "rename.to-an-invalid-name"
    elif texts.is_overlong(name):
        yield "rename.to-an-overlong-name"
    else:
        if texts.is_longest(name):
            yield "rename.to-the-longest-name"
        yield from (situation for situation, is_odd in _ODD_NAMES.items() if is_odd(name))
        yield from _of_any_name(name, sent.path_id or "", exchange, known)


def _of_invitation(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    yield from _of_path(exchange, sent, known, _INVITATION)


def _own_by_rename(exchange: Exchange, sent: Sent, known: Known) -> str:
    if known.is_settling(sent.path_id or "", exchange):
        return "rename.a-fleet-too-soon"
    if known.was_renamed(sent.path_id or "", exchange):
        return "rename.a-renamed-fleet"
    return "rename.by-an-encoded-id" if sent.encoded else "rename.a-fleet"


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
    return "rename.a-resembling-id" if known.resembles_a_fleet(id, exchange) else "rename.an-unknown-fleet"


def _absent_by_invitation(exchange: Exchange, sent: Sent, known: Known) -> str:
    resembling = known.resembles_a_fleet(sent.path_id or "", exchange)
    return "invitation.of-a-resembling-id" if resembling else "invitation.of-an-unknown-fleet"


_Name = Callable[[Exchange, Sent, Known], str]
_RENAME: dict[Standing, _Name | str] = {
    Standing.OWN: _own_by_rename,
    Standing.ABSENT: _absent_by_rename,
    Standing.FOREIGN: "rename.another-organizations-fleet",
}
_INVITATION: dict[Standing, _Name | str] = {
    Standing.OWN: _own_by_invitation,
    Standing.ABSENT: _absent_by_invitation,
    Standing.FOREIGN: "invitation.of-another-organizations-fleet",
}


def _of_path(exchange: Exchange, sent: Sent, known: Known, names: dict[Standing, _Name | str]) -> Traits:
    id = sent.path_id
    if not id or id in (".", "..") or len(id) > _BEYOND_REASON:
        yield "any.odd"
    elif texts.utf16_units(id) > texts.LIMIT and known.standing(id, exchange) is not Standing.OWN:
        yield "path.with-an-overlong-id" if texts.is_overlong(id) else "path.perhaps-a-fleet"
    elif _only_case_differs(id, exchange, known):
        yield "path.in-another-case"
    elif not is_unreserved(id) and known.standing(id, exchange) is Standing.ABSENT:
        yield "path.with-unusual-characters"
    else:
        yield _named(names, exchange, sent, known)


def _named(names: dict[Standing, _Name | str], exchange: Exchange, sent: Sent, known: Known) -> str:
    name = names.get(known.standing(sent.path_id or "", exchange), "path.perhaps-a-fleet")
    return name if isinstance(name, str) else name(exchange, sent, known)


def _only_case_differs(id: str, exchange: Exchange, known: Known) -> bool:
    if known.standing(id, exchange) is not Standing.UNCLEAR:
        return False
    return any(
        birth.certain and birth.id != id and birth.id.casefold() == id.casefold() for birth in known.all_births()
    )


# --- charging keys -----------------------------------------------------------------------------

_REQUIRED_OF_A_KEY = ("keyIdentifier", "visualNumber", "contractId")
_TYPES_OF_A_KEY: dict[str, type] = {
    "keyIdentifier": str,
    "visualNumber": str,
    "contractId": str,
    "fleetId": str,
    "enabled": bool,
}
_IDENTIFIER_LENGTHS = (8, 14)  # https://developer.plugsurfing.com/reference/createempchargingkey


def _of_key(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    fields = sent.fields
    if sent.body is Body.NO_UTF_8:
        yield "keys.create-an-odd-key"
    elif sent.body is Body.NO_JSON or _lacks_or_mistypes(fields):
        yield "keys.create-an-invalid-key"
    elif known.key_like(fields["keyIdentifier"], exchange):
        yield "keys.create-the-same-key"
    elif _is_plain_key(fields) and _goes_to_an_own_fleet(fields, exchange, known):
        yield "keys.create-a-key"
    else:
        yield "keys.create-an-odd-key"


def _lacks_or_mistypes(fields: Any) -> bool:
    missing = any(name not in fields for name in _REQUIRED_OF_A_KEY)
    return missing or any(
        name in fields
        and fields[name] is not None
        and not isinstance(fields[name], type)
        and not _is_scalar(fields[name])
        for name, type in _TYPES_OF_A_KEY.items()
    )


def _is_plain_key(fields: Any) -> bool:
    known_and_typed = all(isinstance(value, _TYPES_OF_A_KEY.get(name, ())) for name, value in fields.items())
    if not known_and_typed:
        return False
    identifier = fields["keyIdentifier"]
    hexadecimal = set(identifier) <= set("0123456789abcdef") and len(identifier) in _IDENTIFIER_LENGTHS
    return hexadecimal and all(fields[name] and is_slug(fields[name].lower()) for name in _REQUIRED_OF_A_KEY[1:])


def _goes_to_an_own_fleet(fields: Any, exchange: Exchange, known: Known) -> bool:
    return "fleetId" not in fields or known.standing(fields["fleetId"], exchange) is Standing.OWN


def _of_list(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    yield "keys.list"
    if set(sent.query) - {"fleetId", "cursor", "page_size"}:
        yield "any.odd"
    if "cursor" in sent.query:
        yield "keys.list-the-next-page" if _continues(exchange, sent, known) else "any.odd"
    if "page_size" in sent.query:
        yield from _of_page_size(sent.query["page_size"])
    if "fleetId" in sent.query:
        yield from _of_filter(sent.query["fleetId"], exchange, known)


def _of_page_size(text: str) -> Traits:
    number = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 else None
    if number is None:
        yield "any.odd"
    else:
        in_range = 10 <= number <= 500
        yield "keys.list-with-a-page-size" if in_range else "keys.list-with-a-page-size-out-of-range"


def _continues(exchange: Exchange, sent: Sent, known: Known) -> bool:
    """Say whether a cursor is used as it was given out: by the same caller, with the same filter and size."""
    giver = known.cursors.get(sent.query["cursor"])
    if giver is None or giver.ended > exchange.started or giver.request.caller is not exchange.request.caller:
        return False
    before = known.sent[giver.number].query
    return all(before.get(name) == sent.query.get(name) for name in ("fleetId", "page_size"))


_OF_FILTER = {
    Standing.ABSENT: ("keys.list-of-an-unknown-fleet",),
    Standing.FOREIGN: ("keys.list-of-another-organizations-fleet",),
    Standing.UNCLEAR: ("keys.list-of-another-organizations-fleet",),
}


def _of_filter(id: str, exchange: Exchange, known: Known) -> Traits:
    if not id or texts.utf16_units(id) > texts.LIMIT:
        yield "any.odd"
    else:
        yield from _OF_FILTER.get(known.standing(id, exchange), ())


# --- prices ------------------------------------------------------------------------------------


def _of_location(exchange: Exchange, sent: Sent, known: Known) -> Traits:
    if sent.path_id == known.fixtures.location:
        yield "prices.of-a-location"
    elif sent.path_id and known.mark in sent.path_id:
        yield "prices.of-an-unknown-location"
    else:
        yield "any.odd"
    if set(sent.query) - {"fleetId"}:
        yield "any.odd"
    if "fleetId" in sent.query and known.standing(sent.query["fleetId"], exchange) is not Standing.OWN:
        yield "prices.for-an-unknown-fleet"


_OPERATIONS: dict[str, Callable[[Exchange, Sent, Known], Traits]] = {
    "create_fleet": _of_create,
    "rename_fleet": _of_rename,
    "get_invitation_codes": _of_invitation,
    "create_charging_key": _of_key,
    "list_charging_keys": _of_list,
    "get_location": _of_location,
}
