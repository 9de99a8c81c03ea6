"""Mutants that break what a list of invitation codes promises."""

from zlib import crc32

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Json
from proof.effects import answers, refuses
from proof.moments import Moment
from proof.mutants.table import Table
from proof.triggers.calls import WITH_INACTIVE_CODES
from proof.triggers.stories import has, makes, reads, told

OPERATION = "get_invitation_codes"


def stale_codes(moment: Moment) -> Json:
    """Return the codes that its organization read last, where a fleet has none that is active any more."""
    if moment.operation != OPERATION or not WITH_INACTIVE_CODES.holds(moment):
        return None
    return next((each.shown for each in moment.successes(OPERATION) if each.tenant == moment.tenant), None)


def made_codes(moment: Moment) -> Json:
    """Return a code for each time that those of a fleet were asked for, which was made without any."""
    if moment.operation != OPERATION or not moment.is_own or moment.fleet.codes:
        return []
    return [{"code": f"MADE{crc32(moment.id.encode()):08X}N{n}"} for n, _ in enumerate(moment.alike(OPERATION))]


# fmt: off
TABLE: Table = {
    "invitation.without-codes-is-404": {
        "codes-of-the-fleet-read-before-are-shown": (
            "A fleet of whose codes none is active is shown those that its organization read last.",
            told(stale_codes, has("a", True), has("b", False), reads("a"), reads("b")), answers(200, stale_codes)),
    },
    "invitation.reading-changes-nothing": {
        "the-first-reading-makes-a-code": (
            "Each reading of a fleet that was made without codes, from the second one on, makes it another code.",
            told(made_codes, makes("a"), reads("a"), reads("a")), answers(200, made_codes)),
        "codes-run-out": (
            "The codes of a fleet can be read four times, and then it has none.",
            told(lambda m: m.operation == OPERATION and m.has_codes and m.times(OPERATION) >= 4,
                 has("a", True), *[reads("a")] * 5),
            refuses(Kind.NO_CODES)),
    },
}
