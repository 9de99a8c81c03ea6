"""Mutants that break what a create of a fleet promises."""

import json
from collections.abc import Callable
from html import escape
from math import inf

from hypothesis import strategies as st

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.store import Fleet
from proof.effects import refuses, shows, shows_bytes, shows_value, shows_what, status, takes
from proof.moments import Moment
from proof.mutants import echoes
from proof.mutants.look_ups import HYPHENS, SHORTER, without_accents
from proof.mutants.table import Row, Table, answered
from proof.sending import MISSING
from proof.triggers import values as v
from proof.triggers.calls import ON_A_FLEET, SUCCEEDED, VALID, creates, refused
from proof.triggers.classes import Class, when
from proof.triggers.stories import IdOf, makes, names, told

CREATE = "create_fleet"
SECOND = 1.0  # how long a cache remembers
TAKEN, BAD_NAME = refuses(Kind.FLEET_ID_TAKEN), refuses(Kind.INVALID_NAME)
NAMED, UNNAMED = creates(fleetName=v.NAMED), creates(fleetName=v.ABSENT | v.NULL)
MISNAMED = creates() & refused(Kind.INVALID_NAME)
ASTRAL = st.characters(min_codepoint=0x10000)
ENDING_ASTRAL = v.texts(lambda name: name[-1:] > "\uffff", st.builds("{}{}".format, v.PLAIN, ASTRAL))
ACCENTED = v.altered(st.builds("{}{}".format, v.PLAIN, st.sampled_from("éàüñçåö")), without_accents)
_ESCAPED = st.text("&<>\"'", min_size=1)
LONG_ESCAPED = v.texts(lambda name: len(escape(name)) > v.LIMIT, v.lengths(60, v.LIMIT, _ESCAPED).drawn)


def is_free(moment: Moment) -> bool:
    """Say whether a call is a create that could make its fleet."""
    return moment.operation == CREATE and moment.is_valid and moment.fleet is None


FREE = when(is_free, creates())


def after(call: Class) -> Class:
    """Return the creates that could make their fleet, after a call of a class about the same id."""
    return FREE & when(lambda m: any(map(call.holds, m.alike())))


def name_before(moment: Moment, seconds: float = inf) -> str | None:
    """Return the name in the last create that gave one, no longer ago than some seconds."""
    creates = (each for each in moment.successes(CREATE) if moment.time - each.time < seconds)
    return next((each.name for each in creates if isinstance(each.name, str) and each.name), None)


def name_just_before(moment: Moment) -> str | None:
    return name_before(moment, SECOND)


def beside(text: str, stands_in_the_way: Callable[[Fleet, str], bool], pairs: v.Pairs) -> Row:
    """Return the mutant that refuses a create as of a taken id where a fleet stands in the way of the id."""
    hindered = FREE & when(lambda m: any(stands_in_the_way(fleet, m.id) for fleet in m.world.fleets))
    return text, told(hindered, makes("a", IdOf("b")), makes("b"), ids=pairs), TAKEN


def collated(difference: str, same: Callable[[str], str], pairs: v.Pairs) -> Row:
    """Return the mutant that tells no new id from a taken one where a function makes the same of both."""
    text = f"A create with an id that differs from a taken one only in {difference} is refused."
    return beside(text, lambda fleet, new: same(fleet.id) == same(new), pairs)


def with_half_a_character(body: bytes) -> bytes:
    """Return a fleet whose name lacks the second half of its last character, in UTF-16."""
    fleet = json.loads(body)
    half = chr(0xD800 + (ord(fleet["fleetName"][-1]) - 0x10000 >> 10))
    return json.dumps({**fleet, "fleetName": fleet["fleetName"][:-1] + half}).encode()


