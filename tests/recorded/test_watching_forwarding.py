"""What passes a watch: everything, as it was; and what it says where the server does not."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from fleet_contract.contract_tests.watching.forwarding import Forwarder, Passed
from fleet_contract.contract_tests.watching.serving import listening
from fleet_contract.spec.files import Contradiction
from tests.client.servers import CLOSE, RESET, Heard, answer, blurting, serving

from .watched import KEY, Watch, received, request, watched

CODES = "/emp/v1/fleets/a%2Fb/invitation?x=%20"


def connected(watch: Watch) -> socket.socket:
    return socket.create_connection(("127.0.0.1", watch.port), timeout=20)


def test_a_request_and_its_response_pass_as_they_are() -> None:
    body = b'{ "fleetId":"a",\t"\xc3\xa9":1}'
    said = answer(207, b"\x00\xff odd", X_Odd="  kept as it is", ETag='W/"1"')
    with serving(lambda _: said) as server, watched(f"{server.url}/base") as watch:
        came = watch.talk(request("PATCH", CODES, body, X_Mixed_Case="Yes", Cookie="a=b"))
    (heard,) = server.heard
    assert (heard.method, heard.path, heard.body) == ("PATCH", f"/base{CODES}", body)
    assert came.startswith(b"HTTP/1.1 207 Reason\r\n")
    assert came.endswith(b"\r\n\r\n\x00\xff odd")
    assert b'X-Odd: kept as it is\r\nETag: W/"1"\r\n' in came
    names = [name for name, _ in heard.headers]
    assert names == ["Host", "X-API-Key", "Content-Length", "X-Mixed-Case", "Cookie", "Via"]
    assert (heard.header("host"), heard.header("x-api-key")) == (f"127.0.0.1:{server.port}", KEY)


def test_what_is_of_one_connection_ends_there() -> None:
    said = answer(Connection="X-Theirs", X_Theirs="1", Keep_Alive="9", Proxy_Connection="x")
    with serving(lambda _: said) as server, watched(server.url) as watch:
        mine = request("GET", CODES, Connection="close, X-Mine", X_Mine="1", Keep_Alive="5", TE="x", Upgrade="h2c")
        came = watch.talk(mine)
    assert {name.lower() for name, _ in server.heard[0].headers} == {"host", "x-api-key", "via"}
    for name in (b"x-theirs", b"keep-alive", b"proxy-connection"):
        assert name not in came.lower()


def test_one_connection_carries_many_requests_of_either_side() -> None:
    with serving(lambda heard: answer(body=heard.path.encode())) as server, watched(server.url) as watch:
        came = watch.talk(*(request("GET", f"/path-{number}") for number in range(5)))
    assert [came.count(f"/path-{number}".encode()) for number in range(5)] == [1] * 5
    assert len(server.connections) == 1


def test_a_body_in_chunks_stays_in_chunks() -> None:
    chunks = b"5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(lambda _: head + b"3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n") as server, watched(server.url) as watch:
        came = watch.talk(request("POST", "/", Transfer_Encoding="chunked") + chunks)
    assert server.heard[0].body == b"hello!"
    assert server.heard[0].header("transfer-encoding") == "chunked"
    assert came.endswith(b"3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")


def test_an_old_client_gets_no_chunks_and_no_interim_response() -> None:
    early = b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
    said = early + b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    with serving(lambda _: said) as server, watched(server.url) as watch:
        came = watch.talk(request("GET", "/").replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert came.endswith(b"\r\n\r\nabc")
    assert came.startswith(b"HTTP/1.1 200")


def test_interim_responses_pass() -> None:
    said = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(body=b"1")
    with serving(lambda _: said) as server, watched(server.url) as watch:
        came = watch.talk(request("GET", "/"))
    assert came.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200")


def test_head_and_no_content_have_no_body() -> None:
    said = {"HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "GET": b"HTTP/1.1 204 No Content\r\n\r\n"}
    with serving(lambda heard: said[heard.method]) as server, watched(server.url) as watch:
        came = watch.talk(request("HEAD", "/"), request("GET", "/"))
    assert b"Content-Length: 500\r\n\r\nHTTP/1.1 204" in came


def test_a_client_that_waits_is_told_to_go_on() -> None:
    asked = threading.Event()

    def script(heard: Heard) -> Iterator[bytes]:
        asked.set()
        yield answer(body=str(len(heard.body)).encode())

    with serving(script) as server, watched(server.url) as watch:
        head = request("POST", "/", Content_Length="4", Expect="100-continue")
        with connected(watch) as client:
            client.sendall(head)
            assert not asked.wait(0.3), "the server never saw a body"
            client.sendall(b"body")
            client.shutdown(socket.SHUT_WR)
            assert received(client).endswith(b"\r\n\r\n4")
    assert server.heard[0].header("expect") == "100-continue"


def test_a_response_streams_while_it_comes() -> None:
    go_on = threading.Event()

    def script(_: Heard) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc"
        assert go_on.wait(10)
        yield b"def"

    with serving(script) as server, watched(server.url) as watch, connected(watch) as client:
        client.sendall(request("GET", "/"))
        said = b""
        while not said.endswith(b"abc"):
            said += client.recv(100)
        go_on.set()
        assert client.recv(100) == b"def"


@pytest.mark.parametrize(
    "said",
    [
        answer(body=b"abc"),
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        [b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"a", b"bc"],
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", CLOSE],
    ],
)
def test_a_response_is_noted_before_the_client_has_its_end(said: bytes | list[bytes]) -> None:
    noting, noted = threading.Event(), threading.Event()

    def note(_: Passed) -> None:
        noting.set()
        assert noted.wait(20)

    def read(watch: Watch) -> None:
        client = http.client.HTTPConnection("127.0.0.1", watch.port, timeout=20)
        client.request("GET", "/")
        came.append(client.getresponse().read())
        client.close()

    came: list[bytes] = []
    with serving(lambda _: said) as server, watched(server.url, note=note) as watch:
        client = threading.Thread(target=read, args=(watch,))
        client.start()
        assert noting.wait(20)
        client.join(0.2)
        assert not came
        noted.set()
        client.join(20)
    assert came in ([b"abc"], [b""])


def test_what_is_broken_within_one_packet_passes_until_there() -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nno chunk\r\n"
    with serving(lambda _: [said, CLOSE]) as server, watched(server.url) as watch:
        came = watch.talk(request("GET", "/emp/v1/charging-keys"))
        (exchange,) = watch.observer.conclude().history.exchanges
    assert came.endswith(b"\r\n\r\n3\r\nabc\r\n")
    assert exchange.answer is not None
    assert not exchange.answer.whole


def test_large_bodies_pass_whole_and_are_judged_by_their_status() -> None:
    large = b"[" + b"1," * 500_000 + b"1]"
    with serving(lambda _: answer(body=large)) as server, watched(server.url, max_answer_bytes=1000) as watch:
        came = watch.talk(request("GET", "/emp/v1/charging-keys"), request("POST", "/emp/v1/fleets", large))
        judgement = watch.observer.conclude()
    assert came.count(large) == 2
    assert server.heard[1].body == large
    (exchange,) = judgement.history.exchanges
    assert exchange.answer is not None
    assert (exchange.answer.whole, exchange.answer.body) == (False, b"")
    assert watch.observer.notes == ["1 of 2 requests, whose body was not recorded as sent"]


# --- what is asked for ---------------------------------------------------------------------------

READ = "/emp/v1/fleets/abc/invitation"


@pytest.mark.parametrize(
    ("method", "target", "passes"),
    [
        ("GET", f"http://127.0.0.1:8099{READ}?a=b://c", f"/drive{READ}?a=b://c"),
        ("GET", f"HTTPS://user:pass@x.example{READ}", f"/drive{READ}"),
        ("GET", "http://127.0.0.1?x=/y", "/drive/?x=/y"),
        ("GET", "http://127.0.0.1", "/drive/"),
        ("GET", "//a/b?c=http://d/e", "/drive//a/b?c=http://d/e"),
        ("OPTIONS", "*", "*"),
        ("OPTIONS", "http://127.0.0.1", "*"),
        ("GET", "*", None),
        ("GET", "@evil/y", None),
        ("GET", "a?next=http://z/q", None),
        ("GET", "http:///y", None),
        ("GET", "ftp://a/y", None),
    ],
)
def test_whatever_names_what_is_asked_for_it_goes_on_as_a_path(method: str, target: str, passes: str | None) -> None:
    with serving(lambda _: answer()) as server, watched(f"{server.url}/drive") as watch:
        came = watch.talk(request(method, target))
        judged = [each.request.path for each in watch.observer.conclude().history.exchanges]
    assert [heard.path for heard in server.heard] == ([passes] if passes else [])
    assert came.startswith(b"HTTP/1.1 200 " if passes else b"HTTP/1.1 400 ")
    assert judged == ([passes.removeprefix("/drive")] if passes and READ in passes else [])


@pytest.mark.parametrize(("said", "passes"), [("9" * 5000, "999999"), ("0" * 5000 + "2", "1"), ("3", "2"), ("x", "x")])
def test_how_far_a_request_may_go_is_bounded(said: str, passes: str) -> None:
    with serving(lambda _: answer()) as server, watched(server.url) as watch:
        watch.talk(request("OPTIONS", READ, Max_Forwards=said))
    assert server.heard[0].header("max-forwards") == passes


@pytest.mark.parametrize("said", ["0", "0" * 5000])
def test_a_request_that_may_go_no_further_is_answered_here(said: str) -> None:
    with serving(lambda _: answer()) as server, watched(server.url) as watch:
        assert watch.talk(request("OPTIONS", READ, Max_Forwards=said)).startswith(b"HTTP/1.1 200 ")
    assert server.heard == []


# --- where something goes wrong ------------------------------------------------------------------

EARLY = b"HTTP/1.1 413 Reason\r\nContent-Length: 2\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n{}"

WAITS = {"Expect": "100-continue"}


@pytest.mark.parametrize(
    ("expects", "piece"), [({}, b'{"fleetId":'), (WAITS, b'{"fleetId":'), (WAITS, b"")], ids=["sends", "waits", "stops"]
)
def test_a_request_that_was_refused_before_its_end_is_not_judged(expects: dict[str, str], piece: bytes) -> None:
    with blurting(EARLY) as server, watched(f"http://{server.place}") as watch:
        head = request("POST", "/emp/v1/fleets", b"", Content_Length="100", **expects)
        with connected(watch) as client:
            client.sendall(head)
            time.sleep(0.1)
            client.sendall(piece)
            assert client.recv(100).startswith(b"HTTP/1.1 413 ")
        judgement = watch.observer.conclude()
    assert judgement.findings == []
    assert watch.observer.notes == ["1 of 1 requests, whose body was not recorded as sent"]


def test_a_mistake_of_its_own_is_a_502_and_ends_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise KeyError("unforeseen")

    with serving(lambda _: answer()) as server, watched(server.url) as watch:
        with monkeypatch.context() as patched:
            patched.setattr(Forwarder, "forward", fails)
            came = watch.talk(request("GET", READ))
        assert watch.talk(request("GET", READ)).startswith(b"HTTP/1.1 200 ")
    assert came.startswith(b"HTTP/1.1 502 ")
    assert b"fleet-contract watch: it failed by a mistake of its own: KeyError: 'unforeseen'" in came
    assert capfd.readouterr().err == ""


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_server_that_is_down_is_a_502_of_the_proxy() -> None:
    with watched(f"http://127.0.0.1:{closed_port()}") as watch:
        came = watch.talk(request("GET", "/emp/v1/charging-keys"))
        judgement = watch.observer.conclude()
    assert came.startswith(b"HTTP/1.1 502 ")
    assert b"fleet-contract watch: the server could not be reached" in came
    assert judgement.history.exchanges == []


@pytest.mark.parametrize("said", [CLOSE, RESET, b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_no_response_is_a_502_and_not_judged(said: bytes) -> None:
    with serving(lambda _: [said, CLOSE]) as server, watched(server.url) as watch:
        came = watch.talk(request("GET", "/emp/v1/charging-keys"))
        judgement = watch.observer.conclude()
    assert came.startswith(b"HTTP/1.1 502 ")
    assert [each for each in judgement.findings if not each.kept] == []


def test_a_server_that_hangs_is_a_504() -> None:
    gone = threading.Event()
    hangs = serving(lambda _: answer() if gone.wait(5) else b"")
    with hangs as server, watched(server.url, timeout_seconds=0.5) as watch:
        came = watch.talk(request("GET", "/emp/v1/charging-keys"))
        gone.set()
    assert came.startswith(b"HTTP/1.1 504 ")


def test_a_response_that_breaks_off_breaks_off_for_the_client() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with serving(lambda _: [cut, CLOSE]) as server, watched(server.url) as watch:
        came = watch.talk(request("GET", "/emp/v1/charging-keys"))
        judgement = watch.observer.conclude()
    assert came.endswith(b"\r\n\r\n{")
    assert [each for each in judgement.findings if not each.kept] == []


def test_a_client_that_goes_away_harms_nobody_else() -> None:
    large = b"x" * 10_000_000
    script = serving(lambda heard: answer(body=large if heard.path == "/large" else b"1"))
    with script as server, watched(server.url) as watch:
        with connected(watch) as client:
            client.sendall(request("GET", "/large"))
            client.recv(10)
        with connected(watch) as client:
            client.sendall(request("POST", "/half", Content_Length="100") + b"only a part")
        assert watch.talk(request("GET", "/")).endswith(b"\r\n\r\n1")


def test_what_is_no_http_is_refused() -> None:
    with serving(lambda _: answer()) as server, watched(server.url) as watch:
        assert watch.talk(b"\x16\x03\x01\x02\x00" * 10).startswith(b"HTTP/1.1 400 ")
        assert watch.talk(request("CONNECT", "x.example:443")).startswith(b"HTTP/1.1 501 ")
    assert server.heard == []


def test_connections_are_served_side_by_side() -> None:
    together = threading.Barrier(8, timeout=10)

    def script(_: Heard) -> bytes:
        together.wait()
        return answer(body=b"1")

    said: list[bytes] = []

    def ask(watch: Watch) -> None:
        said.append(watch.talk(request("GET", "/")))

    with serving(script) as server, watched(server.url) as watch:
        threads = [threading.Thread(target=ask, args=(watch,)) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert [each[-1:] for each in said] == [b"1"] * 8


def test_a_connection_that_the_server_closed_when_idle_is_not_used_again() -> None:
    said = answer(Connection="close")
    with serving(lambda _: [said, CLOSE]) as server, watched(server.url) as watch:
        client = http.client.HTTPConnection("127.0.0.1", watch.port, timeout=20)
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == b"{}"
            time.sleep(0.05)
        client.close()
    assert len(server.heard) == 3


def test_it_listens_on_this_machine_alone() -> None:
    with pytest.raises(Contradiction, match="this machine"):
        listening("192.0.2.1", 0)
    with listening("127.0.0.1", 0) as taken, pytest.raises(Contradiction, match="Choose another --port"):
        listening("127.0.0.1", taken.getsockname()[1])
