"""Mutants that break what the create of a charging key promises."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.store import ChargingKey
from proof import effects as e
from proof.moments import Moment, Proceed
from proof.mutants.table import Row, Table
from proof.sending import MISSING, as_json, its_list
from proof.triggers import stories
from proof.triggers import values as v
from proof.triggers.calls import OWN, SUCCEEDED, VALID, Whose, key_creates, refused, with_bytes
from proof.triggers.classes import Class, Predicate
from proof.triggers.stories import adds, makes, told

ADD, LIST = "create_charging_key", "list_charging_keys"
FIELDS = {"keyIdentifier": "key-identifier", "visualNumber": "visual-number", "contractId": "contract-id"}
CONFLICT = {"title": "Conflict", "status": 409}
BAD = refused(Kind.BAD_KEY)


def made(moment: Moment) -> list[Moment]:
    """Return the creates that succeeded for the organization of a call, the first first."""
    return [each for each in moment.past if each.operation == ADD and each.succeeded and each.tenant == moment.tenant]


def maker(moment: Moment, key: ChargingKey) -> Any:
    """Return the create that made a key; None for one that the mock held before."""
    return next((each for each in made(moment) if each.member("keyIdentifier") == key.identifier), None)


def known(moment: Moment) -> Any:
    """Return the key of the organization of a call that has the identifier it gives, None where there is none."""
    keys = moment.world.keys_of(moment.tenant)
    return next((key for key in keys if key.identifier == moment.member("keyIdentifier")), None)


# --- keys that are not kept, or as something else -----------------------------------------------------


def is_dropped_third(moment: Moment, key: ChargingKey) -> bool:
    in_fleets = [each for each in made(moment) if each.member("fleetId") is not MISSING]
    return maker(moment, key) in in_fleets[2::3]


def dropping(is_dropped: Any, *before: stories.Telling) -> tuple[Class, Any]:
    """Return a list that lacks some keys, and what makes it lack them."""
    lacks = told(lambda m: m.operation == LIST and any(is_dropped(m, key) for key in m.world.keys_of(m.tenant)),
                 *before, stories.lists())  # fmt: skip
    return lacks, e.lists(lambda m, keys: [key for key in keys if not is_dropped(m, key)])


def other_fleet(moment: Moment) -> Any:
    """Return the newest fleet of the organization of a call but the one that it names."""
    others = [fleet for fleet in moment.world.fleets_of(moment.tenant) if fleet != moment.fleet]
    return others[-1] if others else None


def invented(moment: Moment) -> str:
    return f"made-up-{len(moment.world.keys)}"


def in_reverse(identifier: str) -> str:
    return "".join(re.findall("..?", identifier)[::-1])


def kept(text: str, effect: e.Effect, *of: Whose, **members: v.Values) -> Row:
    """Return the mutant that keeps some charging keys as something else."""
    return f"A charging key {text}.", (key_creates(*of, **members) & VALID).seen_by(its_list), effect


def kept_with(what: str, **changed: Any) -> Row:
    """Return the mutant that keeps what a function makes of each of some members."""
    fragments = st.text("ABC-xyz", min_size=9, max_size=20)
    values = {name: v.changed_by(change, fragments) for name, change in changed.items()}
    return kept(f"is kept with {what}", e.takes(**changed), **values)


def optional(field: str) -> Row:
    text = f"The create of a charging key without {field} succeeds."
    return text, key_creates(**{field: v.ABSENT}), e.takes_what(**{field: invented})


def of_any_type(field: str) -> Row:
    wrong = v.ARRAYS | v.OBJECTS | v.NUMBERS | v.BOOLEANS | v.NULL
    text = f"The create of a charging key takes a value of any type as {field}."
    return text, key_creates(**{field: wrong}), e.takes(**{field: str})


async def keep_and_refuse(moment: Moment, proceed: Proceed) -> Answer:
    await proceed(moment.with_members(contractId="unknown"))
    return await proceed(moment.call)


def tried_before(moment: Moment, kind: Kind) -> list[Moment]:
    """Return the creates that were refused for a reason, of a key whose create is valid now."""
    alike = (each for each in moment.earlier(ADD) if each.member("keyIdentifier") == moment.member("keyIdentifier"))
    return [each for each in alike if moment.operation == ADD and moment.is_valid and each.answer.kind is kind]


# --- keys that exist already ---------------------------------------------------------------------------


def is_second(moment: Moment) -> bool:
    return moment.operation == ADD and moment.is_valid and known(moment) is not None


def key_of(moment: Moment) -> ChargingKey:
    """Return the key that a create describes."""
    fleet, is_enabled = moment.member("fleetId"), moment.member("enabled")
    return ChargingKey(
        identifier=moment.member("keyIdentifier"),
        visual_number=moment.member("visualNumber"),
        contract_id=moment.member("contractId"),
        tenant=str(moment.tenant),
        fleet_id=None if fleet is MISSING else fleet,
        enabled=is_enabled is not False,
    )


def second_entries(holds: Predicate, moment: Moment) -> list[ChargingKey]:
    """Return the keys in a list that were created although they existed, in such a create as is told."""
    if moment.operation != LIST:
        return []
    again = [key_of(each) for each in made(moment) if holds(each)]
    return [key for key in again if moment.query.get("fleetId") in (None, key.fleet_id)]


def enters_again(where: Callable[[ChargingKey, Moment], Any], *steps: stories.Telling) -> tuple[Class, e.Effect]:
    """Return the second creates of a key of which some make a second entry, and what makes it."""

    def holds(moment: Moment) -> Any:
        return is_second(moment) and where(known(moment), moment)

    seen = told(lambda m: holds(m) or second_entries(holds, m), *steps, stories.lists(page_size=500))
    return seen, e.by_operation({ADD: AS_MADE, LIST: e.lists(lambda m, keys: keys + second_entries(holds, m))})


def overwrites(change: Callable[[Moment], ChargingKey], then: e.Instead | None = None) -> e.Instead:
    """Keep the key that exists with other values, and then do something else, or go on as ever."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        await moment.mock.store.put_key(change(moment))
        return await (then.act(moment, proceed) if then else proceed(moment.call))

    return e.does(act)


