"""What stands between a client and an API, and what is told when there is no use in going on."""

import socket

import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.preflight import KeyRefused, NothingAllowed, NotThisApi, Unreachable
from fleet_contract.contract_tests.target.target_file import read_target

from .conftest import Open, Serve
from .servers import RESET, answer

PAGE = b"<!DOCTYPE html><html><body>Welcome</body></html>"


def exchange(status: int = 0, body: bytes = b"", trouble: str = "", **headers: str) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    said = Answer(status, pairs, body) if status else None
    return Exchange(1, "c", Request("GET", "/", Caller.OWNER), 0, 1, said, trouble)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (exchange(407), "a proxy on the way asked for a login (407)"),
        (exchange(429), "the server asked for fewer requests (429)"),
        (exchange(502), "a gateway reached no server behind it (502)"),
        (exchange(503, b"{}", Content_Type="application/json"), "the service was unavailable (503)"),
        (exchange(504), "a gateway waited in vain for the server behind it (504)"),
        (exchange(trouble="the connection broke"), "the connection broke"),
    ],
)
def test_what_came_between_is_told(seen: Exchange, told: str) -> None:
    assert disturbance(seen).startswith(told)


@pytest.mark.parametrize(
    "seen",
    [
        exchange(200, b"{}"),
        exchange(404, PAGE, Content_Type="text/html"),
        exchange(500, b"oops"),
        exchange(500, PAGE),
        exchange(200, b"{}", Via="1.1 cdn"),
        exchange(302, b""),
        exchange(401, b""),
    ],
)
def test_the_apis_own_answers_are_its_own(seen: Exchange) -> None:
    assert disturbance(seen) == ""


@pytest.mark.parametrize(
    "said",
    [answer(), answer(500), answer(404), answer(400), answer(500, PAGE, Content_Type="text/html"), answer(200, b"[")],
)
def test_an_answer_that_can_be_judged_goes_on(serve: Serve, open_client: Open, said: bytes) -> None:
    server = serve(lambda asked: said if "charging-keys" in asked.path else answer(404, b'{"title": "no operation"}'))
    seen = open_client(server.url).preflight()
    assert (server.heard[0].method, server.heard[0].path) == ("GET", "/emp/v1/charging-keys?page_size=10")
    assert (seen.check, seen.request.caller, seen.status > 0) == ("preflight", Caller.OWNER, True)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told(serve: Serve, open_client: Open, status: int) -> None:
    server = serve(lambda asked: answer(status if "charging-keys" in asked.path else 404))
    with pytest.raises(KeyRefused) as told:
        open_client(server.url).preflight()
    assert f"with the api_key returned {status}. Expected the charging keys" in str(told.value)
    assert "Set FLEET_API_KEY, or api_key in the target file" in str(told.value)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"max_requests": 0}, r"The limit of 0 requests was reached before the first check\. Raise "),
        ({"max_requests": 1}, r"The limit of 1 request was reached before the first check\. Raise "),
        ({"max_seconds": 1e-6}, r"The limit of 1e-06 seconds was reached.* before the first check\. Raise "),
    ],
)
def test_a_limit_below_the_first_look_is_told(
    serve: Serve, open_client: Open, limits: dict[str, float], told: str
) -> None:
    client = open_client(serve(lambda _: answer(401)).url, **{f"limits__{name}": most for name, most in limits.items()})
    with pytest.raises(NothingAllowed, match=rf"^{told}[^,]*\.$"):
        client.preflight()


def test_a_missing_key_is_told(serve: Serve) -> None:
    server = serve(lambda _: answer(401))
    told = pytest.raises(KeyRefused, match=r"No API key was given: .* returned 401")
    with Client(read_target(None, {"base_url": server.url}, {}), mark="m") as client, told:
        client.preflight()
    assert server.heard[0].header("x-api-key") is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            answer(200, PAGE, Content_Type="text/html"),
            "returned 200 with an HTML page “Welcome”, as does any unknown path.",
        ),
        (answer(404, PAGE, Content_Type="text/html"), "returned 404 with an HTML page"),
        (answer(400, PAGE, Content_Type="text/html"), "returned 400 with an HTML page"),
        (
            answer(302, Location="https://login.example/\x1b[2J?next=1"),
            r"with a redirect to https://login.example/\x1b[2J. No redirect is followed",
        ),
    ],
)
def test_another_server_is_told(serve: Serve, open_client: Open, said: bytes, expected: str) -> None:
    with pytest.raises(NotThisApi) as told:
        open_client(serve(lambda _: said).url).preflight()
    assert expected in str(told.value)


