"""Law 9 at its edges: a mutant answers whatever is sent, and fires on nothing that is refused before its turn."""

import pytest

from proof.effects import Overlooks
from proof.mutants import MUTANTS
from proof.side_by_side import Played, played
from proof.triggers.classes import Scenario

from .odd_requests import odd_requests, refused_for_their_key

# All at once, so that a mutant which waits a moment with each answer waits once.
ODD = tuple(odd_requests())
WITHOUT_A_KEY: Scenario = [tuple(refused_for_their_key())]
AROUND_THE_MOCK = [name for name, each in MUTANTS.items() if not isinstance(each.effect, Overlooks)]
# Sentences that speak of access may be of calls without a key, and those that speak of HTTP are of any call.
OF_CALLS_WITH_A_KEY = [
    name for name in AROUND_THE_MOCK if not any(each.startswith(("access.", "http.")) for each in MUTANTS[name].breaks)
]


@pytest.fixture(scope="module")
def refused() -> Played:
    """Give what the honest mock answers to calls without a key that it knows."""
    honest = played(None, WITHOUT_A_KEY)
    assert {answer.status for answer in honest.answers} == {401}
    return honest


@pytest.mark.parametrize("name", AROUND_THE_MOCK)
def test_a_mutant_answers_whatever_is_sent(name: str) -> None:
    assert len(played(MUTANTS[name], [ODD]).answers) == len(ODD)


@pytest.mark.parametrize("name", OF_CALLS_WITH_A_KEY)
def test_a_mutant_leaves_to_the_mock_what_is_refused_for_its_key(name: str, refused: Played) -> None:
    assert played(MUTANTS[name], WITHOUT_A_KEY).answers == refused.answers
