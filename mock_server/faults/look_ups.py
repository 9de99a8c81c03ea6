"""Faults in finding a fleet by its id: matched whole, measured rightly, and read as it was written."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Kind, Refusal
from fleet_contract.mock_server.store import Fleet, Store

OPERATIONS_ON_A_FLEET = ("rename_fleet", "get_invitation_codes")


def look_up(parts: Parts, alike: Callable[[str, str], bool]) -> None:
    """Let an id that no fleet has find the first fleet of the caller whose id is alike."""

    class Inexact(Store):
        def find(self, tenant: str, id: str) -> Fleet:
            known = [fleet for fleet in self.fleets.values() if fleet.tenant == tenant and alike(id, fleet.id)]
            return known[0] if self.at(id) is None and known else super().find(tenant, id)

    parts.mix_into_store(Inexact)


@fault(breaks={"fleets.id-is-matched-whole"})
def a_shorter_id_finds_the_fleet(parts: Parts) -> None:
    """An id that lacks the last character of a fleet's finds that fleet."""
    look_up(parts, lambda asked, known: asked == known[:-1])


@fault(breaks={"fleets.id-is-matched-whole"})
def a_longer_id_finds_the_fleet(parts: Parts) -> None:
    """An id that has one character more than a fleet's finds that fleet."""
    look_up(parts, lambda asked, known: asked[:-1] == known)


@fault(breaks={"fleets.id-is-matched-whole"})
def ids_are_patterns(parts: Parts) -> None:
    """A per cent sign or an underscore in an id stands for other characters, as in LIKE of SQL."""

    def like(asked: str, known: str) -> bool:
        pattern = re.escape(asked).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, known, re.DOTALL) is not None

    look_up(parts, like)


@fault(breaks={"fleets.id-is-matched-whole"})
def ids_end_at_a_nul(parts: Parts) -> None:
    """An id is compared up to its first NUL character."""
    look_up(parts, lambda asked, known: asked.split("\0")[0] == known)


@fault(breaks={"fleets.id-is-matched-whole"})
def blanks_around_an_id_are_overlooked_in_paths(parts: Parts) -> None:
    """An id in a path finds the fleet whose id is the same without blanks around it."""
    look_up(parts, lambda asked, known: asked.strip() == known)


@fault(breaks={"fleets.id-holds-100-characters"})
def an_id_of_100_characters_is_refused(parts: Parts) -> None:
    """The limit on ids is 99."""
    parts.property("NewFleet", "fleetId")["maxLength"] = 99


@fault(breaks={"fleets.id-holds-100-characters"})
def ids_are_measured_in_bytes(parts: Parts) -> None:
    """An id of more than 100 bytes in UTF-8 is refused."""

    async def measuring(inner: Handler, world: World, call: Call) -> Reply:
        if len(call.body["fleetId"].encode()) > 100:  # noqa: PLR2004  (the limit, in the wrong unit)
            raise Refusal(Kind.BAD_BODY, "fleetId is too long.")
        return await inner(world, call)

    parts.wrap("create_fleet", measuring)


def respell_paths(parts: Parts, respell: Callable[[str], str]) -> None:
    """Read the fleet ids in paths in another way than they were written."""

    async def respelling(_: World, call: Call) -> None:
        call.path["fleetId"] = respell(call.path["fleetId"])

    for operation in OPERATIONS_ON_A_FLEET:
        parts.before(operation, respelling)


@fault(breaks={"fleets.id-works-in-paths"})
def ids_in_paths_are_decoded_twice(parts: Parts) -> None:
    """An id with a per cent sign is not found in a path."""
    respell_paths(parts, unquote)


@fault(breaks={"fleets.id-works-in-paths"})
def plus_means_blank_in_paths(parts: Parts) -> None:
    """A plus sign in a path is read as a blank, as it is in forms."""
    respell_paths(parts, lambda given: given.replace("+", " "))


@fault(breaks={"fleets.id-works-in-paths"})
def an_encoded_slash_divides_the_path(parts: Parts) -> None:
    """An id with a slash is not found in a path."""
    respell_paths(parts, lambda given: given.split("/")[0])


@fault(breaks={"fleets.id-works-in-paths"})
def ids_in_paths_are_read_as_latin_1(parts: Parts) -> None:
    """An id beyond ASCII is not found in a path."""
    respell_paths(parts, lambda given: given.encode().decode("latin-1"))
