"""Scripts of replays that read lists: each cursor that they send is one that they were given."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.replays.steps import Step
from fleet_contract.contract_tests.target.target import Target

from .conftest import Serve
from .servers import Heard, answer
from .test_client_scripts import lines, needs_curl, run


@needs_curl
def test_the_pages_of_a_list_are_followed_by_their_own_cursors(serve: Serve) -> None:
    pages = {None: "a/1+=", "a/1+=": "b&2", "b&2": ""}

    def listing(heard: Heard) -> bytes:
        cursor = dict(parse_qsl(urlsplit(heard.path).query)).get("cursor")
        return answer(body=json.dumps({"keys": [], "cursor": pages[cursor]}).encode())

    server = serve(listing)
    read = [Request("GET", f"/keys?page_size=10{more}", Caller.OWNER) for more in ("", "&cursor=old")]
    last = Answer(200, (), b'{"keys": []}')
    of_list = Step((tuple(Exchange(number, "", each, 0, 1, last) for number, each in enumerate(read)),), is_list=True)
    run(lines(of_list, target=Target(server.url)))
    assert [dict(parse_qsl(urlsplit(each.path).query)).get("cursor") for each in server.heard] == [None, "a/1+=", "b&2"]
    assert all("page_size=10" in each.path for each in server.heard)


def page(number: int, query: str, cursor: str = "") -> Exchange:
    """Return a page of keys, with the cursor that it was answered with."""
    shown = Answer(200, (), json.dumps({"keys": [], **({"cursor": cursor} if cursor else {})}).encode())
    return Exchange(number, "", Request("GET", f"/keys?{query}", Caller.OWNER), number, number + 0.5, shown)


FIRST, SECOND, THIRD = page(1, "a=1", "x-old"), page(3, "a=1&cursor=x-old", "y-old"), page(5, "a=1&cursor=y-old")
OTHER = page(2, "b=2", "z-old")
# What is sent in which steps, and what a server hears that gives its own cursors, named after what it was asked.
INTERLEAVED = {
    "two lists in turns": (
        [Step(((FIRST,),)), Step(((OTHER,),)), Step(((SECOND,),)), Step(((page(4, "b=2&cursor=z-old"),),))],
        ["a=1", "b=2", "a=1&cursor=after a=1", "b=2&cursor=after b=2"],
    ),
    "a list that is read on later": (
        [Step(((FIRST, SECOND),), is_list=True), Step(((OTHER,),)), Step(((THIRD,),))],
        ["a=1", "a=1&cursor=after a=1", "b=2", "a=1&cursor=after a=1&cursor=after a=1"],
    ),
    "a page that two requests follow": (
        [Step(((FIRST, SECOND),), is_list=True), Step(((page(6, "c=3&cursor=x-old"),),))],
        ["a=1", "a=1&cursor=after a=1", "c=3&cursor=after a=1"],
    ),
    "a list that begins with a cursor": (
        [Step(((FIRST,),)), Step(((OTHER,),)), Step(((SECOND, THIRD),), is_list=True)],
        ["a=1", "b=2", "a=1&cursor=after a=1", "a=1&cursor=after a=1&cursor=after a=1"],
    ),
    "a cursor that nobody gave": ([Step(((page(1, "a=1&cursor=made-up"),),))], ["a=1&cursor=made-up"]),
}


def test_a_cursor_that_calls_at_once_were_given_stays_with_them() -> None:
    at_once = Step(((FIRST, SECOND), (OTHER,)))
    read = "\n".join(lines(at_once, Step(((page(6, "b=2&cursor=z-old"),),))))
    assert "cursor1=$cursor" in read
    assert '"cursor=$cursor1"' in read
    assert "b=2&cursor=z-old" in read


@needs_curl
@pytest.mark.parametrize("how", INTERLEAVED)
def test_a_cursor_is_always_one_that_the_script_was_given(serve: Serve, how: str) -> None:
    steps, expected = INTERLEAVED[how]

    def listing(heard: Heard) -> bytes:
        last = heard.path.count("after") == 2
        return answer(body=json.dumps({"keys": [], "cursor": None if last else f"after {asked(heard)}"}).encode())

    def asked(heard: Heard) -> str:
        return "&".join(f"{name}={value}" for name, value in parse_qsl(urlsplit(heard.path).query))

    server = serve(listing)
    read = lines(*steps, target=Target(server.url))
    run(read)
    assert [asked(each) for each in server.heard] == expected
    assert "old" not in "\n".join(read)


@needs_curl
@pytest.mark.parametrize(
    "written",
    [
        '"cursor" : "ab/c+d=="',
        '"cursor"\t:\n  "ab\\/c+d=="\n',
        r'"cursor":"ab/c\u002Bd\u003d\u003D"',
        r'"cursor":"\u0061b\/c+d=="',
        '"cursor": "ab/c+d=="',
    ],
)
def test_a_cursor_is_followed_however_it_is_written(serve: Serve, written: str) -> None:
    server = serve(lambda heard: answer(body=f'{{"keys": [{{}}], {"" if "=" in heard.path else written}}}'.encode()))
    read = Exchange(1, "", Request("GET", "/keys", Caller.OWNER), 0, 1, Answer(200, (), b'{"keys": []}'))
    run(lines(Step(((read,),), is_list=True), target=Target(server.url)))
    assert [parse_qsl(urlsplit(each.path).query) for each in server.heard] == [[], [("cursor", "ab/c+d==")]]


@needs_curl
def test_a_cursor_may_have_any_character_and_its_page_any_length(serve: Serve) -> None:
    cursor = "a\"\\ \\n%41/\\/'$(x)`\u00e9\u20ac"

    def listing(heard: Heard) -> bytes:
        shown = {"keys": ["k" * 1_000_000], "cursor": None if "=" in heard.path else cursor}
        return answer(body=json.dumps(shown, ensure_ascii=False).encode())

    server = serve(listing)
    read = Exchange(1, "", Request("GET", "/keys", Caller.OWNER), 0, 1, Answer(200, (), b'{"keys": []}'))
    run(lines(Step(((read,),), is_list=True), target=Target(server.url)))
    assert [parse_qsl(urlsplit(each.path).query) for each in server.heard] == [[], [("cursor", cursor)]]
