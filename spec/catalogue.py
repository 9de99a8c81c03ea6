"""The catalogue: requirements, questions and situations, each defined once in a YAML file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any, Self, TypeVar

from fleet_contract.spec.files import Contradiction, load_ours, suggestion

GUIDE = "https://developer.plugsurfing.com/docs/fleet-management"
SUCCESS = "success"
REFUSAL = "refusal"
ANYTHING = "anything"

When = Mapping[str, tuple[str, ...]]
Entry = TypeVar("Entry")


class Basis(StrEnum):
    """Where a requirement comes from; all but `ours` fail any server that breaks it."""

    STATED = "stated"
    ELSEWHERE = "elsewhere"
    IMPLIED = "implied"
    OURS = "ours"


class NoSuchId(Contradiction):
    """An id was cited that the catalogue does not have."""

    def __init__(self, kind: str, id: str, known: Mapping[str, object]) -> None:
        super().__init__(f"No {kind} has the id {id!r}.{suggestion(id, known)}")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One claim about a server that a client could catch it breaking.

    `source` is `guide#section` or a URL; `since` is the version that added it. `untestable` gives
    the reason where no client can tell, and such a requirement is listed and never judged.
    """

    id: str
    since: str
    basis: Basis
    source: str
    text: str
    untestable: str = ""

    @property
    def url(self) -> str:
        """The source as an address that a browser opens."""
        return self.source.replace("guide#", f"{GUIDE}#")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question; exists only under the answers that `when` names."""

    text: str
    when: When = field(default_factory=dict)

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read the short form (a sentence) or the long one (text and when)."""
        if isinstance(value, str):
            return cls(value)
        return cls(value["text"], _when(value))


@dataclass(frozen=True, slots=True)
class Question:
    """Something that reasonable servers decide differently, with its closed list of answers.

    The first answer is the mock's default. `when` names the answers of other
    questions under which this one exists at all.
    """

    id: str
    text: str
    source: str
    answers: Mapping[str, Answer]
    when: When = field(default_factory=dict)

    @property
    def default(self) -> str:
        """The answer that the mock gives unless told otherwise."""
        return next(iter(self.answers))

    @property
    def statuses(self) -> tuple[int, ...]:
        """The answers that are refusals or successes by their number alone."""
        return tuple(int(answer) for answer in self.answers if answer.isdigit())


