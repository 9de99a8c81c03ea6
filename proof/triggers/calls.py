"""Calls: classes of one operation's calls by what they carry and whose fleet they mean.

`creates(fleetName=OVERLONG)` are the creates whose fleetName is in OVERLONG; `renames(FOREIGN)` those of another
organization's fleet. What is not named may be anything, and is drawn as everyday calls have it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from fleet_contract.mock_server.bodies import is_json
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.refusals import Refusal
from proof import sending
from proof.moments import UNREADABLE, Moment
from proof.sending import MISSING, THEIR_TENANT, THEIRS, Request
from proof.triggers import values as v
from proof.triggers.classes import Class, Predicate, Scenario, Step, when
from proof.triggers.stories import Telling, adds, has, lists, looks, makes, names, reads, story
from proof.triggers.values import Values

ON_A_FLEET = ("rename_fleet", "get_invitation_codes")
WITH_BODY = ("create_fleet", "rename_fleet", "create_charging_key")
EVERY = tuple(HANDLERS)


# --- whose fleet -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whose:
    """Which fleet a call means: a predicate, the steps by which such a fleet, called a, comes about, and its id."""

    holds: Predicate
    before: tuple[Telling, ...] = ()
    ids: SearchStrategy[str] = v.IDS


ANY = Whose(lambda _: True)
OWN = Whose(lambda m: m.is_own, (makes("a"),))
FOREIGN = Whose(lambda m: m.is_foreign, (makes("a", key=THEIRS),))
UNKNOWN = Whose(lambda m: m.tenant and isinstance(m.id, str) and m.fleet is None)
WITH_CODES = Whose(lambda m: m.is_own and m.has_codes, (has("a", True, True, False),))
WITH_INACTIVE_CODES = Whose(lambda m: m.is_own and m.fleet.codes and not m.has_codes, (has("a", False),))
WITHOUT_CODES = Whose(lambda m: m.is_own and not m.has_codes, (makes("a"),))
NAMELESS = Whose(lambda m: m.is_own and m.fleet.name is None, (makes("a", v.ABSENT),))
FOREIGN_NAMELESS = Whose(lambda m: m.is_foreign and m.fleet.name is None, (makes("a", v.ABSENT, key=THEIRS),))
FOREIGN_WITH_CODES = Whose(lambda m: m.is_foreign and m.has_codes, (has("a", True, tenant=THEIR_TENANT),))


def is_a_stranger(moment: Moment) -> bool:
    """Say whether an id is plain and has nothing to do with any fleet: none has one like it, or it for a name."""
    if not (UNKNOWN.holds(moment) and re.fullmatch(r"[A-Za-z0-9-]+", moment.id)):
        return False
    asked, fleets = moment.id.casefold(), moment.world.fleets
    has_name = any((fleet.name or "").casefold() == asked for fleet in fleets)
    return not has_name and not any(asked in id or id in asked for id in (fleet.id.casefold() for fleet in fleets))


STRANGER = Whose(is_a_stranger)


def own(ids: Values = v.ANYTHING, **more: Any) -> Whose:
    """Return the caller's fleets whose id is one of these; `more` is said of their create."""
    return Whose(lambda m: m.is_own and ids.fits(m.id), (makes("a", **more),), ids.drawn)


def called(ids: Values) -> Whose:
    """Return what is asked for by one of these ids, whosever it is, or nobody's; the caller's fleets are drawn."""
    return Whose(lambda m: m.tenant and ids.fits(m.id), (makes("a"),), ids.drawn)


# --- by operation ------------------------------------------------------------------------------


def creates(of: Whose = ANY, /, **members: Values) -> Class:
    """Return creates of fleets by their members; `of` says whose fleet has the id already."""
    return _sending("create_fleet", makes("a", members=members), of, members)


def renames(of: Whose = OWN, /, **members: Values) -> Class:
    """Return renames by their members, and by whose the fleet in the path is: the caller's unless told otherwise."""
    return _sending("rename_fleet", names("a", members=members), of, members)


