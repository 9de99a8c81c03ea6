"""Pages that are shorter than was asked for, and sizes that are not allowed."""

from typing import Any

import pytest

from fleet_contract.contract_tests.judging.content.pages import judge_page
from fleet_contract.contract_tests.judging.content.whole_lists import judge_lists

from .histories import KEY, KEYS, History


def page(keys: int, **more: Any) -> dict[str, Any]:
    return {"keys": [{} for _ in range(keys)], **more}


def obeys(history: History, query: str, answer: dict[str, Any]) -> bool:
    asked = history.page(query, answer)
    sizes = [each.kept for each in judge_page(history.at(asked)) if "page-size" in each.requirement]
    return all(sizes) and bool(sizes)


@pytest.mark.parametrize(("size", "keys"), [("9", 9), ("1", 1), ("0", 0), ("501", 501)])
def test_a_size_out_of_range_is_not_obeyed(size: str, keys: int) -> None:
    history = History()
    history.page("page_size=10", page(10, cursor="a"))
    assert not obeys(history, f"page_size={size}", page(keys, cursor="b"))


def test_a_short_page_that_is_the_last_may_have_any_size() -> None:
    assert obeys(History(), "page_size=9", page(9))


def test_where_any_page_may_be_short_a_short_one_tells_nothing() -> None:
    history = History()
    history.page("page_size=10", page(7, cursor="a"))
    assert obeys(history, "page_size=9", page(7, cursor="b"))
    assert not obeys(history, "page_size=10", page(11, cursor="b"))


def key(number: int) -> dict[str, Any]:
    return {"keyIdentifier": f"{number:014x}", "visualNumber": f"V-{number}"}


def broken_by(*pages: tuple[list[int], str]) -> set[str]:
    """Return what a listing of pages breaks, each with its keys and its cursor."""
    history = History()
    listing(history, *pages)
    return broken(history)


def listing(history: History, *pages: tuple[list[int], str]) -> None:
    led = ""
    for numbers, cursor in pages:
        history.page(led, {"keys": [key(each) for each in numbers], **({"cursor": cursor} if cursor else {})})
        led = f"cursor={cursor}"


def broken(history: History) -> set[str]:
    return {found.requirement for found in judge_lists(history.view) if not found.kept}


def test_one_empty_page_may_lead_on_and_two_lead_nowhere() -> None:
    assert not broken_by(([1], "a"), ([], "b"), ([2], ""))
    assert not broken_by(([], "a"), ([2], ""))
    assert broken_by(([1], "a"), ([], "")) == {"keys.paging-ends"}
    assert broken_by(([], "a"), ([], "b")) == {"keys.paging-ends"}
    assert broken_by(([1], "a"), ([], "b"), ([], "c")) == {"keys.paging-ends"}


def test_a_key_that_is_created_between_two_pages_may_push_another_onto_the_next() -> None:
    assert broken_by(([2, 1], "a"), ([1, 0], "")) == {"keys.pages-list-each-key-once"}
    history = History()
    history.page("", {"keys": [key(2), key(1)], "cursor": "a"})
    history.add("POST", KEYS, KEY, 201)
    history.page("cursor=a", {"keys": [key(1), key(0)]})
    assert "keys.pages-list-each-key-once" not in broken(history)
    history.page("", {"keys": [key(2), key(1)], "cursor": "b"})
    history.add("POST", KEYS, {**KEY, "keyIdentifier": "04aabbccdd"}, 201)
    history.page("cursor=b", {"keys": [key(2), key(1)]})
    assert "keys.pages-list-each-key-once" in broken(history)
