"""Framing: a request whose end is unclear is refused and its connection closed (RFC 9112, section 6)."""

import json
import time

import pytest

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving

from .raw import JSON, KEY, connected, exchange, read, request, until_closed

ELSEWHERE = request("GET /emp/v1/charging-keys", KEY, host="Host: evil.example")
HEAD = ("POST /emp/v1/fleets HTTP/1.1", "Host: localhost", KEY, JSON)
CHUNKED = b'19\r\n{"fleetId": "smuggled-001"}\r\n0\r\n\r\n'
SECOND = request("GET /emp/v1/charging-keys", KEY)
UNCLEAR = {
    "length and chunked": ("Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunked and length": ("Transfer-Encoding: chunked", "Content-Length: 35"),
    "length of zero and chunked": ("Content-Length: 0", "Transfer-Encoding: Chunked"),
    "two lengths": ("Content-Length: 5", "Content-Length: 6"),
    "two lengths in one header": ("Content-Length: 5, 6",),
    "length with a sign": ("Content-Length: +5",),
    "length with an underscore": ("Content-Length: 2_5",),
    "length of other digits": ("Content-Length: \u0665".encode().decode("latin-1"),),
    "length in hexadecimal": ("Content-Length: 0x19",),
    "no length": ("Content-Length: ",),
    "chunked twice": ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "identity, then chunked": ("Transfer-Encoding: identity, chunked",),
    "chunked, then identity": ("Transfer-Encoding: chunked, identity",),
    "an unknown coding": ("Transfer-Encoding: xchunked",),
    "gzip, then chunked": ("Transfer-Encoding: gzip, chunked",),
    "a blank before the colon": ("Transfer-Encoding : chunked",),
    "a blank before the colon of the length": ("Content-Length : 5",),
}


@pytest.mark.parametrize("framing", UNCLEAR)
def test_a_body_whose_end_is_unclear_is_refused_and_nothing_behind_it_is_read(url: str, framing: str) -> None:
    head = "\r\n".join([*HEAD, *UNCLEAR[framing], "", ""]).encode("latin-1")
    with connected(url) as connection:
        connection.sendall(head + CHUNKED + SECOND)
        received = until_closed(connection)
    response = read(received)
    assert (response.status in (400, 501), received.count(b"HTTP/1.1 ")) == (True, 1)
    assert response.headers["connection"] == "close"
    assert exchange(url, request("GET /emp/v1/fleets/smuggled-001/invitation", KEY)).status == 404


def test_chunked_in_http_1_0_is_refused(url: str) -> None:
    head = "\r\n".join(["POST /emp/v1/fleets HTTP/1.0", KEY, JSON, "Transfer-Encoding: chunked", "", ""])
    assert exchange(url, head.encode() + CHUNKED).status == 400


@pytest.mark.parametrize("host", ["", "Host: a\r\nHost: b", "Host: a\r\nHost: a"])
def test_http_1_1_names_one_host(url: str, host: str) -> None:
    assert exchange(url, request("GET /emp/v1/charging-keys", KEY, host=host)).status == 400


@pytest.mark.parametrize("version", ["0.9", "2.0", "9.9", "3.1"])
def test_another_version_of_http_is_not_supported(url: str, version: str) -> None:
    response = exchange(url, request(f"GET / HTTP/{version}"))
    assert (response.status, response.headers["content-type"]) == (505, "application/problem+json")


@pytest.mark.parametrize(("host", "status"), [("Host: m", 200), ("", 400), ("Host: a\r\nHost: b", 400)])
def test_a_later_version_of_http_1_is_read_as_http_1_1(url: str, host: str, status: int) -> None:
    assert exchange(url, request("GET /emp/v1/charging-keys HTTP/1.2", KEY, host=host)).status == status


@pytest.mark.parametrize(("version", "is_told"), [("1.0", False), ("1.1", True)])
def test_only_a_client_of_http_1_1_is_told_to_go_on(url: str, version: str, is_told: bool) -> None:
    body = b'{"fleetId": "told-%s"}' % version.encode()
    whole = request(f"POST /emp/v1/fleets HTTP/{version}", KEY, JSON, "Expect: 100-continue", body=body)
    with connected(url) as connection:
        connection.sendall(whole.removesuffix(body))
        time.sleep(0.1)
        connection.sendall(body)
        received = until_closed(connection)
    assert (b"100 Continue" in received, b" 201 Created\r\n" in received) == (is_told, True)


def test_a_coding_of_the_transfer_that_is_unknown_is_not_implemented(url: str) -> None:
    head = "\r\n".join([*HEAD, "Transfer-Encoding: gzip, chunked", "", ""]).encode()
    response = exchange(url, head + CHUNKED)
    assert (response.status, json.loads(response.rest)["detail"]) == (501, "Transfer-Encoding is not chunked.")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"\r\n".join([*map(str.encode, HEAD), b"Transfer-Encoding: chunked", b"", b"zz\r\n"]), "A chunk of the body"),
        (b"GET / HTTP/1.1\r\n\r\n", "Host is missing."),
        (b"GET  / HTTP/1.1\r\nHost: m\r\n\r\n", "The request line is not"),
        (b"GET / HTTP/1.1\r\nHost: m\r\nb\xe4d\r\n\r\n", "A header field is not NAME: VALUE."),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "Host is not a valid host, such as localhost:8080."),
        (b"\x16\x03\x01\r\n\r\n", "not"),
    ],
)
def test_what_is_no_request_is_refused_as_any_other_and_in_our_words(
    url: str, sent: bytes, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = exchange(url, sent)
    problem = json.loads(response.rest)
    assert (response.status, response.headers["content-type"]) == (400, "application/problem+json")
    assert (problem["status"], problem["title"], words in problem["detail"]) == (400, "Bad Request", True)
    assert "bytearray" not in response.rest.decode() + caplog.text
    assert f"Refused an unreadable request with 400. {problem['detail']}" in caplog.text


@pytest.mark.usefixtures("engine")
def test_what_is_no_request_is_refused_in_the_dialect() -> None:
    with serving(parts({"error.body": "message"})) as url:
        assert exchange(url, b"GET / HTTP/1.1\r\n\r\n").rest == b'{"message": "Host is missing."}'


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("sent", "status"), [(b"GET / HTTP/1.1\r\n\r\n", 400), (ELSEWHERE, 421)])
def test_the_dialect_of_a_refusal_is_that_of_the_moment(sent: bytes, status: int) -> None:
    body = b'{"error.body": "message"}'
    with serving() as url:
        assert exchange(url, request("PATCH /_mock/dialect", JSON, body=body)).status == 200
        response = exchange(url, sent)
    assert (response.status, list(json.loads(response.rest))) == (status, ["message"])


def test_http_1_0_names_none(url: str) -> None:
    assert exchange(url, request("GET /emp/v1/charging-keys HTTP/1.0", KEY, host="")).status == 200


def test_one_length_said_twice_is_one_length(url: str) -> None:
    body = b'{"fleetId": "twice"}'
    length = f"Content-Length: {len(body)}"
    head = "\r\n".join([*HEAD, "Connection: close", length, length, "", ""]).encode()
    assert exchange(url, head + body).status == 201


def test_a_body_in_chunks_that_comes_at_once_is_read_whole(url: str) -> None:
    body = b" " * 70_000 + b'{"fleetId": "chunked-001"}'
    head = "\r\n".join([*HEAD, "Connection: close", "Transfer-Encoding: chunked", "", ""]).encode()
    assert exchange(url, head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)).status == 201