def named(values: Values) -> Class:
    """Return creates and renames by the name that they give."""
    return creates(fleetName=values) | renames(newName=values)


def readings(of: Whose = WITH_CODES) -> Class:
    """Return readings of invitation codes by whose the fleet is."""
    return _sending("get_invitation_codes", reads("a"), of, {})


def look_ups(of: Whose) -> Class:
    """Return renames and readings of codes by whose the fleet is, where nothing else is wrong with them."""
    return (renames(of) | readings(of)) & VALID


def key_creates(of: Whose | None = None, /, **members: Values) -> Class:
    """Return creates of charging keys by their members; `of` says whose fleet they are put into."""
    return _sending("create_charging_key", adds("a" if of else None, members=members), of or ANY, members)


def listings(of: Whose | None = None, /, **parameters: Values) -> Class:
    """Return lists of charging keys by their parameters; `of` says whose fleet filters them."""
    return _asking("list_charging_keys", lists("a" if of else None, **parameters), of or ANY, parameters)


def locations(of: Whose | None = None, /, **parameters: Values) -> Class:
    """Return looks at a location by their parameters; `of` says for whose fleet."""
    return _asking("get_location", looks("a" if of else None, **parameters), of or ANY, parameters)


def located(ids: Values) -> Class:
    """Return looks at a location by its id."""
    return _of("get_location", looks(location=ids), ANY, lambda moment: ids.fits(moment.path.get("locationId")))


def _sending(operation: str, step: Telling, of: Whose, members: Mapping[str, Values]) -> Class:
    def fits(moment: Moment) -> bool:
        if members and not isinstance(moment.body, dict):
            return False
        return all(values.fits(moment.member(name)) for name, values in members.items())

    return _of(operation, step, of, fits)


def _asking(operation: str, step: Telling, of: Whose, parameters: Mapping[str, Values]) -> Class:
    def fits(moment: Moment) -> bool:
        return all(values.fits(moment.query.get(name, MISSING)) for name, values in parameters.items())

    return _of(operation, step, of, fits)


def _of(operation: str, step: Telling, of: Whose, fits: Predicate) -> Class:
    return Class(
        lambda moment: moment.operation == operation and fits(moment) and bool(of.holds(moment)),
        story(*of.before, step, ids=of.ids),
    )


# --- by what is changed of an everyday call ------------------------------------------------------

USUAL: dict[str, tuple[Telling, ...]] = {
    "create_fleet": (makes("a"),),
    "rename_fleet": (makes("a"), names("a")),
    "get_invitation_codes": (has("a", True), reads("a")),
    "create_charging_key": (adds(),),
    "list_charging_keys": (lists(),),
    "get_location": (looks(),),
}


def calls(*operations: str, changed: Callable[[DrawFn, Request], Request], holds: Predicate) -> Class:
    """Return calls of some operations, or of any, by what is changed of an everyday one."""
    known = operations or EVERY

    @st.composite
    def told(draw: DrawFn) -> Scenario:
        steps: list[Step] = list(draw(story(*USUAL[draw(st.sampled_from(known))])))
        last = steps.pop()
        return [*steps, changed(draw, last) if isinstance(last, Request) else last]

    return Class(lambda moment: moment.operation in known and holds(moment), told())


def any_call(*operations: str) -> Class:
    """Return all calls of some operations, or of any."""
    return calls(*operations, changed=lambda _, usual: usual, holds=lambda _: True)


def with_bytes(bodies: SearchStrategy[bytes], holds: Predicate, *operations: str) -> Class:
    """Return calls by the bytes of their body, of which some are drawn."""
    return calls(*operations or WITH_BODY, changed=lambda draw, usual: usual.with_body(draw(bodies)), holds=holds)


