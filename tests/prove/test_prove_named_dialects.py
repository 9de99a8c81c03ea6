"""Law 2 in small: five dialects that together hold nearly every answer, spoken by the mock and read back.

Pairs of answers, and a server that needs a while until a fleet is found, are tried in tests/prove.
"""

import pytest

from fleet_contract.contract_tests.verdicts import Outcome
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import complete
from tests.suite.harness import failed, judged, mock

from .test_prove_dialects import require_round_trip

DIALECTS = {
    "a gateway in front, names tidied, strict bodies": {
        "create.status": "200",
        "duplicate.status": "400",
        "duplicate.identical": "200",
        "name.omitted": "null",
        "name.null": "refused",
        "name.empty": "omitted",
        "rename.empty": "kept",
        "name.blanks": "trimmed",
        "name.normalisation": "nfc",
        "id.alphabet": "unreserved",
        "id.case": "ignored",
        "length.unit": "utf-16",
        "create.invalid-name": "422",
        "properties.unknown": "400",
        "rename.order": "404",
        "rename.foreign": "403",
        "invitation.new-fleet": "some",
        "key.status": "200",
        "key.body": "empty",
        "key.invalid": "422",
        "key.duplicate": "400",
        "keys.unknown-fleet": "404",
        "keys.fleet-id": "internal",
        "keys.page-size": "clamped",
        "location.unknown-fleet": "default",
        "access.missing-key": "403",
        "access.unknown-key": "403",
        "http.unknown-path": "403",
        "http.wrong-method": "404",
        "http.wrong-media-type": "400",
        "http.missing-media-type": "400",
        "error.body": "message",
        "answer.charset": "utf-8",
        "answer.extras": "some",
        "answer.compression": "gzip",
    },
    "slugs only, odd names refused": {
        "duplicate.status": "422",
        "duplicate.identical": "201",
        "name.omitted": "empty",
        "name.empty": "refused",
        "name.blanks": "refused",
        "name.control-characters": "refused",
        "name.taken": "409",
        "id.alphabet": "slug",
        "properties.unknown": "422",
        "path.overlong-id": "403",
        "key.status": "204",
        "key.duplicate": "422",
        "keys.unknown-fleet": "403",
        "keys.fleet-id": "absent",
        "keys.page-size": "422",
        "location.unknown-fleet": "400",
        "access.missing-key": "403",
        "invitation.foreign-without-codes": "404",
        "http.unknown-path": "405",
        "http.wrong-method": "403",
        "http.wrong-media-type": "parsed",
        "http.missing-media-type": "parsed",
        "error.body": "json",
    },
    "ids tidied, numbers taken as texts": {
        "create.status": "200",
        "name.omitted": "id",
        "name.only-blanks": "refused",
        "id.blanks": "trimmed",
        "id.normalisation": "nfc",
        "id.case": "ignored",
        "json.scalars": "as-string",
        "rename.foreign": "403",
        "key.status": "200",
        "keys.unknown-fleet": "400",
        "keys.page-size": "default",
        "location.unknown-fleet": "403",
        "access.unknown-key": "403",
        "http.unknown-path": "403",
        "http.allow": "absent",
        "error.body": "text",
        "answer.charset": "utf-8",
    },
    "names are unique, keys are not": {
        "name.null": "refused",
        "name.taken": "422",
        "id.blanks": "400",
        "length.unit": "utf-16",
        "create.invalid-name": "422",
        "path.overlong-id": "414",
        "key.duplicate": "accepted",
        "key.body": "empty",
        "keys.page-size": "clamped",
        "http.wrong-method": "400",
        "error.body": "html",
        "answer.extras": "some",
        "answer.compression": "gzip",
    },
    "every error empty": {
        "duplicate.status": "400",
        "duplicate.identical": "200",
        "name.omitted": "empty",
        "name.taken": "400",
        "name.normalisation": "nfc",
        "id.alphabet": "unreserved",
        "json.scalars": "as-string",
        "path.overlong-id": "400",
        "invitation.new-fleet": "some",
        "http.unknown-path": "400",
        "http.wrong-method": "501",
        "http.missing-media-type": "parsed",
        "error.body": "empty",
    },
}
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
