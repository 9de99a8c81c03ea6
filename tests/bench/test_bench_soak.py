"""The verdict of a soak: each promise that is broken is named, and nothing else is."""

import asyncio
from collections import Counter
from random import Random

import pytest
from bench.soak.driving import CLOSED, HANGS, Outcomes, attacked
from bench.soak.hostile import GARBLED, HOSTILE, MAY_BE_CLOSED, Attack, End
from bench.soak.ordinary import ORDINARY
from bench.soak.verdict import Seen, broken, page

KEPT = Seen(Counter({("create a fleet", 201): 2}), Counter({("NULs", 400): 1, ("TLS", CLOSED): 1}), 50, 65, "", 0)


def drawing(seed: int) -> Random:
    return Random(seed)  # noqa: S311  (no secret)


def test_what_keeps_all_promises_is_not_accused() -> None:
    assert list(broken(KEPT)) == []
    assert list(broken(KEPT._replace(hostile=Counter({("the preface of HTTP/2", 505): 1})))) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (
            KEPT._replace(ordinary=Counter({("create a fleet", 500): 3})),
            "create a fleet: 3 times 500. Expected a response",
        ),
        (
            KEPT._replace(hostile=Counter({("NULs", 503): 1})),
            "NULs: 1 times 503. Expected a response in time, and none of",
        ),
        (KEPT._replace(hostile=Counter({("NULs", HANGS): 1})), "NULs: 1 times hangs. Expected a response in time"),
        (
            KEPT._replace(hostile=Counter({("no key", 401): 7, ("no key", CLOSED): 2})),
            "no key: 2 times no response before the connection was closed. Expected one.",
        ),
        (
            KEPT._replace(hostile=Counter({("100 requests at once", 200): 99, ("100 requests at once", CLOSED): 1})),
            "100 requests at once: 1 times no response",
        ),
        (
            KEPT._replace(hostile=Counter({(GARBLED, CLOSED): 90, (GARBLED, 400): 10})),
            f"{GARBLED}: 10 of 100 had a response. Expected at least 20%.",
        ),
        (KEPT._replace(ordinary=Counter({("create a fleet", CLOSED): 1})), "1 times closed. Expected 201 or 409."),
        (KEPT._replace(ordinary=Counter({("create a fleet", 404): 1})), "1 times 404. Expected 201 or 409."),
        (KEPT._replace(log="Traceback (most recent call last):\n  x"), "The log has a traceback:\nTraceback"),
        (KEPT._replace(ended=65.1), "grew from 50.0 MB to 65.1 MB, which is 1.30 times. Expected at most 1.3 times."),
        (KEPT._replace(code=-9), "ended with exit code -9 when it was told"),
        (KEPT._replace(code=0, is_gone=True, ended=0, settled=0), "ended by itself, with exit code 0"),
    ],
)
def test_a_promise_that_is_broken_is_named(seen: Seen, words: str) -> None:
    (said,) = broken(seen)
    assert words in said


def test_a_mock_that_drops_what_is_hostile_breaks_its_promise() -> None:
    hostile: Outcomes = Counter({(name, CLOSED): 1_000 for name in HOSTILE})
    said = list(broken(KEPT._replace(hostile=hostile)))
    assert len(said) == len(HOSTILE.keys() - MAY_BE_CLOSED) + 1


def test_only_what_need_not_be_answered_may_be_closed() -> None:
    seen: Outcomes = Counter({(name, CLOSED): 10 for name in MAY_BE_CLOSED})
    assert list(broken(KEPT._replace(hostile=seen))) == []
    unread = {name for name, make in HOSTILE.items() if make(drawing(5)).answers == 0}
    assert unread <= MAY_BE_CLOSED <= HOSTILE.keys()


@pytest.mark.parametrize(
    ("response", "answers", "statuses"),
    [
        (b"", 1, [CLOSED]),
        (b"", 0, [CLOSED]),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", 1, [400]),
        (b"HTTP/1.1 200 OK\r\n\r\n" * 2, 4, [200, 200, CLOSED, CLOSED]),
    ],
)
def test_each_response_that_is_missing_is_counted(response: bytes, answers: int, statuses: list[int | str]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(response)
        await writer.drain()
        writer.close()

    async def seen() -> list[int | str]:
        server = await asyncio.start_server(serve, "127.0.0.1")
        async with server:
            return await attacked(server.sockets[0].getsockname()[1], Attack((b"GET",), answers=answers))

    assert asyncio.run(seen()) == statuses


def test_a_seed_decides_what_is_sent() -> None:
    for make in (*(kind.make for kind in ORDINARY.values()), *HOSTILE.values()):
        assert make(drawing(5)) == make(drawing(5))
    ids = {ORDINARY["create a fleet"].make(drawing(seed)).raw() for seed in range(10)}
    assert len(ids) > 1


def test_whoever_reads_says_that_the_server_is_to_close() -> None:
    """Or each attack would wait until an idle connection is closed."""
    for name, make in HOSTILE.items():
        attack = make(drawing(5))
        sent = b"".join(attack.packets)
        is_a_request = sent.startswith((b"GET", b"POST", b"BREW"))
        assert attack.end is not End.READ or not is_a_request or b"Connection: close\r\n" in sent, name


def test_the_tables_have_each_kind_with_its_statuses() -> None:
    shown = page(KEPT, 1_000)
    assert "| create a fleet | 2 | 201: 2 |" in shown
    assert "| NULs | 1 | 400: 1 |" in shown
    assert "| after 1,000 requests | 50.0 MB |" in shown
