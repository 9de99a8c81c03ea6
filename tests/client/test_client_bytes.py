"""Bytes that HTTP does not allow, or that nobody asked for: each has its cause named, and none is a response."""

import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack

import pytest

from fleet_contract.contract_tests.exchange import Cause, Exchange
from fleet_contract.contract_tests.network.conversation import MOST_INTERIM
from fleet_contract.contract_tests.network.preflight import Unreachable
from fleet_contract.contract_tests.network.transport_errors import ADVICE

from .conftest import Open, Serve, TlsFor
from .servers import CLOSE, RESET, Heard, answer, blurting

OK = b"HTTP/1.1 200 OK\r\n"


def one(serve: Serve, open_client: Open, *pieces: bytes, method: str = "GET", **words: object) -> Exchange:
    server = serve(lambda _: pieces)
    return open_client(server.url, limits__timeout_seconds=2, **words).send(method, "/")


def test_every_cause_comes_with_advice() -> None:
    assert set(ADVICE) == set(Cause)


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]
)
def test_many_interim_responses_may_come_first(serve: Serve, open_client: Open, interim: bytes) -> None:
    assert one(serve, open_client, interim * MOST_INTERIM, answer(201)).status == 201


def test_interim_responses_without_end_are_not_waited_for(serve: Serve, open_client: Open) -> None:
    exchange = one(serve, open_client, b"HTTP/1.1 103 Early Hints\r\n\r\n" * (MOST_INTERIM + 1), answer(201))
    assert exchange.trouble == f"more than {MOST_INTERIM} interim responses came, and no final one"


def test_trailers_may_follow_a_chunked_body(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")
    client = open_client(server.url)
    exchanges = [client.send("GET", "/") for _ in range(3)]
    assert [(each.answer and each.answer.body, each.trouble) for each in exchanges] == [(b"{}", "")] * 3
    assert len(server.connections) == 1


@pytest.mark.parametrize("is_late", [False, True])
def test_a_second_response_is_named_and_never_taken_for_the_next(
    serve: Serve, open_client: Open, is_late: bool
) -> None:
    first_is_read = threading.Event()

    def script(heard: Heard) -> Iterable[bytes]:
        response = answer(200, heard.path.encode())
        yield response if is_late else response * 2
        if is_late and first_is_read.wait(5):
            yield response

    client, exchanges = open_client(serve(script).url), []
    for number in range(5):
        exchanges.append(client.send("GET", f"/{number}"))
        first_is_read.set()
    told = [each for each in exchanges if each.trouble]
    assert {each.cause for each in told} == {Cause.UNASKED}
    assert "that nobody asked for" in told[0].trouble
    assert "responses may be one step out of line" in told[0].trouble
    assert all(each.answer.body == each.request.path.encode() for each in exchanges if each.answer)
    assert bool(not told[0].sent) == is_late


def test_no_connection_is_used_again_after_bytes_that_nobody_asked_for(serve: Serve, open_client: Open) -> None:
    server = serve(lambda heard: answer() * (2 if heard.path == "/1" else 1))
    client = open_client(server.url)
    assert [client.send("GET", f"/{number}").status for number in range(4)] == [200, 0, 200, 200]
    assert len(server.connections) == 3


def test_no_connection_is_used_again_where_one_after_another_broke_under_it(serve: Serve, open_client: Open) -> None:
    answered: list[int] = []

    def script(_: Heard) -> Iterable[bytes]:
        connection = len(server.connections)
        yield CLOSE if connection in answered else answer()
        answered.append(connection)

    server = serve(script)
    client = open_client(server.url)
    assert [client.send("POST", "/").status for _ in range(7)] == [200] * 7  # what broke is sent again
    assert [each.number for each in client.journal if each.trouble] == [2, 4]
    assert len(server.connections) == 7


@pytest.mark.parametrize(
    ("method", "response"),
    [
        ("HEAD", answer(200, b"{}")),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n{}"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\n\r\n{}"),
        ("GET", answer(200, b"{} ")[:-1] + b" x"),
    ],
)
def test_a_body_where_none_belongs_is_named(serve: Serve, open_client: Open, method: str, response: bytes) -> None:
    exchange = one(serve, open_client, response, method=method)
    assert (exchange.answer, exchange.cause) == (None, Cause.UNASKED)


