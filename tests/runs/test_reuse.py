"""Second nights: fleets of earlier runs are used again, few are new, and what became of them fails nothing."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.fleet import Fleet, Ownership
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.contract_tests.session.planning import left_out_with_reuse
from fleet_contract.contract_tests.target.earlier import MOST_NEW, Earlier, Stock, earlier_fleets
from proof.mutants import find
from tests.suite.harness import SEED, command, failed, judged, mock
from tests.suite.histories import HELD, MARK, History
from tests.suite.named_dialects import DIALECTS

OLD = "ct-0a1b2c3d-007"


def night(url: str, ledger: Path, depth: str = "quick", **given: Any) -> Report:
    return judged(url, depth, reuse=True, ledger=str(ledger), **given)


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"made": "fleet", "name": name, "base_url": "http://a", "certain": True, "owner": "api_key", **more}


# --- nights ---


def test_the_second_night_creates_few_fleets_and_judges_nearly_as_much(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with mock() as url:
        first = night(url, ledger, "standard")
        second = night(url, ledger, "standard")
    assert len(first.footprint.fleets_created) > 40
    assert first.footprint.fleets_reused == ()
    assert len(second.footprint.fleets_created) <= MOST_NEW
    assert set(second.footprint.fleets_reused) <= set(first.footprint.fleets_created)
    assert len(second.footprint.fleets_reused) >= 10
    assert len(second.footprint.keys_created) < len(first.footprint.keys_created)
    assert (first.outcome, second.outcome) == (Outcome.CONFORMS, Outcome.CONFORMS)
    assert second.judged >= first.judged - 1


@pytest.mark.parametrize("name", list(DIALECTS))
def test_no_dialect_is_accused_on_a_second_night(name: str, tmp_path: Path) -> None:
    with mock(settings=DIALECTS[name]) as url:
        reports = [night(url, tmp_path / "ledger.jsonl") for _ in range(2)]
    assert [failed(each) for each in reports] == [set(), set()]
    assert reports[1].outcome is Outcome.CONFORMS
    assert len(reports[1].footprint.fleets_created) <= MOST_NEW


def test_a_fleet_that_was_lost_overnight_fails_nothing_and_is_replaced(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with mock() as url:
        night(url, ledger)
        ledger.write_text(re.sub("ct-[0-9a-f]{8}-neighbour", "ct-00000000-neighbour", ledger.read_text()))
        second = night(url, ledger)
    assert second.footprint.fleets_not_found == ("ct-00000000-neighbour",)
    assert any(id.endswith("neighbour") for id in second.footprint.fleets_created)
    assert (failed(second), second.outcome) == (set(), Outcome.CONFORMS)
    assert len(second.footprint.fleets_created) <= MOST_NEW


def test_a_server_that_was_reset_is_told_and_fails_nothing(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with mock() as url:
        night(url, ledger)
        urlopen(Request(f"{url}/_mock/reset", method="POST")).close()  # noqa: S310
        said = command(
            "run", url, "--api-key", "env:KEY", "--reuse", "--ledger", str(ledger), "--depth", "quick", KEY="demo-key"
        )
    assert said.exit_code == 0
    text = " ".join(said.output.split())
    assert "not found: " in text
    assert "The server may have been reset; that does not fail the run." in text


def test_a_fleet_that_is_not_found_is_missed_in_the_second_night_too(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    hiding = "every-tenth-fleet-is-lost"
    with mock(hiding) as url:
        night(url, ledger)
        second = night(url, ledger)
    assert second.footprint.fleets_reused
    assert failed(second) == set(find(hiding).breaks)


def test_the_first_night_says_that_it_makes_what_the_next_ones_use(tmp_path: Path) -> None:
    with mock() as url:
        said = command(
            *("run", url, "--api-key", "env:KEY", "--reuse", "--ledger", str(tmp_path / "l"), "--depth", "smoke"),
            KEY="demo-key",
        )
    assert "names a fleet of an earlier run there" in " ".join(said.output.split())


def test_scratch_fleets_of_the_target_file_are_used(tmp_path: Path) -> None:
    with mock() as url:
        for number in range(3):
            body = json.dumps({"fleetId": f"scratch-{number}"}).encode()
            headers = {"X-API-Key": "demo-key", "Content-Type": "application/json"}
            urlopen(Request(f"{url}/emp/v1/fleets", body, headers)).close()  # noqa: S310
        report = night(url, tmp_path / "l", FLEET_SCRATCH_FLEETS="scratch-0,scratch-1,scratch-2,unheard-of")
    assert set(report.footprint.fleets_reused) & {"scratch-0", "scratch-1", "scratch-2"}
    assert (failed(report), report.outcome) == (set(), Outcome.CONFORMS)
    assert len(report.footprint.fleets_created) <= MOST_NEW


def test_a_plan_says_what_is_new_each_time_and_what_is_left_out(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text(json.dumps(entry(OLD, base_url="http://127.0.0.1:1")) + "\n")
    said = command("plan", "http://127.0.0.1:1", "--reuse", "--ledger", str(ledger), "--depth", "standard").output
    text = " ".join(said.split())
    assert f"at most {MOST_NEW} fleets" in text
    assert "1 fleet of earlier runs may be used" in text
    for each in left_out_with_reuse():
        assert f"Left out, since it needs new fleets: {each.words}" in text


def test_the_page_lists_what_a_second_night_leaves_out() -> None:
    page = (SEED.parents[1] / "docs" / "running.md").read_text(encoding="utf-8")
    section = page.partition("## Night after night")[2].partition("\n## ")[0]
    assert [line[2:] for line in section.splitlines() if line.startswith("- ")] == [
        each.words for each in left_out_with_reuse()
    ]


# --- which fleets may be used ---


def test_the_last_fleets_come_first_and_those_of_another_server_not_at_all() -> None:
    entries = [
        entry("ct-00000001-001"),
        entry("ct-00000002-001", owner="other_api_key"),
        entry("ct-00000003-001", base_url="http://b"),
        entry("ct-00000004-001", certain=False),
        entry("ct-00000005-001"),
        entry("ct-00000005-001", owner="other_api_key"),
        entry("ct-00000006-001", owner="nobody"),
        entry("2712847316001"),
        {**entry("CT-00000007-k001"), "made": "key"},
    ]
    assert earlier_fleets(entries, "http://a", ["scratch"]) == (
        Earlier("scratch", Caller.OWNER),
        Earlier("ct-00000002-001", Caller.OTHER),
        Earlier("ct-00000001-001", Caller.OWNER),
    )


def test_an_entry_of_an_older_ledger_is_the_owners() -> None:
    old = {name: value for name, value in entry(OLD).items() if name != "owner"}
    assert earlier_fleets([old], "http://a", []) == (Earlier(OLD, Caller.OWNER),)


def test_a_fleet_is_like_another_but_for_mark_and_number_and_is_used_once() -> None:
    ids = ["scratch", "ct-00000001-001", "ct-00000001-002-é", "ct-00000001-neighbour"]
    stock = Stock(Earlier(id, Caller.OWNER) for id in ids)
    assert list(stock.like("ct-00000002-009-é", Caller.OTHER)) == []
    assert list(stock.like("ct-00000002-009-é", Caller.OWNER)) == ["ct-00000001-002-é"]
    assert list(stock.like("ct-00000002-001", Caller.OWNER)) == ["scratch", "ct-00000001-001"]
    assert list(stock.like("ct-00000002-neighbour", Caller.OWNER)) == ["ct-00000001-neighbour"]
    assert list(Stock([Earlier("scratch", Caller.OWNER)]).like("ct-00000002-neighbour", Caller.OWNER)) == ["scratch"]
    assert list(stock.like("ct-00000002-001", Caller.OWNER)) == []


# --- what the judge knows of them ---


def after(*statuses: int, caller: Caller = Caller.OWNER) -> tuple[set[str], Fleet]:
    """Return what is broken when an earlier run's fleet is renamed and answered so, and what is known of it then."""
    facts = Facts(HELD, MARK, earlier={OLD: Caller.OWNER})
    history = History()
    history.history.facts = facts
    sent = [
        history.rename(OLD, f"name {MARK} {number}", status=status, caller=caller)
        for number, status in enumerate(statuses)
    ]
    judgement = judge(history.exchanges, facts)
    return {each.requirement for each in judgement.findings if not each.kept}, history.fleet(OLD, sent[-1])


def test_nobody_knows_whether_it_is_there_before_it_was_renamed() -> None:
    assert after(404)[0] == set()
    assert after(404, 404)[0] == set()


def test_it_is_there_once_it_was_renamed() -> None:
    broken, fleet = after(200, 200)
    assert broken == set()
    assert fleet.ownership is Ownership.OWN
    assert after(200, 404)[0] == {"fleets.id-never-changes"}


def test_a_rename_by_somebody_else_makes_it_nobodys() -> None:
    _, fleet = after(200, 200, caller=Caller.OTHER)
    assert fleet.ownership is Ownership.UNCLEAR
