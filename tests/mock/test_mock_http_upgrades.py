"""Offers to speak another protocol: the request is served in HTTP/1.1, and nothing is said about it."""

import pytest

from .raw import JSON, KEY, connected, exchange, next_response, read, request, until_closed

OFFERS = {
    "h2c": ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB"),
    "websocket": ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="),
    "TLS": ("Connection: upgrade", "Upgrade: TLS/1.2, HTTP/1.1"),
}


@pytest.mark.parametrize("offer", OFFERS)
def test_an_offer_of_another_protocol_is_served_in_silence(
    url: str, offer: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = exchange(url, request("GET /emp/v1/charging-keys", KEY, *OFFERS[offer]))
    assert (response.status, caplog.records) == (200, [])


def test_after_an_offer_a_chunked_body_is_read_and_the_connection_goes_on(url: str) -> None:
    head = "\r\n".join(["POST /emp/v1/fleets HTTP/1.1", "Host: m", KEY, JSON, *OFFERS["h2c"]])
    chunks = b'16\r\n{"fleetId": "upgrade"}\r\n0\r\n\r\n'
    with connected(url) as connection:
        connection.sendall(head.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        assert next_response(connection).status == 201
        connection.sendall(request("GET /emp/v1/charging-keys", KEY))
        assert read(until_closed(connection)).status == 200
