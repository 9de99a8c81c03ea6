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
from proof.triggers.calls import OWN, SUCCEEDED, key_creates, refused, with_bytes
from proof.triggers.classes import Class, Predicate, when
from proof.triggers.stories import adds, makes, told

ADD, LIST = "create_charging_key", "list_charging_keys"
FIELDS = {"keyIdentifier": "key-identifier", "visualNumber": "visual-number", "contractId": "contract-id"}
CONFLICT = {"title": "Conflict", "status": 409}
VALID = when(lambda m: m.is_valid)
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


def is_dropped_without_a_fleet(moment: Moment, key: ChargingKey) -> bool:
    return key.fleet_id is None and maker(moment, key) is not None


def is_dropped_disabled(moment: Moment, key: ChargingKey) -> bool:
    return not key.enabled and maker(moment, key) is not None


def is_dropped_third(moment: Moment, key: ChargingKey) -> bool:
    in_fleets = [each for each in made(moment) if each.member("fleetId") is not MISSING]
    return maker(moment, key) in in_fleets[2::3]


def dropping(is_dropped: Any, *before: stories.Telling) -> tuple[Class, Any]:
    """Return a list that lacks some keys, and what makes it lack them."""
    lacks = told(
        lambda m: m.operation == LIST and any(is_dropped(m, key) for key in m.world.keys_of(m.tenant)),
        *before,
        stories.lists(),
    )
    return lacks, e.lists(lambda m, keys: [key for key in keys if not is_dropped(m, key)])


def other_fleet(moment: Moment) -> Any:
    """Return the newest fleet of the organization of a call but the one that it names."""
    others = [fleet for fleet in moment.world.fleets_of(moment.tenant) if fleet != moment.fleet]
    return others[-1] if others else None


def invented(moment: Moment) -> str:
    return f"made-up-{len(moment.world.keys)}"


def in_reverse(identifier: str) -> str:
    return "".join(re.findall("..?", identifier)[::-1])


def kept_with(what: str, **changed: Any) -> Row:
    """Return the mutant that keeps what a function makes of each of some members."""
    values = {
        name: v.changed_by(change, st.text("ABC-xyz", min_size=9, max_size=20)) for name, change in changed.items()
    }
    creates = (key_creates(**values) & VALID).seen_by(its_list)
    return f"A charging key is kept with {what}.", creates, e.takes(**changed)


def optional(field: str) -> Row:
    text = f"The create of a charging key without {field} succeeds."
    return text, key_creates(**{field: v.ABSENT}), e.takes_what(**{field: invented})


def of_any_type(field: str) -> Row:
    wrong = v.ARRAYS | v.OBJECTS | v.NUMBERS | v.BOOLEANS | v.NULL
    return (
        f"The create of a charging key takes any value as {field}.",
        key_creates(**{field: wrong}),
        e.takes(**{field: str}),
    )


async def keep_and_refuse(moment: Moment, proceed: Proceed) -> Answer:
    await proceed(moment.with_members(contractId="unknown"))
    return await proceed(moment.call)


def was_refused_for_its_contract(moment: Moment) -> bool:
    """Say whether a key has a contract that it lacked when its create was refused."""
    before = [each for each in moment.earlier(ADD) if each.member("keyIdentifier") == moment.member("keyIdentifier")]
    lacked = [each for each in before if each.answer.kind is Kind.BAD_KEY and each.member("contractId") is MISSING]
    return moment.operation == ADD and moment.is_valid and bool(lacked)


# --- keys that exist already ---------------------------------------------------------------------------


def is_second(moment: Moment) -> bool:
    return moment.operation == ADD and moment.is_valid and known(moment) is not None


def with_other_number(moment: Moment) -> bool:
    return is_second(moment) and known(moment).visual_number != moment.member("visualNumber")


def in_no_fleet(moment: Moment) -> bool:
    return is_second(moment) and known(moment).fleet_id is None and moment.member("fleetId") is MISSING


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


def enters_again(holds: Predicate, *steps: stories.Telling) -> tuple[Class, e.Effect]:
    """Return the second creates of a key of which each makes a second entry, and what makes it."""
    seen = told(lambda m: holds(m) or second_entries(holds, m), *steps, stories.lists(page_size=500))
    add = answers_as_made()
    return seen, e.by_operation({ADD: add, LIST: e.lists(lambda m, keys: keys + second_entries(holds, m))})


def answers_as_made() -> e.Instead:
    async def act(moment: Moment, proceed: Proceed) -> Answer:
        del proceed
        return e.answer_of(int(moment.mock.dialect["key.status"]))

    return e.does(act)


