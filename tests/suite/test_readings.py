"""What an answer says about the dialect; on histories made by hand."""

from typing import Any

import pytest

from fleet_contract.contract_tests.judging.dialect.reading import decided, folded, read_dialect
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.spec.catalogue import catalogue

from .histories import FLEETS, HELD, KEY, KEYS, MARK, A, C, History, before


@pytest.mark.parametrize(
    ("sent", "status", "shown", "question", "answer"),
    [
        ({"fleetId": C}, 201, {"fleetId": C}, "name.omitted", "absent"),
        ({"fleetId": C}, 201, {"fleetId": C, "fleetName": None}, "name.omitted", "null"),
        ({"fleetId": C}, 201, {"fleetId": C, "fleetName": ""}, "name.omitted", "empty"),
        ({"fleetId": C}, 201, {"fleetId": C, "fleetName": C}, "name.omitted", "id"),
        ({"fleetId": C}, 200, {"fleetId": C}, "create.status", "200"),
        ({"fleetId": C, "fleetName": None}, 400, b"", "name.null", "refused"),
        ({"fleetId": C, "fleetName": None}, 201, {"fleetId": C}, "name.null", "omitted"),
        ({"fleetId": C, "fleetName": ""}, 201, {"fleetId": C, "fleetName": ""}, "name.empty", "kept"),
        ({"fleetId": C, "fleetName": ""}, 201, {"fleetId": C}, "name.empty", "omitted"),
        ({"fleetId": C, "fleetName": []}, 422, b"", "create.invalid-name", "422"),
        ({"fleetId": A, "fleetName": "x"}, 409, b"", "duplicate.status", "409"),
        ({"fleetId": C, "fleetName": "x", "y": 1}, 422, b"", "properties.unknown", "422"),
        ({"fleetId": C, "fleetName": "x", "y": 1}, 201, {"fleetId": C}, "properties.unknown", "ignored"),
        ({"fleetId": C, "fleetName": "x"}, 201, {"fleetId": C, "fleetName": "x", "y": 1}, "answer.extras", "some"),
    ],
)
def test_a_create_tells_an_answer(sent: Any, status: int, shown: Any, question: str, answer: str) -> None:
    history = before(name__taken="accepted")
    assert history.read(history.add("POST", FLEETS, sent, status, shown))[question] == answer


@pytest.mark.parametrize(
    ("name", "status", "shown", "question", "answer"),
    [
        (" x", 200, " x", "name.blanks", "kept"),
        (" x", 200, "x", "name.blanks", "trimmed"),
        (" x", 400, None, "name.blanks", "refused"),
        (" x", 200, "y", "name.blanks", None),
        ("", 400, None, "rename.empty", "400"),
        ("", 200, "", "rename.empty", "kept"),
        ("e\u0301", 200, "\u00e9", "name.normalisation", "nfc"),
        ("e\u0301", 200, "e\u0301", "name.normalisation", "none"),
        ("\U0001f68c" * 51, 400, None, "length.unit", "utf-16"),
        ("\U0001f68c" * 51, 200, "\U0001f68c" * 51, "length.unit", "code-points"),
        ("\U0001f680\u200d" * 60, 400, None, "length.unit", None),
        ("\U0001f680\u200d" * 60, 200, "\U0001f680\u200d" * 60, "length.unit", "graphemes"),
        (7, 200, "7", "json.scalars", "as-string"),
        (7, 400, None, "json.scalars", "refused"),
    ],
)
def test_a_rename_tells_an_answer(name: Any, status: int, shown: Any, question: str, answer: str | None) -> None:
    history = before(name__taken="accepted")
    exchange = history.rename(A, name, status, answer={"fleetId": A, "fleetName": shown} if status == 200 else b"")
    assert history.read(exchange).get(question) == answer


