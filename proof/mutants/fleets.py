"""Mutants that break what is promised of fleets and their ids."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from hypothesis import strategies as st

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Json
from proof.effects import accepts, gives, refuses, sends, sent_fleet
from proof.moments import Moment
from proof.mutants.look_ups import MATCHED, misread
from proof.mutants.table import Row, Table, answered
from proof.sending import THEIRS
from proof.triggers import calls as c
from proof.triggers import values as v
from proof.triggers.calls import OWN, VALID, called, creates, look_ups, refused, renames
from proof.triggers.classes import when
from proof.triggers.stories import IdOf, Telling, makes, names, reads, told

CREATE, RENAME = "create_fleet", "rename_fleet"
NOT_FOUND, BAD_ID = refuses(Kind.UNKNOWN_FLEET), refuses(Kind.BAD_BODY)
WIDE = v.texts(lambda _: True, v.taking_more_than(256).drawn)
FOUND, REPEATED, FOREIGN_ID = look_ups(OWN), creates(OWN) & VALID, creates(c.FOREIGN) & VALID
RENAMED, NEVER_RENAMED = when(lambda m: m.times(RENAME)), when(lambda m: not m.times(RENAME))
REPEATED_LATER = told(REPEATED & RENAMED, makes("a"), names("a"), makes("a"))
TAKEN = refused(Kind.FLEET_ID_TAKEN)
NOWHERE = "No fleet has this id"
IN_CAPITALS = v.texts(
    lambda text: text != text.lower() and text == quote(text, safe=""),
    st.from_regex("[A-Z][a-z0-9_~-]{1,20}", fullmatch=True),
)
LONG_AND_PLAIN = v.texts(lambda text: len(text) > 64 and text.isascii(), v.lengths(65, v.LIMIT, v.PLAIN).drawn)


def whereabouts(moment: Moment, target: Callable[[Moment], Json], *, stays: bool) -> dict[Json, str]:
    """Return the ids of the fleets that renames have moved, by the place where each is found now."""
    at: dict[Json, str] = {}
    for each in reversed(list(moment.successes(RENAME))):
        place = target(each)
        if isinstance(place, str):
            at[place] = at.get(each.id, str(each.id)) if stays else at.pop(each.id, str(each.id))
    return at


def moved(text: str, target: Callable[[Moment], Json], *steps: Telling, stays: bool = False) -> Row:
    """Return the mutant whose renames move a fleet to a free id, or make it found there too where it `stays`."""

    def meant(moment: Moment) -> str | None:
        """Return the id of the fleet that is found; None where it is the one that was asked for."""
        if moment.operation not in c.ON_A_FLEET:
            return None
        at = whereabouts(moment, target, stays=stays)
        if moment.fleet is None:
            return _moved_there(moment, at)
        return None if stays else _moved_away(moment, at)

    return text, told(meant, makes("a"), *steps), sends(lambda moment: moment.with_id(str(meant(moment))))


def _moved_there(moment: Moment, at: Mapping[Json, str]) -> str | None:
    found = moment.world.fleet(at.get(moment.id))
    return found.id if found and found.tenant == moment.tenant else None


def _moved_away(moment: Moment, at: Mapping[Json, str]) -> str | None:
    place = next((place for place, id in at.items() if id == moment.id), moment.id)
    return NOWHERE if moment.is_own and moment.world.fleet(place) is None else None


def found_under(member: str) -> Row:
    text = f"A renamed fleet is found under the {member} that the body of the rename carries, too."
    steps = names("a", members={member: IdOf("b")}), names("b")
    return moved(text, lambda rename: rename.member(member), *steps, stays=True)


def name_of_its_own(rename: Moment) -> Json:
    """Return the name that a rename gave where the one before was the fleet's id."""
    return rename.name if rename.fleet and rename.fleet.name == rename.fleet.id else None


def id_in_fleet(rename: Moment) -> Json:
    fleet = rename.member("fleet")
    return fleet.get("fleetId") if isinstance(fleet, dict) else None


