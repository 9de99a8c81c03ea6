"""The table of checks: what each costs, and which faults would go unseen without it."""

from bench.checks import Shown, rows, run, unseen
from bench.many import HONEST

COST = {"dear": 9, "cheap": 1, "needless": 2}
RUNS = [
    Shown(HONEST, COST, []),
    Shown("seen twice", COST, [frozenset({"dear"}), frozenset({"cheap"})]),
    Shown("seen by two together", COST, [frozenset({"dear", "cheap"})]),
    Shown("seen once", COST, [frozenset({"cheap"})]),
    Shown("unseen", COST, []),
]


def test_a_check_is_a_line_and_the_least_needed_comes_first() -> None:
    assert rows(RUNS) == [["needless", "2", "0", "0"], ["dear", "9", "2", "1"], ["cheap", "1", "3", "2"]]


def test_what_nothing_shows_is_named() -> None:
    assert unseen(RUNS) == ["unseen"]


def test_a_run_tells_which_checks_show_a_fault() -> None:
    shown = run(("quick", "create-answers-202"))
    assert "test_identity.py::test_an_id_is_taken_once" in shown.by
    assert sum(shown.cost.values()) <= 250


def test_a_run_against_the_honest_mock_shows_nothing() -> None:
    assert not run(("quick", HONEST)).failures
