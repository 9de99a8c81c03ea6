"""What stock servers stumble over: odd ids, bodies, headers and methods."""

import json
import socket
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import httpx
import pytest

from fleet_contract.mock_server.bodies import LIMIT

from .conftest import Client

FLEETS = "/emp/v1/fleets"
KEYS = "/emp/v1/charging-keys"
JSON = {"Content-Type": "application/json"}
IDS = [
    "a/b",
    "a//b",
    "a%2Fb",
    "a b",
    "+",
    "?",
    "#",
    "..",
    ".",
    "%",
    "é",
    "漢",
    "😀",
    "\0",
    "\n",
    "a;b",
    "a\\b",
    "a:b",
    "ｱ",
]
ODD_BODIES = {
    "empty": (b"", 400),
    "blank": (b" \n", 400),
    "not UTF-8": (b'{"fleetId": "\xff"}', 400),
    "UTF-16": ('{"fleetId": "x"}'.encode("utf-16"), 400),
    "cut off": (b'{"fleetId": ', 400),
    "two values": (b"{} {}", 400),
    "null": (b"null", 400),
    "array": (b"[]", 400),
    "string": (b'"x"', 400),
    "number": (b"1", 400),
    "deep array": (b"[" * 100_000, 400),
    "deep member": (b'{"fleetId": "x", "y": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
    "300 levels": (b"[" * 300 + b"]" * 300, 400),
    "an id of 300 levels": (b'{"fleetId": ' + b"[" * 300 + b"]" * 300 + b"}", 400),
    "a member of 300 levels": (b'{"fleetId": "levels", "y": ' + b"[" * 300 + b"]" * 300 + b"}", 201),
    "a member of 300 levels beside a mistake": (b'{"fleetName": 1, "y": ' + b"[" * 300 + b"]" * 300 + b"}", 400),
    "an escape in a member that cannot be written": (b'{"y": ' + b"[" * 970 + b'"\\u0041"' + b"]" * 970 + b"}", 400),
    "a long integer in a deep member": (b'{"y": ' + b"[" * 600 + b"9" * 5_000 + b"]" * 600 + b"}", 400),
    "long integer": (b'{"fleetId": "long", "y": ' + b"9" * 5_000 + b"}", 201),
    "long integer as id": (b'{"fleetId": ' + b"9" * 5_000 + b"}", 400),
    "large float": (b'{"fleetId": "float", "y": 1e999}', 201),
    "half a pair": (b'{"fleetId": "\\ud800"}', 400),
    "half a pair in a name": (b'{"fleetId": "x", "fleetName": "\\udc00"}', 400),
    "half a pair in a member's name": (b'{"fleetId": "member", "\\ud800": 1}', 400),
    "half a pair within": (b'{"fleetId": "within", "y": [["\\udfff"]]}', 400),
    "an escape of an escape": (b'{"fleetId": "escape", "y": "\\\\ud800"}', 201),
    "whole pair": (b'{"fleetId": "\\ud83d\\ude00"}', 201),
    "member twice": (b'{"fleetId": "first", "fleetId": "last"}', 201),
    "byte order mark": (b'\xef\xbb\xbf{"fleetId": "mark"}', 201),
    "NaN": (b'{"fleetId": "nan", "y": NaN}', 400),
    "infinite": (b'{"fleetId": "nan", "y": -Infinity}', 400),
    "huge": (b" " * (LIMIT + 1), 413),
    "nearly huge": (json.dumps({"fleetId": "x", "fleetName": "x" * (LIMIT - 100)}).encode(), 400),
}
MEDIA_TYPES = {
    "application/json": 201,
    "APPLICATION/JSON": 201,
    "application/json; charset=utf-8": 201,
    "application/json;charset=UTF-8": 201,
    'application/json ; charset="utf-8"': 201,
    "application/vnd.fleet+json": 201,
    "text/plain": 415,
    "application/x-www-form-urlencoded": 415,
    "multipart/form-data; boundary=x": 415,
    "application/jsonp": 415,
    "json": 415,
    ";": 415,
    "a/b/c": 415,
}


@pytest.mark.parametrize("id", IDS)
def test_ids_of_any_characters_work_in_paths(call: Client, id: str) -> None:
    assert call.create(id).status_code == 201
    encoded = quote(id, safe="").replace(".", "%2E")
    answer = call.rename(encoded, "New")
    assert (answer.status_code, answer.json()["fleetId"]) == (200, id)
    assert call.codes(encoded).json()["detail"] == "The fleet has no active invitation codes."


def test_a_path_that_is_not_utf_8_finds_nothing(call: Client) -> None:
    assert call.codes("%FF").status_code == 404
    assert call.rename("%C3", "x").status_code == 404


@pytest.mark.parametrize("name", ODD_BODIES)
def test_an_odd_body_breaks_nothing(call: Client, name: str) -> None:
    body, expected = ODD_BODIES[name]
    assert call("POST", FLEETS, content=body, headers=JSON).status_code == expected


@pytest.mark.parametrize(
    ("members", "detail"),
    [
        ({"fleetName": "x", "deep": [[[0]]] * 10}, "fleetId is missing."),
        ({"fleetId": {"a": []}}, "fleetId is an object; expected a string."),
        ({"fleetId": [["x"]], "deep": {"a": 1}}, "fleetId is an array; expected a string."),
        ({"fleetId": "x", "c": [[0]], "b": 1, "d": {}}, "The property b is unknown."),
    ],
)
def test_of_a_wide_or_deep_body_what_is_wrong_is_told_as_of_any_other(
    speak: Callable[..., Client], members: dict[str, object], detail: str
) -> None:
    answer = speak({"properties.unknown": "400"})("POST", FLEETS, members)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_media_type_is_read_whatever_its_spelling(call: Client, media_type: str) -> None:
    answer = call("POST", FLEETS, content=b'{"fleetId": "x"}', headers={"Content-Type": media_type})
    assert answer.status_code == MEDIA_TYPES[media_type]


@pytest.mark.parametrize(("parameters", "status"), [(100, 200), (101, 400), (5_000, 400)])
def test_a_query_of_many_parameters_is_refused_before_it_is_read(call: Client, parameters: int, status: int) -> None:
    query = "&".join(f"{number}=" for number in range(parameters))
    assert call("GET", f"/emp/v1/charging-keys?{query}").status_code == status


def test_a_body_without_a_media_type(call: Client) -> None:
    assert call("POST", FLEETS, content=b'{"fleetId": "x"}').status_code == 415
    assert call("POST", FLEETS).status_code == 400


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "TRACE", "ODD"])
def test_a_wrong_method_lists_the_right_ones(call: Client, method: str) -> None:
    right = {FLEETS: "OPTIONS, POST", KEYS: "GET, HEAD, OPTIONS, POST", f"{FLEETS}/x/rename": "OPTIONS, PUT"}
    for path, allowed in right.items():
        answer = call(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["/nothing", f"{FLEETS}/", f"{FLEETS}//rename", f"{FLEETS}/a/b/rename", "/EMP/v1/fleets"]
)
def test_an_unknown_path_is_never_a_redirect(call: Client, path: str) -> None:
    assert call("POST", path, {"fleetId": "x"}).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "page_size=9",
        "page_size=501",
        "page_size=x",
        "page_size=",
        "page_size=10.5",
        "page_size=" + "9" * 5000,
        "cursor=",
    ],
)
def test_an_odd_parameter_is_refused(call: Client, query: str) -> None:
    answer = call.keys(f"?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(query.split("=", maxsplit=1)[0])


@pytest.mark.parametrize("query", ["fleetId=", "fleetId[a]=b", "unknown=1", "&&", "page_size=10&page_size=20"])
def test_another_odd_parameter_breaks_nothing(call: Client, query: str) -> None:
    assert call.keys(f"?{query}").status_code == 200


def raw(url: str, data: bytes) -> bytes:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=5) as connection:
        connection.sendall(data)
        return connection.recv(10_000)


