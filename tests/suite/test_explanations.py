"""A failure is laid to another one only if both were seen at one exchange or one fleet; on histories made by hand."""

import pytest

from fleet_contract.contract_tests.judging.explanations import explanations
from fleet_contract.contract_tests.judging.findings import Finding

from .histories import A, B, History

CAUSE, EFFECT, OTHER = "fleets.id-never-changes", "fleets.id-works-in-paths", "fleets.id-is-unique"


def found(requirement: str, *exchanges: int, kept: bool = False) -> Finding:
    return Finding(requirement, kept, exchanges)


@pytest.fixture
def history() -> History:
    """Return a history in which the exchanges 1, 2 and 4 are about A, and 3 is about B."""
    history = History()
    history.create(A)
    history.rename(A)
    history.create(B)
    history.rename(A.upper())
    return history


def test_a_cause_at_the_same_fleet_explains(history: History) -> None:
    effect = found(EFFECT, 2)
    assert explanations([effect, found(CAUSE, 1)], history.history) == {effect: {CAUSE: 1}}


def test_a_cause_at_the_same_exchange_explains_and_names_the_last_that_shows_it(history: History) -> None:
    effect = found(EFFECT, 3)
    assert explanations([effect, found(CAUSE, 4, 3)], history.history) == {effect: {CAUSE: 4}}


def test_a_fleet_is_the_same_in_any_spelling(history: History) -> None:
    effect = found(EFFECT, 4)
    assert explanations([effect, found(CAUSE, 1)], history.history) == {effect: {CAUSE: 1}}


@pytest.mark.parametrize(
    "other", [found(CAUSE, 3), found(OTHER, 2), found(CAUSE, 2, kept=True)], ids=["elsewhere", "another", "kept"]
)
def test_nothing_else_does(history: History, other: Finding) -> None:
    assert explanations([found(EFFECT, 2), other], history.history) == {}


def test_an_explained_failure_explains_others(history: History) -> None:
    found_at_a = [found("rename.accepts-a-valid-name", 2), found(EFFECT, 1), found(CAUSE, 2)]
    assert set(explanations(found_at_a, history.history)) == set(found_at_a[:2])


def test_what_is_wrong_with_one_answer_explains_nothing_at_another(history: History) -> None:
    effect, of_one_answer = "rename.keeps-the-id", "http.success-is-json"
    elsewhere, here = found(effect, 4), found(effect, 2)
    assert explanations([elsewhere, here, found(of_one_answer, 2)], history.history) == {here: {of_one_answer: 2}}
