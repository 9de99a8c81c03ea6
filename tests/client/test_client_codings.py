"""Content codings: each that a server may send is taken off, within bounds, and a label that is not true is named."""

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.codings import Miscoded, codings_of, decoded

from .conftest import Open, Serve
from .servers import answer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODY = b'{"fleetId": "a", "fleetName": "b"}' * 300
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(BODY) + RAW.flush()
MOST = 1_000_000

PACKED = [
    (gzip.compress(BODY), "gzip"),
    (gzip.compress(BODY), "GZip"),
    (gzip.compress(BODY), "x-gzip"),
    (gzip.compress(BODY[:9]) + gzip.compress(b"") + gzip.compress(BODY[9:]), "gzip"),
    (gzip.compress(BODY) + bytes(100), "gzip"),
    (zlib.compress(BODY), "deflate"),
    (RAW_DEFLATE, "deflate"),
    (brotli.compress(BODY), "br"),
    (zstd.compress(BODY), "zstd"),
    (zstd.compress(BODY[:9]) + zstd.compress(BODY[9:]), "zstd"),
    (BODY, "identity"),
    (brotli.compress(gzip.compress(BODY)), "gzip, identity,, br"),
    (b"", "gzip"),
]


@pytest.mark.parametrize(("packed", "label"), PACKED, ids=range(len(PACKED)))
def test_a_coding_is_taken_off(serve: Serve, open_client: Open, packed: bytes, label: str) -> None:
    server = serve(lambda _: answer(200, packed, Content_Encoding=label))
    exchange = open_client(server.url).send("GET", "/")
    assert exchange.trouble == ""
    assert exchange.answer is not None
    assert exchange.answer.body == (BODY if packed else b"")


def test_labels_in_two_lines_are_one_list() -> None:
    headers = [("Content-Encoding", "gzip"), ("Vary", "x"), ("content-encoding", " br ")]
    assert codings_of(headers) == ("gzip", "br")


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "gzip, br", "compress", "utf-8"])
@pytest.mark.parametrize("body", [BODY, b"\x28\xb5\x2f\xfd\xff\xff", b"\x1f\x8b"])
def test_a_label_that_is_not_true_is_named(serve: Serve, open_client: Open, label: str, body: bytes) -> None:
    server = serve(lambda _: answer(200, body, Content_Encoding=label))
    exchange = open_client(server.url).send("GET", "/")
    assert (exchange.answer, exchange.cause) == (None, Cause.CODING)
    assert f"labelled Content-Encoding: {label}, but" in exchange.trouble


def chunked(*pieces: bytes, label: str) -> list[bytes]:
    """Return an answer whose body comes in chunks, each in a packet of its own."""
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: {label}\r\n\r\n".encode()
    return [head, *(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces), b"0\r\n\r\n"]


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd"])
def test_a_body_in_chunks_with_an_untrue_label_is_named_and_read_by_nobody(
    serve: Serve, open_client: Open, label: str
) -> None:
    server = serve(lambda _: chunked(b'{"fleetId"', b': "a', b'bc"}', label=label))
    exchange = open_client(server.url).send("GET", "/")
    assert (exchange.answer, exchange.cause) == (None, Cause.CODING)


def test_a_coded_body_in_chunks_is_read_once(serve: Serve, open_client: Open) -> None:
    packed = gzip.compress(BODY)
    server = serve(lambda _: chunked(packed[:10], packed[10:20], packed[20:], label="gzip"))
    exchange = open_client(server.url).send("GET", "/")
    assert exchange.answer is not None
    assert exchange.answer.body == BODY


CODED = [row for row in PACKED if row[0] and row[1] != "identity"]


@pytest.mark.parametrize(("packed", "label"), CODED, ids=range(len(CODED)))  # as texts they would hold the time
def test_a_coding_that_breaks_off_is_named_unless_the_body_was_cut(packed: bytes, label: str) -> None:
    half = packed[: len(packed) // 2] if not packed.endswith(bytes(100)) else packed[:-110]
    codings = codings_of([("content-encoding", label)])
    with pytest.raises(Miscoded):
        decoded(half, codings, MOST, partial=False)
    body, cut = decoded(half, codings, MOST, partial=True)
    assert BODY.startswith(body)
    assert cut


def test_what_follows_the_end_of_a_coding_is_named() -> None:
    for packed, label in PACKED[:1] + PACKED[7:9]:
        with pytest.raises(Miscoded):
            decoded(packed + b"more", (label,), MOST, partial=False)


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "br, gzip", "gzip, br", "zstd, zstd"])
def test_a_bomb_is_never_unpacked_beyond_the_limit(label: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=1)}
    bomb = bytes(30_000_000)
    for name in codings_of([("content-encoding", label)]):
        bomb = pack.get(name, zstd.compress)(bomb)
    tracemalloc.start()
    body, cut = decoded(bomb, codings_of([("content-encoding", label)]), MOST, partial=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(body), cut) == (MOST, True)
    assert peak < 12 * MOST


def test_members_without_end_are_named() -> None:
    with pytest.raises(Miscoded, match="more than 10,000 members"):
        decoded(gzip.compress(b"") * 10_001, ("gzip",), MOST, partial=False)


def test_a_zstd_window_above_8_mb_is_refused() -> None:
    parameters = zstd.CompressionParameter
    options = {int(parameters.window_log): 27, int(parameters.content_size_flag): 0}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(bytes(1000)) + packer.flush()
    with pytest.raises(Miscoded, match="zstd"):
        decoded(packed, ("zstd",), MOST, partial=False)
