"""Mutants that break what a rename of a fleet promises."""

from typing import Any

from fleet_contract.mock_server.store import Fleet
from proof.effects import keeps, shows_what
from proof.moments import Moment
from proof.mutants.table import Table
from proof.sending import its_rename
from proof.triggers import values as v
from proof.triggers.calls import DECLARED_OTHERWISE, with_header
from proof.triggers.classes import when
from proof.triggers.stories import makes, names, told

A_MOMENT = 0.1  # seconds, for which a value stays in memory that is soon used anew


def is_own_rename(moment: Moment) -> bool:
    return moment.operation == "rename_fleet" and moment.is_own


def old_name(moment: Moment) -> str | None:
    return moment.fleet.name if moment.fleet else None


def first_name(moment: Moment) -> object:
    """Return the name with which the fleet that a call names was created."""
    return next((each.name for each in moment.alike("create_fleet") if each.succeeded), None)


def is_back(moment: Moment) -> bool:
    """Say whether a fleet is given the name that it was created with, and has another by now."""
    return is_own_rename(moment) and first_name(moment) == moment.name != old_name(moment)


def before(moment: Moment) -> Any:
    """Return the rename before one, where that was of another fleet."""
    last = moment.last("rename_fleet") if is_own_rename(moment) else None
    return last if last and last.id != moment.id else None


# fmt: off
TABLE: Table = {
    "rename.answers-the-new-name": {
        "the-third-rename-answers-the-old-name": (
            "Every third rename of a fleet is answered with the name that it had.",
            told(lambda m: is_own_rename(m) and old_name(m) and m.times("rename_fleet") % 3 == 2,
                 makes("a"), names("a"), names("a"), names("a")),
            shows_what(fleetName=old_name)),
        "a-rename-answers-the-name-of-the-one-before": (
            "A rename is answered with the name of the rename before it where that was of another fleet.",
            told(before, makes("a"), makes("b"), names("a"), names("b")),
            shows_what(fleetName=lambda m: before(m).name)),
        "a-rename-back-is-overlooked": (
            "A rename to the name that a fleet was created with is answered with the name in between.",
            told(is_back, makes("a", "First"), names("a"), names("a", "First")), shows_what(fleetName=old_name)),
    },
    "rename.keeps-the-id": {
        "a-rename-answers-the-id-of-the-one-before": (
            "A rename within a tenth of a second of one of another fleet is answered with the id of that one.",
            told(lambda m: before(m) and m.time - before(m).time < A_MOMENT,
                 makes("a"), makes("b"), names("a"), names("b")),
            shows_what(fleetId=lambda m: before(m).id)),
    },
    "rename.unknown-fleet-is-404": {
        "a-create-of-another-media-type-makes-the-fleet": (
            "A create that is refused for its media type has made the fleet all the same.",
            (with_header("content-type", DECLARED_OTHERWISE, "create_fleet")
             & when(lambda m: m.tenant and m.fleet is None and v.lengths(1, 100).fits(m.id))
             & when(lambda m: m.mock.dialect["http.wrong-media-type"] != "parsed")).seen_by(its_rename),
            keeps(lambda m: Fleet(m.id, None, str(m.tenant)))),
    },
}
