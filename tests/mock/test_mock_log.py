"""The log: what is told of many lines alike, and of a stream that nobody reads."""

import errno
import logging
import os
from collections.abc import Callable, Iterator

import pytest

from fleet_contract.mock_server import log as log_module
from fleet_contract.mock_server.journal import Entry
from fleet_contract.mock_server.log import MOST_OF_A_KIND, LimitedHandler
from fleet_contract.mock_server.log_of_requests import line_for_people
from fleet_contract.mock_server.messages import Answer, Call, Fields
from fleet_contract.mock_server.output import MOST_WAITING, Writer
from fleet_contract.spec.escapes import finding

from .processes import full_pipe


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give both ends of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def logger_to(writer: Writer) -> tuple[logging.Logger, LimitedHandler]:
    handler = LimitedHandler(writer)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, handler


def test_lines_alike_are_told_a_few_times_and_then_counted(pipe: tuple[int, int]) -> None:
    logger, handler = logger_to(Writer(pipe[1]))
    for number in range(5_000):
        logger.warning("wrong key, the %d.", number)
    logger.warning("something else")
    handler.close()
    lines = os.read(pipe[0], 65536).decode().splitlines()
    assert lines[:MOST_OF_A_KIND] == [f"wrong key, the {number}." for number in range(MOST_OF_A_KIND)]
    assert lines[MOST_OF_A_KIND:] == ["something else", "… and 4,990 more like it: wrong key, the 4999."]


def test_what_was_left_out_is_told_after_a_while(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "WINDOW", 0.05)
    logger, _ = logger_to(Writer(pipe[1]))
    for _ in range(MOST_OF_A_KIND + 2):
        logger.warning("again")
    received = b""
    while b"more" not in received:
        received += os.read(pipe[0], 65536)
    assert received.decode().splitlines()[-1] == "… and 2 more like it: again"


def test_a_traceback_is_cut(pipe: tuple[int, int]) -> None:
    logger, handler = logger_to(Writer(pipe[1]))
    try:
        raise ValueError("x" * 50_000)
    except ValueError:
        logger.exception("An exception.")
    handler.close()
    received = os.read(pipe[0], 65536)
    assert received.startswith(b"An exception.\nTraceback")
    assert len(received) < 10_000


def test_a_pipe_that_nobody_reads_holds_up_nobody_and_its_losses_are_counted() -> None:
    reader, writing_end = full_pipe()
    writer = Writer(writing_end)
    logger, handler = logger_to(writer)
    for number in range(MOST_WAITING + 100):
        # A kind of its own for each, so that none is left out for being alike.
        logger.handle(logger.makeRecord("test", logging.WARNING, f"file{number}", number, "line", (), None))
    received = b""
    while received.count(b"line\n") < MOST_WAITING:
        received += os.read(reader, 65536)
    logger.warning("at last")
    handler.close()
    os.close(writing_end)
    received += b"".join(iter(lambda: os.read(reader, 65536), b""))
    os.close(reader)
    assert b"lines lost because nobody read them.\nat last\n" in received


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EPIPE, errno.EIO])
def test_a_stream_that_fails_loses_a_line_and_no_more(
    error: int, pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", failing_once(error, os.write))
    writer = Writer(pipe[1])
    writer.write("lost\n")
    writer.write("told\n")
    writer.close()
    assert os.read(pipe[0], 100) == b"told\n"


def failing_once(error: int, write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    """Return a write that fails the first time."""
    errors = [OSError(error, os.strerror(error))]

    def write_or_fail(descriptor: int, data: bytes) -> int:
        if errors:
            raise errors.pop()
        return write(descriptor, data)

    return write_or_fail


def test_a_tenant_cannot_make_a_line_of_its_own() -> None:
    call = Call("GET", "/a", Fields(()), tenant="t\n2026 GET /forged 200")
    line = line_for_people(Entry(1, 0.0, 0.0, call, Answer(200, {}), "r"), finding({}))
    assert line.count("\n") == 0
    assert "200 t\\n2026 GET /forged 200, 0.0 ms" in line
