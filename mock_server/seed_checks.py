"""What is wrong with a seed, in words that name the place and show no secret."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from importlib import resources
from math import isfinite
from typing import Any

from fleet_contract.mock_server.forms import LONGEST
from fleet_contract.mock_server.lengths import is_longer
from fleet_contract.mock_server.wording import LONGEST_NAME, Form, Place
from fleet_contract.spec.files import Contradiction

Described = dict[str, Any]
Complaints = Iterator[tuple[Place, str]]  # each about the value at a place

SCHEMA = json.loads(resources.files(__package__).joinpath("seed.schema.json").read_text(encoding="utf-8"))
FORM = Form(SCHEMA)
# Characters of Latin-1 that a header field carries, with blanks only between them (RFC 9110, section 5.5).
CARRIED_BY_A_HEADER = re.compile(r"[!-~\xa1-\xff]+([ \t]+[!-~\xa1-\xff]+)*")
LONGEST_KEY = 1000
TOO_DEEP = "values that are nested too deeply"


class Unsound(Contradiction):
    """A seed that no mock can hold; `place` leads to what is wrong."""

    def __init__(self, text: str, place: Place = ()) -> None:
        super().__init__(text)
        self.place = place


def require_sound(described: Any, name: str) -> Described:
    """Return what a file says if a mock can hold it; raises Unsound that names file, entry and field."""
    for place, complaint in _keys_no_header_carries(described):
        raise Unsound(f"{name}: {complaint}", place)
    problem = _no_json_can_write(described)
    if problem:
        place = _place_of_unwritable(described)
        at = _place(place, described).removesuffix(": ")
        raise Unsound(f"{name}{at and ', '}{at} contains {problem}, which no response can carry. Remove it.", place)
    try:
        sound: Described = _with_texts_for_dates(described)
        for find in (_misfits, _foreign_locations, _complaints):
            for place, complaint in find(sound):
                raise Unsound(f"{name}: {complaint}", place)
    except RecursionError:
        raise Unsound(f"{name} contains {TOO_DEEP}. Make them flatter.") from None
    return sound


def _keys_no_header_carries(described: Any) -> Complaints:
    """Yield which API keys no request can bring, by their place: a key is a secret."""
    keys = described.get("keys") if isinstance(described, dict) else None
    for place, key in enumerate(keys if isinstance(keys, dict) else (), start=1):
        wrong = unfit(key)
        if wrong:
            yield (
                ("keys", key),
                f"keys, entry {place}: the API key {wrong}. Expected 1 to {LONGEST_KEY} characters that a header "
                "can carry: Latin-1, no control characters, no leading or trailing blanks.",
            )


def unfit(key: object) -> str:
    """Return why no request can bring an API key, if none can."""
    if not isinstance(key, str):
        return "is not a string (put it in quotes)"
    if not key:
        return "is empty"
    if len(key) > LONGEST_KEY:
        return f"has {len(key)} characters"
    return "" if CARRIED_BY_A_HEADER.fullmatch(key) else "contains characters that no header can carry"


def _no_json_can_write(described: Any) -> str:
    """Return what a seed holds that no response can, if anything."""
    try:
        json.dumps(described, ensure_ascii=False, allow_nan=False, default=str).encode()
    except UnicodeEncodeError:
        return "a lone surrogate"
    except RecursionError:
        return TOO_DEEP
    except (ValueError, TypeError):
        return "NaN, Infinity, a key that is not a string, or itself"
    return ""


def _place_of_unwritable(described: Any) -> Place:
    try:
        return next(_unwritable(described, ()), ())
    except RecursionError:  # It has no bottom.
        return ()


def _unwritable(value: Any, place: Place) -> Iterator[Place]:
    """Yield the places of what `_no_json_can_write` means, for a key that of its object."""
    if isinstance(value, str):
        is_bad = not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value)
    elif isinstance(value, float):
        is_bad = not isfinite(value)
    else:
        is_bad = isinstance(value, dict) and not all(isinstance(each, str) for each in value)
    if is_bad:
        yield place
    for step, member in _members(value):
        yield from _unwritable(member, (*place, step))


def _with_texts_for_dates(described: Any) -> Any:
    """Return a seed with the dates of its locations as texts, for which YAML takes what is not in quotes.

    What is more than a date may have been written otherwise than Python would write it.
    """
    if not isinstance(described, dict) or "locations" not in described:
        return described
    return {**described, "locations": _dates_as_texts(described["locations"])}


def _dates_as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _dates_as_texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_dates_as_texts(member) for member in value]
    return value.isoformat() if type(value) is date else value


def _foreign_values(described: Any) -> Complaints:
    """Yield where YAML found what JSON does not have, such as a date."""
    yield from _foreign_below((), described, described)


def _foreign_locations(described: Any) -> Complaints:
    """Yield the same of locations, of which the form of a seed leaves most open."""
    yield from _foreign_below(("locations",), described.get("locations"), described)


def _foreign_below(at: Place, value: Any, described: Any) -> Complaints:
    for place, what in _not_json(value, at):
        yield place, f"{_place(place, described)}YAML reads this as {what}. Put it in quotes."


def _not_json(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield the places at which a value is none of JSON's, each with what it is instead."""
    if isinstance(value, dict):
        yield from ((place, f"the key {name!r}") for name in value if not isinstance(name, str))
    elif not isinstance(value, list | str | int | float | None):
        yield place, f"a {type(value).__name__}"
    for step, member in _members(value):
        yield from _not_json(member, (*place, step))


