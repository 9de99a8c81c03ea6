"""Stories: scenarios of several calls, told in steps that name their fleets by a letter.

`told(holds, makes("a"), names("a"), names("a"))` is the class of the calls for which `holds` is true, as when a fleet
is created and renamed twice. What is not said is drawn as everyday calls have it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.store import Code, Fleet
from proof import sending
from proof.sending import MISSING, OUR_TENANT, Request
from proof.triggers import values as v
from proof.triggers.classes import Class, Predicate, Scenario, Step
from proof.triggers.values import Values

Ids = SearchStrategy[str] | SearchStrategy[tuple[str, str]]


@dataclass
class Cast:
    """The ids of the fleets of a story, by letter, and what has been drawn for it, so that nothing comes twice."""

    ids: dict[str, str]
    drawn: set[str] = field(default_factory=set)

    def another(self, draw: DrawFn, texts: SearchStrategy[str]) -> str:
        """Return a text that has not been drawn yet."""
        text = draw(texts.filter(lambda text: text not in self.drawn))
        self.drawn.add(text)
        return text

    def id(self, fleet: str, draw: DrawFn) -> str:
        """Return the id of a fleet, drawn where the story names it first."""
        if fleet not in self.ids:
            self.ids[fleet] = self.another(draw, v.IDS)
        return self.ids[fleet]

    def values(self, draw: DrawFn, given: dict[str, Any]) -> dict[str, Any]:
        """Return what is given with a value drawn for each set of values."""
        return {name: self.value(draw, each) for name, each in given.items()}

    def value(self, draw: DrawFn, given: Any) -> Any:
        if isinstance(given, IdOf):
            return self.id(given.fleet, draw)
        if isinstance(given, dict):
            return self.values(draw, given)
        if given in (v.ANYTHING, v.PRESENT, v.NAMED, v.IDENTIFIERS):
            return self.another(draw, given.drawn)
        return draw(given.drawn) if isinstance(given, Values) else given


@dataclass(frozen=True)
class IdOf:
    """The id of a fleet of the story, where a step carries that as a name or in another member."""

    fleet: str


Telling = Callable[[DrawFn, Cast], Step]


def told(holds: Class | Predicate, *steps: Telling, ids: Ids = v.IDS) -> Class:
    """Return the calls of a class, or for which a predicate holds, as in a story; `ids` are those of its fleets."""
    return Class(holds.holds if isinstance(holds, Class) else holds, story(*steps, ids=ids))


@st.composite
def story(draw: DrawFn, *steps: Telling, ids: Ids = v.IDS) -> Scenario:
    """Draw what happens in some steps; `ids` are those of the fleet a, or pairs for a and b."""
    drawn = draw(ids)
    known = dict(zip("ab", [drawn] if isinstance(drawn, str) else drawn, strict=False))
    cast = Cast(known, set(known.values()))
    return [step(draw, cast) for step in steps]


def makes(fleet: str, name: Any = v.ANYTHING, **more: Any) -> Telling:
    """Create a fleet; of `name` and what `members` holds, a set of values is drawn from."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        members = cast.values(draw, {"fleetName": name, **more.get("members", {})})
        return sending.create(cast.id(fleet, draw), members=members, **_aside(more))

    return tell


def names(fleet: str, name: Any = v.ANYTHING, **more: Any) -> Telling:
    """Rename a fleet."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        members = cast.values(draw, {"newName": name, **more.get("members", {})})
        return sending.rename(cast.id(fleet, draw), members=members, **_aside(more))

    return tell


def reads(fleet: str, **more: Any) -> Telling:
    """Read the invitation codes of a fleet."""
    return lambda draw, cast: sending.codes(cast.id(fleet, draw), **more)


def adds(fleet: str | None = None, identifier: Any = v.IDENTIFIERS, **more: Any) -> Telling:
    """Create a charging key in a fleet, or in none."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        members = cast.values(draw, more.get("members", {}))
        members = {"fleetId": cast.id(fleet, draw) if fleet else MISSING, **members}
        return sending.new_key(cast.value(draw, identifier), members=members, **_aside(more))

    return tell


def lists(fleet: str | None = None, *, key: Any = sending.OURS, **parameters: Any) -> Telling:
    """List the charging keys of a fleet, or all."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        filtered = {"fleetId": cast.id(fleet, draw) if fleet else MISSING, **cast.values(draw, parameters)}
        return sending.listing(parameters=filtered, key=key)

    return tell


def turns_the_page(fleet: str | None = None, *, key: Any = sending.OURS, back: int = 1, **parameters: Any) -> Telling:
    """List what follows the page that was answered last, or some answers `back`; the first page where nothing does."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        filtered = {"fleetId": cast.id(fleet, draw) if fleet else MISSING, **cast.values(draw, parameters)}
        return lambda answers: sending.listing(parameters={**filtered, "cursor": cursor_in(answers[-back])}, key=key)

    return tell


def cursor_in(answer: Answer) -> Any:
    page = answer.json if answer.succeeded and answer.body else None
    return page.get("cursor", MISSING) if isinstance(page, dict) else MISSING


def looks(fleet: str | None = None, location: Any = "loc-001", **more: Any) -> Telling:
    """Look at a location, for a fleet or for none."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        return sending.location(
            cast.value(draw, location), parameters={"fleetId": cast.id(fleet, draw) if fleet else MISSING}, **more
        )

    return tell


def at_once(*steps: Telling) -> Telling:
    """Send several requests at the same time."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        told = [step(draw, cast) for step in steps]
        return tuple(each for each in told if isinstance(each, sending.Request))

    return tell


def sends_for(fleet: str, request: Callable[[str], Request]) -> Telling:
    """Send a request of one's own, made with the id of a fleet."""
    return lambda draw, cast: request(cast.id(fleet, draw))


def has(fleet: str, *active: bool, tenant: str = OUR_TENANT, name: Any = v.ANYTHING) -> Telling:
    """Let a fleet exist whose codes are active or not, which no request could bring about."""

    def tell(draw: DrawFn, cast: Cast) -> Step:
        codes = tuple(Code(cast.another(draw, v.CODES), each) for each in active)
        return Fleet(cast.id(fleet, draw), cast.value(draw, name), tenant, codes)

    return tell


def _aside(more: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in more.items() if name != "members"}
