"""Mutants that break what a rename of a fleet promises."""

import re
from functools import partial
from typing import Any

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.store import Fleet
from proof.effects import finds, refuses, shows, shows_value, shows_what, status, takes_what
from proof.moments import Moment
from proof.mutants import echoes
from proof.mutants.table import Table
from proof.sending import MISSING
from proof.triggers import values as v
from proof.triggers.calls import SUCCEEDED, asking, renames
from proof.triggers.classes import when
from proof.triggers.stories import makes, names, told

A_MOMENT = 0.1  # seconds, for which a value stays in memory that is soon used anew
ANSWERED = renames() & SUCCEEDED
BAD_NAME = refuses(Kind.BAD_BODY)
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


# fmt: off
UNCHANGED = told(renames() & when(lambda m: m.name == m.fleet.name is not None),
                 makes("a", "First"), names("a", "First"))
BACK = told(renames() & when(lambda m: m.name == first_name(m) != m.fleet.name),
            makes("a", "First"), names("a"), names("a", "First"))
AFTER_ANOTHER = told(renames() & when(before), makes("a"), makes("b"), names("a"), names("b"))
TABLE: Table = {
    "rename.accepts-a-valid-name": {
        "rename-answers-nothing": ("A rename is answered 204 without a body.", ANSWERED, status(204)),
        "rename-answers-202": ("A rename is answered as accepted and not as done.", ANSWERED, status(202)),
        "rename-answers-201": ("A rename is answered as if it had made something.", ANSWERED, status(201)),
        "rename-to-the-present-name-is-a-conflict": (
            "A rename of a fleet to the name that it has is refused as a conflict.",
            UNCHANGED, refuses(Kind.FLEET_ID_TAKEN)),
        "rename-to-the-present-name-is-not-modified": (
            "A rename of a fleet to the name that it has is answered 304.", UNCHANGED & SUCCEEDED, status(304)),
        "rename-to-the-present-name-is-no-content": (
            "A rename of a fleet to the name that it has is answered 204.", UNCHANGED & SUCCEEDED, status(204)),
        "rename-refuses-an-apostrophe": (
            "A rename to a name with an apostrophe is answered 400, as by a filter against injections.",
            renames(newName=v.characters("'")), BAD_NAME),
        "rename-refuses-what-looks-like-a-tag": (
            "A rename to a name with a less-than sign is refused, as by somebody who fears for a web page.",
            renames(newName=v.characters("<")), BAD_NAME),
        "rename-refuses-a-name-of-one-character": ("A rename to a name of one character is answered 400.",
            renames(newName=v.lengths(1, 1)), BAD_NAME),
        "a-fleet-never-has-its-first-name-again": (
            "A rename of a fleet to the name that its create gave it is answered 400, once it has had another.",
            BACK, BAD_NAME),
    },
    "rename.name-holds-100-characters": {
        "rename-measures-names-in-bytes": ("A name of more than 100 bytes in UTF-8 is refused by rename.",
            renames(newName=v.taking_more_than(100)), BAD_NAME),
        "rename-refuses-a-name-of-100-characters": (
            "The limit on names is 99 in rename.", renames(newName=v.lengths(100, 100)), BAD_NAME),
        "rename-refuses-a-name-of-more-than-255-bytes": (
            "A name that a column of 255 bytes cannot hold is refused by rename, though few characters make it up.",
            renames(newName=v.taking_more_than(255)), BAD_NAME),
    },
    "rename.keeps-the-id": {
        **echoes.ids_of_rename(echoes.IDS),
        "rename-answers-without-the-id": (
            "The answer to a rename shows the name alone.", ANSWERED, shows(fleetId=MISSING)),
        "rename-answers-the-name-as-id": ("The answer to a rename shows the new name as the id.",
            ANSWERED, shows_what(fleetId=lambda m: m.shown["fleetName"])),
        "rename-answers-a-new-id-the-second-time": (
            "From the second rename of a fleet on, the answer shows an id with a counter.",
            told(renames() & when(lambda m: m.times("rename_fleet")), makes("a"), names("a"), names("a")),
            shows_what(fleetId=lambda m: f"{m.id}-{m.times('rename_fleet') + 1}")),
        "rename-answers-the-id-in-the-body": ("The answer to a rename whose body carries a fleetId shows that one.",
            renames(fleetId=v.PRESENT), shows_what(fleetId=lambda m: m.member("fleetId"))),
        "a-rename-reaches-the-newest-fleet-whose-id-begins-so": (
            "A rename is of the fleet that was made last among those whose ids begin with the one in its path.",
            told(renames() & when(lambda m: newest_beginning(m) != m.fleet),
                 makes("b"), makes("a"), names("b"), ids=v.altered(v.lengths(2, 100).drawn, lambda text: text[:-1])),
            finds(newest_beginning)),
        "a-rename-answers-the-id-of-the-one-before": (
            "A rename within a tenth of a second of one of another fleet is answered with the id of that one.",
            AFTER_ANOTHER & when(lambda m: m.time - before(m).time < A_MOMENT),
            shows_what(fleetId=lambda m: before(m).id)),
    },
    "rename.answers-the-new-name": {
        **echoes.names_of_rename({**echoes.NAMES, **echoes.NEW_NAMES}),
        "rename-answers-without-the-name": (
            "The answer to a rename shows the id alone.", ANSWERED, shows(fleetName=MISSING)),
        "rename-answers-newname": ("The answer to a rename calls the name newName, as the request does.",
            ANSWERED, shows_value(lambda fleet, _: {"fleetId": fleet["fleetId"], "newName": fleet["fleetName"]})),
        "rename-answers-the-old-name": ("The answer to a rename shows the name that the fleet had.",
            renames() & when(lambda m: m.name != m.fleet.name), shows_what(fleetName=lambda m: m.fleet.name)),
        "rename-answers-the-name-that-create-would-read": (
            "The answer to a rename whose body carries a fleetName shows that one.",
            renames(fleetName=v.PRESENT), shows_what(fleetName=lambda m: m.member("fleetName"))),
        "a-name-in-the-query-wins": ("A rename whose query has a newName too gives the fleet that one.",
            asking(renames(newName=v.NAMED), newName=v.lengths(1, 100)),
            takes_what(newName=lambda m: m.query["newName"])),
        "rename-joins-blanks": ("The answer to a rename shows one blank where the name has several in its midst.",
            renames(newName=v.changed_by(join_blanks, v.PLAIN.map("a  {}".format))), shows(fleetName=join_blanks)),
        "rename-numbers-a-name-that-is-taken": (
            "A rename to a name that another fleet has is answered with a number behind it.",
            told(renames() & when(lambda m: any(each.name == m.name != m.fleet.name for each in m.world.fleets)),
                 makes("b", "Taken"), makes("a"), names("a", "Taken")),
            shows(fleetName="{} (2)".format)),
        "a-rename-answers-the-name-of-the-one-before": (
            "A rename is answered with the name of the rename before it where that was of another fleet.",
            AFTER_ANOTHER, shows_what(fleetName=lambda m: before(m).name)),
        "the-third-rename-answers-the-old-name": (
            "Every third rename of a fleet is answered with the name that it had.",
            told(renames() & when(lambda m: m.times("rename_fleet") % 3 == 2),
                 makes("a"), names("a"), names("a"), names("a")),
            shows_what(fleetName=lambda m: m.fleet.name)),
        "a-rename-back-is-overlooked": (
            "A rename to the name that a fleet was created with is answered with the name in between.",
            BACK, shows_what(fleetName=lambda m: m.fleet.name)),
    },
    ("rename.keeps-the-id", "rename.answers-the-new-name"): {
        "rename-answers-an-array": (
            "A rename is answered with an array of one fleet.", ANSWERED, shows_value(lambda fleet, _: [fleet])),
    },
}
