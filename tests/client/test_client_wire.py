"""What goes over the wire, and what of it is kept."""

import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import chain

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.outgoing import NoOtherKey
from fleet_contract.contract_tests.network.transport_errors import Unsendable

from .conftest import Open, Serve, target
from .servers import RESET, Heard, answer

OWNER, OTHER = "owners-key-0123456789", "others-key-0123456789"


@pytest.mark.parametrize(
    "path",
    [
        "/emp/v1/fleets/%2E%2E/rename",
        "/emp/v1/fleets/../x/./y//z",
        "/emp/v1/fleets/a%2Fb%2fc/invitation",
        "/emp/v1/fleets/100%25%41%c3%A9",
        "/emp/v1/fleets/a;b=c,d'e(f)!*~$&+@:|\"<>{}[]^`\\",
        "/emp/v1/charging-keys?fleetId=a%20b+c&fleetId=&&page_size=%31%30?#",
        "/",
    ],
)
def test_a_path_goes_out_byte_for_byte(serve: Serve, open_client: Open, path: str) -> None:
    server = serve()
    exchange = open_client(f"{server.url}/drive").send("GET", path)
    assert (server.heard[0].path, exchange.request.path) == (f"/drive{path}", path)


def test_a_request_carries_its_key_and_the_mark_once(serve: Serve, open_client: Open) -> None:
    server = serve()
    open_client(server.url).send("PUT", "/emp/v1/x", body="ß".encode(), headers=[("Content-Type", "text/plain")])
    heard = server.heard[0]
    assert (heard.method, heard.body) == ("PUT", "ß".encode())
    assert heard.all("x-api-key") == [OWNER]
    assert heard.all("host") == [server.url.removeprefix("http://")]
    assert [value.partition("/")[0] for value in heard.all("user-agent")] == ["fleet-contract"]
    assert [name for name, value in heard.headers if "m4rk" in value] == ["X-Fleet-Contract"]


@pytest.mark.parametrize(
    ("caller", "keys"),
    [
        (Caller.OWNER, [OWNER]),
        (Caller.OTHER, [OTHER]),
        (Caller.NOBODY, []),
        (Caller.STRANGER, ["nobody-was-given-this"]),
    ],
)
def test_a_caller_sends_its_own_key(serve: Serve, open_client: Open, caller: Caller, keys: list[str]) -> None:
    server = serve()
    exchange = open_client(server.url).send("GET", "/", caller=caller)
    assert server.heard[0].all("x-api-key") == keys
    assert (exchange.request.caller, exchange.request.headers) == (caller, ())


def test_the_name_of_the_key_header_and_the_defaults_can_be_chosen(serve: Serve, open_client: Open) -> None:
    server = serve()
    client = open_client(server.url, network__headers={"X-Team": "charging", "Accept": "text/html"})
    client.send("GET", "/", header_name="x-aPI-key", headers=[("ACCEPT", "application/json"), ("X-Empty", "")])
    names = [name for name, _ in server.heard[0].headers]
    assert "x-aPI-key" in names
    assert "X-API-Key" not in names
    assert server.heard[0].all("accept") == ["application/json"]
    assert server.heard[0].header("x-team") == "charging"
    assert server.heard[0].header("x-empty") == ""


def test_a_chunked_body_has_no_length(serve: Serve, open_client: Open) -> None:
    server = serve()
    open_client(server.url).send("POST", "/", body=b"abc", headers=[("Transfer-Encoding", "chunked")])
    assert (server.heard[0].body, server.heard[0].header("content-length")) == (b"abc", None)


def test_a_post_without_a_body_says_so(serve: Serve, open_client: Open) -> None:
    server = serve()
    open_client(server.url).send("POST", "/")
    assert server.heard[0].header("content-length") == "0"


def test_cookies_are_not_kept_and_redirects_not_followed(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: answer(302, Location="/elsewhere", Set_Cookie="session=1"))
    client = open_client(server.url)
    exchanges = [client.send("GET", "/a"), client.send("GET", "/b")]
    assert [heard.path for heard in server.heard] == ["/a", "/b"]
    assert [exchange.status for exchange in exchanges] == [302, 302]
    assert server.heard[1].header("cookie") is None


def test_the_other_organization_needs_a_key(serve: Serve) -> None:
    server = serve()
    with Client(target(server.url), mark="m") as client:
        object.__setattr__(client.target, "other_api_key", None)
        with pytest.raises(NoOtherKey, match="Add it to the target file"):
            client.send("GET", "/", caller=Caller.OTHER)
    assert server.heard == []


@pytest.mark.parametrize(
    ("method", "path", "header"),
    [
        ("GE T", "/", ("a", "b")),
        ("GET", "no-slash", ("a", "b")),
        ("GET", "/é", ("a", "b")),
        ("GET", "/ ", ("a", "b")),
        ("GET", "/", ("a b", "c")),
        ("GET", "/", ("a", "b\r\nc: d")),
    ],
)
def test_what_http_cannot_write_is_refused(
    serve: Serve, open_client: Open, method: str, path: str, header: tuple[str, str]
) -> None:
    server = serve()
    with pytest.raises(Unsendable, match="HTTP has no way to write"):
        open_client(server.url).send(method, path, headers=[header])
    assert server.heard == []


