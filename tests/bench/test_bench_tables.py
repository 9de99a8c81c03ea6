"""The tables of the comparison: what counts as caught, as a false alarm and as no verdict."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bench.contestant import Contestant, Ground, Reading, Share
from bench.records import Ending, Record
from bench.running import commit
from bench.subjects import Kind
from bench.tables import Results, kind_of, most_often, page, results_of, table

from bench import records
from fleet_contract.spec.files import Contradiction
from proof.mutants import MUTANTS


def contestant(name: str) -> Contestant:
    def command(_: Ground) -> list[str]:
        return []

    def read(_: Ground, __: int) -> Reading:
        return Reading(0, frozenset())

    return Contestant(name, name, name.title(), Share.ALL, 1, lambda: "1.0", command, read, notes=("A tool.",))


CONTESTANTS = {name: contestant(name) for name in ("careful", "hasty")}


def record(tool: str, kind: Kind, subject: str, *failed: str, ending: Ending = Ending.FINISHED) -> Record:
    section = "some_section" if kind is Kind.FAULT else ""
    return Record(tool, "1.0", kind, subject, section, ending, 3, failed, 2.0, 10, 4, 2, "")


HONEST = [
    record("careful", Kind.HONEST, "1"),
    record("hasty", Kind.HONEST, "1", "always"),
    record("hasty", Kind.HONEST, "2", "at times"),
]


def row_of(text: str, chapter: str, first: str) -> list[str]:
    lines = text.partition(f"### {chapter}\n")[2].partition("###")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return next(row for row in rows if row[0] == first)


def test_what_fails_on_the_default_mock_in_any_run_catches_nothing() -> None:
    known = [record("hasty", Kind.FAULT, name, *failed) for name, failed in FAILED.items()]
    results = Results(CONTESTANTS["hasty"], [*HONEST[1:], *known])
    assert [each.subject for each in results.noticing(known)] == ["new", "both"]


FAILED = {"known": ("always", "at times"), "new": ("a test",), "both": ("always", "a test"), "nothing": ()}


@pytest.mark.parametrize("ending", [Ending.CRASHED, Ending.TIMED_OUT, Ending.INCONCLUSIVE])
def test_a_run_without_a_verdict_catches_nothing_and_is_shown(ending: Ending) -> None:
    text = page([HONEST[0], record("careful", Kind.FAULT, "a-fault", "a test", ending=ending)], CONTESTANTS)
    assert row_of(text, "Detection", "Careful")[1:4] == ["0 / 1", "0%", "1"]
    assert row_of(text, "Runs without a verdict", "Careful")[1:3] == ["fault `a-fault`", ending.value]


def test_tools_are_compared_on_what_all_were_tried_on() -> None:
    faults = [
        record("careful", Kind.FAULT, "one", "a test"),
        record("careful", Kind.FAULT, "two", "a test"),
        record("hasty", Kind.FAULT, "two"),
    ]
    text = page([*HONEST, *faults], CONTESTANTS)
    assert row_of(text, "Detection", "Careful")[1:5] == ["2 / 2", "100%", "1 / 1", "100%"]
    assert row_of(text, "Detection", "Hasty")[1:5] == ["0 / 1", "0%", "0 / 1", "0%"]
    assert row_of(text, "Detection by section of faults", "some section") == ["some section", "2 / 2", "0 / 1"]


def test_what_all_were_tried_on_is_no_column_where_that_is_all() -> None:
    text = page([*HONEST, *(record(name, Kind.FAULT, "one", "a test") for name in CONTESTANTS)], CONTESTANTS)
    assert row_of(text, "Detection", "tool")[1:4] == ["caught", "", "no verdict"]
    assert row_of(text, "Detection", "Hasty")[1:4] == ["1 / 1", "100%", "0"]


def test_false_alarms_are_told_by_dialect() -> None:
    dialects = [
        record("careful", Kind.ANSWER, "create.status=200"),
        record("hasty", Kind.ANSWER, "create.status=200", "always", "POST /fleets with a name"),
        record("hasty", Kind.MIXTURE, "mixture 1", ending=Ending.TIMED_OUT),
    ]
    text = page([*HONEST, *dialects], CONTESTANTS)
    alarms = row_of(text, "False alarms on honest dialects", "Hasty")
    assert alarms[1:] == ["1 / 1", "100%", "0 / 1", "0%", "1", "POST /fleets (1)"]
    assert row_of(text, "Which dialects raise an alarm", "`create.status=200`")[1:] == ["quiet", "alarm"]


def test_without_the_default_mock_nothing_is_said_of_a_tool() -> None:
    text = page([HONEST[0], *(record(name, Kind.FAULT, "one", "a test") for name in CONTESTANTS)], CONTESTANTS)
    assert row_of(text, "Detection", "Careful")
    assert "Left out: 1 run of **Hasty**" in text
    assert "of **Careful**" not in text
    with pytest.raises(StopIteration):
        row_of(text, "Detection", "Hasty")


def test_what_fails_is_set_against_the_tests_only_where_both_are_counted_alike() -> None:
    by_kind = {"careful": replace(CONTESTANTS["careful"], fails_by_test=False), "hasty": CONTESTANTS["hasty"]}
    one_run = [HONEST[0], HONEST[1]]
    assert [row_of(page(one_run, by_kind), "The honest default mock", name)[2] for name in ("Careful", "Hasty")] == [
        "0",
        "1 of 3",
    ]
    assert row_of(page(HONEST, by_kind), "The honest default mock", "Hasty")[2] == "2"


def test_runs_on_subjects_that_are_no_more_are_left_out_and_counted() -> None:
    gone = [record("careful", Kind.FAULT, "no-such-fault"), record("careful", Kind.ANSWER, "create.status=299")]
    kept = [
        HONEST[0],
        record("careful", Kind.FAULT, next(iter(MUTANTS))),
        record("careful", Kind.ANSWER, "create.status=200"),
        record("careful", Kind.MIXTURE, "mixture 3"),
    ]
    assert records.of_known_subjects([*gone, *kept]) == kept
    assert "Left out: 2 runs on faults or answers that are no more." in page(kept, CONTESTANTS, gone=2)


def test_records_of_several_commits_are_told_apart() -> None:
    at_others = [replace(record("careful", Kind.FAULT, name), commit="abc") for name in ("one", "two")]
    text = page([HONEST[0], *at_others], CONTESTANTS)
    assert "**Careful** (1.0: 1 run; 1.0 at commit abc: 2 runs): A tool." in text
    assert "**Careful** (1.0): A tool." in page(HONEST, CONTESTANTS)


def test_a_record_of_before_commits_were_kept_is_read() -> None:
    line = json.loads(records.to_line(HONEST[0]))
    del line["commit"]
    assert records.from_line(json.dumps(line)) == HONEST[0]


def test_a_record_says_the_commit_of_the_checkout() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}\+?", commit())


def test_costs_are_medians_of_the_runs_that_finished() -> None:
    faults = [record("careful", Kind.FAULT, "one"), record("careful", Kind.FAULT, "two", ending=Ending.CRASHED)]
    text = page([HONEST[0], *faults], CONTESTANTS)
    assert row_of(text, "Detection", "Careful")[-4:] == ["2.0", "10", "4", "2"]


def test_of_no_records_there_are_no_results() -> None:
    assert results_of([], CONTESTANTS) == []
    assert page([], CONTESTANTS) == "Nothing was run yet."


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ST202 Schema-valid request rejected: GET /emp/v1/charging-keys", "ST202 Schema-valid request rejected"),
        (
            "+ve  Scenario: POST /emp/v1/fleets -> 201 with a request where …",
            "+ve Scenario: POST /emp/v1/fleets -> 201",
        ),
        ("GET (200) /emp/v1/charging-keys?fleetId=acme-corp-001", "GET (200) /emp/v1/charging-keys"),
        ("create.accepts-a-valid-fleet", "create.accepts-a-valid-fleet"),
    ],
)
def test_what_varies_is_no_part_of_a_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_a_kind_is_counted_once_in_a_run() -> None:
    alarms = [frozenset({"POST with a", "POST with b"}), frozenset({"POST with a", "GET"})]
    assert most_often(alarms) == "POST (2), GET (1)"


def test_kinds_that_are_as_frequent_stand_in_the_order_of_the_alphabet() -> None:
    names = [f"GET /{letter}" for letter in "hgfedcba"]
    assert most_often([frozenset(names)], most=8) == ", ".join(f"{name} (1)" for name in sorted(names))
    text = page([record("careful", Kind.HONEST, "1", *names)], CONTESTANTS)
    assert row_of(text, "The honest default mock", "Careful")[3] == ", ".join(sorted(names))


def test_a_table_keeps_its_columns() -> None:
    assert table(["tool", "runs"], [["a|b", 3]]) == "| tool | runs |\n| --- | ---: |\n| a\\|b | 3 |"


def test_records_come_back_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "results" / "all.jsonl"
    for each in HONEST:
        records.append(file, each)
    assert records.read(file) == HONEST


def test_of_a_run_that_was_made_again_the_last_counts(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    for ending in (Ending.CRASHED, Ending.FINISHED):
        records.append(file, record("careful", Kind.FAULT, "one", ending=ending))
    assert [each.ending for each in records.read(file)] == [Ending.FINISHED]


def test_a_failure_is_confirmed_by_a_run_that_has_it_too() -> None:
    first, second = (record("hasty", Kind.FAULT, "one", *failed) for failed in (("a", "b"), ("b", "c")))
    assert (first.confirmed_by(second).failed, first.confirmed_by(second).runs) == (("b",), 2)


def test_a_run_without_a_verdict_confirms_nothing() -> None:
    first = record("hasty", Kind.FAULT, "one", "a")
    assert first.confirmed_by(record("hasty", Kind.FAULT, "one", ending=Ending.CRASHED)).ending is Ending.CRASHED


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text(records.to_line(HONEST[0]) + '{"contestant": "careful"}\n')
    with pytest.raises(Contradiction, match="line 2"):
        records.read(file)
