"""Mutants that break what a list of charging keys promises."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fleet_contract.mock_server.handlers import listed
from fleet_contract.mock_server.messages import Json
from fleet_contract.mock_server.store import ChargingKey
from proof import effects
from proof.effects import acts_for, listed_keys, shows_value
from proof.moments import Moment
from proof.mutants.table import Row, Table
from proof.sending import MISSING, THEIRS, listing
from proof.triggers import values as v
from proof.triggers.calls import FOREIGN, key_creates
from proof.triggers.stories import adds, lists, makes, told, turns_the_page

OPERATION = "list_charging_keys"
TWICE = v.one("04D0B1E0000001")


def giver_of_cursor(moment: Moment) -> str | None:
    """Return who was given the cursor of a call last, where that was not its caller."""
    cursor = moment.query.get("cursor", MISSING) if moment.operation == OPERATION and moment.tenant else MISSING
    giver = next((each.tenant for each in moment.successes(OPERATION) if each.shown.get("cursor") == cursor), None)
    return giver if giver != moment.tenant else None


def is_pushed_out(moment: Moment, key: ChargingKey) -> bool:
    """Say whether ten keys have been put into other fleets since one was created in a fleet."""
    keys = moment.world.keys
    was_created = key.fleet_id and key not in moment.mock.parts.seed.charging_keys
    since = keys[keys.index(key) :] if was_created else ()
    return sum(other.fleet_id not in (None, key.fleet_id) for other in since) >= 10


def is_filtered(moment: Moment) -> bool:
    return moment.operation == OPERATION and "fleetId" in moment.query


def was_empty(moment: Moment) -> bool:
    """Say whether the filtered list that a call asks for was empty before."""
    same = (each for each in moment.successes(OPERATION) if (each.tenant, each.id) == (moment.tenant, moment.id))
    return is_filtered(moment) and any(not each.shown["keys"] for each in same)


def double_of(moment: Moment, key: ChargingKey) -> ChargingKey | None:
    """Return the key of the same identifier that another organization created last, after a key."""
    later = moment.world.keys[moment.world.keys.index(key) :]
    return next((each for each in reversed(later) if is_double(each, key.identifier, key.tenant)), None)


def is_double(key: ChargingKey, identifier: Json, tenant: str | None) -> bool:
    return key.identifier == identifier and key.tenant != tenant


def doubled(text: str, change: Callable[[ChargingKey, ChargingKey], ChargingKey | None]) -> Row:
    """Return the mutant that lists a key otherwise, or not, once another organization has created its identifier."""

    def changed(moment: Moment, keys: list[ChargingKey]) -> list[ChargingKey]:
        doubles = ((key, double_of(moment, key)) for key in keys)
        return [shown for key, double in doubles if (shown := change(key, double) if double else key)]

    return (
        text,
        told(
            lambda m: m.operation == OPERATION and any(double_of(m, key) for key in listed_keys(m)),
            adds(None, TWICE), adds(None, TWICE, members={"contractId": "C-2"}, key=THEIRS), lists(),
        ),
        effects.lists(changed),
    )  # fmt: skip


def key_of_another(moment: Moment) -> Any:
    """Return another organization's key with the identifier that a create carries."""
    if moment.operation != "create_charging_key":
        return None
    identifier = moment.member("keyIdentifier")
    return next((key for key in moment.world.keys if is_double(key, identifier, moment.tenant)), None)


# fmt: off
TABLE: Table = {
    "keys.filter-lists-the-whole-fleet": {
        "an-empty-list-stays-empty": (
            "A fleet whose keys were listed before it had any has none from then on.",
            told(was_empty, makes("a"), lists("a"), adds("a"), lists("a")), shows_value({"keys": []})),
        "a-fleet-keeps-its-keys-until-another-has-ten": (
            "A charging key is in its fleet until ten have been put into other ones.",
            told(lambda m: is_filtered(m) and any(is_pushed_out(m, key) for key in listed_keys(m)),
                 makes("a"), makes("b"), adds("a"), *[adds("b")] * 10, lists("a")),
            effects.lists(lambda m, keys: [key for key in keys if not is_pushed_out(m, key)])),
    },
    "keys.unfiltered-list-is-whole": {
        "a-key-goes-to-whoever-creates-it-last": doubled(
            "A charging key vanishes from an organization where another one creates its identifier.",
            lambda _, __: None),
    },
    "keys.listed-as-created": {
        "a-key-is-changed-by-whoever-creates-it-again": doubled(
            "The contract of a charging key changes where another organization creates its identifier.",
            lambda key, double: replace(key, contract_id=double.contract_id)),
        "a-foreign-double-disables-the-key": doubled(
            "A charging key is disabled where another organization creates its identifier.",
            lambda key, _: replace(key, enabled=False)),
    },
    "keys.of-others-are-hidden": {
        "a-key-belongs-to-whoever-has-its-fleet": (
            "A charging key that is created in another organization's fleet becomes that organization's.",
            key_creates(FOREIGN).seen_by(lambda _: listing(key=THEIRS)), acts_for(lambda m: m.fleet.tenant)),
        "the-create-of-a-key-shows-that-of-another": (
            "The create of a charging key whose identifier another organization has shows what that one created.",
            told(key_of_another, adds(None, TWICE, members={"contractId": "C-2"}, key=THEIRS), adds(None, TWICE)),
            shows_value(lambda _, m: listed(key_of_another(m), m.mock.dialect))),
        "a-cursor-opens-the-list-of-its-first-user": (
            "A cursor leads on in the list of the organization that it was given to, whoever sends it.",
            told(giver_of_cursor, lists(page_size=10), turns_the_page(key=THEIRS)), acts_for(giver_of_cursor)),
    },
}