@dataclass(frozen=True, slots=True)
class Situation:
    """A kind of exchange that has an expectation: a trait of a request, which may have several.

    `may` holds `success`, `anything`, statuses of three digits, or ids of questions
    whose numbered answers are allowed. `breaks` names the requirement that any
    other answer breaks: by its status, by being a success or by its operation where
    that is listed, else by `else`. `reads` is the question that an exchange answers whose only open
    trait this is. `baseline` marks what every request of its operation is, so that a more
    telling trait takes the blame; `variant` another way to say the same. `beside` are
    the plainer situations of an operation: where one of them is answered just so, it takes the blame.

    `unseen` are the kinds of allowed answers, success or refusal, with which it may be broken all the same.
    `decided` are the requirements of an open choice that another situation decides: only that one keeps them.
    """

    id: str
    text: str
    may: tuple[str, ...]
    breaks: Mapping[str, str]
    reads: str = ""
    baseline: bool = False
    variant: bool = False
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    decided: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether success and refusal are both allowed here, so that hardly any answer is wrong."""
        return ANYTHING in self.may or (SUCCESS in self.may and len(self.may) > 1)

    def broken_by(self, status: int, operation: str) -> str:
        """Return the id of the requirement that this status of this operation breaks here."""
        keys = (str(status), _kind_of(status), operation, "else")
        return next(self.breaks[key] for key in keys if key in self.breaks)

    def kept_by(self, status: int, operation: str) -> frozenset[str]:
        """Return the ids of the requirements that an allowed status of this operation keeps."""
        if _kind_of(status) in self.unseen:
            return frozenset()
        by_status = {id for key, id in self.breaks.items() if key.isdigit() or key == SUCCESS}
        return frozenset(by_status | {self.breaks.get(operation, self.breaks["else"])}) - self.decided


def _kind_of(status: int) -> str:
    return SUCCESS if 200 <= status < 300 else REFUSAL


@dataclass(frozen=True, slots=True)
class Success:
    """The statuses that say an operation did what it was asked, and what any other 2xx or 3xx breaks."""

    may: tuple[str, ...]
    breaks: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that can be cited by id; whatever cites a requirement cites only what is here.

    `explanations` has for a requirement those whose failure may have caused its own; those `about_one_answer` only
    where it was seen at the same exchange.
    """

    requirements: Mapping[str, Requirement]
    questions: Mapping[str, Question]
    situations: Mapping[str, Situation]
    successes: Mapping[str, Success]
    explanations: Mapping[str, frozenset[str]]
    about_one_answer: frozenset[str]

    def requirement(self, id: str) -> Requirement:
        """Return a requirement; raises NoSuchId with the nearest known id."""
        return _get("requirement", id, self.requirements)

    def question(self, id: str) -> Question:
        """Return a question; raises NoSuchId with the nearest known id."""
        return _get("question", id, self.questions)

    def situation(self, id: str) -> Situation:
        """Return a situation; raises NoSuchId with the nearest known id."""
        return _get("situation", id, self.situations)

    def statuses(self, may: tuple[str, ...]) -> frozenset[int]:
        """Return the statuses that a `may` allows besides success."""
        return frozenset(status for item in may for status in self._statuses_of(item))

    def _statuses_of(self, item: str) -> tuple[int, ...]:
        if item.isdigit():
            return (int(item),)
        return self.questions[item].statuses if item in self.questions else ()


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once; raises Contradiction when its files do not fit together."""
    situations = load_ours("situations.yaml")
    explanations = load_ours("explanations.yaml")
    loaded = Catalogue(
        requirements=_by_id("requirements.yaml", load_ours("requirements.yaml"), _requirement),
        questions=_by_id("questions.yaml", load_ours("questions.yaml"), _question),
        situations=_with_what_is_decided(_by_id("situations.yaml", situations["situations"], _situation)),
        successes={
            operation: Success(tuple(entry["may"]), entry["breaks"])
            for operation, entry in situations["successes"].items()
        },
        explanations={effect: frozenset(causes) for effect, causes in explanations["causes"].items()},
        about_one_answer=frozenset(explanations["about_one_answer"]),
    )
    _require_known_ids(loaded)
    return loaded


def _by_id(file: str, entries: list[dict[str, Any]], build: Callable[[dict[str, Any]], Entry]) -> Mapping[str, Entry]:
    ids = [entry["id"] for entry in entries]
    for id in ids:
        if ids.count(id) > 1:
            raise Contradiction(f"{file}: the id {id!r} is defined twice.")
    return MappingProxyType({entry["id"]: build(entry) for entry in entries})


def _requirement(entry: dict[str, Any]) -> Requirement:
    return Requirement(**{**entry, "basis": Basis(entry["basis"])})


def _question(entry: dict[str, Any]) -> Question:
    answers = {answer: Answer.parse(value) for answer, value in entry["answers"].items()}
    return Question(entry["id"], entry["text"], entry["source"], answers, _when(entry))


def _situation(entry: dict[str, Any]) -> Situation:
    breaks = entry["breaks"]
    return Situation(
        id=entry["id"],
        text=entry["text"],
        may=tuple(entry["may"]),
        breaks={"else": breaks} if isinstance(breaks, str) else breaks,
        reads=entry.get("reads", ""),
        baseline=entry.get("baseline", False),
        variant=entry.get("variant", False),
        beside={operation: tuple(ids) for operation, ids in entry.get("beside", {}).items()},
        unseen=tuple(entry.get("unseen", ())),
    )


def _with_what_is_decided(situations: Mapping[str, Situation]) -> Mapping[str, Situation]:
    decided = frozenset(id for each in situations.values() if not each.is_open for id in each.breaks.values())
    return MappingProxyType(
        {id: replace(each, decided=decided) if each.is_open else each for id, each in situations.items()}
    )


def _when(entry: dict[str, Any]) -> When:
    return {question: tuple(answers) for question, answers in entry.get("when", {}).items()}


def _require_known_ids(loaded: Catalogue) -> None:
    for question in loaded.questions.values():
        for when in (question.when, *(answer.when for answer in question.answers.values())):
            _require_known_answers(loaded, when)
    for success in loaded.successes.values():
        _require_known_may(loaded, success.may)
    for situation in loaded.situations.values():
        _require_known_traits(loaded, situation)
    for cited in _cited_requirements(loaded):
        loaded.requirement(cited)


def _require_known_traits(loaded: Catalogue, situation: Situation) -> None:
    _require_known_may(loaded, situation.may)
    if situation.reads:
        loaded.question(situation.reads)
    for plainer in chain.from_iterable(situation.beside.values()):
        loaded.situation(plainer)


def _cited_requirements(loaded: Catalogue) -> Iterator[str]:
    yield from (success.breaks for success in loaded.successes.values())
    yield from chain.from_iterable(situation.breaks.values() for situation in loaded.situations.values())
    yield from chain.from_iterable((effect, *causes) for effect, causes in loaded.explanations.items())
    yield from loaded.about_one_answer


def _require_known_answers(loaded: Catalogue, when: When) -> None:
    for question, answers in when.items():
        for answer in answers:
            _get("answer", answer, loaded.question(question).answers)


def _require_known_may(loaded: Catalogue, may: tuple[str, ...]) -> None:
    for item in may:
        if item not in (SUCCESS, ANYTHING) and not item.isdigit():
            loaded.question(item)


def _get(kind: str, id: str, known: Mapping[str, Entry]) -> Entry:
    if id not in known:
        raise NoSuchId(kind, id, known)
    return known[id]
