"""Faults in finding a fleet by its id: matched whole, measured rightly, and read as it was written."""

import re
import unicodedata
from collections.abc import Callable
from fnmatch import fnmatchcase
from urllib.parse import unquote

from fleet_contract.mock_server.faults.calls import LIMIT
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import Fleet
from fleet_contract.mock_server.store.plain import PlainStore

OPERATIONS_ON_A_FLEET = ("rename_fleet", "get_invitation_codes")


def look_up(parts: Parts, alike: Callable[[str, str], bool]) -> None:
    """Let an id that no fleet has find the first fleet of the caller whose id is alike."""

    class Inexact(PlainStore):
        def find(self, tenant: str, id: str) -> Fleet:
            known = [fleet for fleet in self.fleets_by_id.values() if fleet.tenant == tenant and alike(id, fleet.id)]
            return known[0] if self.at(id) is None and known else super().find(tenant, id)

    parts.mix_into_store(Inexact)


def is_like(asked: str, known: str) -> bool:
    """Say whether an id fits another as LIKE of SQL has it, where % stands for any characters and _ for one."""
    pattern = re.escape(asked).replace("%", ".*").replace("_", ".")
    return len(asked) > 1 and re.fullmatch(pattern, known, re.DOTALL) is not None


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
    look_up(parts, is_like)


@fault(breaks={"fleets.id-is-matched-whole"})
def codes_are_found_by_a_pattern(parts: Parts) -> None:
    """The codes of an id that no fleet has are those of the first fleet of the caller which is like it, as in SQL."""

    class Liking(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            like = [
                fleet.id for fleet in self.fleets_by_id.values() if fleet.tenant == tenant and is_like(id, fleet.id)
            ]
            return await super().codes(tenant, like[0] if like and self.at(id) is None else id)

    parts.mix_into_store(Liking)


@fault(breaks={"fleets.id-is-matched-whole"})
def ids_end_at_a_nul(parts: Parts) -> None:
    """An id is compared up to its first NUL character."""
    look_up(parts, lambda asked, known: asked.split("\0")[0] == known)


@fault(breaks={"fleets.id-is-matched-whole"})
def blanks_around_an_id_are_overlooked_in_paths(parts: Parts) -> None:
    """An id in a path finds the fleet whose id is the same without blanks around it."""
    look_up(parts, lambda asked, known: asked.strip() == known)


# What is asked for and found instead of nothing, by the name of the fault; each differs in one step.
RESEMBLING: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    "an-underscore-stands-for-any-character": (
        "An underscore in an id stands for any one character",
        lambda asked, known: re.fullmatch(re.escape(asked).replace("_", "."), known, re.DOTALL) is not None,
    ),
    "a-star-stands-for-anything": (
        "A star in an id stands for any characters",
        lambda asked, known: "*" in asked and fnmatchcase(known, asked),
    ),
    "the-end-of-an-id-finds-the-fleet": (
        "An id that lacks the first three characters of a fleet's finds that fleet",
        lambda asked, known: asked == known[3:],
    ),
    "an-id-within-another-finds-the-fleet": (
        "An id that ends with a fleet's finds that fleet",
        lambda asked, known: asked.endswith(known),
    ),
    "quotes-around-an-id-are-overlooked": (
        "An id in quotes finds the fleet of the id without them",
        lambda asked, known: asked.strip('"') == known,
    ),
    "a-slash-after-an-id-is-overlooked": (
        "An id with a slash behind it finds the fleet of the id without it",
        lambda asked, known: asked.rstrip("/") == known,
    ),
    "an-id-encoded-twice-finds-the-fleet": (
        "An id that has been percent-encoded once too often finds the fleet",
        lambda asked, known: unquote(asked) == known,
    ),
    "ids-are-compared-by-50-characters": (
        "Two ids of which the first 50 characters are the same are one to a look-up",
        lambda asked, known: len(asked) > 50 and asked[:50] == known[:50],
    ),
    "a-line-feed-after-an-id-is-overlooked": (
        "An id with a line feed behind it finds the fleet of the id without it, as where $ ends a pattern",
        lambda asked, known: asked == f"{known}\n",
    ),
    "a-byte-order-mark-before-an-id-is-overlooked": (
        "An id with a byte order mark before it finds the fleet of the id without it",
        lambda asked, known: asked.removeprefix("\ufeff") == known,
    ),
    "a-sharp-s-is-two-letters": (
        "An id with ss finds the fleet of the id with a sharp s",
        lambda asked, known: asked == known.replace("ß", "ss"),
    ),
    "two-blanks-are-one": (
        "An id with one blank finds the fleet of the id with two",
        lambda asked, known: asked == known.replace("  ", " "),
    ),
    "zeros-before-a-number-are-overlooked": (
        "Numbers in ids are compared by value, so that 007 is 7",
        lambda asked, known: re.sub(r"(?<!\d)0+(?=\d)", "", asked) == re.sub(r"(?<!\d)0+(?=\d)", "", known),
    ),
    "a-hyphen-is-an-underscore": (
        "Hyphens and underscores in ids are alike to a look-up",
        lambda asked, known: asked.replace("_", "-") == known,
    ),
    "punctuation-is-overlooked": (
        "Ids are compared by their letters and digits",
        lambda asked, known: [c for c in asked if c.isalnum()] == [c for c in known if c.isalnum()],
    ),
    "ids-are-compared-without-accents": (
        "An id without its accents finds the fleet",
        lambda asked, known: asked.encode("ascii", "ignore") == known.encode("ascii", "ignore"),
    ),
    "wide-letters-are-narrow-ones": (
        "An id in full-width letters finds the fleet of the id in usual ones",
        lambda asked, known: unicodedata.normalize("NFKC", asked) == known,
    ),
}


