"""Law 3: each fault breaks exactly what it says, at the depth that it says; a sample in other dialects too."""

from zlib import crc32

import pytest

from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import catalogue
from proof.missed import HIDDEN_BY_A_DIALECT, MISSED
from proof.mutants import MUTANTS
from tests.suite.harness import failed, judged, mock

from .dialects import Answers, covering

EVERY = 10  # fault is tried in one of the dialects: by a hash of its name, so that a new one moves no other
# Where odd ids are not accepted, a fault in them cannot show; and a delay would only take time.
TELLING = [each for each in covering() if each["id.alphabet"] == "any" and each["read.delay"] == "none"]
OTHER_DIALECTS = [TELLING[len(TELLING) * number // 4] for number in range(4)]
HASHES = {name: crc32(name.encode()) for name in MUTANTS if name not in HIDDEN_BY_A_DIALECT}
DEEP = [name for name, each in MUTANTS.items() if each.depth is Depth.DEEP]
SAMPLE = [(name, each // EVERY % len(OTHER_DIALECTS)) for name, each in HASHES.items() if each % EVERY == 0]


def require_exactly(name: str, dialect: Answers) -> None:
    with mock(name, settings=dialect) as url:
        report = judged(url, MUTANTS[name].depth.word)
    assert failed(report) == MUTANTS[name].breaks
    assert report.outcome is Outcome.BREAKS


@pytest.mark.parametrize("name", MISSED)
def test_a_fault_that_is_listed_as_missed_is_not_caught(name: str) -> None:
    with mock(name) as url:
        assert not failed(judged(url, "standard")), "it is caught: take it off the list"


@pytest.mark.parametrize("name", DEEP)
def test_a_fault_that_only_deep_shows_is_not_caught_at_standard(name: str) -> None:
    with mock(name) as url:
        assert not failed(judged(url, "standard")), "it is caught: take the depth from its row"


@pytest.mark.parametrize("name", [name for name in MUTANTS if name not in MISSED])
def test_a_fault_breaks_what_it_says_and_nothing_else(name: str) -> None:
    require_exactly(name, {})


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "number"), SAMPLE)
def test_a_fault_breaks_the_same_in_another_dialect(name: str, number: int) -> None:
    require_exactly(name, OTHER_DIALECTS[number])


def test_every_requirement_that_a_server_could_break_has_a_fault() -> None:
    judgeable = {each.id for each in catalogue().requirements.values() if not each.untestable}
    broken = frozenset[str]().union(*(fault.breaks for fault in MUTANTS.values()))
    assert judgeable - broken <= {"dialect.is-as-held"}, "what a target file is held to has no fault, but a dialect"