def overwrites(change: Callable[[Moment], ChargingKey]) -> e.Instead:
    """Keep the key that exists with other values, and go on as ever."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        await moment.mock.store.put_key(change(moment))
        return await proceed(moment.call)

    return e.does(act)


async def replace_the_key(moment: Moment, proceed: Proceed) -> Answer:
    del proceed
    await moment.mock.store.put_key(key_of(moment))
    return e.answer_of(int(moment.mock.dialect["key.status"]))


def another(**members: Any) -> Class:
    """Return the second creates of a key, drawn with some members that are not those of the first."""
    return told(is_second, makes("a"), makes("b"), adds("a", SAME), adds("b", SAME, members=members), lists_all)


SAME, OTHER = v.one("04A7F2C1"), v.Values(bool, v.PLAIN.map("OTHER-{}".format))
lists_all = stories.lists(page_size=500)
TWICE = (adds(identifier=SAME), adds(identifier=SAME))

# fmt: off
TABLE: Table = {
    "keys.create-accepts-a-valid-key": {
        "key-create-answers-202": (
            "The create of a charging key is answered as accepted and not as done.",
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
            told(was_refused_for_its_contract,
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
            "The create of a charging key is answered 201 to an array.",
            with_bytes(v.ARRAYS.drawn.map(as_json), lambda m: isinstance(m.body, list), ADD) & BAD, e.status(201)),
        "key-create-takes-a-word-for-enabled": (
            "The create of a charging key takes any value but false as enabled.",
            key_creates(enabled=v.NAMED | v.NUMBERS | v.ARRAYS | v.NULL), e.takes(enabled=True)),
        "a-key-that-is-refused-for-its-contract-is-kept": (
            "The create of a charging key without contractId is refused, and the key is listed from then on.",
            told(lambda m: key_creates(contractId=v.ABSENT).holds(m) and m.tenant,
                 adds(members={"contractId": MISSING}), lists_all), e.does(keep_and_refuse)),
    },
    "keys.created-key-is-listed": {
        "a-disabled-key-is-not-listed": (
            "A charging key that was created disabled is in no list; one that the mock held before is.",
            *dropping(is_dropped_disabled, adds(members={"enabled": False}))),
        "every-third-key-is-not-kept": (
            "Every third charging key that is created in a fleet is answered and not kept.",
            *dropping(is_dropped_third, makes("a"), *[adds("a")] * 3)),
    },
    "keys.created-key-is-in-its-fleet": {
        "a-created-key-is-in-no-fleet": (
            "A charging key that is created with a fleetId is kept without it.",
            key_creates(OWN).seen_by(its_list), e.takes(fleetId=MISSING)),
        "a-created-key-is-in-the-newest-fleet": (
            "A charging key that is created with a fleetId is put into the newest other fleet of its organization.",
            told(lambda m: m.operation == ADD and m.is_own and other_fleet(m), makes("b"), makes("a"), adds("a"),
                 stories.lists("a")), e.takes_what(fleetId=lambda m: other_fleet(m).id)),
        "a-disabled-key-leaves-its-fleet": (
            "A charging key that is created disabled is kept in no fleet.",
            key_creates(OWN, enabled=v.one(False)).seen_by(its_list), e.takes(fleetId=MISSING)),
        "a-refused-key-moves-to-another-fleet": (
            "A second create of a charging key is refused, and moves the key to the fleet that it names.",
            another(), overwrites(lambda m: replace(known(m), fleet_id=key_of(m).fleet_id))),
    },
    "keys.listed-as-created": {
        "the-contract-is-kept-in-lower-case": kept_with("its contractId in lower case", contractId=str.lower),
        "the-visual-number-is-kept-in-lower-case": kept_with("its visualNumber in lower case", visualNumber=str.lower),
        "the-visual-number-loses-its-hyphens": kept_with(
            "the hyphens of its visualNumber left out", visualNumber=lambda text: text.replace("-", "")),
        "the-visual-number-is-the-identifier": (
            "A charging key is kept with its identifier as its visualNumber.",
            (key_creates() & VALID).seen_by(its_list),
            e.takes_what(visualNumber=lambda m: m.member("keyIdentifier"))),
        "the-contract-and-the-visual-number-change-places": (
            "A charging key is kept with its contractId as visualNumber, and the other way round.",
            (key_creates() & VALID).seen_by(its_list),
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
            another(contractId=OTHER), e.does(replace_the_key)),
    },
    "keys.enabled-by-default": {
        "a-key-is-disabled-by-default": (
            "A charging key that is created without enabled is disabled.",
            (key_creates(enabled=v.ABSENT) & VALID).seen_by(its_list), e.takes(enabled=False)),
        "a-key-without-a-fleet-is-disabled-by-default": (
            "A charging key that is created without enabled and without a fleet is disabled.",
            (key_creates(enabled=v.ABSENT, fleetId=v.ABSENT) & VALID).seen_by(its_list), e.takes(enabled=False)),
        "a-second-create-that-is-refused-switches-the-key": (
            "A second create of a charging key is refused, and the key is enabled as that one said.",
            another(enabled=False), overwrites(lambda m: replace(known(m), enabled=key_of(m).enabled))),
    },
    "keys.identifier-is-unique": {
        "a-key-can-be-created-twice": (
            "A second create with the same keyIdentifier makes a second entry.", *enters_again(is_second, *TWICE)),
        "a-key-exists-once-for-each-visual-number": (
            "A second create with the same keyIdentifier and another visualNumber makes a second entry.",
            *enters_again(with_other_number, TWICE[0], adds(identifier=SAME, members={"visualNumber": OTHER}))),
        "a-key-of-no-fleet-exists-as-often-as-it-is-created": (
            "A second create with the same keyIdentifier makes a second entry where neither names a fleet.",
            *enters_again(in_no_fleet, *TWICE)),
    },
}
