"""The table of depths: what counts as caught, what as exact, and what is said of the rest."""

from bench.depths import Run, remarks, row
from bench.many import HONEST

from fleet_contract.contract_tests.target.depths import Depth
from proof.mutants import MUTANTS

ONE, TWO, THREE = list(MUTANTS)[:3]


def run(fault: str, failed: frozenset[str] = frozenset(), requests: int = 10, *, early: bool = False) -> Run:
    return Run(fault, failed, early, requests, fleets=requests // 10, keys=1)


RUNS = [
    run(HONEST, requests=9),
    run(ONE, MUTANTS[ONE].breaks),
    run(TWO, MUTANTS[TWO].breaks | {"another"}, requests=30),
    run(THREE, frozenset({"another"}), requests=20, early=True),
]


def test_a_depth_is_a_line_of_the_table() -> None:
    line = row(Depth.QUICK, RUNS)
    assert line == ["quick", "2 / 3", "67%", "1 / 3", "33%", "15", "30", "3", "1", "250 requests, 20 fleets, 6 keys"]


def test_what_did_not_go_as_it_should_is_named() -> None:
    said = remarks(RUNS)
    assert "failed on the honest mock: none" in said
    assert f"not caught: {THREE};" in said
    assert f"caught, but not exactly: {TWO};" in said
    assert said.endswith(f"ended early: {THREE}")
