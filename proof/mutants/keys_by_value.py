"""Mutants that take a charging key for another one by its values: numbers, words of one case, names, contracts."""

import re

from hypothesis import strategies as st

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.store import ChargingKey
from proof.effects import answers, takes, takes_what
from proof.moments import Moment
from proof.mutants.keys import ADD, CONFLICT, SAME, dropping, kept, tried_before
from proof.mutants.table import Row, Table
from proof.sending import MISSING, its_list
from proof.triggers import values as v
from proof.triggers.calls import OWN, key_creates
from proof.triggers.classes import when
from proof.triggers.stories import adds, told

# Of decimal digits, as a language reads them that compares texts by their value.
AS_NUMBER = re.compile("[0-9]+([eE][0-9]{1,12})?")
WITH_ZEROS = v.texts(re.compile("0+[1-9][0-9]*").fullmatch, st.integers(1, 10**9).map("00{}".format))


def without_zeros(field: str) -> Row:
    text = f"whose {field} is of digits is kept without the zeros before them"
    return kept(text, takes(**{field: lambda digits: digits.lstrip("0")}), **{field: WITH_ZEROS})


def value_of(identifier: str) -> float | None:
    return float(identifier) if AS_NUMBER.fullmatch(identifier) else None


def equals_another(moment: Moment) -> bool:
    """Say whether a key is created whose identifier is that of another one as a number, and not as a text."""
    if moment.operation != ADD or not moment.is_valid:
        return False
    sent = moment.member("keyIdentifier")
    others = (key.identifier for key in moment.world.keys_of(moment.tenant) if key.identifier != sent)
    return value_of(sent) is not None and value_of(sent) in map(value_of, others)


def noughts(least: int, most: int) -> v.Values:
    return v.texts(bool, st.integers(least, most).map("0E{}".format))


def is_replaced(moment: Moment, key: ChargingKey) -> bool:
    """Say whether a key has the contract of one that was made later."""
    keys = moment.world.keys_of(moment.tenant)
    return any(each.contract_id == key.contract_id for each in keys[keys.index(key) + 1 :])


# fmt: off
TABLE: Table = {
    "keys.create-accepts-a-valid-key": {
        "a-key-that-was-refused-for-its-fleet-is-taken": (
            "A charging key whose create was refused for an unknown fleet is refused without that fleet too.",
            told(lambda m: any(each.id != m.id for each in tried_before(m, Kind.UNKNOWN_FLEET)),
                 adds("b", SAME), adds(identifier=SAME)), answers(409, CONFLICT)),
        "identifiers-are-compared-as-numbers": (
            "A charging key is refused as taken where its identifier is another's as a number, as 0E1 is 0E2.",
            told(equals_another, adds(identifier=noughts(1, 999)), adds(identifier=noughts(1000, 9999))),
            answers(409, CONFLICT)),
    },
    "keys.created-key-is-listed": {
        "a-key-replaces-the-one-with-its-contract": (
            "A charging key is in no list once another one was created with its contractId.",
            *dropping(is_replaced, adds(), adds()), Depth.DEEP),
    },
    "keys.created-key-is-in-its-fleet": {
        "a-key-with-the-name-of-a-fleet-is-in-none": kept(
            "that is created with fleetId and fleetName is kept in no fleet",
            takes(fleetId=MISSING), OWN, fleetName=v.NAMED),
        "a-key-with-another-name-of-its-fleet-is-in-none": (
            "A charging key that is created with a fleetName which its fleet does not have is kept in no fleet.",
            (key_creates(OWN, fleetName=v.NAMED) & when(lambda m: m.member("fleetName") != m.fleet.name))
            .seen_by(its_list), takes(fleetId=MISSING)),
    },
    "keys.listed-as-created": {
        "the-name-of-a-key-is-its-visual-number": kept(
            "that is created with a name is kept with that as its visualNumber",
            takes_what(visualNumber=lambda m: m.member("name")), name=v.NAMED),
        "zeros-before-a-visual-number-are-lost": without_zeros("visualNumber"),
        "zeros-before-a-contract-are-lost": without_zeros("contractId"),
        "zeros-before-an-identifier-of-digits-are-lost": without_zeros("keyIdentifier"),
    },
}