def register_resembling(name: str, text: str, alike: Callable[[str, str], bool]) -> None:
    register_fault(name, {"fleets.id-is-matched-whole"}, f"{text}.", lambda parts: look_up(parts, alike))


for of_a_fault, (what, compare) in RESEMBLING.items():
    register_resembling(of_a_fault, what, compare)


@fault(breaks={"fleets.id-is-matched-whole"})
def codes_are_found_under_a_shorter_id(parts: Parts) -> None:
    """The codes of a fleet are listed to whoever asks with all but the last character of its id."""

    class Inexact(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            known = [fleet.id for fleet in self.fleets_by_id.values() if fleet.tenant == tenant and fleet.id[:-1] == id]
            return await super().codes(tenant, known[0] if known else id)

    parts.mix_into_store(Inexact)


@fault(breaks={"fleets.id-holds-100-characters"})
def an_id_of_100_characters_is_refused(parts: Parts) -> None:
    """The limit on ids is 99."""
    parts.property("NewFleet", "fleetId")["maxLength"] = 99


@fault(breaks={"fleets.id-holds-100-characters"})
def ids_are_measured_in_bytes(parts: Parts) -> None:
    """An id of more than 100 bytes in UTF-8 is refused."""

    async def measuring(inner: Handler, world: World, call: Call) -> Reply:
        if len(call.body["fleetId"].encode()) > 100:
            raise Refusal(Kind.BAD_BODY, "fleetId is too long.")
        return await inner(world, call)

    parts.wrap("create_fleet", measuring)


def respell_paths(parts: Parts, respell: Callable[[str], str]) -> None:
    """Read the ids of fleets in paths in another way than they were written; an id that no fleet has stays so."""

    async def respelling(world: World, call: Call) -> None:
        if world.store.at(call.path["fleetId"]) is not None:
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


# How an id in a path is misread, and which requirement that breaks: one that needs no encoding is a plain look-up.
MISREAD: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "a-dot-ends-an-id-in-paths": (
        "fleets.id-finds-the-fleet",
        "What follows a dot in the id of a path is taken for the name of a format",
        lambda given: given.split(".")[0],
    ),
    "slashes-in-a-row-are-one-in-paths": (
        "fleets.id-works-in-paths",
        "Several slashes in the id of a path, encoded or not, are read as one",
        lambda given: re.sub("/+", "/", given),
    ),
    "a-tilde-is-lost-in-paths": (
        "fleets.id-finds-the-fleet",
        "A tilde in the id of a path is read as it is often encoded",
        lambda given: given.replace("~", "%7E"),
    ),
    "a-semicolon-ends-an-id-in-paths": (
        "fleets.id-works-in-paths",
        "What follows a semicolon in the id of a path is taken for a parameter",
        lambda given: given.split(";")[0],
    ),
    "an-encoded-question-mark-begins-the-query": (
        "fleets.id-works-in-paths",
        "What follows an encoded question mark in a path is taken for a query",
        lambda given: given.split("?")[0],
    ),
    "an-encoded-number-sign-ends-the-path": (
        "fleets.id-works-in-paths",
        "What follows an encoded number sign in a path is cut off",
        lambda given: given.split("#")[0],
    ),
    "an-ampersand-ends-an-id-in-paths": (
        "fleets.id-works-in-paths",
        "What follows an ampersand in the id of a path is cut off",
        lambda given: given.split("&")[0],
    ),
    "a-backslash-is-a-slash-in-paths": (
        "fleets.id-works-in-paths",
        "A backslash in the id of a path is read as a slash",
        lambda given: given.replace("\\", "/"),
    ),
    "dots-are-walked-in-decoded-paths": (
        "fleets.id-works-in-paths",
        "Two dots between encoded slashes lead a step up",
        lambda given: given.split("/..")[0],
    ),
    "blanks-around-ids-are-cut-off-in-paths": (
        "fleets.id-works-in-paths",
        "Blanks around an id are cut off where it stands in a path, and nowhere else",
        str.strip,
    ),
    "ids-are-composed-in-paths-only": (
        "fleets.id-works-in-paths",
        "Ids are brought into normalisation form C where they stand in a path, and nowhere else",
        lambda given: unicodedata.normalize("NFC", given),
    ),
    "marks-of-direction-are-dropped-in-paths": (
        "fleets.id-works-in-paths",
        "A mark of direction in the id of a path is dropped",
        lambda given: given.replace("\u202e", ""),
    ),
    "characters-beyond-the-basic-plane-are-lost-in-paths": (
        "fleets.id-works-in-paths",
        "A character above U+FFFF in the id of a path is read as a question mark",
        lambda given: "".join(c if c <= "\uffff" else "?" for c in given),
    ),
}