def test_an_answer_is_kept_as_it_came(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: answer(418, b"\xff\x00", X_Odd="caf\xe9"))
    exchange = open_client(server.url).send("GET", "/", check="c")
    assert exchange.answer is not None
    assert (exchange.status, exchange.answer.body, exchange.answer.header("x-odd")) == (418, b"\xff\x00", "caf\xe9")
    assert (exchange.number, exchange.check, exchange.trouble) == (1, "c", "")
    assert exchange.started <= exchange.ended


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_an_answer_is_unpacked(serve: Serve, open_client: Open, name: str, pack: Callable[[bytes], bytes]) -> None:
    server = serve(lambda _: answer(200, pack(b'{"a": 1}'), Content_Encoding=name))
    exchange = open_client(server.url).send("GET", "/")
    assert exchange.answer is not None
    assert exchange.answer.json == {"a": 1}


def test_a_gzip_bomb_is_named_and_never_unpacked(serve: Serve, open_client: Open) -> None:
    bomb = gzip.compress(bytes(200_000_000), 1)
    server = serve(lambda _: answer(200, bomb, Content_Encoding="gzip"))
    exchange = open_client(server.url, limits__max_answer_bytes=50_000).send("GET", "/")
    assert exchange.trouble == "the response (200) is larger than limits.max_answer_bytes, which is 50,000"
    assert exchange.answer is None


def test_a_response_may_be_as_large_as_the_limit_and_no_larger(serve: Serve, open_client: Open) -> None:
    lengths = iter((1000, 1001, 1000))
    server = serve(lambda _: answer(200, b"x" * next(lengths)))
    client = open_client(server.url, limits__max_answer_bytes=1000)
    exchanges = [client.send("GET", "/") for _ in range(3)]
    assert [exchange.status for exchange in exchanges] == [200, 0, 200]
    assert "larger than limits.max_answer_bytes, which is 1,000" in exchanges[1].trouble


def drip(whole: bytes, left: list[int]) -> Iterator[bytes]:
    """Yield byte after byte, and note how many are left."""
    for number, byte in enumerate(whole, 1):
        yield bytes([byte])
        left[:] = [len(whole) - number]
        time.sleep(0.05)


@pytest.mark.parametrize("skip", [0, 80])
def test_an_answer_that_drips_is_cut_by_the_time_in_all(serve: Serve, open_client: Open, skip: int) -> None:
    whole, left = answer(200, b"x" * 500), list[int]()
    server = serve(lambda _: chain([whole[:skip]], drip(whole[skip:], left)))
    client = open_client(server.url, limits__timeout_seconds=0.4)
    exchange = client.send("GET", "/")
    assert "no complete response within 0.4 s" in exchange.trouble
    assert (exchange.answer, exchange.cause) == (None, "timeout")
    assert left[0] > 0, "the server was still at it"


@pytest.mark.parametrize("said", [RESET, b""], ids=["reset", "nothing"])
def test_a_broken_connection_is_trouble_and_no_exception(serve: Serve, open_client: Open, said: bytes) -> None:
    server = serve(lambda _: [said, RESET])
    exchange = open_client(server.url).send("GET", "/")
    assert (exchange.status, exchange.cause) == (0, "reset")
    assert "connection" in exchange.trouble


def test_half_an_answer_is_trouble(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: [answer(200, b"x" * 10)[:-5], RESET])
    exchange = open_client(server.url).send("GET", "/")
    assert (exchange.answer, exchange.cause) == (None, "reset")


def test_what_is_not_http_is_trouble(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    exchange = open_client(server.url).send("GET", "/")
    assert (exchange.cause, "not HTTP" in exchange.trouble) == ("malformed", True)


def test_the_journal_is_in_order_of_start_under_threads(serve: Serve, open_client: Open) -> None:
    told: list[int] = []

    def script(heard: Heard) -> bytes:
        time.sleep(0.02 if heard.path.endswith("0") else 0)
        return answer()

    client = open_client(serve(script).url, on_exchange=[lambda exchange: told.append(exchange.number)])
    threads = [threading.Thread(target=client.send, args=("GET", f"/{number}")) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [exchange.number for exchange in client.journal] == list(range(1, 41))
    assert sorted(told) == list(range(1, 41))
    starts = [exchange.started for exchange in client.journal]
    assert starts == sorted(starts)
    assert client.footprint.requests == 40


def test_nothing_is_left_running(serve: Serve) -> None:
    server = serve()
    before = set(threading.enumerate())
    with Client(target(server.url), mark="m") as client:
        client.send("GET", "/")
        client.reconnect()
        client.send("GET", "/", headers=[("Connection", "close")])
        client.send("GET", "/")
    assert len(server.connections) == 3
    deadline = time.monotonic() + 2
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)  # The server's own threads end when they see the connections close.
    assert set(threading.enumerate()) - before == set()