def _members(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _misfits(described: Any) -> Complaints:
    """Yield where the form of a seed is wrong; raises RecursionError."""
    try:
        complaints = FORM.complaints(described)
    except RecursionError:  # which it says of all that it cannot read
        yield from _foreign_values(described)
        raise
    for place, words in complaints:
        yield place, f"{_place(place, described)}{words}"


def _place(path: Sequence[str | int], described: Described) -> str:
    """Return where something is, in words; an API key is told by its number."""
    steps = list(path)
    if not steps:
        return ""
    if steps[0] == "keys" and len(steps) > 1:
        steps[1] = list(described["keys"]).index(steps[1])
    return ", ".join(f"entry {step + 1}" if isinstance(step, int) else step[:LONGEST_NAME] for step in steps) + ": "


def _complaints(described: Described) -> Complaints:
    """Yield what a schema cannot see: ids that occur twice, and names of what is not there."""
    first = next(iter(described["keys"].values()))
    tenants = {*described["keys"].values(), *described.get("tenants", ())}
    owners: dict[str, str] = {}
    for place, fleet in enumerate(described.get("fleets", ())):
        id, tenant = fleet["fleetId"], fleet.get("tenant", first)
        if id in owners:
            yield ("fleets", place, "fleetId"), f"fleets, fleetId {id!r}: it occurs twice."
        if tenant not in tenants:
            yield (
                ("fleets", place, "tenant"),
                f"fleets, fleetId {id!r}, tenant: no key belongs to {tenant!r}, and tenants does not name it.",
            )
        for at, words in complaints_of_fleet(fleet):
            yield ("fleets", place, *at), f"{_place(('fleets', place, *at), described)}{words}"
        owners[id] = tenant
    yield from _complaints_of_keys(described.get("chargingKeys", ()), owners, first)
    yield from _complaints_of_locations(described.get("locations", ()), owners)


def complaints_of_fleet(fleet: Described) -> Complaints:
    """Yield what of a fleet is too long for every dialect, and which of its codes, a secret, repeats another one."""
    for member in ("fleetId", "fleetName"):
        if is_longer(fleet.get(member, ""), LONGEST):
            yield (member,), f"this has more than {LONGEST} characters."
    known: set[str] = set()
    for member in ("codes", "inactiveCodes"):
        for place, code in enumerate(fleet.get(member, ())):
            if code in known:
                yield (member, place), "the fleet has this code twice. Leave one out."
            known.add(code)


def _complaints_of_keys(keys: Iterable[Described], owners: dict[str, str], first: str) -> Complaints:
    known: set[tuple[str, str]] = set()
    for place, key in enumerate(keys):
        at = ("chargingKeys", place)
        identifier, tenant, fleet_id = key["keyIdentifier"], key.get("tenant", first), key.get("fleetId")
        if (tenant, identifier) in known:
            yield (*at, "keyIdentifier"), f"chargingKeys, keyIdentifier {identifier!r}: it occurs twice."
        for member, words in complaints_of_key(key):
            yield (*at, *member), f"{_place((*at, *member), {})}{words}"
        if fleet_id is not None and owners.get(fleet_id) != tenant:
            complaint = f"chargingKeys, keyIdentifier {identifier!r}, fleetId: {tenant!r} has no fleet {fleet_id!r}."
            yield (*at, "fleetId"), complaint
        known.add((tenant, identifier))


def complaints_of_key(key: Described) -> Complaints:
    """Yield what of a charging key no response can show: an end that is no time."""
    if not _is_moment(key.get("validTo")):
        yield (
            ("validTo",),
            f"{key['validTo']!r} is no ISO 8601 time. Expected one such as 2099-12-31T23:59:59.000Z.",
        )


def _is_moment(text: str | None) -> bool:
    try:
        return text is None or bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _complaints_of_locations(locations: Iterable[Described], owners: dict[str, str]) -> Complaints:
    known: set[str] = set()
    for place, location in enumerate(locations):
        at = ("locations", place)
        if location["id"] in known:
            yield (*at, "id"), f"locations, id {location['id']!r}: it occurs twice."
        for fleet_id in location.get("fleetPrices", {}):
            if fleet_id not in owners:
                complaint = f"locations, id {location['id']!r}, fleetPrices: there is no fleet {fleet_id!r}."
                yield (*at, "fleetPrices", fleet_id), complaint
        known.add(location["id"])
