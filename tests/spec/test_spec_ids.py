"""Law 1: nothing is lost on the way; every id that is cited exists, and all that exists is used."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from fleet_contract import contract_tests, mock_server
from fleet_contract.contract_tests.driving.check import Check, check_of
from fleet_contract.contract_tests.judging.dialect import by_form, by_situation
from fleet_contract.contract_tests.judging.fleet import SETTLING_SECONDS
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.spec.catalogue import SUCCESS, Basis, Situation, catalogue
from fleet_contract.spec.coverage import Covered, Silence, sentences, silences
from fleet_contract.spec.document import document, operations
from proof.mutants import MUTANTS

SUITE = Path(contract_tests.__file__).parent
MOCK = Path(mock_server.__file__).parent
JUDGING = sorted(SUITE.glob("judging/**/*.py"))
CHECKS = sorted(SUITE.glob("checks/test_*.py"))
FAULT_FILES = sorted(MOCK.glob("faults/*.py"))
HONEST_MOCK = sorted(MOCK.glob("*.py"))

KNOWN = catalogue()
ALL_IDS = {*KNOWN.requirements, *KNOWN.questions, *KNOWN.situations}
TESTABLE = {each.id for each in KNOWN.requirements.values() if not each.untestable}
# What a target file asks for is judged of every exchange, whatever drove it, and by comparison with that file.
HELD = {each.id for each in KNOWN.requirements.values() if each.basis is Basis.OURS}
OF_ASGI = {"http.request", "http.disconnect"}
LOOKS_LIKE_AN_ID = re.compile(f"({'|'.join(sorted({id.split('.')[0] for id in ALL_IDS}))})\\.[a-z0-9]+(-[a-z0-9]+)*")


def texts_in(*files: Path) -> set[str]:
    """Return every string literal of some modules."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def checks() -> Iterator[tuple[str, Check]]:
    for file in CHECKS:
        module = import_module(f"{contract_tests.__name__}.checks.{file.stem}")
        for name, function in vars(module).items():
            check = check_of(function) if callable(function) else None
            if check:
                yield f"{file.stem}.{name}", check


# --- what is cited exists -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "file", [*JUDGING, *HONEST_MOCK, *FAULT_FILES, *CHECKS], ids=lambda file: f"{file.parent.name}/{file.name}"
)
def test_every_text_that_looks_like_an_id_is_one(file: Path) -> None:
    assert {text for text in texts_in(file) if LOOKS_LIKE_AN_ID.fullmatch(text)} - OF_ASGI <= ALL_IDS


def test_sentences_and_silences_cite_what_exists() -> None:
    entries: list[Covered | Silence] = [*sentences(), *silences()]
    for each in entries:
        assert set(each.requirements) <= set(KNOWN.requirements)
        assert set(each.questions) <= set(KNOWN.questions)
    assert {each.example for each in sentences() if each.example} <= {operation.id for operation in operations()}


def test_checks_and_faults_cite_requirements_that_can_be_judged() -> None:
    for name, check in checks():
        assert set(check.reaches) <= TESTABLE, name
    for fault in MUTANTS.values():
        assert fault.breaks, f"{fault.name} breaks nothing"
        assert fault.breaks <= TESTABLE, fault.name


def test_situations_break_requirements_that_can_be_judged() -> None:
    broken = {id for situation in KNOWN.situations.values() for id in situation.breaks.values()}
    assert broken | {success.breaks for success in KNOWN.successes.values()} <= TESTABLE


def test_a_requirement_that_names_refusals_names_all_that_its_situations_allow() -> None:
    for situation in KNOWN.situations.values():
        allowed = {str(status) for status in KNOWN.statuses(situation.may)}
        for broken in situation.breaks.values():
            named = set(re.findall(r"\b[45]\d\d\b", KNOWN.requirements[broken].text)) - {"500"}
            assert not named or {status for status in allowed if status >= "400"} <= named, (situation.id, broken)


def test_the_texts_name_the_time_that_a_server_may_take() -> None:
    texts = [each.text for each in KNOWN.requirements.values()]
    texts += [each.text for each in KNOWN.situations.values()]
    assert {float(number) for text in texts for number in re.findall(r"(\d+) seconds", text)} == {SETTLING_SECONDS}


# --- what exists is used ------------------------------------------------------------------------


def test_every_testable_requirement_is_reached_by_a_check() -> None:
    reached = {id for _, check in checks() for id in check.reaches}
    assert TESTABLE - reached == HELD


def test_every_testable_requirement_is_judged() -> None:
    by_status = {id for situation in KNOWN.situations.values() for id in situation.breaks.values()}
    by_status |= {success.breaks for success in KNOWN.successes.values()}
    assert TESTABLE - by_status - texts_in(*JUDGING) == set()


def test_every_testable_requirement_has_a_fault_that_breaks_it() -> None:
    assert TESTABLE - {id for fault in MUTANTS.values() for id in fault.breaks} == HELD


