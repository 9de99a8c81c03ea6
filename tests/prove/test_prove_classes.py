"""Law 9: a mutant is a class. It fires on whatever is drawn from its class, and changes nothing outside of it."""

from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from proof.effects import Overlooks
from proof.mutants import MUTANTS
from proof.sending import MISSING, OURS, Request, listing
from proof.side_by_side import Played, both, played, served
from proof.triggers import values as v
from proof.triggers.calls import USUAL
from proof.triggers.classes import Scenario
from proof.triggers.stories import adds, has, lists, looks, makes, names, reads, story, turns_the_page

from .odd_requests import everyday

# Without shrinking: a scenario is short anyway, and what fires tells itself.
DRAWN = settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
EVERYDAY = st.one_of(
    story(makes("a"), names("a"), names("a"), reads("a"), makes("a"), lists("a")),
    story(makes("a"), makes("b", v.ABSENT), adds("a"), adds("b"), lists("a"), lists(page_size=10), turns_the_page()),
    story(makes("a", key="other-key"), makes("a"), names("a"), names("b"), reads("a"), reads("b"), looks()),
    *(story(*steps) for steps in USUAL.values()),
    story(has("a", True, False), reads("a"), reads("a"), looks("a"), makes("a"), lists(key=None), lists(key="unknown")),
)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_fires_on_what_is_drawn_from_its_class(name: str) -> None:
    mutant = MUTANTS[name]
    assert mutant.when.members is not None, "its class has no members to draw"

    @DRAWN
    @given(mutant.when.members)
    def fires(scenario: Scenario) -> None:
        honest, mutated = both(mutant, scenario)
        assert True in mutated.fired, "no call of the scenario is in the class"
        assert mutated.answers != honest.answers
        first = mutated.fired.index(True)
        assert mutated.answers[:first] == honest.answers[:first]

    fires()


CLASSES = [mutant.when.members for mutant in MUTANTS.values() if mutant.when.members is not None]
OF_EVERY_CLASS = st.sampled_from(CLASSES).flatmap(lambda members: members)


@cache
def others() -> tuple[tuple[Scenario, Played], ...]:
    """Return scenarios of everyday calls and of those that other mutants fire on, and what is honestly answered."""
    found: list[tuple[Scenario, Played]] = []

    @settings(DRAWN, max_examples=60)
    @given(EVERYDAY | OF_EVERY_CLASS | OF_EVERY_CLASS)
    def draw(scenario: Scenario) -> None:
        found.append((scenario, played(None, scenario)))

    draw()
    return tuple(found)


AROUND_THE_MOCK = [name for name, each in MUTANTS.items() if not isinstance(each.effect, Overlooks)]


@pytest.mark.parametrize("name", AROUND_THE_MOCK)
def test_a_mutant_changes_nothing_outside_of_its_class(name: str) -> None:
    for scenario, honest in others():
        mutated = played(MUTANTS[name], scenario, until_it_fires=True)
        before = mutated.fired.index(True) if True in mutated.fired else len(mutated.fired)
        assert mutated.answers[:before] == honest.answers[:before]


SIZES = [size for edge in (0, 10, 100, 128, 256, 500) for size in range(edge - 2, edge + 3)]
# Their sentences name one size.
OF_ONE_SIZE = {
    "page-size-begins-at-11",
    "a-page-size-of-500-is-refused",
    "a-page-of-ten-holds-eleven",
    "a-page-size-of-zero-breaks-the-server",
}


@pytest.mark.parametrize("name", AROUND_THE_MOCK)
def test_a_mutant_of_page_sizes_fires_on_more_than_one(name: str) -> None:
    mutated = played(MUTANTS[name], [tuple(listing(parameters={"page_size": size}) for size in SIZES)])
    assert (sum(mutated.fired) == 1) == (name in OF_ONE_SIZE)


SPELLINGS = ("x-api-key", "X-API-Key", "X-API-KEY", "X-Api-Key", "x-API-key")
SPELLED: list[Request] = [
    usual.with_header("x-api-key", MISSING).with_header(spelling, OURS)
    for spelling in SPELLINGS
    for usual in everyday()
]


@pytest.mark.parametrize("name", sorted(set(MUTANTS) - set(AROUND_THE_MOCK)))
def test_a_mutant_of_header_names_changes_what_comes_under_its_names_alone(name: str) -> None:
    mutated = served(MUTANTS[name], SPELLED)
    assert set(mutated.fired) == {True, False}
    assert tuple(answer.status == 401 for answer in mutated.answers) == mutated.fired
