"""Judging the form of a success: JSON, and declared as JSON."""

from dataclasses import replace

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson, parse_json
from fleet_contract.contract_tests.judging.findings import Findings, finding
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.spec.catalogue import catalogue

_OF_A_FLEET = ("rename_fleet", "get_invitation_codes")


def judge_form(exchange: Exchange, known: Known) -> Findings:
    """Judge the body and the media type of a success; the create of a key may have no body."""
    answer = exchange.answer
    operation = known.sent[exchange.number].operation
    if answer is None or not answer.succeeded or not operation:
        return
    if operation == "create_charging_key" and not answer.body.strip():
        return
    if operation in _OF_A_FLEET and not known.may_exist(known.sent[exchange.number].path_id or ""):
        return  # That nobody's fleet is answered with a success is for its status to say.
    here, wrong = (exchange.number,), _what_is_wrong(answer)
    is_declared = answer.is_declared_as_json
    declared = f"Content-Type {(answer.header('content-type') or 'missing')[:100]}"
    for found in (
        finding("http.success-is-json", not wrong, here, "JSON in UTF-8", wrong),
        finding("http.success-is-declared-as-json", is_declared, here, "Content-Type application/json", declared),
    ):
        # An odd request may be answered with another success than the operation has, which then is the same everywhere.
        yield found if found.kept else replace(found, unless=frozenset({catalogue().successes[operation].breaks}))


def _what_is_wrong(answer: Answer) -> str:
    try:
        parse_json(answer.body)
    except NotJson as wrong:
        return f"a body of {len(answer.body)} bytes that is no JSON ({wrong})"
    return ""
