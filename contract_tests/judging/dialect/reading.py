"""Reading the dialect of a server from its history: first what decides in which situation a request is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.dialect import by_form
from fleet_contract.contract_tests.judging.dialect.by_situation import Reading, reading_of_its_situation
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import MIXED, NOT_APPLICABLE, UNKNOWN, Dialect, exists

# The questions whose answers tell in which situation a request is: they are read before all others, those of ids first,
# since a name is another fleet's only where the fleet is another.
READ_FIRST: Sequence[Collection[str]] = (("id.blanks", "id.normalisation", "id.case"), ("name.taken",))
_ABOUT_FLEETS = ("create_fleet", "rename_fleet", "get_invitation_codes")
# What is not always to be seen, so that one sight of it tells, and others tell nothing against it: whoever counts
# clusters takes many code points as well.
TELLING = {"read.delay": "some", "length.unit": "graphemes"}
_ENOUGH = 100  # requests after which a pace that met no 429 is called free of them


def read_dialect(history: History) -> Dialect:
    """Return every question with its answer, `mixed`, `unknown` or `not-applicable`.

    What is held or was read before counts as known from the start.
    """
    found: set[Reading] = {*history.facts.assumed.items()}
    for questions in READ_FIRST:
        view = View(history, known_so_far(history, found))
        found.update(_about(questions, _by_situation(_on_fleets(view))))
    view = View(history, known_so_far(history, found))
    rest = catalogue().questions.keys() - set(chain.from_iterable(READ_FIRST))
    for exchange in history.exchanges:
        found.update(_about(rest, readings(view.at(exchange))))
    dialect = folded(found)
    if dialect["rate.limit"] == UNKNOWN and len(history.exchanges) >= _ENOUGH:
        dialect = {**dialect, "rate.limit": "unseen"}
    return dialect


def _about(questions: Collection[str], found: Iterable[Reading]) -> Iterator[Reading]:
    return (each for each in found if each[0] in questions)


def _on_fleets(view: View) -> Iterator[Moment]:
    return chain.from_iterable(map(view.of_operation, _ABOUT_FLEETS))


def known_so_far(history: History, found: Iterable[Reading]) -> Dialect:
    """Return the answers that may be relied on: those that are held, and of what was read what is not mixed."""
    return {**decided(folded(found)), **history.facts.held}


def readings(moment: Moment) -> Iterator[Reading]:
    """Yield what one exchange says about the questions: at most one by its situation, and some by its form."""
    if moment.exchange.answer is None:
        return
    yield from _by_situation([moment])
    for question, reader in by_form.READERS.items():
        answer = reader(moment)
        if answer:
            yield question, answer


def _by_situation(moments: Iterable[Moment]) -> Iterator[Reading]:
    answered = (moment for moment in moments if moment.exchange.answer)
    yield from filter(None, map(reading_of_its_situation, answered))


def witnesses(history: History, dialect: Dialect) -> dict[str, dict[str, list[Exchange]]]:
    """Return the exchanges with each answer to the questions that were answered in more than one way."""
    view = View(history, {**decided(dialect), **history.facts.held})
    found: dict[str, dict[str, list[Exchange]]] = {question: {} for question in dialect if dialect[question] == MIXED}
    for exchange in history.exchanges if found else ():
        for question, answer in readings(view.at(exchange)):
            if question in found:
                found[question].setdefault(answer, []).append(exchange)
    return found


def decided(dialect: Dialect) -> Dialect:
    """Return the questions that have one answer."""
    undecided = (MIXED, UNKNOWN, NOT_APPLICABLE)
    return {question: answer for question, answer in dialect.items() if answer not in undecided}


def folded(found: Iterable[Reading]) -> Dialect:
    """Return what all readings together say of each question."""
    answers: dict[str, set[str]] = defaultdict(set)
    for question, answer in found:
        answers[question].add(answer)
    for question, telling in TELLING.items():
        answers[question] &= {telling} if telling in answers[question] else answers[question]
    read = {id: _one(answers[id]) for id in catalogue().questions}
    return {id: answer if _may_exist(id, read) else NOT_APPLICABLE for id, answer in read.items()}


def _one(answers: set[str]) -> str:
    if len(answers) > 1:
        return MIXED
    return next(iter(answers), UNKNOWN)


def _may_exist(question: str, read: Dialect) -> bool:
    """Say whether a question may exist; what it hangs on may be mixed or unknown itself."""
    when = catalogue().question(question).when
    return all(
        read[other] in (MIXED, UNKNOWN) or (read[other] in answers and exists(other, read))
        for other, answers in when.items()
    )
