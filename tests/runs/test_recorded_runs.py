"""What our own runs recorded, judged again: it may show less than the run did, and never anything else."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from zlib import crc32

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.recorded.archives import read_archive
from fleet_contract.contract_tests.recorded.traffic import traffic_of
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from proof.missed import MISSED
from proof.mutants import MUTANTS, of_requirement, plain
from tests.prove.dialects import covering
from tests.recorded.archives_of_runs import broken, judged_again, run_of, traffic_of_run
from tests.suite.harness import failed, judged, mock

SHARES = (0.05, 0.2, 0.5, 0.8)
DIALECTS: Mapping[str, Mapping[str, str]] = {
    "as it comes": {},
    "lenient": {
        "duplicate.identical": "200",
        "id.alphabet": "any",
        "id.blanks": "trimmed",
        "id.normalisation": "nfc",
        "id.case": "ignored",
        "keys.fleet-id": "internal",
        "keys.page-size": "clamped",
        "key.duplicate": "accepted",
    },
    "strict": {"id.alphabet": "slug", "name.taken": "409", "name.blanks": "refused"},
}
EVERY = 200
SAMPLE = sorted(name for name in MUTANTS if name not in MISSED and crc32(name.encode()) % EVERY == 0)


def require_nothing_broken(dialect: Mapping[str, str]) -> None:
    traffic = traffic_of_run(tuple(dialect.items()))
    assert broken(traffic) == []
    for share in SHARES:
        count = round(len(traffic.exchanges) * share)
        kept = {each.number for each in Random(share).sample(traffic.exchanges, count)}  # noqa: S311  (no secret)
        assert broken(traffic, kept) == []


@pytest.mark.parametrize("name", DIALECTS)
def test_an_honest_server_breaks_nothing_whatever_part_of_its_traffic_was_recorded(name: str) -> None:
    require_nothing_broken(DIALECTS[name])


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(0, 50, 5))
def test_nor_does_one_of_any_other_dialect(number: int) -> None:
    require_nothing_broken(covering()[number])


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_few_exchanges_of_an_honest_server_break_anything(data: st.DataObject) -> None:
    traffic = traffic_of_run()
    numbers = [each.number for each in traffic.exchanges]
    kept = data.draw(st.sets(st.sampled_from(numbers), max_size=40))
    assert broken(traffic, kept) == []


def test_nor_do_they_where_nobody_knows_the_keys() -> None:
    traffic = traffic_of_run()
    assert broken(replace(traffic, exchanges=[_of_somebody(each) for each in traffic.exchanges])) == []


def _of_somebody(exchange: Exchange) -> Exchange:
    return replace(exchange, request=replace(exchange.request, caller=Caller.SOMEBODY))


@pytest.mark.parametrize("name", [*SAMPLE, "rename-answers-410-to-a-stranger"])
def test_a_recorded_fault_breaks_nothing_that_the_run_did_not_see_broken(name: str) -> None:
    report = run_of((), name)
    again = judged_again(report, traffic_of_run((), name))
    assert failed(again) <= failed(report)


SHOWN_BY_A_RECORDING = ("rename.answers-the-new-name", "keys.items-are-complete")


@pytest.mark.parametrize("id", SHOWN_BY_A_RECORDING)
def test_a_recording_shows_plain_faults(id: str) -> None:
    name = plain(id).name
    report = judged_again(run_of((), name), traffic_of_run((), name))
    assert failed(report) == {id}
    assert report.outcome is Outcome.BREAKS


@pytest.mark.thorough
@pytest.mark.parametrize("id", sorted({id for each in MUTANTS.values() for id in each.breaks if of_requirement(id)}))
def test_a_pass_of_a_recording_fails_with_its_plain_fault(id: str) -> None:
    honest = judged_again(run_of(depth="standard"), traffic_of_run(depth="standard"))
    if next(each for each in honest.results if each.requirement.id == id).verdict is Verdict.PASSED:
        name = plain(id).name
        report = judged_again(run_of((), name, depth="standard"), traffic_of_run((), name, depth="standard"))
        assert failed(report) == {id}


@pytest.mark.parametrize("mutant", [None, "rename-answers-without-the-name"])
def test_the_journal_of_a_mock_shows_the_same_with_pseudonyms_for_keys(mutant: str | None, tmp_path: Path) -> None:
    with mock(*filter(None, [mutant])) as url:
        report = judged(url, "smoke")
        archive = tmp_path / "journal.har"
        archive.write_bytes(httpx.get(f"{url}/_mock/journal.har").content)
        traffic = traffic_of(read_archive(archive), url, report.settings.target)
    assert len(traffic.exchanges) > 30
    assert Caller.OWNER in {each.request.caller for each in traffic.exchanges}
    assert failed(judged_again(report, traffic)) == failed(report)