def with_header(name: str, values: Values, *operations: str) -> Class:
    """Return calls by a header: those that have it, or lack it, so."""

    def changed(draw: DrawFn, usual: Request) -> Request:
        return usual.with_header(name, draw(values.drawn))

    def holds(moment: Moment) -> bool:
        sent = moment.call.header(name)
        return bool(values.fits(MISSING if sent is None else sent))

    return calls(*operations, changed=changed, holds=holds)


def asking(among: Class, **parameters: Values) -> Class:
    """Return calls of a class by the parameters of their query, whether their operation has these or not."""

    def asked(scenario: Scenario, drawn: Mapping[str, str]) -> Scenario:
        *before, last = scenario
        return [*before, last.with_raw_query(urlencode(drawn)) if isinstance(last, Request) else last]

    def holds(moment: Moment) -> bool:
        return among.holds(moment) and all(
            values.fits(moment.query.get(name, MISSING)) for name, values in parameters.items()
        )

    drawn = st.fixed_dictionaries({name: values.drawn for name, values in parameters.items()})
    return Class(holds, None if among.members is None else st.builds(asked, among.members, drawn))


DECLARED_OTHERWISE = Values(lambda sent: sent is not MISSING and not is_json(sent), v.OTHER_MEDIA_TYPES)


def without_key(way: Callable[[DrawFn, Request], Request], holds: Predicate, *operations: str) -> Class:
    """Return calls without a key, which say in another way who calls."""

    def changed(draw: DrawFn, usual: Request) -> Request:
        return way(draw, usual.with_header("x-api-key", MISSING))

    return calls(*operations, changed=changed, holds=lambda m: not m.call.header("x-api-key") and holds(m))


def elsewhere(kind: Kind, requests: SearchStrategy[Request], holds: Predicate = lambda _: True) -> Class:
    """Return what means no operation, and is refused for that, of which some requests are drawn."""
    members = requests.map(lambda request: [request])
    return Class(lambda m: m.operation is None and m.answer.kind is kind and holds(m), members)


_SEGMENTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
_PATHS = st.lists(_SEGMENTS, min_size=1, max_size=6).map(lambda segments: "/" + "/".join(segments))
_KNOWN = st.sampled_from(
    [sending.FLEETS, f"{sending.FLEETS}/any/rename", f"{sending.FLEETS}/any/invitation", sending.KEYS]
)
UNKNOWN_PATHS = elsewhere(
    Kind.UNKNOWN_PATH, st.builds(sending.request, st.sampled_from(["GET", "POST", "PUT"]), _PATHS)
)
LONGER_PATHS = elsewhere(
    Kind.UNKNOWN_PATH,
    st.builds("{}/{}".format, _KNOWN, _SEGMENTS).map(lambda path: sending.request("GET", path)),
    lambda m: is_path(m.call.raw_path.rpartition("/")[0], m),
)


def is_path(raw_path: str, moment: Moment) -> bool:
    """Say whether a path is that of an operation."""
    try:
        return bool(moment.mock.routes.allowed(raw_path))
    except Refusal:
        return False


def wrong_methods(*methods: str) -> Class:
    """Return calls of a path by some methods that it does not have, or by any."""
    drawn = st.sampled_from(methods or ("DELETE", "PATCH", "TRACE"))
    wrong = st.builds(sending.request, drawn, _KNOWN)
    return elsewhere(Kind.WRONG_METHOD, wrong, lambda m: not methods or m.call.method in methods)


# --- to narrow others by -------------------------------------------------------------------------


def refused(*kinds: Kind) -> Class:
    """Return the calls that the honest mock refuses for one of these reasons."""
    return when(lambda moment: moment.answer.kind in kinds)


VALID = when(lambda moment: moment.is_valid)
SUCCEEDED = when(lambda moment: moment.succeeded)
# Of a body that is declared as something else, a dialect may make what it likes.
UNREAD = when(
    lambda moment: (
        (moment.body is UNREADABLE or moment.body is MISSING) and (not moment.media_type or is_json(moment.media_type))
    )
)