def test_an_api_that_refuses_a_query_with_a_page_is_judged(serve: Serve, open_client: Open) -> None:
    page = answer(400, PAGE, Content_Type="text/html")
    server = serve(
        lambda asked: page if "?" in asked.path else answer(200, b'{"keys": [{"keyIdentifier": "04AB00000000C1"}]}')
    )
    assert open_client(server.url).preflight().succeeded
    assert len(server.heard) == 2


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            answer(502, PAGE, Content_Type="text/html"),
            "a gateway reached no server behind it (502), with an HTML page “Welcome”. Expected a response from "
            "the API. Check what stands between",
        ),
        (RESET, "the connection broke: "),
        (b"220 mail.example ESMTP\r\n\r\n", "what came back is not HTTP"),
    ],
)
def test_a_disturbance_is_told(serve: Serve, open_client: Open, said: bytes, expected: str) -> None:
    with pytest.raises(Unreachable) as told:
        open_client(serve(lambda _: [said]).url).preflight()
    assert expected in str(told.value)
    assert str(told.value).endswith("and try again.")


def test_nobody_who_listens_is_told(open_client: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable) as told:
        open_client(f"http://127.0.0.1:{port}").preflight()
    assert f"GET http://127.0.0.1:{port}/emp/v1/charging-keys?page_size=10: the connection failed" in str(told.value)
    assert "failed: Connection refused. Expected a response from the API. " in str(told.value)
    assert "Start the server, or correct host and port in BASE_URL" in str(told.value)


def test_an_unknown_name_is_told(open_client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nobody)  # A real search may take ten seconds.
    with pytest.raises(Unreachable, match=r"the host's name is unknown.*Correct the host in BASE_URL"):
        open_client("http://no-such-host.invalid").preflight()


def test_a_server_that_hangs_is_told(open_client: Open) -> None:
    told = pytest.raises(
        Unreachable, match=r"no complete response within 0\.2 s \(0 bytes received\).*raise limits\.timeout_seconds"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent, told:
        open_client(f"http://127.0.0.1:{silent.getsockname()[1]}", limits__timeout_seconds=0.2).preflight()


def test_tls_and_plain_text_confused_are_told(serve: Serve, open_client: Open) -> None:
    plain = serve()
    with pytest.raises(Unreachable, match="TLS failed"):
        open_client(plain.url.replace("http", "https")).preflight()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            answer(401, b'{"error":"x"}', WWW_Authenticate='Bearer realm="keys, all"'),
            "401, which asks for Bearer and not",
        ),
        (
            answer(401, b"", WWW_Authenticate="Basic realm=x, Negotiate"),
            "401, which asks for Basic or Negotiate and not",
        ),
        (answer(403, PAGE, Content_Type="text/html"), "403 with an HTML page “Welcome” where JSON was expected"),
        (
            answer(403, b"<html><title>\x1b[2JJust &amp; a\nmoment</title>", Content_Type="text/html"),
            r"403 with an HTML page “\x1b[2JJust & a moment”",
        ),
        (
            answer(403, PAGE, Content_Type="text/html", cf_mitigated="challenge"),
            "in front of the API answered 403 in its place (cf-mitigated: challenge), with an HTML page “Welcome”",
        ),
        (answer(202, b"", x_amzn_waf_action="challenge"), "in its place (x-amzn-waf-action: challenge)"),
    ],
)
def test_a_gateway_or_a_challenge_is_not_explained_as_a_wrong_key(
    serve: Serve, open_client: Open, said: bytes, told: str
) -> None:
    with pytest.raises(Unreachable) as raised:
        open_client(serve(lambda _: said).url).preflight()
    message = str(raised.value)
    assert told in message
    assert "let this machine's address through" in message
    assert "put the credentials it asks for into network.headers" in message
    assert "api_key" not in message
    assert "\x1b" not in message


@pytest.mark.parametrize("asks", ["ApiKey", 'APIKEY realm="x"', 'Custom name="X-API-Key"', 'Bearer, ApiKey realm="x"'])
def test_an_api_that_asks_for_its_key_refuses_the_key(serve: Serve, open_client: Open, asks: str) -> None:
    with pytest.raises(KeyRefused):
        open_client(serve(lambda _: answer(401, WWW_Authenticate=asks)).url).preflight()
