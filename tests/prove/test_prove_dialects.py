"""Law 2: an honest mock conforms in whatever dialect, and the dialect is read back as it is."""

import pytest

from fleet_contract.contract_tests.verdicts import Outcome
from fleet_contract.spec.dialect import NOT_APPLICABLE
from tests.suite.harness import ended_early, failed, judged, mock

from .dialects import Answers, covering, every_pair, pairs_of, random_dialect

RANDOM = 40


def require_round_trip(dialect: Answers) -> None:
    with mock(settings=dialect) as url:
        report = judged(url, "standard")
    assert not failed(report)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
    assert {question: dialect.get(question, NOT_APPLICABLE) for question in report.dialect} == dict(report.dialect)


def test_the_dialects_hold_every_pair_of_answers() -> None:
    assert every_pair() <= set[frozenset[tuple[str, str]]]().union(*map(pairs_of, covering()))


@pytest.mark.parametrize("number", range(len(covering())))
def test_a_dialect_conforms_and_is_read_back(number: int) -> None:
    require_round_trip(covering()[number])


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(RANDOM))
def test_a_random_dialect_conforms_and_is_read_back(seed: int) -> None:
    require_round_trip(random_dialect(seed))
