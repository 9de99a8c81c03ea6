"""What a report says of a failure: what was sent and answered, and what else is like it; on histories made by hand."""

import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller, Request
from fleet_contract.contract_tests.hidden import masker_of
from fleet_contract.contract_tests.judging.dialect.reading import read_dialect, witnesses
from fleet_contract.contract_tests.judging.findings import Finding, finding, shown
from fleet_contract.contract_tests.programs.spellings import SPELLINGS
from fleet_contract.contract_tests.replays.candidates import nearest
from fleet_contract.contract_tests.reports.bodies import answered_body, sent_body
from fleet_contract.contract_tests.reports.exchanges import answer_line, grouped, request_line
from fleet_contract.spec.dialect import MIXED

from .histories import FLEETS, HELD, KEYS, NO_SECRETS, A, B, History
from .test_judging import pages

LIST = Request("GET", KEYS, Caller.OWNER)


def test_a_sequence_has_what_made_its_fleet_and_what_was_done_to_it() -> None:
    history = History()
    first = history.create(A)
    history.create(B)
    earlier = history.rename(A, "One", check="test_it")
    history.rename(A, "Two", check="test_another")
    last = history.rename(A, "Three", 404, check="test_it")
    found = Finding("fleets.id-never-changes", False, (last.number,))
    assert nearest(found, history.history) == [first, earlier, last]


def test_a_sequence_is_short() -> None:
    history = History()
    pages(history, *(f"c{number}" for number in range(30)))
    numbers = tuple(range(30, 0, -1))
    assert len(nearest(Finding("keys.paging-ends", False, numbers), history.history)) <= 10


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'[{"code": "SECRET"}]', '[{"code": "***"}]'),
        (b'{"codes": [{"code": "SECRET", "x": 1}]}', '{"codes": "***"}'),
        (
            b'{"invitation_codes": ["SECRET"], "invitationCode": "SECRET"}',
            '{"invitation_codes": "***", "invitationCode": "***"}',
        ),
        (b'{"limit": 1e999, "limit": 1.10}', '{"limit": 1e999, "limit": 1.10}'),
        (b'{"keys": [{"keyIdentifier": "SECRET", "visualNumber": "V"}]}', None),
        (b'[{"code" : "SECRET"}, {"code": "SEC', '[{"code" : "***"}, {"code": "***'),
        (b'{"code": null}', '{"code": null}'),
        (b"plain", "plain"),
        (b"", ""),
    ],
)
def test_secrets_of_an_answer_are_masked_in_whole_and_broken_json(body: bytes, shown: str | None) -> None:
    masked = answered_body(LIST, Answer(200, (), body), NO_SECRETS)
    assert "SEC" not in masked
    assert masked == ('{"keys": [{"keyIdentifier": "***", "visualNumber": "V"}]}' if shown is None else shown)


def test_long_bodies_are_cut_and_odd_bytes_are_shown() -> None:
    history = History()
    exchange = history.add("POST", FLEETS, b"\xff" + b"x" * 1000, 400, b"y" * 1000)
    assert request_line(exchange, NO_SECRETS).startswith(f"POST {FLEETS} \\xffxxx")
    assert request_line(exchange, NO_SECRETS).endswith("… (1001 characters)")
    assert answer_line(exchange, NO_SECRETS).startswith("400 application/json yyy")
    assert answer_line(exchange, NO_SECRETS).endswith("… (1000 characters)")
    assert answer_line(history.create(A, status=0), NO_SECRETS) == "no answer: it timed out"


def test_the_code_of_an_error_is_no_invitation_code() -> None:
    history = History()
    body = b'{"code": "FLEET_NOT_FOUND", "keyIdentifier": "SECRET"}'
    refused = history.codes(A, 404, body)
    assert (
        answer_line(refused, NO_SECRETS) == '404 application/json {"code": "FLEET_NOT_FOUND", "keyIdentifier": "***"}'
    )
    assert "FLEET_NOT_FOUND" in answered_body(LIST, Answer(400, (), body + b"x"), NO_SECRETS)
    assert "SECRET" not in answered_body(LIST, Answer(400, (), body + b"x"), NO_SECRETS)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"codes": [{"code": "SECRET", "x": 1}]}', '{"codes": [{"code": "***", "*** 2": "***"}]}'),
        (b'["SECRET", ["SECRET", [{"code": ["SECRET"]}]]]', '["***", ["***", [{"code": ["***"]}]]]'),
        (b'[{"code": 12345678}, 12345678, 1.5, true, null]', '[{"code": "***"}, "***", "***", true, null]'),
        (b'{"SECRET": {"active": true}, "SECRET2": null}', '{"*** 1": {"*** 1": true}, "*** 2": null}'),
        (b'"SECRET"', '"***"'),
        (b"12345678", '"***"'),
    ],
)
def test_of_a_list_of_codes_only_its_shape_is_shown(body: bytes, shown: str) -> None:
    request = Request("GET", f"{FLEETS}/acme/invitation", Caller.OWNER)
    assert answered_body(request, Answer(200, (), body), NO_SECRETS) == shown


