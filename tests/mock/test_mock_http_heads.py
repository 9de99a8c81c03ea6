"""Heads: what is remembered of a request's fields, and how a response begins."""

import pytest

from fleet_contract.mock_server.exchange import beginning_of_response
from fleet_contract.mock_server.messages import Fields

USUAL = ((b"date", b"now"), (b"cache-control", b"no-store"))
LENGTH = (b"content-length", b"2")
CLOSE = (b"connection", b"close")
CHUNKED = (b"transfer-encoding", b"chunked")


def test_the_first_field_of_a_name_is_found_and_all_stay_in_order() -> None:
    fields = Fields((("a", "1"), ("b", "2"), ("a", "3")))
    assert dict(fields.first) == {"a": "1", "b": "2"}
    assert [*fields] == [("a", "1"), ("b", "2"), ("a", "3")]
    assert fields.repeats
    assert not Fields((("a", "1"), ("b", "1"))).repeats
    assert not Fields().repeats


def test_a_response_begins_with_the_usual_fields_that_it_has_not_itself() -> None:
    own = ((b"cache-control", b"private"), LENGTH)
    begun = beginning_of_response(200, own, USUAL, True, True)
    assert begun.head == b"HTTP/1.1 200 OK\r\ndate: now\r\ncache-control: private\r\ncontent-length: 2\r\n\r\n"
    assert (begun.length, begun.lives) == (2, True)


@pytest.mark.parametrize(
    ("own", "has_content", "lives", "length", "goes_on"),
    [
        ((LENGTH,), True, True, 2, True),
        ((LENGTH,), True, False, 2, False),
        ((LENGTH,), False, True, 0, True),  # as to HEAD
        ((LENGTH, CLOSE), True, True, 2, False),
        ((), False, True, 0, True),  # as with 204
        ((), True, True, 0, False),  # It ends with the connection.
        ((CHUNKED,), True, True, 0, False),
    ],
)
def test_a_connection_goes_on_where_the_end_of_the_response_is_known(
    own: tuple[tuple[bytes, bytes], ...], has_content: bool, lives: bool, length: int, goes_on: bool
) -> None:
    begun = beginning_of_response(200, own, (), has_content, lives)
    assert (begun.length, begun.lives) == (length, goes_on)
    assert begun.head.count(b"connection: close") == (not goes_on)
