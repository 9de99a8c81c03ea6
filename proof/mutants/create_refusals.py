"""Mutants that do not refuse a create as they should."""

import json
from collections.abc import Callable

from fleet_contract.mock_server.kinds import Kind
from proof.effects import accepts, sends, takes, takes_what
from proof.moments import Moment
from proof.mutants.table import Row, Table, answered
from proof.sending import MISSING
from proof.triggers import values as v
from proof.triggers.calls import UNREAD, creates, refused, with_bytes
from proof.triggers.classes import Class

BAD, BAD_NAME = refused(Kind.BAD_BODY), refused(Kind.INVALID_NAME)
NO_ID, EMPTY_ID, LONG_ID = creates(fleetId=v.ABSENT), creates(fleetId=v.EMPTY), creates(fleetId=v.OVERLONG)
LONG_NAME, MISTYPED_NAME = creates(fleetName=v.OVERLONG), creates(fleetName=v.ARRAYS | v.OBJECTS)


def invented(moment: Moment) -> str:
    """Return an id that no fleet has."""
    return f"generated-{len(moment.past)}"


def cut(text: str) -> str:
    return text[: v.LIMIT]


def limit(member: str, most: int, calls: Callable[..., Class] = creates) -> Row:
    return (
        f"A {member} of up to {most} characters is accepted.",
        calls(**{member: v.lengths(101, most)}),
        accepts(member),
    )


def accepted_beyond(member: str, least: int, calls: Callable[..., Class] = creates) -> Row:
    text = f"A {member} of {least} characters or more is accepted."
    return text, calls(**{member: v.at_least(least)}), accepts(member)


# fmt: off
TABLE: Table = {
    "create.refuses-a-missing-id": {
        "create-invents-a-missing-id": (
            "A create without fleetId makes a fleet under an id of the server's choice.",
            NO_ID, takes_what(fleetId=invented)),
        "create-answers-422-to-a-missing-id": answered("A create without fleetId is", NO_ID & BAD, 422),
        "create-answers-404-to-a-missing-id": answered("A create without fleetId is", NO_ID & BAD, 404),
        "a-create-without-an-id-is-refused-with-200": answered("A create without fleetId is", NO_ID & BAD, 200),
        "create-reads-the-id-in-snake-case": (
            "A create without fleetId finds it in a member fleet_id.",
            creates(fleetId=v.ABSENT, fleet_id=v.usual_ids()),
            sends(lambda m: m.with_members(fleetId=m.member("fleet_id"), fleet_id=MISSING))),
    },
    "create.refuses-an-invalid-id": {
        "create-accepts-an-empty-id": ("A create with an empty fleetId succeeds.", EMPTY_ID, accepts("fleetId")),
        "create-answers-422-to-an-empty-id": answered("A create with an empty fleetId is", EMPTY_ID & BAD, 422),
        "create-takes-null-as-id": (
            "A create whose fleetId is null makes a fleet under an id of the server's choice.",
            creates(fleetId=v.NULL), takes_what(fleetId=invented)),
        "create-answers-404-to-an-id-of-a-wrong-type": answered(
            "A create whose fleetId is a number or a boolean is", creates(fleetId=v.NUMBERS | v.BOOLEANS) & BAD, 404),
        "create-takes-an-array-as-id": (
            "A create whose fleetId is an array or an object makes a fleet whose id is its JSON.",
            creates(fleetId=v.ARRAYS | v.OBJECTS), takes(fleetId=json.dumps)),
    },
    "create.refuses-an-overlong-id": {
        "create-cuts-long-ids": ("An id of more than 100 characters is cut to 100.", LONG_ID, takes(fleetId=cut)),
        "create-answers-413-to-a-very-long-id": answered(
            "A create whose fleetId has more than 100 characters is", LONG_ID & BAD, 413),
        "create-accepts-fleetid-beyond-1000-characters": accepted_beyond("fleetId", 1000),
        "create-accepts-an-id-of-128-characters": limit("fleetId", 128),
        "create-accepts-an-id-of-101-characters": limit("fleetId", 101),
        "a-line-feed-at-the-end-of-an-id-is-not-counted": (
            "An id of 100 characters may be followed by a line feed, as where $ is to end a pattern.",
            creates(fleetId=v.WITH_A_LINE_FEED), accepts("fleetId")),
    },
    "create.refuses-an-overlong-name": {
        "create-cuts-long-names": (
            "A create with a name of more than 100 characters makes a fleet with the first 100 of them.",
            LONG_NAME, takes(fleetName=cut)),
        "create-answers-413-to-an-overlong-name": answered(
            "A create with a name of more than 100 characters is", LONG_NAME & BAD_NAME, 413),
        "create-accepts-fleetname-beyond-1000-characters": accepted_beyond("fleetName", 1000),
        "create-accepts-a-name-of-255-characters": limit("fleetName", 255),
        "create-accepts-a-name-of-101-characters": limit("fleetName", 101),
        **{f"create-measures-names-{slug}": (
            f"A fleetName is measured {how}.", creates(fleetName=names), accepts("fleetName"))
            for slug, (how, names) in v.MEASURED_OTHERWISE.items()},
    },
    "create.refuses-a-mistyped-name": {
        "create-overlooks-a-mistyped-name": (
            "A fleetName that is an array or an object is taken for none.", MISTYPED_NAME, takes(fleetName=MISSING)),
        "create-answers-409-to-a-mistyped-name": answered(
            "A create whose fleetName is an array or an object is", MISTYPED_NAME & BAD_NAME, 409),
        "create-shows-a-mistyped-name-as-json": (
            "A fleetName that is an array or an object is taken as the text that spells it.",
            MISTYPED_NAME, takes(fleetName=json.dumps)),
    },
    "create.refuses-a-malformed-body": {
        "create-makes-do-without-a-body": (
            "A create with an empty body makes a fleet under an id of the server's choice.",
            with_bytes(v.BLANKS, lambda m: not m.call.raw_body.strip(), "create_fleet"),
            sends(lambda m: m.with_body({"fleetId": invented(m)}))),
        "create-answers-422-to-what-is-no-json": answered(
            "A create whose body cannot be read is", with_bytes(v.NO_JSON, UNREAD.holds, "create_fleet") & BAD, 422),
        "create-takes-the-first-of-an-array": (
            "An array of fleets is read as its first one.",
            with_bytes(v.FLEETS_IN_AN_ARRAY, lambda m: isinstance(m.body, list) and m.body, "create_fleet"),
            sends(lambda m: m.with_body(m.body[0]))),
    },
}