@pytest.mark.parametrize(
    ("shown", "answer"), [("04ab00000000c1", "kept"), ("04AB00000000C1", "capitals"), ("04Ab00000000C1", None)]
)
def test_a_key_that_is_shown_tells_what_becomes_of_lower_case(shown: str, answer: str | None) -> None:
    history, sent = before(), {**KEY, "keyIdentifier": "04ab00000000c1"}
    created = history.add("POST", KEYS, sent, 201, {**sent, "keyIdentifier": shown})
    listed = history.page("", {"keys": [KEY, {**sent, "keyIdentifier": shown}]})
    assert history.read(created).get("key.lower-case") == history.read(listed).get("key.lower-case") == answer


def test_a_refused_key_tells_that_it_may_have_no_lower_case_unless_something_else_is_odd_about_it() -> None:
    history, sent = before(), {**KEY, "keyIdentifier": "04ab00000000c1"}
    assert history.read(history.add("POST", KEYS, sent, 422))["key.lower-case"] == "refused"
    assert "key.lower-case" not in history.read(history.add("POST", KEYS, {**sent, "name": "A name"}, 422))


def test_an_answer_that_two_situations_can_have_led_to_tells_nothing() -> None:
    history = before(name__taken="accepted")
    both = {"fleetId": C, "fleetName": None, "more": 1}
    assert not {"name.null", "properties.unknown"} & set(history.read(history.add("POST", FLEETS, both, 400)))
    assert history.read(history.add("POST", FLEETS, {"fleetId": A, "fleetName": []}, 409))["duplicate.status"] == "409"


@pytest.mark.parametrize(
    ("status", "media_type", "body", "form"),
    [
        (404, "application/problem+json", b"{}", "problem"),
        (404, "application/json", b'{"message": "x"}', "message"),
        (404, "application/json", b'{"error": "x"}', "json"),
        (404, "text/plain", b"no", "text"),
        (404, "application/json", b'"no"', "json"),
        (404, "text/html", b"<p>no</p>", "html"),
        (404, "application/xhtml+xml", b"<p>no</p>", "html"),
        (404, "text/plain", b"<!DOCTYPE html><p>no</p>", "html"),
        (404, "text/plain", b"", "empty"),
        (200, "text/plain", b"no", None),
        (500, "text/plain", b"no", None),
    ],
)
def test_an_error_has_a_form(status: int, media_type: str, body: bytes, form: str | None) -> None:
    history = History()
    exchange = history.codes("acme", status, body, got=(("Content-Type", media_type),))
    assert history.read(exchange).get("error.body") == form


@pytest.mark.parametrize(
    ("coding", "answer"), [("gzip", "gzip"), ("GZIP", "gzip"), ("x-gzip", "gzip"), ("identity", "none"), ("br", "none")]
)
def test_a_coding_is_read_in_any_spelling(coding: str, answer: str) -> None:
    history = History()
    got = (("Content-Type", "application/json"), ("content-encoding", coding))
    assert history.read(history.create(C, got=got))["answer.compression"] == answer


def test_readings_are_folded_to_one_answer_or_none() -> None:
    folded_once = folded([("create.status", "200"), ("duplicate.status", "400"), ("duplicate.status", "409")])
    assert folded_once["create.status"] == "200"
    assert folded_once["duplicate.status"] == "mixed"
    assert folded_once["key.status"] == "unknown"
    assert folded_once["name.only-blanks"] == "unknown"
    assert set(folded_once) == set(catalogue().questions)
    assert decided(folded_once) == {"create.status": "200"}
    assert folded([("key.status", "204")])["key.body"] == "not-applicable"
    assert folded([("read.delay", "none"), ("read.delay", "some")])["read.delay"] == "some"
    assert folded([("length.unit", "code-points"), ("length.unit", "graphemes")])["length.unit"] == "graphemes"
    assert folded([("length.unit", "code-points"), ("length.unit", "utf-16")])["length.unit"] == "mixed"


def test_what_a_server_is_held_to_counts_from_the_start() -> None:
    history = before()
    history.create(A, "Three", 409)
    history.history.facts = Facts(HELD, MARK, held={"name.taken": "accepted"})
    read = read_dialect(history.history)
    assert read["duplicate.status"] == "409"
    assert read["rate.limit"] == "unknown", "too little was sent to tell"
