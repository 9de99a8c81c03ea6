"""A server by another hand, in another framework, with other choices where the guide is silent."""

from collections.abc import Iterator

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.verdicts import Outcome, Verdict
from fleet_contract.spec.catalogue import catalogue
from tests.independent.server import serve

from .harness import ended_early, failed, judged, verdicts

# What that server really does, as far as it can be seen; read in its source, not in a report.
DIALECT = {
    "create.status": "200",
    "duplicate.status": "400",
    "duplicate.identical": "refused",
    "name.omitted": "null",
    "name.null": "omitted",
    "name.empty": "kept",
    "rename.empty": "kept",
    "name.blanks": "trimmed",
    "name.normalisation": "none",
    "name.control-characters": "kept",
    "name.taken": "accepted",
    "id.alphabet": "any",
    "id.blanks": "kept",
    "id.normalisation": "none",
    "id.case": "exact",
    "length.unit": "utf-16",
    "json.scalars": "refused",
    "create.invalid-name": "400",
    "properties.unknown": "ignored",
    "rename.order": "404",
    "path.overlong-id": "404",
    "invitation.new-fleet": "some",
    "key.status": "204",
    "key.invalid": "400",
    "key.duplicate": "400",
    "keys.unknown-fleet": "empty",
    "keys.page-size": "clamped",
    "access.missing-key": "403",
    "access.unknown-key": "403",
    "http.unknown-path": "403",
    "http.wrong-method": "403",
    "http.wrong-media-type": "parsed",
    "http.missing-media-type": "parsed",
    "answer.charset": "utf-8",
    "answer.extras": "some",
    "answer.compression": "none",
    "rate.limit": "unseen",
    "read.delay": "none",
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def first(url: str) -> Report:
    return judged(url, "standard", target=None, FLEET_API_KEY="one-key")


@pytest.fixture(scope="module")
def second(url: str, first: Report) -> Report:
    assert first.known.history, "the second run is one against a server that has been judged before"
    return judged(url, "standard", target=None, FLEET_API_KEY="one-key", FLEET_OTHER_API_KEY="two-key")


def test_nothing_fails_without_fixtures(first: Report) -> None:
    assert not failed(first)
    assert not ended_early(first)
    assert first.outcome is Outcome.CONFORMS


def test_nothing_fails_with_a_second_key_in_a_second_run(second: Report) -> None:
    assert not failed(second)
    assert not ended_early(second)
    assert second.outcome is Outcome.CONFORMS


def test_what_no_fixture_tells_is_all_that_is_untested(first: Report, second: Report) -> None:
    lacking = {result.requirement.id: result.reason for result in first.results if result.verdict is Verdict.UNTESTED}
    assert all("does not give" in reason for reason in lacking.values()), lacking
    assert first.judged >= 50
    gained = {id for id, verdict in verdicts(second).items() if verdict == Verdict.PASSED and id in lacking}
    assert {"fleets.id-is-unique-across-organizations", "invitation.foreign-fleet-is-403"} <= gained


def test_no_request_goes_to_a_location_that_nobody_named(first: Report) -> None:
    assert not [each for each in first.known.history if "location" in each.request.path]
    assert Caller.OTHER not in {each.request.caller for each in first.known.history}


@pytest.mark.parametrize("question", DIALECT)
def test_its_dialect_is_read(question: str, first: Report, second: Report) -> None:
    assert first.dialect[question] == DIALECT[question]
    assert second.dialect[question] == DIALECT[question]


def test_what_only_a_second_key_shows_is_read_with_one(first: Report, second: Report) -> None:
    assert first.dialect["rename.foreign"] == "unknown"
    assert second.dialect["rename.foreign"] == "403"


def test_what_does_not_exist_there_is_not_asked(first: Report) -> None:
    absent = {question for question, answer in first.dialect.items() if answer == "not-applicable"}
    assert absent == {"name.only-blanks", "key.body", "http.allow"}


def test_errors_in_two_forms_are_called_mixed(first: Report) -> None:
    """Its gateway answers JSON, and what stands behind it plain text."""
    assert first.dialect["error.body"] == "mixed"


def test_every_question_is_spoken_of_here() -> None:
    elsewhere = {
        "rename.foreign",
        "name.only-blanks",
        "key.body",
        "http.allow",
        "error.body",
        "location.unknown-fleet",
    }
    assert {*DIALECT, *elsewhere} == set(catalogue().questions)
