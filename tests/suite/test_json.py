"""JSON is what RFC 8259 says, not what Python reads; what the RFC leaves open breaks nothing."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Exchange, NotJson, parse_json
from fleet_contract.contract_tests.judging.content.json_form import judge_json_form
from fleet_contract.contract_tests.judging.judge import judge

from .histories import A, History

NO_JSON = [
    b"NaN",
    b'{"discount": NaN}',
    b'[{"code": "ONE", "left": Infinity}]',
    b'{"deep": [{"er": -Infinity}]}',
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": 01}',
    b'{"a": +1}',
    b'{"a": .5}',
    b'{"a": 1_0}',
    '{"a": \u0661}'.encode(),
    b'{"a": "\x01"}',
    b'{"a": 1,}',
    b"{'a': 1}",
    '{"a":\u00a01}'.encode(),
    '{"a": 1}'.encode("utf-16"),
    b'{"a": "\xff"}',
    b'{"a": "\\x41"}',
    b"",
]
LEFT_OPEN: list[tuple[bytes, Any]] = [
    (b'{"a": 1, "a": 2}', {"a": 2}),
    (b"1e999", math.inf),
    (b"-1e999", -math.inf),
    (b"9" * 5_000, math.inf),
    (b"9" * 1_000, int("9" * 1_000)),
    (b'"\\ud800"', "\ud800"),
    (b' \t\r\n{"a": "\xc2\x85"} ', {"a": "\x85"}),
]


@pytest.mark.parametrize("body", NO_JSON)
def test_what_the_grammar_does_not_allow_is_no_json(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(body)


@pytest.mark.parametrize(("body", "value"), LEFT_OPEN)
def test_what_the_standard_leaves_open_is_read(body: bytes, value: Any) -> None:
    assert parse_json(body) == value


@pytest.mark.parametrize("body", [b'{"fleetId": "%s", "discount": %s}' % (A.encode(), each) for each, _ in LEFT_OPEN])
def test_what_the_standard_leaves_open_breaks_nothing(body: bytes) -> None:
    history = History()
    created = history.create(A, answer=body)
    assert all(found.kept for found in judge_json_form(history.at(created)))


def test_a_constant_that_is_no_number_is_named() -> None:
    history = History()
    created = history.create(A, answer=b'{"fleetId": "a", "discount": NaN}')
    broken = {each.requirement: each.got for each in judge_json_form(history.at(created)) if not each.kept}
    assert "NaN is no JSON number (RFC 8259, section 6)" in broken["http.success-is-json"]


@pytest.mark.parametrize(
    ("ask", "requirement"),
    [
        (lambda history: history.create(A, answer=b"made"), "create.echoes-the-id"),
        (lambda history: history.rename(A, answer=b"renamed"), "rename.keeps-the-id"),
        (lambda history: history.codes(A, answer=b"ONE"), "invitation.answers-an-array-of-codes"),
        (lambda history: history.page(answer=b"none"), "keys.list-answers-a-page"),
        (lambda history: history.add("GET", "/v1/locations/loc", answer=b"here"), "prices.answer-is-the-location"),
    ],
)
def test_what_no_json_does_not_show_is_broken_too_and_that_explains_it(
    ask: Callable[[History], Exchange], requirement: str
) -> None:
    history = History()
    history.create(A)
    ask(history)
    judged = judge(history.exchanges, history.history.facts)
    broken = {each.requirement for each in judged.findings if not each.kept}
    assert {requirement, "http.success-is-json"} <= broken
    explained = {each.requirement: causes for each, causes in judged.explained.items()}
    assert "http.success-is-json" in explained[requirement]
    assert "http.success-is-json" not in explained


def test_what_is_no_json_explains_nothing_about_another_exchange() -> None:
    history = History()
    history.create(A)
    history.codes(A, answer=b"ONE")
    history.rename(A, answer={"fleetId": "another", "fleetName": "New name"})
    judged = judge(history.exchanges, history.history.facts)
    assert "rename.keeps-the-id" not in {each.requirement for each in judged.explained}


def test_a_refusal_may_be_what_it_likes() -> None:
    history = History()
    refused = history.create(A, status=400, answer=b'{"detail": NaN}')
    assert not list(judge_json_form(history.at(refused)))
    assert history.read(refused)["error.body"] == "text"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", ""),
        (b"<html>", ""),
        (b'{"a": 1} more', "from character 10 on"),
        (b'{"a": 1', "it ends too early"),
        (b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "it begins with a byte order mark"),
        (b"NaN", "NaN is no JSON number (RFC 8259, section 6)"),
    ],
)
def test_it_is_told_in_our_words_where_a_body_stops_being_json(body: bytes, where: str) -> None:
    with pytest.raises(NotJson) as told:
        parse_json(body)
    assert str(told.value) == where
