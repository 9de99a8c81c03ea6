"""What a plan says beforehand is what a run comes to: its checks, what they judge, and what would unlock the rest."""

from dataclasses import replace

import pytest

from fleet_contract.contract_tests.running.runs import Report, Settings
from fleet_contract.contract_tests.running.verdicts import Verdict
from fleet_contract.contract_tests.session.planning import Plan, plan_of
from fleet_contract.contract_tests.target import target
from fleet_contract.contract_tests.target.target import Fixtures
from tests.prove.configurations import CONFIGURATIONS, Configuration
from tests.suite.harness import judged, mock, verdicts


def in_words(name: str) -> str:
    file, _, function = name.partition("[")[0].partition(".py::")
    return ": ".join(each.removeprefix("test_").replace("_", " ") for each in (file, function))


def test_a_plan_of_reads_drives_what_ends_without_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "is_loopback", lambda _: False)
    with mock() as url:
        report = judged(url, "standard", requests_per_second="0")
    plan = plan_of(report.settings)
    ended = {in_words(ran.name) for ran in report.ran if not ran.reason}
    # The last two ask once more for what was written, which is nothing.
    assert {each.words for each in plan.drives} == {
        each for each in ended if not each.startswith(("roll call", "spare"))
    }
    assert not [each.words for each in plan.drives if each.check.writes]
    assert "create.accepts-a-valid-fleet" in plan.unlocked["needs --allow-writes"]


def bare(settings: Settings) -> Settings:
    """Leave out the second key and all fixtures."""
    return replace(settings, target=replace(settings.target, fixtures=Fixtures(), other_api_key=None))


def reading(settings: Settings) -> Settings:
    return CONFIGURATIONS["read-only"].change(settings)


def require_driven(plan: Plan, report: Report) -> None:
    drives = {each.words for each in plan.drives}
    if plan.settings.target.may_write:
        assert drives - {PARTLY} == {in_words(ran.name) for ran in report.ran if not ran.reason} - {PARTLY}
    else:  # what is driven until it would write is no part of the plan
        assert drives <= {in_words(ran.name) for ran in report.ran}


PARTLY = "generated: generated requests"  # some of which need a location


@pytest.mark.parametrize(
    "configuration",
    [
        Configuration("smoke", {"depth": "smoke"}),
        Configuration("quick", {"depth": "quick"}),
        Configuration("standard", {}),
        Configuration("smoke, bare", {"depth": "smoke"}, bare),
        Configuration("quick, bare", {"depth": "quick"}, bare),
        Configuration("standard, bare", {}, bare),
        Configuration("smoke, reading", {"depth": "smoke"}, reading),
        Configuration("quick, reading", {"depth": "quick"}, reading),
        Configuration("smoke, reading, bare", {"depth": "smoke"}, lambda settings: bare(reading(settings))),
        Configuration("quick, reading, bare", {"depth": "quick"}, lambda settings: bare(reading(settings))),
        CONFIGURATIONS["one key"],
        CONFIGURATIONS["without fleet_with_codes"],
        CONFIGURATIONS["only keys"],
    ],
    ids=lambda each: each.name,
)
def test_a_plan_counts_what_the_run_judges_and_unlocks_the_rest_once(configuration: Configuration) -> None:
    report = configuration.judged_mock()
    plan = plan_of(report.settings)
    require_driven(plan, report)
    judged_ones = {id for id, verdict in verdicts(report).items() if verdict in (Verdict.PASSED, Verdict.FAILED)}
    assert {id for id in plan.reached ^ judged_ones if "overlapping" not in id} == set()
    assert sorted(id for ids in plan.unlocked.values() for id in ids) == sorted(verdicts(report).keys() - plan.reached)
