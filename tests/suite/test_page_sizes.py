"""Pages that are shorter than was asked for, and sizes that are not allowed."""

from typing import Any

import pytest

from fleet_contract.contract_tests.judging.keys import judge_page

from .histories import History


def page(keys: int, **more: Any) -> dict[str, Any]:
    return {"keys": [{} for _ in range(keys)], **more}


def obeys(history: History, query: str, answer: dict[str, Any]) -> bool:
    asked = history.page(query, answer)
    sizes = [each.kept for each in judge_page(asked, history.known) if "page-size" in each.requirement]
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
