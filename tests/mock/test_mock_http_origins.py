"""Pages in a browser: which origins may use the mock, and what their preflights are answered."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from fleet_contract.mock_server import command
from fleet_contract.mock_server.origins import ANY, read_origin
from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.files import Contradiction

from .raw import KEY, Response, exchange, request

FLEETS = "/emp/v1/fleets"
NAMED = ("https://app.example", "capacitor://localhost", "http://[fd00::1]:3000")
OF_THIS_MACHINE = (
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:8443",
    "http://127.0.0.1:5173",
    "http://127.0.0.53",
    "http://[::1]:8080",
    "http://app.localhost:3000",
    "http://a.b-c.localhost",
)
FOREIGN = (
    "https://evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://evil-app.example",
    "http://localhost.evil.example",
    "http://evillocalhost",
    "http://127.0.0.1.evil.example",
    "http://localhost:3000.evil.example",
    "http://localhost:3000@evil.example",
    "http://localhost:3000, https://evil.example",
    "http://localhost/",
    "ftp://localhost",
    "localhost",
    "null",
    "*",
    "",
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    made = parts()
    made.origins = frozenset(map(read_origin, NAMED))
    with serving(made) as served:
        yield served


def preflight(url: str, origin: str, *headers: str, path: str = FLEETS, method: str = "POST") -> Response:
    asks = ["Access-Control-Request-Headers: content-type,x-api-key", f"Access-Control-Request-Method: {method}"]
    return exchange(url, request(f"OPTIONS {path}", f"Origin: {origin}", *asks, *headers))


@pytest.mark.parametrize("origin", [*OF_THIS_MACHINE, *NAMED])
def test_a_preflight_of_an_allowed_origin_is_answered_without_a_key(url: str, origin: str) -> None:
    response = preflight(url, origin)
    assert (response.status, response.rest) == (204, b"")
    assert response.headers["access-control-allow-origin"] == origin
    assert "POST" in response.headers["access-control-allow-methods"].split(", ")
    assert response.headers["access-control-allow-headers"] == "content-type,x-api-key"
    assert int(response.headers["access-control-max-age"]) > 0
    assert "Origin" in response.headers["vary"].split(", ")


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_origin_is_told_that_it_may(url: str, origin: str) -> None:
    refused = preflight(url, origin)
    read = exchange(url, request("GET /emp/v1/charging-keys", KEY, f"Origin: {origin}"))
    assert (refused.status, read.status) == (403, 200)
    for response in (refused, read):
        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert "Origin" in response.headers["vary"].split(", ")


def test_a_preflight_is_answered_on_any_path_and_for_any_method_so_that_the_page_sees_the_error(url: str) -> None:
    response = preflight(url, "http://localhost:3000", path="/nowhere", method="DELETE")
    assert response.status == 204
    assert "DELETE" in response.headers["access-control-allow-methods"].split(", ")


def test_a_page_of_a_public_origin_may_reach_into_the_private_network_where_it_is_named(url: str) -> None:
    asks = "Access-Control-Request-Private-Network: true"
    assert preflight(url, NAMED[0], asks).headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-private-network" not in preflight(url, NAMED[0]).headers
    assert "access-control-allow-private-network" not in preflight(url, FOREIGN[0], asks).headers


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/emp/v1/charging-keys", (KEY,), 200),
        ("/emp/v1/charging-keys", (), 401),
        ("/emp/v1/charging-keys", (KEY, "Content-Length: 2", "Transfer-Encoding: chunked"), 400),
        ("/nowhere", (KEY,), 404),
        ("/openapi.json", (), 200),
    ],
)
def test_a_page_reads_every_response_and_its_telling_headers(
    url: str, path: str, headers: tuple[str, ...], status: int
) -> None:
    response = exchange(url, request(f"GET {path}", "Origin: http://localhost:3000", *headers))
    assert response.status == status
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert {"Mock-Hint", "Retry-After", "Location", "Allow"} <= set(exposed)


def test_a_preflight_is_never_refused_for_its_pace() -> None:
    with serving(parts({"rate.limit": "retry-after"})) as url:
        assert {preflight(url, "http://localhost").status for _ in range(100)} == {204}


def test_any_origin_may_be_let_in() -> None:
    made = parts()
    made.origins = frozenset({ANY})
    with serving(made) as url:
        for origin in ("https://evil.example", "null"):
            assert preflight(url, origin).headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://App.Example/", "https://app.example"),
        ("https://app.example:443", "https://app.example"),
        ("http://app.example:80", "http://app.example"),
        ("https://app.example:80", "https://app.example:80"),
        ("http://app.example:8000", "http://app.example:8000"),
        ("null", "null"),
        ("*", "*"),
    ],
)
def test_an_origin_is_read_as_browsers_send_it(text: str, origin: str) -> None:
    assert read_origin(text) == origin


@pytest.mark.parametrize(
    "text", ["app.example", "https://app.example/path", "https://*.example", "https://", "", "https://a b", "//x"]
)
def test_what_is_no_origin_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Contradiction, match=r"is not an origin.*such as https://app\.example"):
        read_origin(text)
    result = CliRunner().invoke(command.main, ["--cors", text])
    assert (result.exit_code, "is not an origin" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], set()),
        (["--cors", "https://a.example/", "--cors", "https://b.example"], {"https://a.example", "https://b.example"}),
        (["--cors"], {ANY}),
        (["--cors", "--any-key"], {ANY}),
    ],
)
def test_the_option_names_origins_or_alone_allows_all(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], named: set[str]
) -> None:
    served: list[Parts] = []
    monkeypatch.setattr(command, "serve", lambda made, *_, **__: served.append(made))
    assert CliRunner().invoke(command.main, arguments).exit_code == 0
    assert served[0].origins == named
