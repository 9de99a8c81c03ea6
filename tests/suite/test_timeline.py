"""Timelines: what overlaps is drawn so."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.reports.timeline import drawn, timeline

from .objects import (
    ABSENT,
    CREATED,
    IS_A,
    NEVER,
    PROPERTY,
    REGISTER,
    RENAMED,
    W1,
    History,
    arbitrary,
    history_of,
    sequential,
)


def test_a_timeline_is_drawn_to_the_order_of_moments() -> None:
    history = history_of((10, 10.002, IS_A), (0, 10.001, CREATED), (10.003, NEVER, RENAMED), (10.004, 10.004, ABSENT))
    assert timeline(history, width=31).splitlines() == [
        "├─────────┤                      create a 201  10001.0 ms",
        "     ├─────────┤                 read a 200    2.0 ms",
        "                    ├─────────>  rename b 200  no answer",
        "                         │       read  404     0.0 ms",
    ]


def test_a_drawing_is_as_wide_as_a_terminal_lets_it() -> None:
    race = Finding("fleets.id-is-unique", False, (1,), operations=history_of((0, 2, CREATED), (1, 3, IS_A)))
    for width in (40, 60, 80):
        assert max(map(len, drawn(race, width).splitlines())) == width
    assert (
        len(drawn(race).splitlines()[1])
        == len(drawn(race, 200).splitlines()[1])
        == 72 + len("  create a 201  2000.0 ms")
    )


def test_a_timeline_of_nothing_is_empty() -> None:
    assert timeline(()) == ""


def test_a_timeline_is_wider_where_there_are_more_moments() -> None:
    lines = timeline(sequential(*[W1] * 50), width=20).splitlines()
    assert [line.index("├") for line in lines] == list(range(0, 100, 2))


@PROPERTY
@given(arbitrary(REGISTER, 12), st.integers(1, 90))
def test_bars_overlap_exactly_where_operations_do(history: History, width: int) -> None:
    lines = timeline(history, width).splitlines()
    drawn = sorted(history, key=lambda each: (each.invoked, each.returned, each.number))
    assert len(lines) == len(history)
    bars = [{column for column, sign in enumerate(line) if sign in "├─┤>│"} for line in lines]
    for (bar, one), (other_bar, other) in combinations(zip(bars, drawn, strict=True), 2):
        apart = one.returned < other.invoked or other.returned < one.invoked
        assert bool(bar & other_bar) is not apart
    assert all(each.text in line for line, each in zip(lines, drawn, strict=True))
