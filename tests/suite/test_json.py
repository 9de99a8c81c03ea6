"""JSON is what RFC 8259 says, not what Python reads; what the RFC leaves open breaks nothing."""

import math
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import NotJson, parse_json
from fleet_contract.contract_tests.judging.content.json_form import judge_json_form

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
    (found,) = (each for each in judge_json_form(history.at(created)) if not each.kept)
    assert found.requirement == "http.success-is-json"
    assert "NaN is no JSON number (RFC 8259, section 6)" in found.got


def test_a_refusal_may_be_what_it_likes() -> None:
    history = History()
    refused = history.create(A, status=400, answer=b'{"detail": NaN}')
    assert not list(judge_json_form(history.at(refused)))
    assert history.read(refused)["error.body"] == "text"