def test_every_question_is_consulted_by_the_mock() -> None:
    assert set(KNOWN.questions) - texts_in(*HONEST_MOCK) == set()


def test_every_question_is_read_by_the_suite() -> None:
    of_situations = {situation.reads for situation in KNOWN.situations.values()} - {""}
    assert set(KNOWN.questions) - of_situations - set(by_form.READERS) == set()
    assert set(by_situation.READERS) <= of_situations
    assert set(by_form.READERS) <= set(KNOWN.questions)


def test_a_question_without_a_reader_of_its_own_is_answered_by_a_status() -> None:
    """What is neither a status nor told by a reader would stay unknown of every server."""
    for id, question in KNOWN.questions.items():
        if id not in by_situation.READERS and id not in by_form.READERS:
            assert len(question.statuses) == len(set(question.answers) - {"refused"}), id


@pytest.mark.parametrize("situation", KNOWN.situations.values(), ids=list(KNOWN.situations))
def test_what_a_situation_reads_may_be_answered_in_it(situation: Situation) -> None:
    if not situation.reads:
        return
    question = KNOWN.question(situation.reads)
    allowed = KNOWN.statuses(situation.may)
    assert set(question.statuses) - {200, 201} <= allowed, "an answer of the dialect would be called a failure"
    if len(question.statuses) < len(question.answers) and allowed:
        assert SUCCESS in situation.may or situation.id in {"rename.a-fleet-too-soon"}


def test_every_situation_is_found_in_some_request() -> None:
    modules = (SUITE / "judging" / "expectations").glob("*.py")
    assert set(KNOWN.situations) - set().union(*map(texts_in, modules)) == set()


# --- what is defined is defined once ------------------------------------------------------------


def test_an_id_is_that_of_a_requirement_or_of_a_question() -> None:
    assert set(KNOWN.requirements) & set(KNOWN.questions) == set()


@pytest.mark.parametrize("id", sorted({*KNOWN.requirements, *KNOWN.questions, *KNOWN.situations}))
def test_an_id_is_words(id: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", id)


def test_an_operation_has_one_name_one_handler_and_one_success() -> None:
    ids = [operation.id for operation in operations()]
    assert len(set(ids)) == len(ids) == 6
    assert set(HANDLERS) == set(ids) == set(KNOWN.successes)
    defined = Counter(
        node.name
        for file in HONEST_MOCK
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
    )
    assert {id: defined[id] for id in ids} == dict.fromkeys(ids, 1)


def test_a_fault_has_a_name_of_its_own() -> None:
    names = [
        node.name
        for file in FAULT_FILES
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and any("fault" in ast.unparse(each) for each in node.decorator_list)
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_status_that_a_situation_allows_is_in_the_document() -> None:
    answers = {operation.id: set(operation.description["responses"]) for operation in operations()}
    for situation in KNOWN.situations.values():
        for operation in operations_of(situation):
            allowed = {str(status) for status in KNOWN.statuses(situation.may)}
            assert allowed <= answers[operation], f"{situation.id} of {operation}"
    for id, success in KNOWN.successes.items():
        assert {str(status) for status in KNOWN.statuses(success.may)} <= answers[id]


WITH_BODY = ("create_fleet", "rename_fleet", "create_charging_key")
OPERATIONS = {
    "any.wrong-media-type": WITH_BODY,
    "any.malformed-media-type": WITH_BODY,
    "any.missing-media-type": WITH_BODY,
    "any.media-type-without-a-body": ("get_invitation_codes", "list_charging_keys", "get_location"),
    "any.redirected-to-another-spelling": ("rename_fleet", "get_invitation_codes", "get_location"),
    "any.media-type-with-parameters": WITH_BODY,
    "any.unusual-spelling": WITH_BODY,
    "any.unknown-property": WITH_BODY,
    "any.large-body": WITH_BODY,
    "any.chunked-body": WITH_BODY,
    "any.body-of-another-format": WITH_BODY,
    "any.unknown-path": (),
    "any.wrong-method": (),
    "any": tuple(HANDLERS),
    "create": ("create_fleet",),
    "name": ("create_fleet", "rename_fleet"),
    "rename": ("rename_fleet",),
    "path": ("rename_fleet", "get_invitation_codes"),
    "invitation": ("get_invitation_codes",),
    "keys.list": ("list_charging_keys",),
    "keys.create": ("create_charging_key",),
    "prices": ("get_location",),
}


def operations_of(situation: Situation) -> tuple[str, ...]:
    """Return the operations in which a situation can be; the nearest row by the beginning of its id."""
    rows = [row for row in OPERATIONS if situation.id == row or situation.id.startswith((f"{row}.", f"{row}-"))]
    return OPERATIONS[max(rows, key=len)]


def test_the_document_is_a_copy_that_may_be_changed() -> None:
    document()["paths"].clear()
    assert document()["paths"]
