"""Mutants that break what is promised of fleets and their ids."""

from fleet_contract.mock_server.kinds import Kind
from proof.effects import refuses
from proof.moments import Moment
from proof.mutants.table import Table
from proof.triggers.calls import ON_A_FLEET
from proof.triggers.stories import makes, names, told


def was_missed(moment: Moment) -> bool:
    """Say whether a fleet was looked up before its create."""
    is_look_up = moment.operation in ON_A_FLEET and moment.is_own
    return is_look_up and any(each.fleet is None for each in moment.alike(*ON_A_FLEET))


# fmt: off
TABLE: Table = {
    "fleets.id-finds-the-fleet": {
        "an-id-that-was-not-found-stays-so": (
            "A fleet whose id was asked for before its create is not found after it.",
            told(was_missed, names("a"), makes("a"), names("a")), refuses(Kind.UNKNOWN_FLEET)),
    },
}