def test_a_408_on_an_idle_connection_is_no_response_and_only_ends_it(serve: Serve, open_client: Open) -> None:
    def script(_: Heard) -> Iterable[bytes]:
        yield answer()
        time.sleep(0.02)
        yield answer(408, b"")
        yield CLOSE

    server = serve(script)
    client = open_client(server.url)
    assert [client.send("GET", "/").status for _ in range(2)] == [200, 200]
    assert len(server.connections) == 2


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Content-Length and Transfer-Encoding"),
        (b"Content-Length: 2\r\nContent-Length: 3\r\n", "conflicting Content-Length"),
        (b"Content-Length: two\r\n", "bad Content-Length"),
        (b"Content-Length: -2\r\n", "bad Content-Length"),
        (b"Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding"),
        (b"Transfer-Encoding: gzip\r\n", "Transfer-Encoding"),
    ],
)
def test_an_end_that_cannot_be_known_is_named(serve: Serve, open_client: Open, headers: bytes, says: str) -> None:
    exchange = one(serve, open_client, OK + headers + b"\r\n2\r\n{}\r\n0\r\n\r\n", CLOSE)
    assert (exchange.answer, exchange.cause) == (None, Cause.FRAMING)
    assert says in exchange.trouble


def test_one_length_may_be_told_twice(serve: Serve, open_client: Open) -> None:
    assert one(serve, open_client, OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}").status == 200


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (OK + b"a: b\r\n" * 100_000, "headers of more than"),
        (OK + b"a: " + b"b" * 200_000, "headers of more than"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + b"a: b\r\n" * 100_000, "trailers of more than"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 200_000, "a chunk's size or trailers of more than"),
    ],
    ids=["many headers", "a long header", "trailers", "a chunk's extension"],
)
def test_too_much_beside_a_body_is_named(serve: Serve, open_client: Open, head: bytes, what: str) -> None:
    exchange = one(serve, open_client, head)
    assert (exchange.answer, exchange.cause) == (None, Cause.TOO_LONG)
    assert what in exchange.trouble


@pytest.mark.parametrize(
    ("pieces", "cause", "says"),
    [
        ([b"<html><body>Hello</body></html>", CLOSE], Cause.MALFORMED, "beginning with “<html>"),
        ([b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], Cause.MALFORMED, "beginning with “SSH-2.0"),
        ([b"\x15\x03\x01\x00\x02\x02\x16", CLOSE], Cause.TLS_ONLY, "the server answered in TLS"),
        ([b"HTTP/1.1 abc\r\n\r\n"], Cause.MALFORMED, "not HTTP"),
        ([CLOSE], Cause.RESET, "the connection ended without a response"),
        ([RESET], Cause.RESET, "the connection broke"),
        ([OK, CLOSE], Cause.RESET, "the connection ended within the headers"),
        ([answer(200, b"x" * 10)[:-5], CLOSE], Cause.RESET, "within the body of the response (200)"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", CLOSE], Cause.RESET, "within the body of the response"),
    ],
)
def test_what_is_no_whole_response_is_told_by_its_bytes(
    serve: Serve, open_client: Open, pieces: list[bytes], cause: Cause, says: str
) -> None:
    exchange = one(serve, open_client, *pieces)
    assert (exchange.answer, exchange.cause) == (None, cause)
    assert says in exchange.trouble


@pytest.mark.parametrize(("first", "says"), [(b"", "0 bytes received"), (OK + b"X: 1\r\n", "23 bytes received")])
def test_a_late_response_tells_how_much_came(serve: Serve, open_client: Open, first: bytes, says: str) -> None:
    def script(_: Heard) -> Iterable[bytes]:
        yield first
        time.sleep(0.5)

    exchange = open_client(serve(script).url, limits__timeout_seconds=0.2).send("GET", "/")
    assert exchange.trouble == f"no complete response within 0.2 s ({says})"


def test_a_server_may_refuse_a_body_before_it_came(serve: Serve, open_client: Open) -> None:
    client = open_client(serve(lambda _: answer()).url)
    assert client.send("POST", "/", body=b"x" * 3_000_000).status == 200


def test_http_in_the_place_of_tls_is_told(open_client: Open, stack: ExitStack) -> None:
    server = stack.enter_context(blurting(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(Unreachable, match=r"answers with HTTP/1\.1 400 Bad Request\..* Write http://") as told:
        open_client(f"https://{server.place}").preflight()
    assert "network.ca_file" not in str(told.value)


def test_tls_in_the_place_of_http_is_told(serve: Serve, open_client: Open, stack: ExitStack, tls_for: TlsFor) -> None:
    alert = stack.enter_context(blurting(b"\x15\x03\x01\x00\x02\x02\x46"))
    silent = serve(tls=tls_for("127.0.0.1"))
    for place in (alert.place, f"127.0.0.1:{silent.port}"):
        with pytest.raises(Unreachable, match=r"[Ww]rite https:// in BASE_URL, or in network.proxy for a proxy"):
            open_client(f"http://{place}").preflight()