def test_an_identifier_is_masked_wherever_any_exchange_repeats_it() -> None:
    history = History()
    listed = {"keys": [{"keyIdentifier": "07EEFFAABB", "self": "/emp/v1/charging-keys/07EEFFAABB"}]}
    page = history.page(answer=listed)
    refused = history.add("POST", KEYS, b'{"keyIdentifier": "07EEFFAABC"}', 409, {"detail": "07EEFFAABC is taken"})
    unasked = history.rename(A, status=404, answer={"detail": "neither 07eeffaabb nor 07eeffaabc"})
    masker = masker_of(HELD, history.exchanges)
    assert answer_line(page, masker).endswith(
        '{"keys": [{"keyIdentifier": "***", "self": "/emp/v1/charging-keys/***"}]}'
    )
    assert answer_line(refused, masker).endswith('{"detail": "*** is taken"}')
    assert answer_line(unasked, masker).endswith('{"detail": "neither *** nor ***"}')


@pytest.mark.parametrize("cursor", ["07EEFFAABB", "MDdFRUZGQUFCQg==", "fleet-1:07EEFFAABB", '{"after": "07EEFFAABB"}'])
def test_a_cursor_is_masked_since_an_identifier_may_stand_in_it(cursor: str) -> None:
    history = History()
    page = history.page(answer={"keys": [{"keyIdentifier": "07EEFFAABB"}], "cursor": cursor})
    following = history.page(f"cursor={quote(cursor, safe='')}", {"keys": []})
    masker = masker_of(HELD, history.exchanges)
    assert answer_line(page, masker).endswith('{"keys": [{"keyIdentifier": "***"}], "cursor": "***"}')
    assert request_line(following, masker) == f"GET {KEYS}?cursor=***"


@pytest.mark.parametrize("word", ["true", "null", "string"])
def test_a_word_of_a_language_is_no_identifier(word: str) -> None:
    refused = History().add("POST", KEYS, f'{{"keyIdentifier": {word},}}'.encode(), 400, {"detail": f"not {word}"})
    assert answer_line(refused, masker_of(HELD, [refused])).endswith(f'{{"detail": "not {word}"}}')


@pytest.mark.parametrize("cursor", ["2", "10000000", "next"])
def test_a_cursor_that_can_hold_no_identifier_is_told(cursor: str) -> None:
    page = History().page(answer={"keys": [], "cursor": cursor})
    assert f'"cursor": "{cursor}"' in answer_line(page, masker_of(HELD, [page]))


@pytest.mark.parametrize(
    "repeated",
    ["07EEFFAABB", "07eeffaabb", "key-07EEFFAABB.json", "/keys/07EEFFAABB?x=1", "\n07EEFFAABB", "a%2207EEFFAABB%22"],
)
@pytest.mark.parametrize(
    "body",
    [b'{"keyIdentifier": "07EEFFAABB"}', b"{'keyIdentifier': '07EEFFAABB'}", b'{"key\\u0049dentifier": "07EEFFAABB"}'],
)
def test_no_spelling_of_an_identifier_that_was_sent_is_told(body: bytes, repeated: str) -> None:
    refused = History().add("POST", KEYS, body, 409, {"detail": f"Taken: {repeated}"})
    masker = masker_of(HELD, [refused])
    assert "07EEFFAABB" not in answer_line(refused, masker).upper()
    assert "07EEFFAABB" not in request_line(refused, masker).upper()


def test_a_large_page_of_keys_is_shown_in_a_moment() -> None:
    listed = {
        "keys": [{"keyIdentifier": f"07{number:012X}", "self": f"/k/07{number:012X}"} for number in range(10_000)]
    }
    page = History().page(answer=listed)
    begun = time.process_time()
    assert "07000000" not in answer_line(page, masker_of(HELD, [page]))
    assert time.process_time() - begun < 5


def test_json_is_shown_on_one_line_as_it_was() -> None:
    answered = History().create(A, answer=b'{\n  "fleetId":\t"a  b",\n  "limit": 1.10\n}')
    assert answer_line(answered, NO_SECRETS).endswith('{ "fleetId": "a  b", "limit": 1.10 }')


