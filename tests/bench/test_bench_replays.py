"""How many scripts tell a mutant from a clean mock: the sample, and what counts as told."""

from subprocess import CompletedProcess

import pytest
from bench.replays import Came, Tried, has_failed, sample, table_of, tries

from proof.mutants import MUTANTS, of_requirement

# --- the sample ---------------------------------------------------------------------------------


def test_a_sample_is_fixed_and_holds_each_mutant_once() -> None:
    names = sample(60)
    assert names == sample(60)
    assert len(names) == len(set(names)) == 60
    assert set(names) <= set(MUTANTS)
    assert sorted(sample(len(MUTANTS))) == sorted(MUTANTS)


def test_a_large_sample_has_the_plainest_and_the_subtlest_mutant_of_each_requirement() -> None:
    names = set(sample(200))
    for requirement in {id for mutant in MUTANTS.values() for id in mutant.breaks}:
        mutants = of_requirement(requirement)
        assert {each.name for each in mutants[:1] + mutants[-1:]} <= names


# --- what a script shows ------------------------------------------------------------------------


def test_what_differs_between_any_two_mocks_tells_nothing() -> None:
    said = ['HTTP/1.1 200 OK\ndate: {}\nserver: x\n\n{{"id": "ct-5eed000{}", "at": "{}/a"}}\n'] * 2
    rest = [("Mon", 0, "http://a"), ("Tue", 1, "http://b")]
    one, two = (each.format(*more) for each, more in zip(said, rest, strict=True))
    assert list(tries(one, "http://a")) == list(tries(two, "http://b"))


def test_each_try_of_a_race_is_looked_at_alone_and_calls_at_once_answer_in_any_order() -> None:
    said = "--- try 1\n201\n409\n--- try 2\n409\n201\n--- try 3\n201\n201\n"
    for summary in ("", "try 3 of 3 shows it\n", "no try of 3 showed it\n"):
        assert list(tries(said + summary, "http://a")) == ["201\n409", "201\n409", "201\n201"]


def test_where_no_run_failed_no_share_is_above_all() -> None:
    assert "| the run did not fail |  | 2 / 2 | 100% |" in table_of([Tried("c", "", Came.UNCAUGHT)] * 2, "scripts")


@pytest.mark.parametrize(
    ("there", "here", "failed"),
    [
        ((0, ""), (0, ""), False),
        ((1, "It took longer than 120 s."), (0, ""), True),
        ((0, ""), (1, "It took longer than 120 s."), True),
        ((127, "bash: line 3: jq: command not found"), (0, ""), True),
        ((7, "curl: (7) Failed to connect"), (0, ""), True),
        ((52, "curl: (52) Empty reply from server\n"), (0, ""), False),
        ((0, ""), (52, "curl: (52) Empty reply from server"), True),
        ((3, ""), (0, ""), True),
    ],
)
def test_a_script_that_failed_tells_nothing(there: tuple[int, str], here: tuple[int, str], failed: bool) -> None:
    runs = (CompletedProcess("bash", code, "", said) for code, said in (there, here))
    assert has_failed(*runs) is failed


def test_the_table_counts_what_came_of_the_scripts() -> None:
    tried = [
        Tried("a", "x.y", Came.TOLD, "shortened"),
        Tried("b", "x.y", Came.ALIKE, "unseen"),
        Tried("c", "", Came.UNCAUGHT),
    ]
    assert table_of(tried, "scripts").splitlines() == [
        "",
        "2 scripts",
        "",
        "| came of it | known | of all |  |",
        "| --- | --- | ---: | ---: |",
        "| both answered alike | unseen | 1 / 3 | 33% |",
        "| reproduced | shortened | 1 / 3 | 33% |",
        "| the run did not fail |  | 1 / 3 | 33% |",
    ]