HEAD = b"Host: mock\r\nX-API-Key: demo-key\r\n"
POST = b"POST /emp/v1/fleets HTTP/1.1\r\nContent-Type: application/json\r\n" + HEAD


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /emp/v1/fleets/\xff/invitation HTTP/1.1\r\n" + HEAD + b"\r\n", 400),
        (b"GET /emp/v1/charging-keys HTTP/1.0\r\nx-api-key: demo-key\r\n\r\n", 200),
        (POST + b"Content-Length: 99999999999\r\n\r\n{}", 413),
        (POST + b"Content-Length: -2\r\n\r\n{}", 400),
        (POST + b'Content-Length: 2\r\n\r\n{"fleetId": "short"}', 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
def test_odd_bytes_break_nothing(url: str, request_: bytes, status: int) -> None:
    assert raw(url, request_).startswith(b"HTTP/1.1 %d" % status)


def test_chunked_bodies_are_read(url: str) -> None:
    def chunks(*parts: bytes) -> Iterator[bytes]:
        yield from parts

    with httpx.Client(base_url=url, headers={"X-API-Key": "demo-key", **JSON}) as client:
        assert client.post(FLEETS, content=chunks(b'{"fleet', b'Id": "chunked"}')).status_code == 201
        assert client.post(FLEETS, content=chunks(*[b" " * 100_000] * 11)).status_code == 413


def test_a_body_that_ends_early_makes_nothing(url: str) -> None:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=5) as connection:
        connection.sendall(POST + b'Content-Length: 500\r\n\r\n{"fleetId": "early"}')
    with httpx.Client(base_url=url, headers={"X-API-Key": "demo-key"}) as client:
        assert client.post(FLEETS, json={"fleetId": "early"}).status_code == 201


def test_the_swagger_ui_needs_no_key(url: str) -> None:
    with httpx.Client(base_url=url) as client:
        assert "swagger" in client.get("/ui/").text.lower()
        assert client.get("/openapi.json").json()["openapi"] == "3.0.3"
        assert client.get("/ui/nothing").status_code == 404
        assert client.post("/openapi.json").status_code == 405
