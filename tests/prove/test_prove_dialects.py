"""Law 2: dialects that together hold every pair of compatible answers conform, and are read back as they are."""

from itertools import combinations

import pytest

from fleet_contract.contract_tests.verdicts import Outcome
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import NOT_APPLICABLE, complete
from fleet_contract.spec.files import Contradiction
from tests.suite.harness import ended_early, failed, judged, mock

# A rate limit would hold each of these runs up for a minute; tests/client shows that one is obeyed.
NOT_PAIRED = {"rate.limit": ["unseen"]}
QUESTIONS = catalogue().questions.values()

Answers = dict[str, str]
Pair = frozenset[tuple[str, str]]


def compatible(answers: Answers) -> Answers | None:
    """Return answers with those that they hang on and the defaults of all others, None where they contradict."""
    wanted = dict(answers)
    for id, answer in answers.items():
        question = catalogue().question(id)
        for when in (question.when, question.answers[answer].when):
            for other, allowed in when.items():
                wanted.setdefault(other, allowed[0])
    try:
        return dict(complete(wanted)) if wanted == answers else compatible(wanted)
    except Contradiction:
        return None


def pairs_of(answers: Answers) -> set[Pair]:
    return {frozenset(pair) for pair in combinations(answers.items(), 2)}


def every_pair() -> set[Pair]:
    single = [(each.id, answer) for each in QUESTIONS for answer in NOT_PAIRED.get(each.id, each.answers)]
    return {frozenset((a, b)) for a, b in combinations(single, 2) if a[0] != b[0] and compatible(dict((a, b)))}


def covering() -> list[Answers]:
    """Return few dialects with every pair: each begins with a missing one and gains as many others as it can."""
    missing, dialects = every_pair(), list[Answers]()
    while missing:
        dialect = dict(min(missing, key=sorted))
        for question in QUESTIONS:
            if question.id not in dialect:
                choices = [{**dialect, question.id: answer} for answer in NOT_PAIRED.get(question.id, question.answers)]
                possible = [choice for choice in choices if compatible(choice)]
                dialect = max(possible, key=lambda each: len(pairs_of(each) & missing), default=dialect)
        dialects.append(compatible(dialect) or {})
        missing -= pairs_of(dialects[-1])
    return dialects


DIALECTS = covering()


@pytest.mark.parametrize("number", range(len(DIALECTS)))
def test_a_dialect_conforms_and_is_read_back(number: int) -> None:
    dialect = DIALECTS[number]
    with mock(settings=dialect) as url:
        report = judged(url, "standard")
    assert not failed(report)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
    assert {question: dialect.get(question, NOT_APPLICABLE) for question in report.dialect} == dict(report.dialect)