# fmt: off
TABLE: Table = {
    "fleets.id-is-unique": {
        "second-create-overwrites": ("A create with the id of a fleet of the caller's gives that fleet another name.",
            REPEATED, gives(lambda m: replace(m.fleet, name=sent_fleet(m).name), keep=True)),
        "second-create-is-ignored": (
            "A create with the id of a fleet of the caller's, and another name, is answered as if it had made a fleet.",
            REPEATED & when(lambda m: m.name != m.fleet.name), gives(sent_fleet)),
        "a-taken-id-is-not-found": answered(
            "A create with a taken id of the caller's own is", creates(OWN) & TAKEN, 404),
        "a-create-without-a-name-finds-the-fleet": (
            "A create without a name, and with the id of a fleet of the caller's, is answered with that fleet.",
            creates(OWN, fleetName=v.ABSENT | v.NULL) & VALID, gives(lambda m: m.fleet)),
        "ids-beyond-ascii-are-never-taken": (
            "A create with the id of a fleet of the caller's makes a second one where the id is not in ASCII.",
            creates(c.own(v.BEYOND_ASCII)) & VALID, accepts("fleetId")),
        "id-is-free-again-after-a-rename": (
            "The id of a fleet that has been renamed can be taken by another fleet of its organization.",
            REPEATED_LATER, gives(sent_fleet, keep=True)),
        "a-second-create-gives-the-name-of-the-last-rename": (
            "A create with the id of a fleet of the caller's that has been renamed is answered with that fleet.",
            REPEATED_LATER, gives(lambda m: m.fleet)),
        "only-the-newest-ids-are-remembered": (
            "The id of a fleet can be taken by another one of its organization once eight more have been made.",
            told(REPEATED & when(lambda m: m.fleet not in m.world.fleets[-8:]), *map(makes, "abcdefghia")),
            gives(sent_fleet, keep=True)),
    },
    "fleets.id-is-unique-across-organizations": {
        "ids-are-unique-in-an-organization-only": ("An id that another organization's fleet has is free.",
            FOREIGN_ID, gives(sent_fleet)),
        "a-foreign-id-is-not-found": answered(
            "A create with an id that another organization's fleet has is", creates(c.FOREIGN) & TAKEN, 404),
        "a-fleet-without-a-name-can-be-made-by-others-too": (
            "An id of another organization's fleet is free where that fleet was made without a name.",
            creates(c.FOREIGN_NAMELESS) & VALID, gives(sent_fleet)),
        "a-foreign-create-that-says-the-same-is-answered": (
            "A create that repeats another organization's word for word is answered like a repetition of one's own.",
            told(FOREIGN_ID & when(lambda m: sent_fleet(m).name == m.fleet.name),
                 makes("a", "Depot", key=THEIRS), makes("a", "Depot")),
            gives(lambda m: m.fleet)),
    },
    ("fleets.id-never-changes", "invitation.reading-changes-nothing"): {
        "rename-moves-the-fleet-to-its-name": moved(
            "A renamed fleet is found under its new name and no longer under its id.",
            lambda rename: rename.name, names("a"), names("a")),
    },
    "fleets.id-never-changes": {
        "a-fleet-can-be-renamed-only-once": ("A fleet that has been renamed is not found by a second rename.",
            told(renames() & VALID & RENAMED, makes("a"), names("a"), names("a")), NOT_FOUND),
        "a-name-finds-its-fleet": moved("A renamed fleet is found under its new name too.",
            lambda rename: rename.name, names("a", IdOf("b")), names("b"), stays=True),
        "rename-moves-the-fleet-to-the-id-in-the-body": moved(
            "A rename whose body carries a fleetId moves the fleet there.",
            lambda rename: rename.member("fleetId"), names("a", members={"fleetId": IdOf("b")}), names("a")),
        "rename-aliases-id": found_under("id"),
        "rename-aliases-newid": found_under("newId"),
        "rename-aliases-newfleetid": found_under("newFleetId"),
        "a-fleet-takes-three-names-and-no-more": (
            "A fleet that has been renamed three times is not found by a fourth rename.",
            told(renames() & VALID & when(lambda m: m.times(RENAME) >= 3), makes("a"), *[names("a")] * 4), NOT_FOUND),
        "a-rename-moves-to-the-id-in-a-nested-fleet": moved(
            "A rename whose body holds a fleet with a fleetId moves the fleet to that id.",
            id_in_fleet, names("a", members={"fleet": {"fleetId": IdOf("b")}}), names("a")),
        "the-id-follows-a-name-that-was-the-same": moved(
            "A fleet whose name was its id is found under its new name, and under its id no longer.",
            name_of_its_own, names("a", IdOf("a")), names("a", IdOf("b")), names("b")),
    },
    "fleets.id-finds-the-fleet": {
        "a-new-fleet-is-lost-after-the-next": (
            "A fleet that was never renamed is not found once another one has been made.",
            told(FOUND & NEVER_RENAMED & when(lambda m: m.times(CREATE) and m.last(CREATE).id != m.id),
                 makes("a"), makes("b"), reads("a"), names("a")),
            NOT_FOUND),
        "an-id-that-was-not-found-stays-so": ("A fleet whose id was asked for before its create is not found after it.",
            told(FOUND & when(lambda m: any(each.fleet is None for each in m.alike(*c.ON_A_FLEET))),
                 names("a"), makes("a"), names("a")),
            NOT_FOUND),
        "a-fleet-without-a-name-is-not-found": ("A fleet that was made without a name cannot be renamed.",
            renames(c.NAMELESS) & VALID, NOT_FOUND),
        "ids-are-kept-in-lower-case": (
            "A fleet whose id has capitals and needs no encoding is kept in lower case, and not found.",
            look_ups(called(IN_CAPITALS)), NOT_FOUND),
        "a-fleet-with-a-long-id-is-not-found": (
            "A fleet whose id has more than 64 characters, all of them in ASCII, is not found.",
            look_ups(called(LONG_AND_PLAIN)), NOT_FOUND),
        "a-tilde-is-lost-in-paths": misread("A tilde in the id of a path is read as %7E",
            lambda text: text.replace("~", "%7E"), "~"),
        "every-tenth-fleet-is-lost": ("Every tenth fleet that is made is not found.",
            told(FOUND & when(lambda m: m.fleet in m.made_fleets[9::10]), *map(makes, "abcdefghij"), names("j")),
            NOT_FOUND),
        "a-rename-to-the-id-of-another-fleet-hides-that": (
            "A fleet that was never renamed is not found once another one has been given its id as a name.",
            told(FOUND & NEVER_RENAMED & when(lambda m: any(each.name == m.id for each in m.successes(RENAME))),
                 makes("a"), makes("b"), names("b", IdOf("a")), reads("a"), names("a")),
            NOT_FOUND),
    },
    ("fleets.id-finds-the-fleet", MATCHED): {
        "a-dot-ends-an-id-in-paths": misread("What follows a dot in the id of a path is taken for the name of a format",
            lambda text: re.sub(r"(?<=.)\..*", "", text, flags=re.DOTALL), ".json", "."),
    },
    "fleets.id-holds-100-characters": {
        "an-id-of-100-characters-is-refused": ("The limit on ids is 99.",
            creates(fleetId=v.lengths(100, 100)) & VALID, BAD_ID),
        "an-id-and-its-name-share-512-bytes": (
            "A create is answered 400 where its id and its name together take more than 512 bytes in UTF-8.",
            creates(fleetId=WIDE, fleetName=WIDE) & VALID & when(lambda m: len(f"{m.id}{m.name}".encode()) > 512),
            BAD_ID),
        "ids-are-measured-in-bytes": ("An id of more than 100 bytes in UTF-8 is refused.",
            creates(fleetId=v.taking_more_than(100)) & VALID, BAD_ID),
    },
}
