"""Mutants that break what a rename of a fleet promises, or do not refuse one as they should."""

import json
import re
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from hypothesis.strategies import DrawFn

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.store import Fleet
from proof import effects as e
from proof.moments import UNREADABLE, Moment, value_of
from proof.mutants import echoes
from proof.mutants.create_refusals import accepted_beyond, limit
from proof.mutants.table import Table, answered
from proof.sending import MISSING, THEIRS, Request, as_json, its_rename
from proof.triggers import calls as c
from proof.triggers import values as v
from proof.triggers.classes import when
from proof.triggers.stories import IdOf, makes, names, told

CODING = "transfer-encoding"
A_MOMENT = 0.1  # seconds, for which a value stays in memory that is soon used anew
ANSWERED, UNNAMED, LONG = c.renames() & c.SUCCEEDED, c.renames(newName=v.ABSENT), c.renames(newName=v.OVERLONG)
BAD, UNFOUND, FORBIDDEN = map(c.refused, (Kind.BAD_BODY, Kind.UNKNOWN_FLEET, Kind.FOREIGN_FLEET_RENAMED))
BAD_NAME, MAKES_IT = e.refuses(Kind.BAD_BODY), e.gives(lambda m: Fleet(m.id, m.name, str(m.tenant)), keep=True)
WITH_OVERLONG_ID = c.Whose(lambda m: c.UNKNOWN.holds(m) and v.OVERLONG.fits(m.id), ids=v.OVERLONG.drawn)
FORMS, CUT_OFF = (v.PLAIN.map(each.format).map(str.encode) for each in ("newName={}", '{{"newName": "{}"'))
join_blanks = partial(re.compile(r"(?<=\S) {2,}(?=\S)").sub, " ")


def newest_beginning(moment: Moment) -> Fleet:
    """Return the last of its owner's fleets whose id begins with that of the one that a call names."""
    fleets = moment.world.fleets_of(moment.tenant)
    return [fleet for fleet in fleets if fleet.id.startswith(moment.fleet.id)][-1]


def first_name(moment: Moment) -> object:
    """Return the name with which the fleet that a call names was created."""
    return next((each.name for each in moment.alike("create_fleet") if each.succeeded), None)


def before(moment: Moment) -> Any:
    """Return the rename before one, where that was of another fleet."""
    last = moment.last("rename_fleet")
    return last if last and last.id != moment.id else None


def form(moment: Moment) -> dict[str, str]:
    """Return the fields of a body that is a form and no JSON."""
    return dict(parse_qsl(moment.call.raw_body.decode("latin-1"))) if moment.body is UNREADABLE else {}


def in_chunks(draw: DrawFn, usual: Request) -> Request:
    """Return a rename to an overlong name whose body comes in chunks."""
    return usual.with_header(CODING, "chunked").with_body(as_json({"newName": draw(v.OVERLONG.drawn)}))


def names_an_own_fleet(moment: Moment) -> bool:
    """Say whether the body of a call names a fleet of its caller's."""
    named = moment.world.fleet(moment.member("fleetId"))
    return named is not None and named.tenant == moment.tenant


# fmt: off
UNCHANGED = told(c.renames() & when(lambda m: m.name == m.fleet.name is not None),
                 makes("a", "First"), names("a", "First"))
BACK = told(c.renames() & when(lambda m: m.name == first_name(m) != m.fleet.name),
            makes("a", "First"), names("a"), names("a", "First"))