def sent(body: bytes) -> str:
    return sent_body(Request("POST", KEYS, Caller.OWNER, (), body), NO_SECRETS)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"keyIdentifier":12345678901234}', '{"keyIdentifier":"***"}'),
        ('{"keyIdentifier": -7.5e3 , "x":1}', '{"keyIdentifier": "***" , "x":1}'),
        ('{"keyIdentifier":["07AABBCCDD"]}', '{"keyIdentifier":"***"}'),
        (r'{"keyIdentifier":{"a":["]07",{"b":"07\\"}]},"x":[1]}', '{"keyIdentifier":"***","x":[1]}'),
        (r'{"key\u0049dentifier":"07EE"}', r'{"key\u0049dentifier":"***"}'),
        (r'{"keyIdentifier":"07\"EE","x":"\\"}', r'{"keyIdentifier":"***","x":"\\"}'),
        ('{"keyIdentifier":"07EE","keyIdentifier":null}', '{"keyIdentifier":"***","keyIdentifier":null}'),
        ('{"a":{"keyIdentifier":"07EE"},"a":1}', '{"a":{"keyIdentifier":"***"},"a":1}'),
        ('[{"keyIdentifier" \n:\t"07EE"}]', '[{"keyIdentifier" \n:\t"***"}]'),
        ('{"KEYIDENTIFIER":"07EE"}', '{"KEYIDENTIFIER":"***"}'),
        ("{'keyIdentifier':'07EE','x':1}", "{'keyIdentifier':'***','x':1}"),
        ("{keyIdentifier: 07EE, x: 1}", "{keyIdentifier: ***, x: 1}"),
        ('{"keyIdentifier"/* so */: // or so\n0x07EE}', '{"keyIdentifier"/* so */: // or so\n"***"}'),
        ('{"keyIdentifier":["07EE", "07', '{"keyIdentifier":"***"'),
        ('{"keyIdentifier":"07EE', '{"keyIdentifier":"***'),
        ("keyIdentifier=07EE&x=1", "keyIdentifier=***&x=1"),
        ("<key><keyIdentifier>07EE</keyIdentifier></key>", "<key><keyIdentifier>***</keyIdentifier></key>"),
        ('{"keyIdentifier":"","x":{"keyIdentifier":[]}}', '{"keyIdentifier":"","x":{"keyIdentifier":[]}}'),
        ('{"keyIdentifier":true,"myKeyIdentifier":"x"}', '{"keyIdentifier":true,"myKeyIdentifier":"x"}'),
    ],
)
def test_an_identifier_that_was_sent_is_masked_however_it_is_spelled(body: str, shown: str) -> None:
    assert sent(body.encode()) == shown
    assert sent(b"\xef\xbb\xbf" + body.encode()).endswith(shown)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_body_shows_an_identifier(spelling: str) -> None:
    text = sent(SPELLINGS[spelling]({"keyIdentifier": "07EEFFAABB", "visualNumber": "V"}))
    assert "07EEFFAABB" not in text.replace("\0", "").encode("utf-8", "replace").decode("unicode-escape")
    assert ("***" in text) is (spelling != "empty")


def test_what_an_error_says_of_a_member_is_shown() -> None:
    body = '{"detail": "keyIdentifier: must not be blank", "keyIdentifier": "07EE"}'
    masked = '{"detail": "keyIdentifier: must not be blank", "keyIdentifier": "***"}'
    assert answered_body(LIST, Answer(400, (), body.encode()), NO_SECRETS) == masked


def test_a_large_body_full_of_names_is_shown_in_a_moment() -> None:
    begun = time.process_time()
    for text in ("code", "code/*", '"code":[', 'code:"', "code\0", "\\", "\\u{0", "code "):
        assert sent(text.encode() * 50_000)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("how", "notes"),
    [
        ({}, ""),
        (
            {"sent": (("Content-Type", "text/plain"), ("Accept", "text/html"))},
            " [Content-Type: text/plain; Accept: text/html]",
        ),
        ({"sent": ()}, " [no Content-Type]"),
        ({"caller": Caller.NOBODY}, " [no key]"),
        ({"caller": Caller.OTHER, "key_header": "x-api-key"}, " [the other organization's key; the key in x-api-key]"),
    ],
)
def test_a_request_is_shown_with_what_is_unusual_about_it(how: dict[str, Any], notes: str) -> None:
    assert request_line(History().add("POST", FLEETS, {}, **how), NO_SECRETS) == f"POST {FLEETS}{notes} {{}}"


def test_the_length_of_a_text_is_not_that_of_its_escapes() -> None:
    assert shown("é" * 120) == json.dumps("é" * 120)
    assert shown("😀" * 130) == f"{json.dumps('😀' * 120)}… (130 characters)"
    found = finding("rename.answers-the-new-name", False, (1,), shown("😀" * 130), "")
    assert found.expected.endswith("… (130 characters)")


def test_more_failures_are_grouped_by_operation_and_status() -> None:
    history = History()
    for status in (404, 404, 500):
        history.rename(A, status=status)
    history.create(A, status=500)
    failures = [Finding("fleets.id-finds-the-fleet", False, (number,)) for number in range(1, 5)]
    assert grouped(failures, history.history, NO_SECRETS) == (
        "rename_fleet answered 404 (2 times), rename_fleet answered 500, create_fleet answered 500"
    )


def test_a_mixed_answer_is_shown_by_both_exchanges() -> None:
    history = History()
    first, second = history.create(A), history.create(B, status=200)
    dialect = read_dialect(history.history)
    assert dialect["create.status"] == MIXED
    assert witnesses(history.history, dialect)["create.status"] == {"201": [first], "200": [second]}
