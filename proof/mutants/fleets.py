"""Mutants that break what is promised of fleets and their ids."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from hypothesis import strategies as st

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Json
from proof.effects import accepts, gives, refuses, sends, sent_fleet, status
from proof.moments import Moment
from proof.mutants.look_ups import misread
from proof.mutants.table import Row, Table
from proof.sending import THEIRS
from proof.triggers import values as v
from proof.triggers.calls import (
    FOREIGN,
    FOREIGN_NAMELESS,
    NAMELESS,
    ON_A_FLEET,
    OWN,
    VALID,
    creates,
    look_ups,
    own,
    refused,
    renames,
)
from proof.triggers.stories import IdOf, Telling, makes, names, reads, told

NOT_FOUND, BAD_ID, TAKEN = refuses(Kind.UNKNOWN_FLEET), refuses(Kind.BAD_BODY), refused(Kind.FLEET_ID_TAKEN)
RENAME, CREATE = "rename_fleet", "create_fleet"
NOWHERE = "No fleet has this id"
SHORT_COLUMN = 64
UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~"


# --- fleets that are not found -------------------------------------------------------------------


def is_look_up(moment: Moment) -> bool:
    """Say whether a call looks up a fleet of its caller's."""
    return moment.operation in ON_A_FLEET and moment.is_valid and moment.is_own


def is_rename(moment: Moment) -> bool:
    return moment.operation == RENAME and is_look_up(moment)


def was_missed(moment: Moment) -> bool:
    """Say whether a fleet was looked up before its create."""
    return is_look_up(moment) and any(each.fleet is None for each in moment.alike(*ON_A_FLEET))


def is_overtaken(moment: Moment) -> bool:
    """Say whether another fleet has been made since one was, which has not been renamed yet."""
    if not is_look_up(moment) or moment.times(RENAME) or not moment.times(CREATE):
        return False
    return bool(moment.last(CREATE).id != moment.id)


def is_another_one_s_name(moment: Moment) -> bool:
    """Say whether a fleet's id was given to another one as its name, before it had a new name itself."""
    renames = moment.successes(RENAME)
    return is_look_up(moment) and not moment.times(RENAME) and any(each.name == moment.id for each in renames)


def is_every_tenth(moment: Moment) -> bool:
    """Say whether a fleet is the tenth that was created, the twentieth and so on."""
    if not is_look_up(moment):
        return False
    return moment.fleet in moment.made_fleets[9::10]


IN_CAPITALS = v.Values(
    lambda text: isinstance(text, str) and text != text.lower() and text == quote(text, safe=""),
    st.text(UNRESERVED, min_size=2, max_size=20).filter(lambda text: text != text.lower()),
)
LONG_AND_PLAIN = v.Values(
    lambda text: isinstance(text, str) and len(text) > SHORT_COLUMN and text.isascii(),
    v.lengths(SHORT_COLUMN + 1, v.LIMIT, v.PLAIN).drawn,
)


# --- fleets that move ----------------------------------------------------------------------------


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
        if moment.operation not in ON_A_FLEET:
            return None
        at = whereabouts(moment, target, stays=stays)
        if moment.fleet is None:
            found = moment.world.fleet(at.get(moment.id))
            return found.id if found and found.tenant == moment.tenant else None
        place = next((place for place, id in at.items() if id == moment.id), moment.id)
        return NOWHERE if moment.is_own and not stays and moment.world.fleet(place) is None else None

    return text, told(meant, makes("a"), *steps), sends(lambda moment: moment.with_id(str(meant(moment))))


def found_under(member: str) -> Row:
    return moved(
        f"A renamed fleet is found under the {member} that the body of the rename carries, too.",
        lambda rename: rename.member(member), names("a", members={member: IdOf("b")}), names("b"), stays=True,
    )  # fmt: skip


def name_of_its_own(rename: Moment) -> Json:
    """Return the name that a rename gave where the one before was the fleet's id."""
    return rename.name if rename.fleet and rename.fleet.name == rename.fleet.id else None


def id_in_fleet(rename: Moment) -> Json:
    fleet = rename.member("fleet")
    return fleet.get("fleetId") if isinstance(fleet, dict) else None


# --- ids that are taken, or not ------------------------------------------------------------------


def is_repeated(moment: Moment) -> bool:
    """Say whether a call is a create whose id a fleet of its caller's has."""
    return moment.operation == CREATE and moment.is_valid and moment.is_own


def is_repeated_after_a_rename(moment: Moment) -> bool:
    return is_repeated(moment) and moment.times(RENAME) > 0


def says_the_same(moment: Moment) -> bool:
    """Say whether a create repeats that of another organization."""
    name = moment.name if isinstance(moment.name, str) else None
    return moment.operation == CREATE and moment.is_valid and moment.is_foreign and moment.fleet.name == name