AFTER_ANOTHER = told(c.renames() & when(before), makes("a"), makes("b"), names("a"), names("b"))
TABLE: Table = {
    "rename.accepts-a-valid-name": {
        "rename-answers-nothing": ("A rename is answered 204 without a body.", ANSWERED, e.status(204)),
        "rename-answers-202": ("A rename is answered 202 Accepted.", ANSWERED, e.status(202)),
        "rename-answers-201": ("A rename is answered 201 Created.", ANSWERED, e.status(201)),
        "rename-to-the-present-name-is-a-conflict": (
            "A rename of a fleet to the name that it has is refused as a conflict.",
            UNCHANGED, e.refuses(Kind.FLEET_ID_TAKEN)),
        "rename-to-the-present-name-is-not-modified": answered(
            "A rename of a fleet to the name that it has is", UNCHANGED & c.SUCCEEDED, 304),
        "rename-to-the-present-name-is-not-found": (
            "A rename of a fleet to the name that it has is answered 404, as where nothing changes in a table.",
            UNCHANGED, e.refuses(Kind.UNKNOWN_FLEET)),
        "rename-to-the-present-name-is-no-content": answered(
            "A rename of a fleet to the name that it has is", UNCHANGED & c.SUCCEEDED, 204),
        "rename-refuses-an-apostrophe": (
            "A rename to a name with an apostrophe is answered 400, as by a filter against injections.",
            c.renames(newName=v.characters("'")), BAD_NAME),
        "rename-refuses-what-looks-like-a-tag": (
            "A rename to a name with a less-than sign is refused, as by somebody who fears for a web page.",
            c.renames(newName=v.characters("<")), BAD_NAME),
        "rename-refuses-a-name-of-one-character": ("A rename to a name of one character is answered 400.",
            c.renames(newName=v.lengths(1, 1)), BAD_NAME),
        "a-fleet-never-has-its-first-name-again": (
            "A rename of a fleet to the name that its create gave it is answered 400, once it has had another.",
            BACK, BAD_NAME),
    },
    "rename.name-holds-100-characters": {
        "rename-refuses-a-name-of-100-characters": (
            "A rename to a name of 100 characters is refused.", c.renames(newName=v.lengths(100, 100)), BAD_NAME),
        "rename-measures-names-in-bytes": ("A name of more than 100 bytes in UTF-8 is refused by rename.",
            c.renames(newName=v.taking_more_than(100)), BAD_NAME),
        "rename-refuses-a-name-of-more-than-255-bytes": (
            "A name that a column of 255 bytes cannot hold is refused by rename, though few characters make it up.",
            c.renames(newName=v.taking_more_than(255)), BAD_NAME),
    },
    "rename.keeps-the-id": {
        "rename-answers-without-the-id": (
            "The answer to a rename shows the name alone.", ANSWERED, e.shows(fleetId=MISSING)),
        **echoes.answered("rename", echoes.IDS, "fleetId", lambda ids: c.renames(c.own(ids))),
        "rename-answers-the-name-as-id": ("The answer to a rename shows the new name as the id.",
            ANSWERED, e.shows_what(fleetId=lambda m: m.shown["fleetName"])),
        "rename-answers-a-new-id-the-second-time": (
            "From the second rename of a fleet on, the answer shows an id with a counter.",
            told(c.renames() & when(lambda m: m.times("rename_fleet")), makes("a"), names("a"), names("a")),
            e.shows_what(fleetId=lambda m: f"{m.id}-{m.times('rename_fleet') + 1}")),
        "rename-answers-the-id-in-the-body": ("The answer to a rename whose body carries a fleetId shows that one.",
            c.renames(fleetId=v.PRESENT), e.shows_what(fleetId=lambda m: m.member("fleetId"))),
        "a-rename-reaches-the-newest-fleet-whose-id-begins-so": (
            "A rename is of the fleet that was made last among those whose ids begin with the one in its path.",
            told(c.renames() & when(lambda m: newest_beginning(m) != m.fleet),
                 makes("b"), makes("a"), names("b"), ids=v.altered(v.lengths(2, 100).drawn, lambda text: text[:-1])),
            e.finds(newest_beginning)),
        "a-rename-answers-the-id-of-the-one-before": (
            "A rename within a tenth of a second of one of another fleet is answered with the id of that one.",
            AFTER_ANOTHER & when(lambda m: m.time - before(m).time < A_MOMENT),
            e.shows_what(fleetId=lambda m: before(m).id)),
    },
    "rename.answers-the-new-name": {
        "rename-answers-without-the-name": (
            "The answer to a rename shows the id alone.", ANSWERED, e.shows(fleetName=MISSING)),
        **echoes.answered("rename", echoes.NAMES | echoes.NEW_NAMES, "fleetName", lambda new: c.renames(newName=new)),
        "rename-answers-newname": ("The answer to a rename calls the name newName, as the request does.",
            ANSWERED, e.shows_value(lambda fleet, _: {"fleetId": fleet["fleetId"], "newName": fleet["fleetName"]})),
        "rename-answers-the-old-name": ("The answer to a rename shows the name that the fleet had.",
            c.renames() & when(lambda m: m.name != m.fleet.name), e.shows_what(fleetName=lambda m: m.fleet.name)),
        "rename-answers-the-name-that-create-would-read": (
            "The answer to a rename whose body carries a fleetName shows that one.",
            c.renames(fleetName=v.PRESENT), e.shows_what(fleetName=lambda m: m.member("fleetName"))),
        "a-name-in-the-query-wins": ("A rename whose query has a newName too gives the fleet that one.",
            c.asking(c.renames(newName=v.NAMED), newName=v.lengths(1, 100)),
            e.takes_what(newName=lambda m: m.query["newName"])),
        "rename-joins-blanks": ("The answer to a rename shows one blank where the name has several in its midst.",
            c.renames(newName=v.changed_by(join_blanks, v.PLAIN.map("a  {}".format))), e.shows(fleetName=join_blanks)),
        "rename-numbers-a-name-that-is-taken": (
            "A rename to a name that another fleet has is answered with a number behind it.",
            told(c.renames() & when(lambda m: any(each.name == m.name != m.fleet.name for each in m.world.fleets)),
                 makes("b", "Taken"), makes("a"), names("a", "Taken")),
            e.shows(fleetName="{} (2)".format)),
        "a-rename-answers-the-name-of-the-one-before": (
            "A rename is answered with the name of the rename before it where that was of another fleet.",
            AFTER_ANOTHER, e.shows_what(fleetName=lambda m: before(m).name)),
        "the-third-rename-answers-the-old-name": (
            "Every third rename of a fleet is answered with the name that it had.",
            told(c.renames() & when(lambda m: m.times("rename_fleet") % 3 == 2),
                 makes("a"), names("a"), names("a"), names("a")),
            e.shows_what(fleetName=lambda m: m.fleet.name)),
        "a-rename-back-is-overlooked": (
            "A rename to the name that a fleet was created with is answered with the name in between.",
            BACK, e.shows_what(fleetName=lambda m: m.fleet.name)),
    },
    ("rename.keeps-the-id", "rename.answers-the-new-name"): {
        "rename-answers-an-array": (
            "A rename is answered with an array of one fleet.", ANSWERED, e.shows_value(lambda fleet, _: [fleet])),
    },
    "rename.refuses-a-missing-name": {
        "rename-without-a-name-changes-nothing": ("A rename without newName succeeds and leaves the name as it was.",
            UNNAMED, e.answers(200, lambda m: e.shown_fleet(m, m.fleet))),
        "rename-answers-422-to-a-missing-name": answered(
            "A rename without newName is", c.renames(c.ANY, newName=v.ABSENT) & BAD, 422),
        "rename-reads-the-name-from-fleetname": ("A rename without newName takes fleetName for it.",
            c.renames(newName=v.ABSENT, fleetName=v.NAMED),
            e.sends(lambda m: m.with_members(newName=m.member("fleetName"), fleetName=MISSING))),
        "rename-reads-the-name-from-the-query": ("A rename without newName takes it from the query.",
            c.asking(UNNAMED, newName=v.lengths(1, 100)), e.takes_what(newName=lambda m: m.query["newName"])),
    },
    "rename.refuses-an-invalid-name": {
        "rename-to-null-removes-the-name": ("A rename whose newName is null succeeds.",
            c.renames(newName=v.NULL), e.answers(200, lambda m: {"fleetId": m.id, "fleetName": None})),
        "rename-answers-422-to-null": answered(
            "A rename whose newName is null is", c.renames(c.ANY, newName=v.NULL) & BAD, 422),
        "rename-takes-an-array-as-name": ("A rename whose newName is an array succeeds with its JSON for a name.",
            c.renames(newName=v.ARRAYS), e.takes(newName=json.dumps)),
        "rename-takes-an-object-as-name": ("A rename whose newName is an object succeeds with its JSON for a name.",
            c.renames(newName=v.OBJECTS), e.takes(newName=json.dumps)),
    },
    "rename.refuses-an-overlong-name": {
        "rename-cuts-long-names": ("A rename to a name of more than 100 characters takes the first 100 of them.",
            LONG, e.takes(newName=lambda name: name[:v.LIMIT])),
        "rename-answers-422-to-an-overlong-name": answered(
            "A rename to a name of more than 100 characters is", c.renames(c.ANY, newName=v.OVERLONG) & BAD, 422),
        "an-overlong-name-in-chunks-is-accepted": (
            "A rename to a name of more than 100 characters is accepted if its body comes in chunks.",
            c.calls("rename_fleet", changed=in_chunks, holds=lambda m: m.call.header(CODING) and LONG.holds(m)),
            e.accepts("newName"), Depth.DEEP),
        "the-first-name-of-a-fleet-may-be-overlong": (
            "A rename of a fleet without a name takes a name of more than 100 characters.",
            told(LONG & when(lambda m: m.fleet.name is None), makes("a", v.ABSENT), names("a", v.OVERLONG)),
            e.accepts("newName"), Depth.DEEP),
        "rename-accepts-newname-beyond-1000-characters": accepted_beyond("newName", 1000, c.renames),
        "rename-accepts-a-name-of-255-characters": limit("newName", 255, c.renames),
        "rename-accepts-a-name-of-101-characters": limit("newName", 101, c.renames),
        **{f"rename-measures-names-{slug}": (
            f"A newName is measured {how}.", c.renames(newName=names), e.accepts("newName"))
            for slug, (how, names) in v.MEASURED_OTHERWISE.items()},
        "a-line-feed-at-the-end-of-a-name-is-not-counted": (
            "A name of 100 characters may be followed by a line feed, as where $ is to end a pattern.",
            c.renames(newName=v.WITH_A_LINE_FEED), e.accepts("newName")),
    },
    "rename.refuses-a-malformed-body": {
        "rename-with-an-empty-body-changes-nothing": ("A rename with an empty body succeeds.",
            c.with_bytes(v.BLANKS, lambda m: m.is_own and not m.call.raw_body.strip(), "rename_fleet"),
            e.sends(lambda m: m.with_body({"newName": m.fleet.name or "-"}))),
        "rename-answers-415-to-what-is-no-json": answered(
            "A rename whose body cannot be read is",
            c.with_bytes(v.NO_JSON, c.UNREAD.holds, "rename_fleet") & BAD, 415),
        "rename-takes-a-string-for-the-body": ("A rename whose whole body is a JSON string takes it as the new name.",
            c.with_bytes(v.NAMES.map(as_json), lambda m: isinstance(m.body, str), "rename_fleet"),
            e.sends(lambda m: m.with_body({"newName": m.body}))),
        "rename-reads-forms": ("A rename whose body is a form is read, though it is declared as JSON.",
            c.with_bytes(FORMS, lambda m: "newName" in form(m), "rename_fleet"),
            e.sends(lambda m: m.with_body({"newName": form(m)["newName"]}))),
        "rename-mends-a-body-that-was-cut-off": (
            "A rename whose body lacks its last brace is read as if it had it.",
            c.with_bytes(CUT_OFF, lambda m: m.body is UNREADABLE is not value_of(m.raw + b"}"), "rename_fleet"),
            e.takes_bytes(lambda body: body + b"}")),
    },
    "rename.unknown-fleet-is-404": {
        "rename-answers-400-to-an-unknown-fleet": answered(
            "A rename of an id that no fleet has is", c.renames(c.UNKNOWN) & UNFOUND, 400),
        "rename-answers-410-to-a-stranger": answered(
            "A rename of an id that has nothing to do with any fleet is", c.renames(c.STRANGER) & UNFOUND, 410),
        "an-overlong-id-is-unprocessable": answered(
            "A rename of an id of more than 100 characters is",
            c.renames(WITH_OVERLONG_ID) & c.refused(Kind.OVERLONG_ID), 422),
        "a-rename-that-says-what-a-create-says-makes-the-fleet": (
            "A rename of an id that no fleet has makes a fleet where its body holds a fleetName.",
            c.renames(c.UNKNOWN, fleetName=v.PRESENT) & c.VALID, MAKES_IT),
        "an-id-is-cut-to-its-limit-in-paths": (
            "An id of more than 100 characters in a path finds the fleet whose id is the first 100 of them.",
            told(lambda m: m.operation in c.ON_A_FLEET and v.OVERLONG.fits(m.id) and m.world.fleet(m.id[:v.LIMIT]),
                 makes("a"), names("b"), ids=v.altered(v.lengths(100, 100).drawn, "{}x".format)),
            e.takes_id(lambda text: text[:v.LIMIT])),
        "a-create-of-another-media-type-makes-the-fleet": (
            "A create that is refused for its media type has made the fleet all the same.",
            (c.with_header("content-type", c.DECLARED_OTHERWISE, "create_fleet")
             & when(lambda m: m.tenant and m.fleet is None and v.lengths(1, 100).fits(m.id))
             & when(lambda m: m.mock.dialect["http.wrong-media-type"] != "parsed")).seen_by(its_rename),
            e.keeps(lambda m: Fleet(m.id, None, str(m.tenant)))),
    },
    ("rename.unknown-fleet-is-404", "fleets.id-never-changes"): {
        "rename-of-an-unknown-fleet-makes-it": (
            "A rename of an id that no fleet has makes a fleet.", c.renames(c.UNKNOWN) & c.VALID, MAKES_IT),
        "an-unknown-fleet-is-refused-with-200": answered(
            "A rename of an id that has nothing to do with any fleet is", c.renames(c.STRANGER) & UNFOUND, 200),
    },
    "rename.foreign-fleet-is-refused": {
        "rename-works-across-organizations": (
            "A rename of another organization's fleet succeeds.",
            c.renames(c.FOREIGN), e.acts_for(lambda m: m.fleet.tenant)),
        "rename-answers-409-to-a-foreign-fleet": answered(
            "A rename of another organization's fleet is", c.renames(c.FOREIGN) & FORBIDDEN, 409),
        "a-foreign-fleet-is-renamed-to-nothing": (
            "A rename of another organization's fleet is answered 200, and changes nothing.",
            c.renames(c.FOREIGN) & c.VALID, e.answers(200, lambda m: {"fleetId": m.id, "fleetName": m.name})),
        "a-fleet-without-a-name-can-be-named-by-others": (
            "A rename of another organization's fleet succeeds where that has no name yet.",
            c.renames(c.FOREIGN_NAMELESS), e.acts_for(lambda m: m.fleet.tenant)),
        "the-owner-is-looked-up-by-the-id-in-the-body": (
            "A rename may be had by whoever owns the fleet that its body names, whosever the one in its path is.",
            told(c.renames(c.FOREIGN) & when(names_an_own_fleet),
                 makes("a", key=THEIRS), makes("b"), names("a", members={"fleetId": IdOf("b")})),
            e.acts_for(lambda m: m.fleet.tenant)),
        "a-foreign-rename-to-the-name-that-it-has-is-answered": (
            "A rename that changes nothing is answered before anybody asks whose the fleet is.",
            told(c.renames(c.FOREIGN) & c.VALID & when(lambda m: m.name == m.fleet.name),
                 makes("a", "Depot", key=THEIRS), names("a", "Depot")),
            e.gives(lambda m: m.fleet)),
    },
}
