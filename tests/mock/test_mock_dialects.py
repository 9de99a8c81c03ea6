"""Dialects: every answer to every question is seen on the wire, and no answer leaves the document."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.refusals import status_of
from fleet_contract.spec.catalogue import Answer, Question, catalogue

from .conftest import Client
from .reading import SEEN

EVERY_ANSWER = [(question.id, answer) for question in catalogue().questions.values() for answer in question.answers]


def needed(*entries: Question | Answer) -> dict[str, str]:
    """Return answers to other questions under which these entries exist."""
    return {other: answers[0] for entry in entries for other, answers in entry.when.items()}


def test_every_question_is_read() -> None:
    assert set(SEEN) == set(catalogue().questions)


@pytest.mark.parametrize(("question", "answer"), EVERY_ANSWER, ids=[f"{q}={a}" for q, a in EVERY_ANSWER])
def test_every_answer_is_seen_on_the_wire(speak: Callable[..., Client], question: str, answer: str) -> None:
    entry = catalogue().question(question)
    call = speak({**needed(entry, entry.answers[answer]), question: answer})
    seen = SEEN[question](call)
    assert seen == answer


OTHER_LAST = {id: list(question.answers)[-1] for id, question in catalogue().questions.items() if not question.when}
MIXED = {
    "name.omitted": "null",
    "name.empty": "omitted",
    "name.blanks": "trimmed",
    "rename.empty": "kept",
    "id.blanks": "trimmed",
    "id.normalisation": "nfc",
    "id.case": "ignored",
    "json.scalars": "as-string",
    "name.normalisation": "nfc",
    "length.unit": "utf-16",
    "key.duplicate": "accepted",
    "answer.extras": "some",
}


@pytest.mark.parametrize("chosen", [{}, OTHER_LAST | {"rate.limit": "unseen", "read.delay": "none"}, MIXED])
def test_no_dialect_leaves_the_document(speak: Callable[..., Client], chosen: dict[str, str]) -> None:
    call = speak(chosen)
    texts: list[Any] = [
        "",
        " ",
        " x ",
        "x",
        "X",
        "x" * 100,
        "x" * 101,
        "😀" * 51,
        "\u0958" * 100,
        "é\u0301",
        "\0",
        None,
        1,
        True,
        [],
        {},
    ]
    for id, name in product(texts, ["n", "", None, " ", "x" * 101, 7]):
        assert call.create(id, name).status_code < 500
    for name in texts:
        assert call.rename("acme-corp-001", name).status_code < 500
        assert call.create_key(name).status_code < 500
    for id in ("acme-corp-001", "ACME-CORP-001", "x", "%20x%20", "x" * 101, "foreign-001", "%00"):
        statuses = [call.rename(id, 1), call.rename(id, "n"), call.codes(id), call.keys(f"?fleetId={id}")]
        statuses += [call("GET", f"/v1/locations/loc-001?fleetId={id}"), call.create_key(id, fleetId=id)]
        assert all(answer.status_code < 500 for answer in statuses)


def test_a_trimmed_name_that_is_empty_is_an_empty_name(speak: Callable[..., Client]) -> None:
    call = speak({"name.blanks": "trimmed", "name.empty": "refused"})
    assert call.create("x", "  ").status_code == 400
    assert call.rename("acme-corp-001", "  ").status_code == 400
    call = speak({"name.blanks": "trimmed", "rename.empty": "kept", "name.empty": "omitted"})
    assert call.create("x", "  ").json() == {"fleetId": "x"}
    assert call.rename("acme-corp-001", "  ").json()["fleetName"] == ""


def test_a_name_that_is_not_taken_has_one_status_in_create(speak: Callable[..., Client]) -> None:
    kinds = dict.fromkeys(("name.null", "name.empty", "name.blanks", "name.control-characters"), "refused")
    call = speak({**kinds, "name.normalisation": "nfc", "create.invalid-name": "422"})
    names = ["", " x", "a\tb", "\u0958" * 60, "x" * 101]
    for name in [*names, None, 1, True, ["x"]]:
        assert call.create("x", name).status_code == 422
        assert call.create("", name).status_code == 400
    for name in names:
        assert call.rename("acme-corp-001", name).status_code == 400


def test_a_length_is_told_in_what_is_counted(speak: Callable[..., Client]) -> None:
    call = speak({"length.unit": "utf-16", "name.normalisation": "nfc"})
    assert "120 UTF-16 code units after" in call.create("x", "\u0958" * 60).json()["detail"]
    assert "202 UTF-16 code units;" in call.rename("🚗" * 101, "x").json()["detail"]


@pytest.mark.parametrize("status", [400, 422])
def test_an_unknown_property_is_refused_in_every_body(speak: Callable[..., Client], status: int) -> None:
    call = speak({"properties.unknown": str(status)})
    answers = [
        call("POST", "/emp/v1/fleets", {"fleetId": "x", "odd": 1}),
        call("PUT", "/emp/v1/fleets/acme-corp-001/rename", {"newName": "x", "odd": 1}),
        call.create_key("04AA", odd=1),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3


def test_another_tenants_identical_create_is_refused(speak: Callable[..., Client]) -> None:
    call = speak({"duplicate.identical": "200"})
    call.create("same", "Same")
    assert call.create("same", "Same").status_code == 200
    assert call.create("same", "Other").status_code == 409
    assert call.create("same", "Same", key="other-key").status_code == 409
    call.create("bare")
    assert call.create("bare").status_code == 200


def test_the_mock_is_made_anew_each_time() -> None:
    first, second = parts(), parts()
    del first.property("NewFleet", "fleetId")["maxLength"]
    assert second.property("NewFleet", "fleetId")["maxLength"] == 100


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("last", [False, True])
def test_every_refusal_has_a_status_in_every_dialect_for_the_faults_that_refuse_more(kind: Kind, last: bool) -> None:
    dialect = parts(OTHER_LAST if last else {}).dialect
    assert 400 <= status_of(kind, dialect) <= 503


def test_the_status_of_a_refusal_is_a_plain_number_in_every_dialect() -> None:
    """The journal writes no member of HTTPStatus, and the request would be lost with it."""
    for dialect in ({}, {"keys.page-size": "default"}, {"invitation.foreign-without-codes": "403"}):
        assert {type(status_of(kind, dialect)) for kind in Kind} == {int}


def test_a_refusal_is_called_as_rfc_9110_calls_it(speak: Callable[..., Client]) -> None:
    call = speak({"duplicate.status": "422"})
    call.create("a")
    assert call.create("a").json()["title"] == "Unprocessable Content"
