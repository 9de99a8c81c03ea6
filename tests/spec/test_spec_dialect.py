"""Dialects: completed by defaults, refused where they contradict themselves, and the same after a trip through TOML."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_contract.spec.catalogue import NoSuchId, catalogue
from fleet_contract.spec.dialect import (
    Dialect,
    complete,
    default_dialect,
    exists,
    parse_dialect,
    possible_answers,
    read_dialect,
    to_toml,
)
from fleet_contract.spec.files import Contradiction

QUESTIONS = catalogue().questions
EVERY_ANSWER = [(id, answer) for id, question in QUESTIONS.items() for answer in question.answers]


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Return complete dialects: an answer to every question that exists under the answers before it."""
    dialect: dict[str, str] = {}
    for question in QUESTIONS:
        if exists(question, dialect):
            dialect[question] = draw(st.sampled_from(possible_answers(question, dialect)))
    return dialect


def test_the_default_dialect_takes_the_first_answers() -> None:
    expected = {id: question.default for id, question in QUESTIONS.items() if exists(id, default_dialect())}
    assert default_dialect() == expected
    assert default_dialect() == complete({}) == complete(default_dialect())


def test_the_defaults_are_what_the_design_says() -> None:
    dialect = default_dialect()
    assert {id: dialect[id] for id in ("create.status", "duplicate.status", "name.omitted", "id.case")} == {
        "create.status": "201",
        "duplicate.status": "409",
        "name.omitted": "absent",
        "id.case": "exact",
    }


def test_a_question_hangs_on_questions_that_stand_before_it() -> None:
    """So a dialect can be chosen from top to bottom, by a person as by a test."""
    order = list(QUESTIONS)
    for id, question in QUESTIONS.items():
        for when in (question.when, *(answer.when for answer in question.answers.values())):
            assert all(order.index(other) < order.index(id) for other in when)


@pytest.mark.parametrize(("question", "answer"), EVERY_ANSWER, ids=lambda word: word)
def test_every_answer_can_be_chosen(question: str, answer: str) -> None:
    entry = QUESTIONS[question]
    needed = {other: answers[0] for other, answers in (*entry.when.items(), *entry.answers[answer].when.items())}
    dialect = complete({**needed, question: answer})
    assert dialect[question] == answer
    assert all(dialect[other] in possible_answers(other, dialect) for other in dialect)


@given(dialects())
def test_a_complete_dialect_stays_as_it_is(dialect: Dialect) -> None:
    assert complete(dialect) == dialect


@given(dialects())
@settings(max_examples=50)
def test_a_dialect_survives_toml(dialect: Dialect) -> None:
    assert parse_dialect(to_toml(dialect), "it") == dialect


@given(dialects(), st.data())
def test_what_is_left_out_is_filled_in_with_defaults_or_contradicts(dialect: Dialect, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(sorted(dialect)), unique=True))
    chosen = {id: dialect[id] for id in kept}
    try:
        filled = complete(chosen)
    except Contradiction:
        return
    assert chosen.items() <= filled.items()
    assert complete(filled) == filled


@given(dialects())
def test_what_does_not_exist_is_left_out(dialect: Dialect) -> None:
    assert {id for id in QUESTIONS if exists(id, dialect)} == set(dialect)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {"id.alphabet": "slug", "id.case": "ignored"},
            "id.case = 'ignored' contradicts id.alphabet = 'slug': "
            "it applies only if id.alphabet is any or unreserved.",
        ),
        (
            {"name.omitted": "empty", "name.empty": "omitted"},
            "name.empty = 'omitted' contradicts name.omitted = 'empty': "
            "it applies only if name.omitted is absent or null or id.",
        ),
        (
            {"key.status": "204", "key.body": "shown"},
            "key.body = 'shown' contradicts key.status = '204': it applies only if key.status is 200 or 201.",
        ),
    ],
)
def test_a_contradiction_names_both_questions(chosen: dict[str, str], message: str) -> None:
    with pytest.raises(Contradiction) as raised:
        complete(chosen)
    assert str(raised.value) == message


def test_a_default_can_be_what_is_contradicted() -> None:
    with pytest.raises(Contradiction, match=r"name\.only-blanks = 'refused' contradicts name\.blanks = 'trimmed'"):
        complete({"name.only-blanks": "refused", "name.blanks": "trimmed"})
    assert complete({"name.only-blanks": "refused"})["name.blanks"] == "kept"


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"create.stats": "200"}, "No question has the id 'create.stats'. Did you mean 'create.status'?"),
        ({"zzz": "200"}, "No question has the id 'zzz'."),
        (
            {"create.status": "202"},
            "create.status cannot be '202': possible answers are 201, 200. Choose one of these.",
        ),
    ],
)
def test_an_unknown_question_or_answer_is_refused_with_what_there_is(chosen: dict[str, str], message: str) -> None:
    with pytest.raises(Contradiction) as raised:
        complete(chosen)
    assert str(raised.value) == message


def test_an_unknown_question_has_an_error_of_its_own() -> None:
    with pytest.raises(NoSuchId):
        exists("no.such", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dialect", "it is not TOML: "),
        ("[dialects]", "it: 'dialects' is unexpected. A dialect file has only the table [dialect]."),
        ("dialect = 1", "it: [dialect] must be a table of question = answer."),
        ('[dialect]\n"create.status" = "202"', "it: [dialect] create.status cannot be '202'"),
        ('[dialect]\n"create.state" = "200"', "it: [dialect] No question has the id 'create.state'. Did you mean"),
    ],
)
def test_a_wrong_file_is_named(text: str, message: str) -> None:
    with pytest.raises(Contradiction) as raised:
        parse_dialect(text, "it")
    assert str(raised.value).startswith(message)


def test_what_says_nothing_is_left_out() -> None:
    text = '[dialect]\n"create.status" = "mixed"\n"id.case" = "unknown"\n"key.body" = "not-applicable"\n'
    assert parse_dialect(text, "it") == {}
    assert parse_dialect("", "it") == {}


def test_a_status_may_be_written_as_a_number() -> None:
    assert parse_dialect('[dialect]\n"create.status" = 200', "it") == {"create.status": "200"}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match=r"The dialect file .*nowhere cannot be read: No such file"):
        read_dialect(tmp_path / "nowhere")
    (tmp_path / "latin").write_bytes(b"[dialect] # \xe9")
    with pytest.raises(Contradiction, match=r"The dialect file .*latin is not UTF-8 text"):
        read_dialect(tmp_path / "latin")


def test_a_question_that_is_answered_in_two_spellings_is_refused() -> None:
    text = '[dialect]\n"create.status" = "200"\ncreate.status = "201"\n'
    with pytest.raises(Contradiction, match=r"it: \[dialect\] answers create.status twice"):
        parse_dialect(text, "it")
