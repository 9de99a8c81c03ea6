"""Mutants that break what a create of a fleet promises."""

from math import inf

from fleet_contract.mock_server.kinds import Kind
from proof.effects import refuses, shows_what
from proof.moments import Moment
from proof.mutants import echoes
from proof.mutants.table import Table
from proof.triggers import values as v
from proof.triggers.calls import ON_A_FLEET, creates
from proof.triggers.stories import makes, names, told

SECOND = 1.0  # how long a cache remembers


def is_free(moment: Moment) -> bool:
    """Say whether a call is a create that could make its fleet."""
    return moment.operation == "create_fleet" and moment.is_valid and moment.fleet is None


def was_refused(moment: Moment, kind: Kind) -> bool:
    """Say whether a create of the same id was refused for a reason before."""
    return is_free(moment) and any(each.answer.kind is kind for each in moment.alike("create_fleet"))


def was_mistyped(moment: Moment) -> bool:
    """Say whether a create of the same id was refused for a name that is no string before."""
    refused = (each for each in moment.alike("create_fleet") if each.answer.kind is Kind.INVALID_NAME)
    return is_free(moment) and any(not isinstance(each.name, str) for each in refused)


def name_before(moment: Moment, seconds: float = inf) -> str | None:
    """Return the name in the last create that gave one, no longer ago than some seconds."""
    creates = (each for each in moment.successes("create_fleet") if moment.time - each.time < seconds)
    return next((each.name for each in creates if isinstance(each.name, str) and each.name), None)


# fmt: off
TABLE: Table = {
    "create.accepts-a-valid-fleet": {
        "an-id-that-was-asked-for-is-taken": (
            "A create with an id that was asked for before is refused as if a fleet had it.",
            told(lambda m: is_free(m) and any(m.alike(*ON_A_FLEET)), names("a"), makes("a")),
            refuses(Kind.FLEET_ID_TAKEN)),
        "a-refused-create-takes-the-id": (
            "A create that was refused for its name takes the id all the same.",
            told(lambda m: was_refused(m, Kind.INVALID_NAME), makes("a", v.OVERLONG), makes("a")),
            refuses(Kind.FLEET_ID_TAKEN)),
        "a-create-refused-for-its-type-takes-the-id": (
            "A create that was refused for a name of a wrong type takes the id all the same.",
            told(was_mistyped, makes("a", v.ARRAYS), makes("a")), refuses(Kind.FLEET_ID_TAKEN)),
        "a-create-without-a-key-holds-the-id": (
            "An id that a create without a key has asked for is taken from then on.",
            told(lambda m: was_refused(m, Kind.MISSING_KEY), makes("a", key=None), makes("a")),
            refuses(Kind.FLEET_ID_TAKEN)),
    },
    "create.name-is-optional": {
        "a-fleet-without-a-name-has-that-of-the-one-before": (
            "A create without a name is answered with the last name that a create gave.",
            told(lambda m: creates(fleetName=v.ABSENT | v.NULL).holds(m) and name_before(m), makes("b"),
            makes("a", v.ABSENT)),
            shows_what(fleetName=name_before)),
    },
    "create.echoes-the-id": echoes.of_create(echoes.IDS, "fleetId"),
    "create.echoes-the-name": {
        **echoes.of_create(echoes.NAMES, "fleetName"),
        "creates-within-a-second-share-a-name": (
            "A create with a name, within a second of another one, is answered with the name of that one.",
            told(lambda m: creates(fleetName=v.NAMED).holds(m) and name_before(m, SECOND), makes("b"), makes("a")),
            shows_what(fleetName=lambda m: name_before(m, SECOND))),
    },
}
