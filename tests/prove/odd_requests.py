"""Requests that nobody meant a mutant to see: odd values, keys, bodies, paths and queries, for every operation."""

from collections.abc import Iterator
from itertools import chain, cycle, product

from fleet_contract.mock_server.messages import Json
from proof import sending
from proof.sending import FLEETS, KEYS, LOCATIONS, MISSING, Request, request

FLEET, NOBODY = "acme-corp-001", "nobody"
NO_KEYS = (None, "", "wrong")
HALF = "\ud800"
VALUES: tuple[Json, ...] = (
    *(MISSING, None, True, 1.5, [], [HALF], {}, {"fleetId": HALF}),
    *("", HALF, f"a{HALF}é", "\0", "²", "٣", "x" * 101, "é" * 100, "7" * 5_000),
)
PAGE_SIZES = (
    *("", "x", "1.0", "+10", "010", "-0", "-1", "0", "9", "10", "128", "500", "501", "2147483648"),
    *("9" * 999, "9" * 5_000),
)
CURSORS = ("", "made up", "end1", "a:b")
BODIES = (
    *(b"", b" ", b"null", b"1", b'"a word"', b"[]", b'[{"fleetId": "a"}]', b"{", b"{}", b"\xff", b"\xef\xbb\xbf{}"),
    *(b"[" * 3_000, b'{"newName": 1e999}', b'{"newName": NaN}', b'{"newName": "\\ud800"}', b"fleetId=a", b"9" * 5_000),
)
MEDIA_TYPES = ("application/json", "application/x-www-form-urlencoded", "charset", "", None)
SEGMENTS = ("", "%", "%FF", "%ED%A0%80", "%00", "%2e%2e", "a%2Fb", "a:b", "__proto__", "x" * 101)
QUERIES = (
    *("=", "fleetId", "fleetId=%FF", "fleetId=a&fleetId=b", "%FF=%FF", "newName=%ED%A0%80"),
    "page_size=10&page_size=9",
)
PATHS = ("/", "*", "//", "/nowhere", FLEETS, f"{FLEETS}/", f"{FLEETS}/a/rename/now", f"{KEYS}/")
HEADERS = ("accept", "authorization", "cookie", "content-type", "if-none-match", "transfer-encoding", "x-api-key")


def odd_requests() -> Iterator[Request]:
    """Yield the requests, all with the key of the first tenant."""
    yield from chain.from_iterable(map(with_value, VALUES))
    yield from chain.from_iterable(map(at_segment, SEGMENTS))
    yield from chain.from_iterable(map(with_query, QUERIES))
    for size, cursor in zip(PAGE_SIZES, cycle(CURSORS), strict=False):
        yield sending.listing(parameters={"page_size": size})
        yield sending.listing(parameters={"page_size": size, "cursor": cursor})
    for body, media_type in zip(BODIES, cycle(MEDIA_TYPES), strict=False):
        yield from with_body(body, media_type)
    for path, method in product(PATHS, ("GET", "POST", "DELETE", "get")):
        yield request(method, path)
    for (header, value), usual in zip(product(HEADERS, ("", "\xff", ";,")), cycle(everyday()), strict=False):
        yield usual.with_header(header, value)


def with_value(value: Json) -> Iterator[Request]:
    """Yield requests with a value in the place of each member."""
    others = dict.fromkeys(("fleetId", "fleetName", "newFleetId", "__proto__", "invitationCodes"), value)
    yield sending.create(value, "A name")
    yield sending.create("an-id", value)
    yield sending.rename(FLEET, value)
    yield sending.rename(NOBODY, value)
    yield sending.rename(FLEET, "A name", members=others)
    yield sending.rename(FLEET, members=others)
    for member in ("keyIdentifier", "visualNumber", "contractId", "fleetId", "enabled"):
        yield sending.new_key(members={member: value})


def with_body(body: bytes, media_type: str | None) -> Iterator[Request]:
    """Yield requests with a body that is declared so."""
    yield request("POST", FLEETS, body=body, media_type=media_type)
    yield request("PUT", f"{FLEETS}/{FLEET}/rename", body=body, media_type=media_type)
    yield request("POST", KEYS, body=body, media_type=media_type)


def at_segment(segment: str) -> Iterator[Request]:
    """Yield requests with a segment in the place of each id in a path."""
    yield request("GET", f"{FLEETS}/{segment}/invitation")
    yield request("PUT", f"{FLEETS}/{segment}/rename", body=b'{"newName": "A name"}')
    yield request("GET", f"{LOCATIONS}/{segment}")
    yield request("DELETE", f"{FLEETS}/{segment}")


def with_query(query: str) -> Iterator[Request]:
    """Yield requests with a query, of operations that have parameters and of one that has none."""
    yield request("GET", KEYS, query)
    yield request("GET", f"{LOCATIONS}/loc-001", query)
    yield request("PUT", f"{FLEETS}/{FLEET}/rename", query, body=b"{}")


def everyday() -> tuple[Request, ...]:
    """Return a request of each operation as it should be."""
    return (
        *(sending.create("an-id", "A name"), sending.rename(FLEET, "A name"), sending.codes(FLEET)),
        *(sending.new_key(), sending.listing(), sending.location()),
    )


def refused_for_their_key() -> Iterator[Request]:
    """Yield requests without a key, or with one that nobody was given."""
    pages = (sending.listing(parameters={"page_size": size}) for size in PAGE_SIZES)
    kinds = (*everyday(), *with_value("x" * 101), *pages)
    for usual, key in product(kinds, NO_KEYS):
        yield usual.with_header("x-api-key", MISSING if key is None else key)
