"""A server by another hand, in another framework, with other choices where the guide is silent."""

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
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
    "key.lower-case": "kept",
    "keys.unknown-fleet": "empty",
    "keys.fleet-id": "own",
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


# What only a second key shows, and what its source cannot say in one word: its gateway answers errors in JSON, and what
# stands behind it in plain text.
OTHERWISE = {
    "rename.foreign": "unknown",
    "location.unknown-fleet": "unknown",
    "error.body": "mixed",
    "name.only-blanks": "not-applicable",
    "key.body": "not-applicable",
    "invitation.foreign-without-codes": "not-applicable",
    "http.allow": "not-applicable",
}


def test_with_nothing_but_a_key_nothing_fails_and_its_dialect_is_read() -> None:
    with serve() as url:
        report = judged(url, "standard", target=None, FLEET_API_KEY="one-key")
    assert not failed(report)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
    assert dict(report.dialect) == {**DIALECT, **OTHERWISE}
    lacking = {result.requirement.id: result.reason for result in report.results if result.verdict is Verdict.UNTESTED}
    assert report.judged >= 50
    assert all("needs " in reason for reason in lacking.values()), lacking
    assert not [each for each in report.history.exchanges if "location" in each.request.path], "nobody named a location"
    assert Caller.OTHER not in {each.request.caller for each in report.history.exchanges}


def test_with_a_second_key_nothing_fails_and_more_is_judged() -> None:
    with serve() as url:
        report = judged(url, "quick", target=None, FLEET_API_KEY="one-key", FLEET_OTHER_API_KEY="two-key")
    assert not failed(report)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
    expected = {**DIALECT, **OTHERWISE, "rename.foreign": "403"}
    read = {question: answer for question, answer in report.dialect.items() if answer != "unknown"}
    assert read == {question: expected[question] for question in read}
    assert read["rename.foreign"] == "403"
    passed = {id for id, verdict in verdicts(report).items() if verdict == Verdict.PASSED}
    assert passed >= {
        "fleets.id-is-unique-across-organizations",
        "rename.foreign-fleet-is-refused",
        "invitation.foreign-fleet-is-403",
        "keys.of-others-are-hidden",
    }
