"""Law 7: a pass means that a fault would have been seen, whatever a run may know and do.

In every configuration that differs from the full one in one dimension, a requirement that passes on the honest mock
fails its plain mutant, at standard and deep also its subtlest one. What nothing could have shown is untested, and says
what would unlock it.
"""

from collections.abc import Mapping
from functools import cache

import pytest

from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, Result, Verdict
from fleet_contract.contract_tests.session.planning import plan_of
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import catalogue
from proof.mutants import of_requirement, plain, subtlest
from tests.client.servers import Heard, answer
from tests.suite.fronts import fronted
from tests.suite.harness import mock

from .configurations import CONFIGURATIONS, FULL, Configuration

THINNEST = 6  # passes of each configuration that are tried each time, of those that rest on the least
BREAKABLE = sorted(id for id in catalogue().requirements if of_requirement(id))
DEPTHS = {each.word: each for each in (Depth.STANDARD, Depth.DEEP)}


@cache
def honest(name: str) -> Report:
    """Return what a configuration comes to on the honest mock."""
    return CONFIGURATIONS[name].judged_mock()


def passed(report: Report) -> Mapping[str, Result]:
    """Return the passes of requirements that some mutant breaks alone."""
    by_id = {each.requirement.id: each for each in report.results if each.verdict is Verdict.PASSED}
    return {id: each for id, each in by_id.items() if of_requirement(id)}


def share_of_evidence(name: str) -> Mapping[str, float]:
    """Return for each pass of a configuration how much of the evidence it has that there is in the full one."""
    full = passed(honest(FULL.name))
    return {id: each.evidence / full[id].evidence for id, each in passed(honest(name)).items() if id in full}


def thinnest(name: str) -> list[str]:
    """Return the passes that rest on the least: beside the full configuration, or at all where none has lost any."""
    shares, passes = share_of_evidence(name), passed(honest(name))
    lost = sorted((id for id, share in shares.items() if share < 1), key=lambda each: (shares[each], each))
    return (lost or sorted(passes, key=lambda each: (passes[each].evidence, each)))[:THINNEST]


def require_seen(configuration: Configuration, id: str, mutant: str) -> None:
    report = configuration.judged_mock(mutant)
    result = next(each for each in report.results if each.requirement.id == id)
    assert result.verdict is Verdict.FAILED, f"{configuration.name}: {id} is {result.verdict} with {mutant}"


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_passes_fails_its_plain_mutant_where_the_pass_rests_on_the_least(name: str) -> None:
    tried = thinnest(name)
    assert tried
    for id in tried:
        require_seen(CONFIGURATIONS[name], id, plain(id).name)


READABLE = ("access.header-name-has-no-case", "http.unknown-paths-are-refused", "http.wrong-methods-are-refused")


@pytest.mark.parametrize("id", READABLE)
def test_what_reading_can_show_is_judged_where_nothing_may_be_written(id: str) -> None:
    assert id in passed(honest("read-only"))
    require_seen(CONFIGURATIONS["read-only"], id, plain(id).name)


@pytest.mark.thorough
@pytest.mark.parametrize("id", BREAKABLE)
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_passes_fails_its_plain_mutant(name: str, id: str) -> None:
    if id in passed(honest(name)):
        require_seen(CONFIGURATIONS[name], id, plain(id).name)


@pytest.mark.thorough
@pytest.mark.parametrize("id", BREAKABLE)
@pytest.mark.parametrize("name", DEPTHS)
def test_what_passes_fails_its_subtlest_mutant_at_standard_and_deep(name: str, id: str) -> None:
    if id in passed(honest(name)):
        require_seen(CONFIGURATIONS[name], id, subtlest(id, DEPTHS[name]).name)


# What unlocks what is untested, in the words of the report.
KEYS_TO_IT = ("needs --allow-writes", "needs --depth", "needs fixtures.", "needs other_api_key")


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_is_untested_says_what_would_unlock_it(name: str) -> None:
    untested = [each for each in honest(name).results if each.verdict is Verdict.UNTESTED]
    assert [each.requirement.id for each in untested if not any(key in each.reason for key in KEYS_TO_IT)] == []


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_plan_counts_what_is_judged(name: str) -> None:
    report = honest(name)
    told = {each.requirement.id for each in report.results if each.verdict is Verdict.PASSED}
    assert {id for id in told ^ plan_of(report.settings).reached if "overlapping" not in id} == set()


# --- what was seen to pass with nothing to show for it ---------------------------------------------------------------


def result_of(report: Report, id: str) -> Result:
    return next(each for each in report.results if each.requirement.id == id)


@pytest.mark.parametrize(
    ("name", "id", "key"),
    [
        ("read-only", "keys.identifier-is-unique", "needs --allow-writes"),
        ("without fixtures", "invitation.lists-the-codes", "needs fixtures.fleet_with_codes"),
        ("without fixtures", "invitation.foreign-fleet-is-403", "needs fixtures."),
        ("without fleet_without_codes", "invitation.without-codes-is-404", "fixtures.fleet_without_codes"),
    ],
)
def test_what_was_not_even_asked_is_untested(name: str, id: str, key: str) -> None:
    result = result_of(honest(name), id)
    assert result.verdict is Verdict.UNTESTED
    assert key in result.reason


def test_calls_that_found_nothing_fit_every_order() -> None:
    """A server that finds nothing but keys: no fleet was ever made, so nothing was seen of overlapping calls."""

    def nothing(_: int, heard: Heard) -> bytes | None:
        return None if heard.path.startswith("/emp/v1/charging-keys") else answer(404, b'{"detail": "Not Found"}')

    with mock() as url, fronted(url, nothing) as front:
        report = FULL.judged(front.url)
    assert report.outcome is Outcome.BREAKS
    races = [each for each in report.results if ".overlapping-" in each.requirement.id]
    assert {each.verdict for each in races} == {Verdict.UNTESTED}


def test_pages_that_no_cursor_leads_to_show_nothing_of_paging() -> None:
    def broken(_: int, heard: Heard) -> bytes | None:
        return answer(500, b'{"detail": "Internal Server Error"}') if "cursor=" in heard.path else None

    with mock() as url, fronted(url, broken) as front:
        report = FULL.judged(front.url)
    assert result_of(report, "http.never-a-server-error").verdict is Verdict.FAILED
    for id in ("keys.paging-ends", "keys.pages-list-each-key-once"):
        assert result_of(report, id).verdict is Verdict.UNTESTED, id
