"""What is judged: the honest default mock, the mock with one fault, and honest mocks of other dialects."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TypeVar

from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import Contradiction
from proof.mutants import MUTANTS, find, section

Item = TypeVar("Item")


class Kind(StrEnum):
    """What a subject is; the last two are honest."""

    HONEST = "honest"
    FAULT = "fault"
    ANSWER = "answer"  # a dialect that answers one question otherwise than the default mock
    MIXTURE = "mixture"  # a dialect that answers many questions otherwise


@dataclass(frozen=True)
class Subject:
    """A mock to judge; `section` is that of its fault."""

    kind: Kind
    name: str
    section: str = ""
    dialect: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> Parts:
        """Return what the mock is made of."""
        made = parts(self.dialect)
        if self.kind is Kind.FAULT:
            find(self.name).spoil(made)
        return made


def honest(times: int) -> list[Subject]:
    """Return the honest default mock, so many times."""
    return [Subject(Kind.HONEST, str(number)) for number in range(1, times + 1)]


# --- faults ---


def sections() -> dict[str, list[str]]:
    """Return the names of all mutants by the section of the catalogue that they break, the sections in its order."""
    found: dict[str, list[str]] = {id.partition(".")[0]: [] for id in catalogue().requirements}
    for mutant in MUTANTS.values():
        found[section(mutant)].append(mutant.name)
    return {section: names for section, names in found.items() if names}


def faults(names: Iterable[str]) -> list[Subject]:
    """Return the mocks with these mutants; raises NoSuchMutant."""
    return [Subject(Kind.FAULT, name, section(find(name))) for name in names]


def sample(size: int, of: Mapping[str, Sequence[str]]) -> list[str]:
    """Return names from all sections, by a rule.

    Seats go one by one to the section with the most names to each seat it has, so that none has a second one before all
    have a first. The names of a section are then taken at even distances of their alphabetical order.
    """
    seats = dict.fromkeys(of, 0)
    for _ in range(min(size, sum(map(len, of.values())))):
        seats[max(of, key=lambda section: _claim(len(of[section]), seats[section]))] += 1
    return [name for section, names in of.items() for name in evenly(sorted(names), seats[section])]


def evenly(items: Sequence[Item], size: int) -> list[Item]:
    """Return so many of the items, or all, at even distances."""
    size = min(size, len(items))
    return [items[int((number + 0.5) * len(items) / size)] for number in range(size)]


def _claim(names: int, seats: int) -> tuple[float, int]:
    return (names / seats if seats else math.inf if names else 0, names)


# --- dialects ---


@cache
def dialects() -> tuple[Subject, ...]:
    """Return the dialects with one answer of their own, then the mixtures that hold every pair of answers."""
    # The proof computes these on import, which takes seconds.
    from tests.prove.dialects import covering

    mixtures = [
        Subject(Kind.MIXTURE, f"mixture {number}", dialect=each) for number, each in enumerate(covering()) if each
    ]
    return (*_answers(), *mixtures)


def _answers() -> Iterator[Subject]:
    from tests.prove.dialects import compatible

    for question in catalogue().questions.values():
        for answer in question.answers:
            dialect = compatible({question.id: answer})
            if answer != question.default and dialect:
                yield Subject(Kind.ANSWER, f"{question.id}={answer}", dialect=dialect)


def is_known(kind: Kind, name: str) -> bool:
    """Return whether there is such a subject; of mixtures, which have numbers, it is not asked."""
    if kind is Kind.FAULT:
        return name in MUTANTS
    question, _, answer = name.partition("=")
    questions = catalogue().questions
    return kind is not Kind.ANSWER or (question in questions and answer in questions[question].answers)


def find_dialect(name: str) -> Subject:
    """Return the dialect of this name; raises Contradiction."""
    for subject in dialects():
        if subject.name == name:
            return subject
    raise Contradiction(f"No dialect is called {name!r}. One is called like duplicate.status=400 or mixture 7.")