# fmt: off
TABLE: Table = {
    "create.accepts-a-valid-fleet": {
        "create-answers-202": ("A create is answered 202 Accepted.", creates() & SUCCEEDED, status(202)),
        "create-answers-204-without-a-name": answered("A create without a name is", UNNAMED & SUCCEEDED, 204),
        "create-refuses-a-name-with-quotes": ("A create with a double quote in its name is answered 400.",
            creates(fleetName=v.characters('"')) & VALID, BAD_NAME),
        "create-refuses-names-beyond-ascii": answered(
            "A create with a name beyond ASCII, of fewer than 64 characters, is",
            creates(fleetName=v.BEYOND_ASCII) & when(lambda m: len(m.name) < 64) & SUCCEEDED, 422),
        "accents-do-not-tell-new-ids-apart": collated("accents", without_accents, ACCENTED),
        "emoji-do-not-tell-new-ids-apart": collated("characters above U+FFFF", v.basic, v.swapped(ASTRAL, ASTRAL)),
        "an-underscore-takes-the-place-of-a-hyphen": collated(
            "underscores for hyphens", lambda text: text.replace("_", "-"), HYPHENS),
        "an-id-that-begins-another-is-taken": beside(
            "A create is refused as if its id were taken where the id of another fleet begins with it.",
            lambda fleet, new: fleet.id.startswith(new), SHORTER),
        "an-id-that-another-fleet-is-called-is-taken": beside(
            "A create is refused as if its id were taken where another fleet has that for a name.",
            lambda fleet, new: fleet.name == new, v.altered(v.IDS, "of-{}".format)),
        "an-id-that-was-asked-for-is-taken": (
            "A create with an id that was asked for before is refused as if a fleet had it.",
            told(after(when(lambda m: m.operation in ON_A_FLEET)), names("a"), makes("a")), TAKEN),
        "a-refused-create-takes-the-id": ("A create that was refused for its name takes the id all the same.",
            told(after(MISNAMED), makes("a", v.OVERLONG), makes("a")), TAKEN),
        "a-create-refused-for-its-type-takes-the-id": (
            "A create that was refused for a name of a wrong type takes the id all the same.",
            told(after(MISNAMED & ~creates(fleetName=v.at_least(0))), makes("a", v.ARRAYS), makes("a")), TAKEN),
        "a-create-without-a-key-holds-the-id": (
            "An id that a create without a key has asked for is taken from then on.",
            told(after(creates() & refused(Kind.MISSING_KEY)), makes("a", key=None), makes("a")), TAKEN),
    },
    "create.name-is-optional": {
        "create-demands-a-name": ("A create without fleetName is refused.",
            creates(fleetName=v.ABSENT) & VALID, refuses(Kind.BAD_BODY)),
        "a-missing-name-is-shown-as-a-word": ("A fleet without a name is shown with the name \"null\".",
            UNNAMED, shows(fleetName="null")),
        "a-missing-name-is-shown-as-a-default": ("A fleet without a name is shown with one that was made up.",
            UNNAMED, shows_what(fleetName=lambda m: f"Fleet {len(m.id)}")),
        "a-fleet-without-a-name-has-that-of-the-one-before": (
            "A create without a name is answered with the last name that a create gave.",
            told(UNNAMED & when(name_before), makes("b"), makes("a", v.ABSENT | v.NULL)),
            shows_what(fleetName=name_before)),
    },
    "create.name-holds-100-characters": {
        "create-refuses-a-name-of-100-characters": ("A create with a name of 100 characters is refused.",
            creates(fleetName=v.lengths(100, 100)) & VALID, BAD_NAME),
        "create-measures-names-in-bytes": ("A name of more than 100 bytes in UTF-8 is refused by create.",
            creates(fleetName=v.taking_more_than(100)) & VALID, BAD_NAME),
        "create-refuses-a-name-of-more-than-255-bytes": (
            "A name that a column of 255 bytes cannot hold is refused by create, though few characters make it up.",
            creates(fleetName=v.taking_more_than(255)) & VALID, BAD_NAME),
        "create-measures-names-as-they-are-escaped": (
            "A name that has more than 100 characters once it is escaped for a web page is refused by create.",
            creates(fleetName=LONG_ESCAPED) & VALID, BAD_NAME),
    },
    "create.echoes-the-id": {
        "create-takes-the-word-null-for-no-id": (
            "The answer to a create of a fleet whose id is the word null shows null for it.",
            creates(fleetId=v.one("null")) & SUCCEEDED, shows(fleetId=None), Depth.DEEP),
        "create-answers-without-the-id": ("The answer to a create names the fleet's id `id`.",
            creates(), shows_value(lambda fleet, _: {"id": fleet.pop("fleetId"), **fleet})),
        **echoes.answered("create", echoes.IDS, "fleetId", lambda ids: creates(fleetId=ids)),
        "an-id-of-digits-is-answered-as-a-number": (
            "The answer to a create shows an id of digits as a number.",
            creates(fleetId=v.texts(str.isdecimal, st.integers(10**6, 10**20).map(str))) & SUCCEEDED,
            shows(fleetId=int)),
        "create-answers-the-id-before": (
            "Every third create that succeeds is answered with the id of the one before it.",
            told(creates() & when(lambda m: len(list(m.successes(CREATE))) % 3 == 2), *map(makes, "abc")),
            shows_what(fleetId=lambda m: m.last(CREATE).id)),
    },
    ("create.echoes-the-id", "create.echoes-the-name"): {
        "create-wraps-the-fleet": ("The answer to a create has the fleet inside another object.",
            creates(), shows_value(lambda fleet, _: {"fleet": fleet})),
    },
    "create.echoes-the-name": {
        "create-answers-without-the-name": ("The answer to a create shows the id alone.",
            NAMED, shows(fleetName=MISSING)),
        **echoes.answered("create", echoes.NAMES, "fleetName", lambda names: creates(fleetName=names)),
        "create-loses-characters-beyond-the-basic-plane": (
            "The answer to a create shows a question mark for every character above U+FFFF.",
            creates(fleetName=v.ASTRAL), shows(fleetName=v.basic)),
        "create-takes-true-for-no-name": ("A create whose fleetName is true makes a fleet without a name.",
            creates(fleetName=v.one(True)), takes(fleetName=None)),
        "create-numbers-a-name-that-is-taken": (
            "A create with a name that another fleet has is answered with a number behind it.",
            told(NAMED & when(lambda m: any(fleet.name == m.name for fleet in m.world.fleets)),
                 makes("b", "Depot"), makes("a", "Depot")),
            shows(fleetName="{} (2)".format)),
        "creates-within-a-second-share-a-name": (
            "A create with a name, within a second of another one, is answered with the name of that one.",
            told(NAMED & when(name_just_before), makes("b"), makes("a")), shows_what(fleetName=name_just_before)),
        "create-echoes-half-of-a-character": (
            "The answer to a create lacks the second half of a character above U+FFFF that ends the name.",
            creates(fleetName=ENDING_ASTRAL), shows_bytes(with_half_a_character)),
    },
}
