"""Framing: a request whose end is unclear is refused and its connection closed (RFC 9112, section 6)."""

import pytest

from .raw import JSON, KEY, connected, exchange, read, request, until_closed

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
