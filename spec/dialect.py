"""A dialect: a server's answers to the questions of the catalogue, as a TOML file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from fleet_contract.spec.catalogue import When, catalogue
from fleet_contract.spec.files import Contradiction, read_text
from fleet_contract.spec.toml import parse_toml

Dialect = Mapping[str, str]

MIXED = "mixed"
UNKNOWN = "unknown"
NOT_APPLICABLE = "not-applicable"
EXPECTED = "Expected TOML with the table [dialect], as `fleet-contract dialect` prints it. Correct the file."


def default_dialect() -> Dialect:
    """Return what the mock chooses where nothing else is asked of it."""
    return complete({})


def complete(chosen: Mapping[str, str]) -> Dialect:
    """Return `chosen` with the default answer to every other question that exists under it.

    Raises Contradiction when an answer is not in its question's list, or when a
    question or an answer does not exist under the others.
    """
    for question, answer in chosen.items():
        _require_listed(question, answer)
    everything = {id: chosen.get(id, question.default) for id, question in catalogue().questions.items()}
    for question, answer in chosen.items():
        _require_existing(question, answer, everything)
    return {question: answer for question, answer in everything.items() if exists(question, everything)}


def exists(question: str, dialect: Dialect) -> bool:
    """Say whether a question exists under a dialect; one that hangs on a missing answer does not."""
    return _met(catalogue().question(question).when, dialect)


def possible_answers(question: str, dialect: Dialect) -> list[str]:
    """Return the answers to a question that exist under a dialect."""
    answers = catalogue().question(question).answers
    return [answer for answer, entry in answers.items() if _met(entry.when, dialect)]


def _met(when: When, dialect: Dialect) -> bool:
    return all(dialect.get(other) in answers and exists(other, dialect) for other, answers in when.items())


def _require_listed(question: str, answer: str) -> None:
    answers = catalogue().question(question).answers
    if answer not in answers:
        raise Contradiction(
            f"{question} cannot be {answer!r}: possible answers are {', '.join(answers)}. Choose one of these."
        )


def _require_existing(question: str, answer: str, dialect: Dialect) -> None:
    entry = catalogue().question(question)
    for when in (entry.when, entry.answers[answer].when):
        for other, answers in when.items():
            if not _met({other: answers}, dialect):
                raise Contradiction(
                    f"{question} = {answer!r} contradicts {other} = {dialect[other]!r}: "
                    f"it applies only if {other} is {' or '.join(answers)}."
                )


def parse_dialect(text: str, name: str) -> dict[str, str]:
    """Read the table `[dialect]` of a TOML text; raises Contradiction that names the file."""
    table = parse_toml(text, name, EXPECTED)
    return chosen_answers(table.get("dialect", {}), name) if set(table) <= {"dialect"} else _unexpected(table, name)


def chosen_answers(table: Any, name: str) -> dict[str, str]:
    """Check that a table gives known questions known answers, and leave out what says nothing."""
    if not isinstance(table, dict):
        raise Contradiction(f"{name}: [dialect] must be a table of question = answer.")
    chosen = {}
    for question, answer in _flat(table, name).items():
        if answer in (MIXED, UNKNOWN, NOT_APPLICABLE):
            continue
        try:
            _require_listed(question, str(answer))
        except Contradiction as wrong:
            raise Contradiction(f"{name}: [dialect] {wrong}") from None
        chosen[question] = str(answer)
    return chosen


def _flat(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a table with dotted keys, which TOML reads as tables in tables, under the ids that they spell."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        inner = _flat(value, name) if isinstance(value, dict) else {"": value}
        for question, answer in ((f"{key}.{last}".rstrip("."), each) for last, each in inner.items()):
            if question in flat:
                raise Contradiction(f"{name}: [dialect] answers {question} twice. Keep one.")
            flat[question] = answer
    return flat


def _unexpected(table: Mapping[str, Any], name: str) -> dict[str, str]:
    other = next(key for key in table if key != "dialect")
    raise Contradiction(f"{name}: {other!r} is unexpected. A dialect file has only the table [dialect].")


def read_dialect(path: Path) -> dict[str, str]:
    """Read a dialect file; raises Contradiction when it is unreadable or says what cannot be."""
    return parse_dialect(read_text(path, "The dialect file", EXPECTED), str(path))


def to_toml(dialect: Dialect) -> str:
    """Return a dialect as the TOML that `read_dialect` takes back unchanged."""
    return tomli_w.dumps({"dialect": dict(dialect)})
