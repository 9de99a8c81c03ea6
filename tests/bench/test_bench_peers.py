"""The peers: ratios within a round, the guard of instructions, and what the tables and the chart show."""

from pathlib import Path

import click
import pytest
from bench.figures import Figures, append, ratio, read
from bench.instructions import hold, times_bare
from bench.load import percentile
from bench.peers import PEERS
from bench.peers.__main__ import main
from bench.peers.python import BARE, OURS, STOCK
from bench.peers.report import chart, left_out, page
from click.testing import CliRunner

DOCS = Path(__file__).parents[2] / "docs"
PRINTED = """Running 1s test @ http://127.0.0.1:1
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.40ms  300.00us   9.90ms   90.00%
  Latency Distribution
     50%    1.38ms
     99%    0.25s
  7000 requests in 1.00s, 1.00MB read
""".replace("0.25s", "0.25s ")  # A unit of one letter is filled up.


def figures(peer: str, number: int, rate: float) -> Figures:
    rates = dict.fromkeys(("create", "rename", "invitation", "refused"), rate)
    return Figures(peer, number, rates, {"1": 0.1, "32": 1.0}, {"1": 0.2, "32": 2.0}, 0.5, 30.0, 40.0)


MEASURED = [
    figures(BARE, 0, 100),
    figures(OURS, 0, 60),
    figures(BARE, 1, 10),
    figures(OURS, 1, 8),
    figures(BARE, 2, 1000),
    figures(OURS, 2, 700),
    figures(OURS, 3, 1),
    figures("prism", 2, 50),
]


def test_a_ratio_is_the_median_of_the_rounds_that_have_both() -> None:
    assert ratio(MEASURED, OURS) == pytest.approx(0.7)
    assert ratio(MEASURED, "prism") == pytest.approx(0.05)


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "figures.jsonl"
    assert read(file) == []
    for each in MEASURED:
        append(file, each)
    assert read(file) == MEASURED


def test_the_guard_lets_a_request_take_a_tenth_more_and_no_more() -> None:
    hold(1.64, 1.5)
    hold(1.2, 1.5)
    with pytest.raises(click.ClickException, match=r"takes 1\.66 times the instructions of bare ASGI, and took 1\.50"):
        hold(1.66, 1.5)


def test_what_a_request_takes_is_compared_workload_by_workload() -> None:
    bare = {"create": 100.0, "rename": 100.0, "invitation": 200.0, "refused": 100.0}
    ours = {"create": 200.0, "rename": 200.0, "invitation": 400.0, "refused": 200.0}
    assert times_bare({BARE: bare, OURS: ours}) == pytest.approx(2)


@pytest.mark.parametrize(("percent", "milliseconds"), [(50, 1.38), (99, 250.0)])
def test_a_percentile_of_wrk_is_read_in_milliseconds(percent: int, milliseconds: float) -> None:
    assert percentile(PRINTED, percent) == pytest.approx(milliseconds)


def test_the_tables_show_the_fastest_first_what_it_lacks_and_what_was_not_measured() -> None:
    lines = page(MEASURED).splitlines()
    speed = [line.split(" | ")[0].removeprefix("| ") for line in lines[2:5]]
    assert speed == [BARE, f"**{OURS}**", "Prism 5.16"]
    assert "| 0.700 | – | 4 |" in lines[3]
    assert f"| Prism 5.16 | {PEERS['prism'].lacks} |" in lines


def test_the_chart_has_a_bar_for_each_peer_and_ours_stands_out() -> None:
    drawn = chart(MEASURED)
    assert drawn.count("<rect") == 1 + 3
    assert drawn.count('fill="#d55e00"') == 1


def test_what_cannot_be_compared_is_left_out_and_named() -> None:
    gone, alone = figures("a-peer-that-is-no-more", 2, 5), figures("wiremock", 7, 5)
    assert page([*MEASURED, gone, alone]) == page(MEASURED)
    assert chart([*MEASURED, gone, alone]) == chart(MEASURED)
    assert left_out(MEASURED) == []
    assert left_out([*MEASURED, gone, alone]) == [
        "a-peer-that-is-no-more is left out: no such peer is known.",
        f"wiremock is left out: no round of it has {BARE}.",
    ]


@pytest.mark.parametrize("kept", [[], [figures(OURS, 0, 60)]])
def test_where_nothing_can_be_compared_that_is_said(kept: list[Figures], tmp_path: Path) -> None:
    assert (page(kept), chart(kept)) == ("There is nothing to compare.", "")
    file = tmp_path / "figures.jsonl"
    for each in kept:
        append(file, each)
    done = CliRunner().invoke(main, ["--rounds", "0", "--figures", str(file), "--svg", str(tmp_path / "drawn.svg")])
    assert (done.exit_code, "There is nothing to draw" in done.output) == (1, True)
    assert not (tmp_path / "drawn.svg").exists()


def test_figures_are_printed_and_drawn_without_wrk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    file, drawn = tmp_path / "figures.jsonl", tmp_path / "drawn.svg"
    for each in MEASURED:
        append(file, each)
    done = CliRunner().invoke(main, ["--rounds", "0", "--figures", str(file), "--svg", str(drawn)])
    assert done.output == page(MEASURED) + "\n"
    assert drawn.read_text(encoding="utf-8") == chart(MEASURED)
    assert CliRunner().invoke(main, ["--rounds", "1", "--figures", str(file)]).exit_code == 2


def test_the_documentation_shows_the_figures_that_are_kept() -> None:
    kept = read(DOCS / "performance.jsonl")
    assert page(kept) in (DOCS / "performance.md").read_text(encoding="utf-8")
    assert chart(kept) == (DOCS / "performance.svg").read_text(encoding="utf-8")


def test_each_peer_says_what_it_does_not_do_and_only_those_of_the_mock_lack_nothing() -> None:
    assert {STOCK, BARE, OURS} <= PEERS.keys()
    for peer in PEERS.values():
        assert peer.lacks or peer.name == OURS or " on " in peer.name
