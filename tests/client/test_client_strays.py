"""Bytes that came and are no response are told without a secret that may be in them, and masked before they are cut."""

from collections.abc import Iterator

import h11
import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller, Cause, Exchange, Request
from fleet_contract.contract_tests.network.disturbance import disturbances
from fleet_contract.contract_tests.network.strays import Stray, stray_in
from fleet_contract.contract_tests.target.masking import Masker

from .conftest import Open, Serve
from .servers import CLOSE, Heard, answer

KEY = "owners-key-0123456789"
CODE = "GEHEIM2024XYZ"
LISTED = f'[{{"code": "{CODE}"}}]'.encode()
OK = b"HTTP/1.1 200 OK\r\n"
CODES, KEYS = "/emp/v1/fleets/acme/invitation", "/emp/v1/charging-keys"
MISFRAMED = {
    "no head": LISTED,
    "a head that is none": OK + LISTED + b"\r\n\r\n",
    "a status that is none": b"HTTP/1.1 " + LISTED + b"\r\n\r\n",
    "a length that is too short": OK + b"Content-Length: 2\r\n\r\n" + LISTED,
    "a length that ends within the list": OK + b"Content-Length: 12\r\n\r\n" + LISTED,
    "a body where none belongs": b"HTTP/1.1 204 No Content\r\n\r\n" + LISTED,
    "no chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n" + LISTED + b"\r\n",
    "a chunk that is too short": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n" + LISTED + b"\r\n",
    "a length that is a code": OK + f"Content-Length: 2\r\nContent-Length {CODE}\r\n\r\n".encode(),
}


def told(serve: Serve, open_client: Open, path: str, said: bytes) -> tuple[Exchange, str]:
    client = open_client(serve(lambda _: [said, CLOSE]).url)
    exchange = client.send("GET", path)
    return exchange, " ".join((exchange.trouble, *disturbances([exchange], client.told)))


def test_what_kept_a_response_away_is_counted_and_the_first_request_is_named() -> None:
    asked = Request("GET", KEYS, Caller.OWNER)
    refused = [
        Exchange(number, "", asked, 0, 1, trouble="the connection failed: Connection refused", cause=Cause.CONNECT)
        for number in (1, 2)
    ]
    busy = Exchange(3, "", asked, 0, 1, Answer(503))
    odd = Exchange(4, "", asked, 0, 1, trouble="what came back is not HTTP/1.1", cause=Cause.MALFORMED)
    assert disturbances([*refused, busy, odd], Masker()) == (
        "2 of 4 requests got no response (the connection failed: Connection refused); the first was request 1, "
        "GET /emp/v1/charging-keys",
        "1 of 4 requests: the service was unavailable (503); the first was request 3, GET /emp/v1/charging-keys",
        "1 of 4 requests got no usable response (what came back is not HTTP/1.1); the first was request 4, "
        "GET /emp/v1/charging-keys",
    )


@pytest.mark.parametrize("how", MISFRAMED)
def test_a_list_of_codes_that_is_misframed_is_told_without_a_code(serve: Serve, open_client: Open, how: str) -> None:
    exchange, words = told(serve, open_client, CODES, MISFRAMED[how])
    assert exchange.answer is None
    assert exchange.cause in (Cause.MALFORMED, Cause.UNASKED, Cause.FRAMING)
    assert not any(CODE[start : start + 4] in words for start in range(len(CODE) - 3))


def test_codes_that_come_late_are_not_told_of_the_request_that_meets_them(serve: Serve, open_client: Open) -> None:
    def script(heard: Heard) -> Iterator[bytes]:
        yield answer(200, b"[]") if heard.path == CODES else b"XYZ42 " + LISTED

    client = open_client(serve(script).url)
    words = [client.send("GET", path).trouble for path in (CODES, KEYS)]
    assert words[1] == "what came back is not HTTP/1.1 (not shown, since secrets may be in it)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}  you sent X-API-Key: " + KEY.encode(), "(not shown, since secrets"),
        (b"you sent the wrong X-API-Key: " + KEY.encode(), "“you sent the wrong X-API-Key: ***…”"),
        (b"you sent the wrong key here, which is: " + KEY.encode(), "“you sent the wrong key here, which is: *…”"),
        (b"you sent the X-API-Key: " + KEY[:9].encode(), "“you sent the X-API-Key: ***…”"),
        (OK + b"you sent " + KEY.encode() + b"\r\n\r\n", "illegal header line, beginning with “you sent ***…”"),
        (OK + b'Content-Length: 2\r\n\r\n{}{"keyIdentifier": "0412ABCD"}', "beginning as JSON does (not shown"),
        (OK + b'Content-Length: 2\r\n\r\n{} [{"keyIdentifier": "0412ABCD"}]', "beginning as JSON does (not shown"),
        (b' \t[{"keyIdentifier": "0412ABCD"}]', "beginning as JSON does (not shown"),
        (b'\xef\xbb\xbf[{"keyIdentifier": "0412ABCD"}]', "beginning as JSON does (not shown"),
        (OK + b'Content-Length: 21\r\n\r\n{"keyIdentifier": "0412ABCD", "x": 1}', "(not shown"),
        (answer() * 2, "beginning with “HTTP/1.1 200 Reason"),
    ],
)
def test_no_part_of_a_key_is_told_of_bytes_that_are_no_response(
    serve: Serve, open_client: Open, said: bytes, words: str
) -> None:
    exchange, seen = told(serve, open_client, KEYS, said)
    assert exchange.answer is None
    assert words in seen
    assert KEY[:8] not in seen
    assert "0412" not in seen


@pytest.mark.parametrize(
    ("words", "left", "data"),
    [
        ("illegal header line: bytearray(b'a\\'b\\xff')", "illegal header line", b"a'b\xff"),
        ('illegal status line: bytearray(b"it\'s")', "illegal status line", b"it's"),
        ("malformed chunk footer: b'ab' (expected b'\\r\\n')", "malformed chunk footer", b"ab"),
    ],
)
def test_what_h11_quotes_is_taken_out_of_its_words(words: str, left: str, data: bytes) -> None:
    assert stray_in(h11.RemoteProtocolError(words), begins_a_line=True) == (left, Stray(data, begins_a_line=True))


def test_nothing_is_told_of_no_bytes() -> None:
    words, stray = stray_in(h11.RemoteProtocolError("bad Content-Length"), begins_a_line=True)
    assert words == "bad Content-Length"
    assert stray.told(Masker(), may_hold_codes=True) == ""


def test_a_text_in_the_place_of_codes_is_told_by_its_kind(serve: Serve, open_client: Open) -> None:
    said = iter([answer(200, f"code {CODE}".encode(), Content_Type="text/csv")])
    server = serve(lambda heard: next(said, answer(200, b"[]")) if heard.path == CODES else answer())
    client = open_client(server.url, breaks=lambda each: each.answer is not None and not each.answer.is_json)
    client.send("GET", CODES)
    assert [each.trouble for each in client.journal][:2] == [
        "something in front of the API answered 200 in its place (a text)",
        "",
    ]
