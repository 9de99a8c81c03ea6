"""Law 3 in small: a sample of the faults, one of each kind of misbehaviour, at the depth that costs least.

All of them are tried in tests/prove.
"""

import pytest

from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.spec.catalogue import catalogue
from proof.mutants import MUTANTS

from .harness import failed, judged, mock

SAMPLE = (
    "second-create-overwrites",
    "ids-are-unique-in-an-organization-only",
    "a-name-finds-its-fleet",
    "rename-aliases-id",
    "a-fleet-takes-three-names-and-no-more",
    "create-demands-a-name",
    "create-answers-the-id-in-upper-case",
    "create-measures-names-in-bytes",
    "create-accepts-an-empty-id",
    "rename-answers-the-id-in-the-body",
    "rename-cuts-names",
    "rename-to-null-removes-the-name",
    "rename-works-across-organizations",
    "codes-are-wrapped",
    "inactive-codes-are-listed-too",
    "no-codes-are-an-empty-list",
    "key-create-overlooks-a-missing-contract",
    "a-refused-key-moves-to-another-fleet",
    "the-filter-is-ignored",
    "page-size-is-ignored",
    "a-page-begins-with-the-last-key-of-the-one-before",
    "the-last-page-has-a-cursor",
    "keys-of-all-organizations-are-listed",
    "another-location-is-answered",
    "prices-of-a-fleet-stick",
    "rename-fleet-needs-no-key",
    "keys-have-no-case",
    "a-nul-breaks-the-server",
    "successes-are-latin-1",
    "successes-are-declared-as-bytes",
    "delete-is-accepted",
    "escapes-are-refused",
)


def test_the_sample_has_faults_of_every_section() -> None:
    judgeable = [each for each in catalogue().requirements.values() if not each.untestable]
    broken = {id.split(".")[0] for name in SAMPLE for id in MUTANTS[name].breaks}
    assert broken == {each.id.split(".")[0] for each in judgeable} - {"dialect"}
    assert len(set(SAMPLE)) >= 30


@pytest.mark.parametrize("name", SAMPLE)
def test_a_fault_breaks_what_it_says_and_nothing_else(name: str) -> None:
    with mock(name) as url:
        report = judged(url)
    assert failed(report) == MUTANTS[name].breaks
    assert report.outcome is Outcome.BREAKS
