"""Judging the form of a success: JSON, and declared as JSON."""

from fleet_contract.contract_tests.exchange import Answer, NotJson, parse_json
from fleet_contract.contract_tests.judging.findings import Findings, finding
from fleet_contract.contract_tests.judging.moment import Moment

_OF_A_FLEET = ("rename_fleet", "get_invitation_codes")
# What each operation is to show, of which no JSON shows nothing: the catalogue explains these failures.
_UNSHOWN = {
    "create_fleet": "create.echoes-the-id",
    "rename_fleet": "rename.keeps-the-id",
    "get_invitation_codes": "invitation.answers-an-array-of-codes",
    "list_charging_keys": "keys.list-answers-a-page",
    "get_location": "prices.answer-is-the-location",
}


def judge_json_form(moment: Moment) -> Findings:
    """Judge the body and the media type of a success; the create of a key may have no body."""
    answer, operation = moment.exchange.answer, moment.request.operation
    if answer is None or not answer.succeeded or not answer.whole or not operation:
        return
    if operation == "create_charging_key" and not answer.body.strip():
        return
    if operation in _OF_A_FLEET and not moment.history.may_exist(moment.request.path_id or ""):
        return  # That nobody's fleet is answered with a success is for its status to say.
    wrong = _what_is_wrong(answer)
    declared = f"Content-Type {(answer.header('content-type') or 'missing')[:100]}"
    yield finding("http.success-is-json", not wrong, moment.here, "JSON in UTF-8", wrong)
    if wrong and operation in _UNSHOWN:
        yield finding(_UNSHOWN[operation], False, moment.here, "JSON in UTF-8", wrong)
    expected, is_declared = "Content-Type application/json", answer.is_declared_as_json
    yield finding("http.success-is-declared-as-json", is_declared, moment.here, expected, declared)


def _what_is_wrong(answer: Answer) -> str:
    if answer.is_json:
        return ""
    try:
        parse_json(answer.body)
    except NotJson as wrong:
        return f"a body of {len(answer.body)} bytes that is not JSON{f' ({wrong})' if str(wrong) else ''}"
    return ""
