"""The curve of what a request costs by how much a mock holds: how it is shown, and that the documentation shows it."""

import json
from pathlib import Path

import pytest
from bench.holding import OPERATIONS, Held
from bench.scale import HELD, KINDS, SIZES, Figures, drawn, main, page
from click.testing import CliRunner

MOST_GROWTH = 1.3
DOCS = Path(__file__).parents[2] / "docs"
COSTS = {name: {mock: 1e-5 * (1 + place / 10) for place, mock in enumerate(HELD)} for name in OPERATIONS}
FIGURES: Figures = {**dict.fromkeys(KINDS, COSTS), "weight": {"resident": {"a fleet": 339.4, "a key": 533.0}}}


def test_the_tables_show_multiples_of_the_smallest_mock() -> None:
    shown = page(FIGURES)
    assert "| rename a fleet | 10.0 µs | × 1.10 | × 1.20 | × 1.30 | × 1.40 |" in shown
    assert "| a fleet | 339 bytes |" in shown


def test_the_drawing_has_a_curve_for_each_operation() -> None:
    assert drawn(FIGURES).count("<polyline") == len(OPERATIONS)


def test_where_a_few_fleets_are_asked_for_no_list_of_theirs_grows() -> None:
    mock = Held(50, 5)
    for name, operation in OPERATIONS.items():
        known = {mock.known(operation) for _ in range(200)}
        assert known == set(range(5, 10) if operation.makes_lists_longer else range(5)), name
    everywhere = Held(5, 5)
    assert {everywhere.known(operation) for operation in OPERATIONS.values() for _ in range(200)} == set(range(5))


def test_figures_are_read_where_nothing_is_measured(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    kept.write_text(json.dumps(FIGURES))
    done = CliRunner().invoke(main, ["--rounds", "0", "--figures", str(kept), "--svg", str(tmp_path / "picture.svg")])
    assert done.output == page(FIGURES) + "\n"
    assert (tmp_path / "picture.svg").read_text() == drawn(FIGURES)
    assert CliRunner().invoke(main, ["--rounds", "0"]).exit_code == 2


def test_the_documentation_shows_the_figures_that_are_kept() -> None:
    kept = json.loads((DOCS / "scale.json").read_text(encoding="utf-8"))
    assert page(kept) in (DOCS / "performance.md").read_text(encoding="utf-8")
    assert drawn(kept) == (DOCS / "scale.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("what", "most"), [("a fleet", 500), ("a key", 700)])
def test_what_is_kept_is_within_what_is_promised(what: str, most: float) -> None:
    kept = json.loads((DOCS / "scale.json").read_text(encoding="utf-8"))
    assert kept["weight"]["resident"][what] <= most
    largest = list(SIZES)[-1]
    costs = kept["request"].values()
    assert max(each[largest] / each[next(iter(SIZES))] for each in costs) <= MOST_GROWTH