def another(**members: Any) -> Class:
    """Return the second creates of a key, drawn with some members that are not those of the first."""
    return told(is_second, makes("a"), makes("b"), adds("a", SAME), adds("b", SAME, members=members), lists_all)


SAME, OTHER = v.one("04A7F2C1"), v.Values(bool, v.PLAIN.map("OTHER-{}".format))
lists_all = stories.lists(page_size=500)
AS_MADE = e.answers(lambda m: int(m.mock.dialect["key.status"]))
IN_SMALL_LETTERS = v.texts(lambda text: text != text.upper(), st.just("04a7f2c1"))
TWICE = (adds(identifier=SAME), adds(identifier=SAME))

# fmt: off
TABLE: Table = {
    "keys.create-accepts-a-valid-key": {
        "key-create-answers-202": (
            "The create of a charging key is answered 202 Accepted.",
            key_creates() & SUCCEEDED, e.status(202)),
        "key-create-demands-enabled": (
            "The create of a charging key without enabled is refused.",
            key_creates(enabled=v.ABSENT) & VALID, e.refuses(Kind.BAD_KEY)),
        "key-create-demands-a-fleet": (
            "The create of a charging key without fleetId is refused.",
            key_creates(fleetId=v.ABSENT) & VALID, e.refuses(Kind.BAD_KEY)),
        "every-fourth-key-is-refused": (
            "Every fourth create of a charging key is answered 409.",
            told(lambda m: m.operation == ADD and m.is_valid and len([*m.earlier(ADD)]) % 4 == 3, *[adds()] * 4),
            e.answers(409, CONFLICT)),
        "a-key-that-was-refused-is-taken": (
            "A charging key whose create was refused for want of a contractId is refused once it has one.",
            told(lambda m: any(each.member("contractId") is MISSING for each in tried_before(m, Kind.BAD_KEY)),
                 adds(identifier=SAME, members={"contractId": MISSING}), adds(identifier=SAME)),
            e.answers(409, CONFLICT)),
    },
    "keys.create-refuses-an-invalid-key": {
        "key-create-answers-404-to-an-invalid-key": (
            "The create of a charging key that lacks a required field is answered 404.",
            (key_creates(keyIdentifier=v.ABSENT) | key_creates(visualNumber=v.ABSENT)
             | key_creates(contractId=v.ABSENT)) & BAD, e.status(404)),
        "key-create-overlooks-a-missing-contract": optional("contractId"),
        "key-create-overlooks-a-missing-key-identifier": optional("keyIdentifier"),
        "key-create-overlooks-a-missing-visual-number": optional("visualNumber"),
        **{f"key-create-takes-anything-as-{words}": of_any_type(field) for field, words in FIELDS.items()},
        "key-create-takes-the-first-of-an-array": (
            "The create of a charging key whose body is an array is answered 201.",
            with_bytes(v.ARRAYS.drawn.map(as_json), lambda m: isinstance(m.body, list), ADD) & BAD, e.status(201)),
        "key-create-takes-anything-as-enabled": (
            "The create of a charging key takes an enabled that is an array or an object for true.",
            key_creates(enabled=v.ARRAYS | v.OBJECTS), e.takes(enabled=True)),
        "a-key-that-is-refused-for-its-contract-is-kept": (
            "The create of a charging key without contractId is refused, and the key is listed from then on.",
            told(lambda m: key_creates(contractId=v.ABSENT).holds(m) and m.tenant,
                 adds(members={"contractId": MISSING}), lists_all), e.does(keep_and_refuse)),
    },
    "keys.created-key-is-listed": {
        "a-disabled-key-is-not-listed": (
            "A charging key that was created disabled is in no list; one that the mock held before is.",
            *dropping(lambda m, key: not key.enabled and maker(m, key), adds(members={"enabled": False}))),
        "every-third-key-is-not-kept": (
            "Every third charging key that is created in a fleet is answered and not kept.",
            *dropping(is_dropped_third, makes("a"), *[adds("a")] * 3)),
    },
    "keys.created-key-is-in-its-fleet": {
        "a-created-key-is-in-no-fleet": kept(
            "that is created with a fleetId is kept without it", e.takes(fleetId=MISSING), OWN),
        "a-created-key-is-in-the-newest-fleet": (
            "A charging key that is created with a fleetId is put into the newest other fleet of its organization.",
            told(lambda m: m.operation == ADD and m.is_own and other_fleet(m), makes("b"), makes("a"), adds("a"),
                 stories.lists("a")), e.takes_what(fleetId=lambda m: other_fleet(m).id)),
        "a-disabled-key-leaves-its-fleet": kept(
            "that is created disabled is kept in no fleet", e.takes(fleetId=MISSING), OWN, enabled=v.one(False)),
        "a-refused-key-moves-to-another-fleet": (
            "A second create of a charging key is refused, and moves the key to the fleet that it names.",
            another(), overwrites(lambda m: replace(known(m), fleet_id=key_of(m).fleet_id))),
    },
    "keys.listed-as-created": {
        "the-contract-is-kept-in-lower-case": kept_with("its contractId in lower case", contractId=str.lower),
        "the-visual-number-is-kept-in-lower-case": kept_with("its visualNumber in lower case", visualNumber=str.lower),
        "the-visual-number-loses-its-hyphens": kept_with(
            "the hyphens of its visualNumber left out", visualNumber=lambda text: text.replace("-", "")),
        "the-visual-number-is-the-identifier": kept(
            "is kept with its identifier as its visualNumber",
            e.takes_what(visualNumber=lambda m: m.member("keyIdentifier"))),
        "the-contract-and-the-visual-number-change-places": kept(
            "is kept with its contractId as visualNumber, and the other way round",
            e.takes_what(visualNumber=lambda m: m.member("contractId"), contractId=lambda m: m.member("visualNumber"))),
        "the-contract-is-cut": kept_with(
            "the first ten characters of its contractId", contractId=lambda text: text[:10]),
        "the-identifier-is-cut": kept_with(
            "the first six and the last two characters of its keyIdentifier",
            keyIdentifier=lambda text: text[:6] + text[-2:]),
        "the-identifier-is-turned-round": kept_with(
            "the bytes of its keyIdentifier in reverse", keyIdentifier=in_reverse),
        "enabled-is-ignored": (
            "Every created charging key is enabled.",
            (key_creates(enabled=v.one(False)) & VALID).seen_by(its_list), e.takes(enabled=True)),
        "a-second-create-that-is-refused-changes-the-contract": (
            "A second create of a charging key is refused, and the key has its contract from then on.",
            another(contractId=OTHER), overwrites(lambda m: replace(known(m), contract_id=m.member("contractId")))),
    },
    ("keys.listed-as-created", "keys.created-key-is-in-its-fleet"): {
        "a-second-create-replaces-the-key": (
            "A second create with the same keyIdentifier gives the key other values.",
            another(contractId=OTHER), overwrites(key_of, AS_MADE)),
    },
    "keys.enabled-by-default": {
        "a-key-is-disabled-by-default": kept(
            "that is created without enabled is disabled", e.takes(enabled=False), enabled=v.ABSENT),
        "a-key-without-a-fleet-is-disabled-by-default": kept(
            "that is created without enabled and without a fleet is disabled",
            e.takes(enabled=False), enabled=v.ABSENT, fleetId=v.ABSENT),
        "a-second-create-that-is-refused-switches-the-key": (
            "A second create of a charging key is refused, and the key is enabled as that one said.",
            another(enabled=False), overwrites(lambda m: replace(known(m), enabled=key_of(m).enabled))),
    },
    "keys.identifier-is-unique": {
        "a-key-can-be-created-twice": (
            "A second create with the same keyIdentifier makes a second entry.",
            *enters_again(lambda *_: True, *TWICE)),
        "a-key-exists-once-for-each-visual-number": (
            "A second create with the same keyIdentifier and another visualNumber makes a second entry.",
            *enters_again(lambda key, m: key.visual_number != m.member("visualNumber"),
                          TWICE[0], adds(identifier=SAME, members={"visualNumber": OTHER}))),
        "a-key-in-small-letters-can-be-created-twice": (
            "A second create with the same keyIdentifier makes a second entry where that has small letters.",
            *enters_again(lambda _, m: IN_SMALL_LETTERS.fits(m.member("keyIdentifier")),
                          *[adds(identifier=IN_SMALL_LETTERS)] * 2)),
        "a-key-of-no-fleet-exists-as-often-as-it-is-created": (
            "A second create with the same keyIdentifier makes a second entry where neither names a fleet.",
            *enters_again(lambda key, m: key.fleet_id is None and m.member("fleetId") is MISSING, *TWICE)),
    },
}
