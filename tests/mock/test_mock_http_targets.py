"""Request targets in every form of HTTP, and base paths."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner

from fleet_contract.mock_server import announcing, command
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.targets import read_base_path
from fleet_contract.spec.files import Contradiction

from .raw import JSON, KEY, exchange, request

KEYS = "/emp/v1/charging-keys"


@pytest.fixture(scope="module")
def below() -> Iterator[str]:
    made = parts()
    made.base_path = "/drive/v2"
    with serving(made) as served:
        yield served


@pytest.mark.parametrize("scheme", ["http://", "HTTP://", "https://"])
@pytest.mark.parametrize("authority", ["{here}", "localhost", "user:pw@localhost", "[::1]:80"])
def test_a_target_in_absolute_form_is_its_path(url: str, scheme: str, authority: str) -> None:
    place = scheme + authority.replace("{here}", urlsplit(url).netloc)
    response = exchange(url, request(f"GET {place}{KEYS}?page_size=10", KEY))
    assert (response.status, len(json.loads(response.rest)["keys"])) == (200, 10)
    assert exchange(url, request(f"GET {place}{KEYS}?page_size=x", KEY)).status == 400


def test_a_target_in_absolute_form_may_name_another_host_than_the_header(url: str) -> None:
    assert exchange(url, request(f"GET http://localhost{KEYS}", KEY, host="Host: other.example")).status == 200


@pytest.mark.parametrize("target", ["http://localhost", "http://localhost?page_size=10", "http://localhost/"])
def test_a_target_in_absolute_form_without_a_path_means_the_root(url: str, target: str) -> None:
    response = exchange(url, request(f"GET {target}", KEY))
    assert (response.status, response.rest.startswith(b"This is fleet-mock")) == (200, True)


def test_options_of_a_whole_server_may_come_in_absolute_form(url: str) -> None:
    assert exchange(url, request("OPTIONS http://localhost")).headers["allow"] == "GET, HEAD, OPTIONS, POST, PUT"


@pytest.mark.parametrize(
    "line",
    [
        f"GET {KEYS[1:]}",
        "GET *",
        "GET http://",
        f"GET http://{KEYS}",
        f"GET ftp://localhost{KEYS}",
        "CONNECT localhost:80",
        f"GET http:{KEYS}",
    ],
)
def test_a_target_in_no_form_of_http_is_a_bad_request(url: str, line: str) -> None:
    assert exchange(url, request(line, KEY)).status == 400


@pytest.mark.parametrize("path", ["/", "/ui/", "/openapi.json"])
@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 204), ("POST", 405), ("HEAD", 200)])
def test_a_page_is_one_whatever_the_method(url: str, path: str, method: str, status: int) -> None:
    response = exchange(url, request(f"{method} {path}"))
    assert response.status == status
    assert method == "HEAD" or response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("query", ["fleetId=%FF", "page_size=%C3%28", "%FF=1"])
def test_a_query_that_is_not_utf_8_is_refused(url: str, query: str) -> None:
    response = exchange(url, request(f"GET {KEYS}?{query}", KEY))
    assert (response.status, json.loads(response.rest)["detail"]) == (400, "The query is not UTF-8.")


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/v1/locations/%FF", "no such location"), ("/emp/v1/fleets/%FF/invitation", "no such fleet")],
)
def test_an_id_that_is_not_utf_8_is_one_of_nothing(url: str, path: str, reason: str) -> None:
    assert exchange(url, request(f"GET {path}", KEY)).status == 404
    found = json.loads(exchange(url, request("GET /_mock/journal?limit=1")).rest)
    assert found["entries"][0]["reason"] == reason


@pytest.mark.parametrize("absolute", [False, True])
def test_below_a_base_path_everything_is_as_ever(below: str, absolute: bool) -> None:
    base = below if absolute else urlsplit(below).path
    body = b'{"fleetId": "a/b%d"}' % absolute
    assert exchange(below, request(f"POST {base}/emp/v1/fleets", KEY, JSON, body=body)).status == 201
    path = f"{base}/emp/v1/fleets/a%2Fb{int(absolute)}"
    assert exchange(below, request(f"PUT {path}/rename", KEY, JSON, body=b'{"newName": "N"}')).status == 200
    assert exchange(below, request(f"GET {base}{KEYS}")).status == 401
    assert exchange(below, request(f"GET {base}/nowhere", KEY)).status == 404
    assert exchange(below, request(f"OPTIONS {base}{KEYS}")).status == 204
    for page in ("/ui/", "/ui/swagger-ui-bundle.js", "/openapi.json", "/openapi.yaml"):
        assert exchange(below, request(f"GET {base}{page}")).status == 200


@pytest.mark.parametrize(
    "path", [KEYS, "/ui/", "/openapi.json", "/drive", "/drive/v2x", "/drive/v2x/ui/", "/drive/ui/", "/"]
)
def test_nothing_is_served_beside_the_base_path(below: str, path: str) -> None:
    response = exchange(below, request(f"GET {path}", KEY))
    assert (response.status, json.loads(response.rest)["detail"].split("; ")[1]) == (
        404,
        "all paths begin with /drive/v2.",
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_the_base_path_itself_is_answered_as_with_a_slash_behind_it(below: str, method: str) -> None:
    bare, slashed = (exchange(below, request(f"{method} /drive/v2{end}", KEY)) for end in ("", "/"))
    assert (bare.status, bare.rest) == (slashed.status, slashed.rest)
    assert (bare.status == 200, b"/drive/v2/emp/v1/" in bare.rest) == (method in ("GET", "HEAD"), method == "GET")


@pytest.mark.parametrize("prefix", ["", "/tools/mock"])
@pytest.mark.parametrize("base", ["", "/drive/v2"])
def test_the_pages_lead_to_their_own_mock_whatever_prefix_a_proxy_took_away(
    url: str, below: str, base: str, prefix: str
) -> None:
    server, front = (below, "http://front.example") if base else (url, "http://front.example")
    lies = ("X-Forwarded-Prefix: //evil.example", "X-Forwarded-Host: evil.example")
    moved = exchange(server, request(f"GET {base}/ui", *lies))
    page = urljoin(f"{front}{prefix}{base}/ui", moved.headers["location"])
    assert (moved.status, page) == (307, f"{front}{prefix}{base}/ui/")
    html = exchange(server, request(f"GET {base}/ui/", *lies)).rest.decode()
    document = urljoin(page, html.split('url: "')[1].split('"')[0])
    assert document == f"{front}{prefix}{base}/openapi.json"
    shown = json.loads(exchange(server, request(f"GET {base}/openapi.json", *lies)).rest)
    (first,) = shown["servers"]
    assert urljoin(document, first["url"]).removesuffix("/") == f"{front}{prefix}{base}"
    assert urljoin(f"{front}/", first["url"]).removesuffix("/") == f"{front}{base}"
    assert "evil" not in html


@pytest.mark.parametrize(
    ("text", "path"), [("", ""), ("/", ""), ("/drive", "/drive"), ("/drive/", "/drive"), ("/a/B-c_d.~9", "/a/B-c_d.~9")]
)
def test_a_base_path_ends_without_a_slash(text: str, path: str) -> None:
    assert read_base_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "drive",
        "//drive",
        "/a//b",
        "/a/../b",
        "/.",
        "/dr%69ve",
        "/a b",
        "/é",
        "/a?b",
        "/a#b",
        '/"><script>',
        "http://host/drive",
        "/a\n",
    ],
)
def test_what_is_no_base_path_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Contradiction, match="Expected a path such as /drive"):
        read_base_path(text)
    result = CliRunner().invoke(command.main, ["--base-path", text])
    assert (result.exit_code, "Expected a path such as /drive" in result.output) == (2, True)


def test_the_url_that_is_printed_ends_in_the_base_path(monkeypatch: pytest.MonkeyPatch) -> None:
    listener: Any = SimpleNamespace(getsockname=lambda: ("127.0.0.1", 8080))
    monkeypatch.setattr(command, "serve", lambda made, *_, **__: announcing.announce([listener], made, ready_json=True))
    printed: list[str] = []
    monkeypatch.setattr(announcing, "print_text", printed.append)
    assert CliRunner().invoke(command.main, ["--base-path", "/drive/"]).exit_code == 0
    assert json.loads(printed[0])["url"] == "http://127.0.0.1:8080/drive"
