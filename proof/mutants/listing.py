"""Mutants that break what a list of charging keys promises."""

from fleet_contract.mock_server.store import ChargingKey
from proof import effects
from proof.effects import acts_for, listed_keys, shows_value
from proof.moments import Moment
from proof.mutants.table import Table
from proof.sending import MISSING, THEIRS
from proof.triggers.stories import adds, lists, makes, told, turns_the_page

OPERATION = "list_charging_keys"


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
    "keys.of-others-are-hidden": {
        "a-cursor-opens-the-list-of-its-first-user": (
            "A cursor leads on in the list of the organization that it was given to, whoever sends it.",
            told(giver_of_cursor, lists(page_size=10), turns_the_page(key=THEIRS)), acts_for(giver_of_cursor)),
    },
}