def register_misread(name: str, breaks: str, text: str, respell: Callable[[str], str]) -> None:
    register_fault(name, {breaks}, f"{text}.", lambda parts: respell_paths(parts, respell))


for of_a_path, (broken, how, misread) in MISREAD.items():
    register_misread(of_a_path, broken, how, misread)


@fault(breaks={"fleets.id-is-matched-whole"})
def bytes_that_are_no_utf_8_are_overlooked_in_paths(parts: Parts) -> None:
    """A byte that is no UTF-8 behind the id of a fleet in a path is left out."""
    parts.rewrite = lambda sent: sent.replace(b"%FF/rename", b"/rename", 1)


@fault(breaks={"fleets.id-works-in-paths"})
def punctuation_has_to_be_encoded_in_paths(parts: Parts) -> None:
    """A fleet is not found by a path in which punctuation that needs no encoding stands as it is."""

    async def refusing(_: World, call: Call) -> None:
        if set(call.raw_path) & set("!$'()*,:@"):
            raise Refusal(Kind.UNKNOWN_FLEET, "No fleet has this fleetId.")

    for operation in OPERATIONS_ON_A_FLEET:
        parts.before(operation, refusing)


@fault(breaks={"rename.unknown-fleet-is-404"})
def an_id_is_cut_to_its_limit_in_paths(parts: Parts) -> None:
    """An id of more than 100 characters in a path finds the fleet whose id is the first 100 of them."""

    async def cutting(world: World, call: Call) -> None:
        if world.store.at(call.path["fleetId"][:LIMIT]) is not None:
            call.path["fleetId"] = call.path["fleetId"][:LIMIT]

    for operation in OPERATIONS_ON_A_FLEET:
        parts.before(operation, cutting)


@fault(breaks={"rename.keeps-the-id"})
def a_rename_reaches_the_newest_fleet_whose_id_begins_so(parts: Parts) -> None:
    """A rename gives its name to the fleet that was made last among those whose ids begin with the one in its path."""

    class Beginning(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            found = self.find(tenant, id)
            begin_so = [each for each in self.fleets_by_id.values() if each.id.startswith(found.id)]
            return await super().rename(tenant, begin_so[-1].id, name)

    parts.mix_into_store(Beginning)
