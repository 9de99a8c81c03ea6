"""Dialects to prove things under: few that hold every pair of compatible answers, and random ones."""

from collections import Counter
from functools import cache
from itertools import combinations
from random import Random

from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import complete
from fleet_contract.spec.files import Contradiction

# A rate limit would hold each of these runs up for a minute; tests/client shows that one is obeyed.
NOT_PAIRED = {"rate.limit": ["unseen"]}
QUESTIONS = catalogue().questions.values()

Answers = dict[str, str]
Pair = frozenset[tuple[str, str]]


def answers_to(question: str) -> list[str]:
    """Return the answers that are proved here."""
    return NOT_PAIRED.get(question, list(catalogue().question(question).answers))


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
    """Return every two answers that some dialect gives together."""
    single = [(each.id, answer) for each in QUESTIONS for answer in answers_to(each.id)]
    return {frozenset((a, b)) for a, b in combinations(single, 2) if a[0] != b[0] and compatible(dict((a, b)))}


@cache
def covering() -> list[Answers]:
    """Return few dialects with every pair.

    Each begins with a missing one and gains as many others as it can, by the questions that most are missing of first.
    """
    missing, dialects = every_pair(), list[Answers]()
    while missing:
        dialect = dict(min(missing, key=sorted))
        lacking = Counter(question for pair in missing for question, _ in pair)
        others = [each.id for each in QUESTIONS if each.id not in dialect]
        for question in sorted(others, key=lacking.__getitem__, reverse=True):
            dialect = _answering(question, dialect, missing)
        dialects.append(compatible(dialect) or {})
        missing -= pairs_of(dialects[-1])
    return dialects


def _answering(question: str, dialect: Answers, missing: set[Pair]) -> Answers:
    """Return a dialect with the answer that gives it most of the missing pairs, unchanged where none is possible."""
    choices = [{**dialect, question: answer} for answer in answers_to(question)]
    possible = [choice for choice in choices if compatible(choice)]
    return max(possible, key=lambda each: len(pairs_of(each) & missing), default=dialect)


def random_dialect(seed: int) -> Answers:
    """Return a dialect that answers every question at random, as far as the answers go together."""
    random = Random(seed)  # noqa: S311  (no secret: the same seed is to give the same dialect)
    dialect: Answers = {}
    for question in random.sample(list(QUESTIONS), len(QUESTIONS)):
        for answer in random.sample(answers_to(question.id), len(answers_to(question.id))):
            if question.id not in dialect and compatible({**dialect, question.id: answer}):
                dialect[question.id] = answer
    return compatible(dialect) or {}
