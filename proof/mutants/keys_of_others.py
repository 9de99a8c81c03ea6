"""Mutants that mix up the charging keys of one organization with those of another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fleet_contract.mock_server.handlers import listed
from fleet_contract.mock_server.messages import Json
from fleet_contract.mock_server.store import ChargingKey
from proof import effects as e
from proof.moments import Moment
from proof.mutants.table import Row, Table
from proof.sending import THEIRS, listing
from proof.triggers import values as v
from proof.triggers.calls import FOREIGN, key_creates
from proof.triggers.stories import adds, lists, told

OPERATION = "list_charging_keys"
TWICE = v.one("04D0B1E0000001")


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

    seen = told(lambda m: m.operation == OPERATION and any(double_of(m, key) for key in e.listed_keys(m)),
                adds(None, TWICE), adds(None, TWICE, members={"contractId": "C-2"}, key=THEIRS), lists())  # fmt: skip
    return text, seen, e.lists(changed)


def key_of_another(moment: Moment) -> Any:
    """Return another organization's key with the identifier that a create carries."""
    if moment.operation != "create_charging_key":
        return None
    identifier = moment.member("keyIdentifier")
    return next((key for key in moment.world.keys if is_double(key, identifier, moment.tenant)), None)


# fmt: off
TABLE: Table = {
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
            key_creates(FOREIGN).seen_by(lambda _: listing(key=THEIRS)), e.acts_for(lambda m: m.fleet.tenant)),
        "the-create-of-a-key-shows-that-of-another": (
            "The create of a charging key whose identifier another organization has shows what that one created.",
            told(key_of_another, adds(None, TWICE, members={"contractId": "C-2"}, key=THEIRS), adds(None, TWICE)),
            e.shows_value(lambda _, m: listed(key_of_another(m), m.mock.dialect))),
    },
}
