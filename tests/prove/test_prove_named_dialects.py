"""Law 2 in small: five dialects that together hold nearly every answer, spoken by the mock and read back.

Pairs of answers, and a server that needs a while until a fleet is found, are tried in tests/prove.
"""

import pytest

from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import complete
from tests.suite.harness import failed, judged, mock
from tests.suite.named_dialects import DIALECTS

from .round_trip import require_round_trip

# Read in tests/prove and tests/client: they need time.
ELSEWHERE = {("read.delay", "some"), ("rate.limit", "bare"), ("rate.limit", "retry-after")}


def test_together_with_the_default_they_hold_every_answer() -> None:
    held = {pair for chosen in ({}, *DIALECTS.values()) for pair in complete(chosen).items()}
    questions = catalogue().questions.values()
    assert held | ELSEWHERE == {(question.id, answer) for question in questions for answer in question.answers}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_conforms_and_is_read_back(name: str) -> None:
    require_round_trip(dict(complete(DIALECTS[name])))


def test_a_target_is_held_to_the_dialect_that_its_file_names() -> None:
    with mock(settings={"duplicate.status": "400"}) as url:
        kept = judged(url, FLEET_DIALECT="duplicate.status=400")
        broken = judged(url, FLEET_DIALECT="duplicate.status=409, create.status=201")
    assert kept.outcome is Outcome.CONFORMS
    assert failed(broken) == {"dialect.is-as-held"}
    first = next(result for result in broken.results if result.failures).failures[0]
    assert first.expected == "duplicate.status = 409, as the target file says"
    assert first.got == "400"
