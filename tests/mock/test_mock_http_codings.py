"""Bodies that a client compressed: read, or refused with what is read here (RFC 9110, section 15.5.16)."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from fleet_contract.mock_server.bodies import LIMIT
from fleet_contract.mock_server.codings import MOST_MEMBERS
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving

from .raw import JSON, KEY, Response, exchange, request

BODY = b'{"fleetId": "packed", "fleetName": "Packed"}'


@pytest.fixture(scope="module")
def packing() -> Iterator[str]:
    """Give a mock whose dialect packs responses."""
    with serving(parts({"answer.compression": "gzip"})) as served:
        yield served


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)  # the time would be in the names of the tests, which workers have to agree on


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


def renamed(url: str, body: bytes, *codings: str) -> Response:
    headers = [f"Content-Encoding: {coding}" for coding in codings]
    return exchange(url, request("PUT /emp/v1/fleets/acme-corp-001/rename", KEY, JSON, *headers, body=body))


def named(name: str) -> bytes:
    return json.dumps({"newName": name}).encode()


READ = {
    "gzip": (gzipped(named("gzip")), ["gzip"]),
    "x-gzip": (gzipped(named("x-gzip")), ["x-gzip"]),
    "upper case": (gzipped(named("upper case")), ["GZip"]),
    "two members": (gzipped(b'{"newName": ') + gzipped(b'"two members"}'), ["gzip"]),
    "zlib": (zlib.compress(named("zlib")), ["deflate"]),
    "deflate": (raw_deflate(named("deflate")), ["deflate"]),
    "identity": (named("identity"), ["identity"]),
    "two codings": (gzipped(zlib.compress(named("two codings"))), ["deflate, gzip"]),
    "two headers": (gzipped(zlib.compress(named("two headers"))), ["deflate", "gzip"]),
}


@pytest.mark.parametrize("name", READ)
def test_a_body_is_read_through_its_coding(url: str, name: str) -> None:
    body, codings = READ[name]
    response = renamed(url, body, *codings)
    assert (response.status, json.loads(response.rest)["fleetName"]) == (200, name)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, br", "aws-chunked", ", ".join(["gzip"] * 4), "*"])
def test_an_unknown_coding_is_refused_with_those_that_are_read(url: str, coding: str) -> None:
    response = renamed(url, gzipped(BODY), coding)
    assert (response.status, response.headers["accept-encoding"]) == (415, "gzip, deflate")


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (BODY, "gzip"),
        (BODY, "deflate"),
        (gzipped(BODY)[:-1], "gzip"),
        (gzipped(BODY)[:-5] + b"\0" * 5, "gzip"),
        (gzipped(BODY) + b"more", "gzip"),
        (zlib.compress(BODY) + b"more", "deflate"),
        (zlib.compress(BODY)[:-1], "deflate"),
        (gzipped(BODY), "deflate"),
    ],
)
def test_a_body_that_is_not_coded_as_it_says_is_a_bad_request(url: str, body: bytes, coding: str) -> None:
    response = renamed(url, body, coding)
    assert (response.status, b", but the body is not." in response.rest) == (400, True)


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress, raw_deflate])
def test_a_body_that_grows_beyond_the_limit_is_too_large(url: str, packed: Callable[[bytes], bytes]) -> None:
    coding = "gzip" if packed is gzip.compress else "deflate"
    assert renamed(url, packed(b" " * (LIMIT + 1)), coding).status == 413
    assert renamed(url, packed(b" " * 20 * LIMIT), coding).status == 413


def test_of_very_many_members_only_some_are_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = count()
    real = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", lambda form: (next(read), real(form))[1])
    member = gzipped(b"")
    assert renamed(url, member * (MOST_MEMBERS - 1) + gzipped(named("N")), "gzip").status == 200
    assert renamed(url, member * (LIMIT // len(member)), "gzip").status == 400
    assert next(read) == 2 * MOST_MEMBERS


def test_an_empty_body_is_empty_in_any_coding(url: str) -> None:
    assert b"The body is empty" in renamed(url, b"", "gzip").rest


def test_a_coding_does_not_matter_where_no_body_is_read(url: str) -> None:
    assert exchange(url, request("GET /emp/v1/charging-keys", KEY, "Content-Encoding: br")).status == 200


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("X-GZIP ; Q=0.5", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("br", False),
        ("", False),
    ],
)
def test_a_response_is_packed_only_for_whoever_takes_it(packing: str, accepted: str, is_packed: bool) -> None:
    response = exchange(packing, request("GET /emp/v1/charging-keys", KEY, f"Accept-Encoding: {accepted}"))
    assert (response.status, "content-encoding" in response.headers) == (200, is_packed)
    assert response.headers["vary"] == "Origin, Accept-Encoding"


@pytest.mark.parametrize("accepted", ["gzip", "br"])
@pytest.mark.parametrize(
    ("asked", "varies"),
    [
        (request("GET /emp/v1/charging-keys", KEY, "Prefer: code=401"), "Prefer, Accept-Encoding, Origin"),
        (request("GET /emp/v1/nothing", KEY), "Origin, Accept-Encoding"),
        (request("HEAD /emp/v1/charging-keys", KEY), "Origin, Accept-Encoding"),
    ],
)
def test_a_response_that_may_be_packed_varies_by_that_and_by_what_else_it_does(
    packing: str, asked: bytes, varies: str, accepted: str
) -> None:
    sent = asked.replace(b"\r\n", f"\r\nAccept-Encoding: {accepted}\r\n".encode(), 1)
    assert exchange(packing, sent).headers["vary"] == varies


def test_where_nothing_is_packed_nothing_varies_by_it(url: str) -> None:
    assert exchange(url, request("GET /emp/v1/charging-keys", KEY)).headers["vary"] == "Origin"
