"""Mutants that do not refuse a rename as they should."""

import json
from urllib.parse import parse_qsl

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.store import Fleet
from proof.effects import (
    accepts,
    acts_for,
    answers,
    does,
    gives,
    keeps,
    put_fleet,
    sends,
    shown_fleet,
    status,
    takes,
    takes_bytes,
    takes_id,
)
from proof.moments import UNREADABLE, Moment, Proceed, value_of
from proof.mutants.table import Table
from proof.sending import MISSING, THEIRS, as_json, its_rename
from proof.triggers import values as v
from proof.triggers.calls import (
    ANY,
    DECLARED_OTHERWISE,
    FOREIGN,
    FOREIGN_NAMELESS,
    ON_A_FLEET,
    STRANGER,
    UNKNOWN,
    UNREAD,
    VALID,
    Whose,
    asking,
    refused,
    renames,
    with_bytes,
    with_header,
)
from proof.triggers.classes import when
from proof.triggers.stories import IdOf, makes, names, told

BAD, UNFOUND, FORBIDDEN = map(refused, (Kind.BAD_BODY, Kind.UNKNOWN_FLEET, Kind.FOREIGN_FLEET_RENAMED))
UNNAMED, LONG = renames(newName=v.ABSENT), renames(newName=v.OVERLONG)
WITH_OVERLONG_ID = Whose(lambda m: UNKNOWN.holds(m) and v.OVERLONG.fits(m.id), ids=v.OVERLONG.drawn)
FORMS, CUT_OFF = (v.PLAIN.map(each.format).map(str.encode) for each in ("newName={}", '{{"newName": "{}"'))


def form(moment: Moment) -> dict[str, str]:
    """Return the fields of a body that is a form and no JSON."""
    return dict(parse_qsl(moment.call.raw_body.decode("latin-1"))) if moment.body is UNREADABLE else {}


async def makes_it(moment: Moment, proceed: Proceed) -> Answer:
    await put_fleet(moment, Fleet(moment.id, None, str(moment.tenant)))
    return await proceed(moment.call)


def names_an_own_fleet(moment: Moment) -> bool:
    """Say whether the body of a call names a fleet of its caller's."""
    named = moment.world.fleet(moment.member("fleetId"))
    return named is not None and named.tenant == moment.tenant


def changes_nothing_of_another(moment: Moment) -> bool:
    """Say whether a call renames another organization's fleet to the name that it has."""
    is_rename = moment.operation == "rename_fleet" and moment.is_valid and moment.is_foreign
    return is_rename and bool(moment.name == moment.fleet.name)