# fmt: off
TABLE: Table = {
    "fleets.id-is-unique": {
        "second-create-overwrites": (
            "A create with a taken id gives the fleet another name.",
            creates(OWN) & VALID, gives(lambda m: replace(m.fleet, name=sent_fleet(m).name), keep=True)),
        "second-create-is-ignored": (
            "A create with a taken id and another name is answered like one that made a fleet, and makes none.",
            told(lambda m: is_repeated(m) and m.name != m.fleet.name, makes("a"), makes("a")), gives(sent_fleet)),
        "a-taken-id-is-not-found": (
            "A create with a taken id of the caller's own is answered 404.", creates(OWN) & TAKEN, status(404)),
        "a-create-without-a-name-finds-the-fleet": (
            "A create with a taken id and no name is answered with the fleet that has it.",
            creates(OWN, fleetName=v.ABSENT | v.NULL) & VALID, gives(lambda m: m.fleet)),
        "ids-beyond-ascii-are-never-taken": (
            "A create with a taken id makes a second fleet where the id holds a character beyond ASCII.",
            creates(own(v.BEYOND_ASCII)) & VALID, accepts("fleetId")),
        "id-is-free-again-after-a-rename": (
            "The id of a fleet that has been renamed can be taken by a second fleet.",
            told(is_repeated_after_a_rename, makes("a"), names("a"), makes("a")), gives(sent_fleet, keep=True)),
        "a-second-create-gives-the-name-of-the-last-rename": (
            "A create with a taken id is answered with the fleet where it has been renamed, and refused where not.",
            told(is_repeated_after_a_rename, makes("a"), names("a"), makes("a")), gives(lambda m: m.fleet)),
        "only-the-newest-ids-are-remembered": (
            "Uniqueness is checked against the eight fleets made last.",
            told(lambda m: is_repeated(m) and m.fleet not in m.world.fleets[-8:],
                 makes("a"), *map(makes, "bcdefghi"), makes("a")),
            gives(sent_fleet, keep=True)),
    },
    "fleets.id-is-unique-across-organizations": {
        "ids-are-unique-in-an-organization-only": (
            "An id that another organization's fleet has is free.", creates(FOREIGN) & VALID, gives(sent_fleet)),
        "a-foreign-id-is-not-found": (
            "A create with an id that another organization's fleet has is answered 404.",
            creates(FOREIGN) & TAKEN, status(404)),
        "a-fleet-without-a-name-can-be-made-by-others-too": (
            "An id of another organization's fleet is free where that fleet was made without a name.",
            creates(FOREIGN_NAMELESS) & VALID, gives(sent_fleet)),
        "a-foreign-create-that-says-the-same-is-answered": (
            "A create that repeats another organization's word for word is answered like a repetition of one's own.",
            told(says_the_same, makes("a", "Our name", key=THEIRS), makes("a", "Our name")), gives(lambda m: m.fleet)),
    },
    "fleets.id-never-changes": {
        "a-fleet-can-be-renamed-only-once": (
            "A fleet that has been renamed is not found by a second rename.",
            told(lambda m: is_rename(m) and m.times(RENAME), makes("a"), names("a"), names("a")), NOT_FOUND),
        "rename-moves-the-fleet-to-its-name": moved(
            "A renamed fleet is found under its new name and no longer under its id.",
            lambda rename: rename.name, names("a"), names("a")),
        "a-name-finds-its-fleet": moved(
            "A renamed fleet is found under its new name too.",
            lambda rename: rename.name, names("a", IdOf("b")), names("b"), stays=True),
        "rename-moves-the-fleet-to-the-id-in-the-body": moved(
            "A rename whose body carries a fleetId moves the fleet there.",
            lambda rename: rename.member("fleetId"), names("a", members={"fleetId": IdOf("b")}), names("a")),
        "rename-aliases-id": found_under("id"),
        "rename-aliases-newid": found_under("newId"),
        "rename-aliases-newfleetid": found_under("newFleetId"),
        "a-fleet-takes-three-names-and-no-more": (
            "A fleet that has been renamed three times is not found by a fourth rename.",
            told(lambda m: is_rename(m) and m.times(RENAME) >= 3, makes("a"), *[names("a")] * 4), NOT_FOUND),
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
            told(is_overtaken, makes("a"), makes("b"), reads("a"), names("a")), NOT_FOUND),
        "an-id-that-was-not-found-stays-so": (
            "A fleet whose id was asked for before its create is not found after it.",
            told(was_missed, names("a"), makes("a"), names("a")), NOT_FOUND),
        "a-fleet-without-a-name-is-not-found": (
            "A fleet that was made without a name cannot be renamed.", renames(NAMELESS) & VALID, NOT_FOUND),
        "ids-are-kept-in-lower-case": (
            "A fleet whose id has capitals and needs no encoding is kept under small letters, and not found.",
            look_ups(own(IN_CAPITALS)), NOT_FOUND),
        "a-fleet-with-a-long-id-is-not-found": (
            "A fleet whose id has more than 64 characters, all of them in ASCII, is not found.",
            look_ups(own(LONG_AND_PLAIN)), NOT_FOUND),
        "a-dot-ends-an-id-in-paths": misread(
            "What follows a dot in the id of a path is taken for the name of a format",
            lambda text: re.sub(r"(?<=.)\..*", "", text, flags=re.DOTALL), ".json", "."),
        "a-tilde-is-lost-in-paths": misread(
            "A tilde in the id of a path is read as it is often encoded", lambda text: text.replace("~", "%7E"), "~"),
        "every-tenth-fleet-is-lost": (
            "Every tenth fleet that is made is not found.",
            told(is_every_tenth, *map(makes, "abcdefghij"), names("j")), NOT_FOUND),
        "a-rename-to-the-id-of-another-fleet-hides-that": (
            "A fleet that was never renamed is not found once another one has been given its id as a name.",
            told(is_another_one_s_name, makes("a"), makes("b"), names("b", IdOf("a")), reads("a"), names("a")),
            NOT_FOUND),
    },
    "fleets.id-holds-100-characters": {
        "an-id-of-100-characters-is-refused": (
            "The limit on ids is 99.", creates(fleetId=v.lengths(100, 100)) & VALID, BAD_ID),
        "ids-are-measured-in-bytes": (
            "An id of more than 100 bytes in UTF-8 is refused.",
            creates(fleetId=v.taking_more_than(v.LIMIT)) & VALID, BAD_ID),
    },
}