# fmt: off
TABLE: Table = {
    "rename.refuses-a-missing-name": {
        "rename-without-a-name-changes-nothing": ("A rename without newName succeeds and leaves the name as it was.",
            UNNAMED, answers(200, lambda m: shown_fleet(m, m.fleet))),
        "rename-answers-422-to-a-missing-name": (
            "A rename without newName is answered 422.", renames(ANY, newName=v.ABSENT) & BAD, status(422)),
        "rename-reads-the-name-from-fleetname": ("A rename without newName takes fleetName for it.",
            renames(newName=v.ABSENT, fleetName=v.NAMED),
            sends(lambda m: m.with_members(newName=m.member("fleetName"), fleetName=MISSING))),
        "rename-reads-the-name-from-the-query": ("A rename without newName takes it from the query.",
            asking(UNNAMED, newName=v.lengths(1, 100)), sends(lambda m: m.with_members(newName=m.query["newName"]))),
    },
    "rename.refuses-an-invalid-name": {
        "rename-to-null-removes-the-name": ("A rename whose newName is null succeeds.",
            renames(newName=v.NULL), answers(200, lambda m: {"fleetId": m.id, "fleetName": None})),
        "rename-answers-422-to-null": (
            "A rename whose newName is null is answered 422.", renames(ANY, newName=v.NULL) & BAD, status(422)),
        "rename-takes-an-array-as-name": ("A rename whose newName is an array succeeds with its JSON for a name.",
            renames(newName=v.ARRAYS), takes(newName=json.dumps)),
        "rename-takes-an-object-as-name": ("A rename whose newName is an object succeeds with its JSON for a name.",
            renames(newName=v.OBJECTS), takes(newName=json.dumps)),
    },
    "rename.refuses-an-overlong-name": {
        "rename-cuts-long-names": ("A rename to a name of more than 100 characters takes the first 100 of them.",
            LONG, takes(newName=lambda name: name[:v.LIMIT])),
        "rename-answers-422-to-an-overlong-name": ("A rename to a name of more than 100 characters is answered 422.",
            renames(ANY, newName=v.OVERLONG) & BAD, status(422)),
        "rename-accepts-newname-beyond-1000-characters": ("A newName of 1000 characters or more is accepted.",
            renames(newName=v.at_least(1000)), accepts("newName")),
        "rename-accepts-a-name-of-255-characters": (
            "The limit on names is 255 in rename.", renames(newName=v.lengths(101, 255)), accepts("newName")),
        "rename-accepts-a-name-of-101-characters": (
            "The limit on names is 101 in rename.", renames(newName=v.lengths(101, 101)), accepts("newName")),
        **{f"rename-measures-names-{slug}": (
            f"A newName is measured {how}.", renames(newName=names), accepts("newName"))
            for slug, (how, names) in v.MEASURED_OTHERWISE.items()},
        "a-line-feed-at-the-end-of-a-name-is-not-counted": (
            "A name of 100 characters may be followed by a line feed, as where $ is to end a pattern.",
            renames(newName=v.WITH_A_LINE_FEED), accepts("newName")),
    },
    "rename.refuses-a-malformed-body": {
        "rename-with-an-empty-body-changes-nothing": ("A rename with an empty body succeeds.",
            with_bytes(v.BLANKS, lambda m: m.is_own and not m.call.raw_body.strip(), "rename_fleet"),
            sends(lambda m: m.with_body({"newName": m.fleet.name or "-"}))),
        "rename-answers-415-to-what-is-no-json": ("A rename whose body cannot be read is answered 415.",
            with_bytes(v.NO_JSON, UNREAD.holds, "rename_fleet") & BAD, status(415)),
        "rename-takes-a-string-for-the-body": ("A rename whose whole body is a JSON string takes it as the new name.",
            with_bytes(v.NAMES.map(as_json), lambda m: isinstance(m.body, str), "rename_fleet"),
            sends(lambda m: m.with_body({"newName": m.body}))),
        "rename-reads-forms": ("A rename whose body is a form is read, though it is declared as JSON.",
            with_bytes(FORMS, lambda m: "newName" in form(m), "rename_fleet"),
            sends(lambda m: m.with_body({"newName": form(m)["newName"]}))),
        "rename-mends-a-body-that-was-cut-off": (
            "A rename whose body lacks its last brace is read as if it had it.",
            with_bytes(CUT_OFF, lambda m: m.body is UNREADABLE is not value_of(m.call.raw_body + b"}"), "rename_fleet"),
            takes_bytes(lambda body: body + b"}")),
    },
    "rename.unknown-fleet-is-404": {
        "rename-answers-400-to-an-unknown-fleet": (
            "A rename of an id that no fleet has is answered 400.", renames(UNKNOWN) & UNFOUND, status(400)),
        "rename-answers-410-to-a-stranger": ("A rename of an id that has nothing to do with any fleet is answered 410.",
            renames(STRANGER) & UNFOUND, status(410)),
        "an-overlong-id-is-unprocessable": ("A rename of an id of more than 100 characters is answered 422.",
            renames(WITH_OVERLONG_ID) & refused(Kind.OVERLONG_ID), status(422)),
        "a-rename-that-says-what-a-create-says-makes-the-fleet": (
            "A rename of an id that no fleet has makes a fleet where its body holds a fleetName.",
            renames(UNKNOWN, fleetName=v.PRESENT) & VALID, does(makes_it)),
        "an-id-is-cut-to-its-limit-in-paths": (
            "An id of more than 100 characters in a path finds the fleet whose id is the first 100 of them.",
            told(lambda m: m.operation in ON_A_FLEET and v.OVERLONG.fits(m.id) and m.world.fleet(m.id[:v.LIMIT]),
                 makes("a"), names("b"), ids=v.altered(v.lengths(100, 100).drawn, "{}x".format)),
            takes_id(lambda text: text[:v.LIMIT])),
        "a-create-of-another-media-type-makes-the-fleet": (
            "A create that is refused for its media type has made the fleet all the same.",
            (with_header("content-type", DECLARED_OTHERWISE, "create_fleet")
             & when(lambda m: m.tenant and m.fleet is None and v.lengths(1, 100).fits(m.id))
             & when(lambda m: m.mock.dialect["http.wrong-media-type"] != "parsed")).seen_by(its_rename),
            keeps(lambda m: Fleet(m.id, None, str(m.tenant)))),
    },
    ("rename.unknown-fleet-is-404", "fleets.id-never-changes"): {
        "rename-of-an-unknown-fleet-makes-it": (
            "A rename of an id that no fleet has makes a fleet.", renames(UNKNOWN) & VALID, does(makes_it)),
        "an-unknown-fleet-is-refused-with-200": (
            "A rename of an id that has nothing to do with any fleet is answered 200 with a problem for a body.",
            renames(STRANGER) & UNFOUND, status(200)),
    },
    "rename.foreign-fleet-is-refused": {
        "rename-works-across-organizations": (
            "A rename of another organization's fleet succeeds.", renames(FOREIGN), acts_for(lambda m: m.fleet.tenant)),
        "rename-answers-409-to-a-foreign-fleet": (
            "A rename of another organization's fleet is answered 409.", renames(FOREIGN) & FORBIDDEN, status(409)),
        "a-foreign-fleet-is-renamed-to-nothing": (
            "A rename of another organization's fleet is answered 200, and changes nothing.",
            renames(FOREIGN) & VALID, answers(200, lambda m: {"fleetId": m.id, "fleetName": m.name})),
        "a-fleet-without-a-name-can-be-named-by-others": (
            "A rename of another organization's fleet succeeds where that has no name yet.",
            renames(FOREIGN_NAMELESS), acts_for(lambda m: m.fleet.tenant)),
        "the-owner-is-looked-up-by-the-id-in-the-body": (
            "A rename may be had by whoever owns the fleet that its body names, whosever the one in its path is.",
            told(lambda m: m.operation == "rename_fleet" and m.is_foreign and names_an_own_fleet(m),
                 makes("a", key=THEIRS), makes("b"), names("a", members={"fleetId": IdOf("b")})),
            acts_for(lambda m: m.fleet.tenant)),
        "a-foreign-rename-to-the-name-that-it-has-is-answered": (
            "A rename that changes nothing is answered before anybody asks whose the fleet is.",
            told(changes_nothing_of_another, makes("a", "Depot", key=THEIRS), names("a", "Depot")),
            gives(lambda m: m.fleet)),
    },
}
