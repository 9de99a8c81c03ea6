"""What the form of an answer says about a question, in whatever situation it was given."""

from collections.abc import Callable, Mapping

from fleet_contract.contract_tests.exchange import Answer
from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.fleets_of_keys import how_fleets_are_shown
from fleet_contract.contract_tests.judging.listings import items_of
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.texts import has_lower_case, in_capitals, is_unreserved
from fleet_contract.contract_tests.network.codings import codings_of
from fleet_contract.contract_tests.network.intermediary import is_html

Reader = Callable[[Moment], str | None]


def _status_of(operation: str) -> Reader:
    def read(moment: Moment) -> str | None:
        if moment.request.operation != operation or not moment.exchange.succeeded or _is_second(moment):
            return None
        return str(moment.exchange.status)

    return read


def _is_second(moment: Moment) -> bool:
    return any(id in _SECOND for id in situations_of(moment))


_SECOND = (
    "create.again-identically",
    "create.again-after-a-rename",
    "create.again-in-other-words",
    "create.of-an-id-perhaps-taken",
    "keys.create-the-same-key",
)


def _key_body(moment: Moment) -> str | None:
    answer = moment.exchange.answer
    if moment.request.operation != "create_charging_key" or answer is None or answer.status not in (200, 201):
        return None
    return "shown" if answer.body.strip() else "empty"


def _lower_case(moment: Moment) -> str | None:
    """Tell by a key that is shown; that one is refused, its situation tells."""
    is_create = moment.request.operation == "create_charging_key" and isinstance(moment.value, dict)
    shown = [moment.value] if is_create else items_of(moment.exchange) or ()
    return next(filter(None, (_told_by(item.get("keyIdentifier"), moment) for item in shown)), None)


def _told_by(identifier: object, moment: Moment) -> str | None:
    sent = moment.history.keys.spelling_of(identifier)
    if sent is None or not has_lower_case(sent):
        return None
    return {sent: "kept", in_capitals(sent): "capitals"}.get(str(identifier))


_WRONG_BODIES = ("rename.without-a-name", "rename.to-an-overlong-name", "rename.to-an-invalid-name")


def _rename_order(moment: Moment) -> str | None:
    status, situations = moment.exchange.status, set(situations_of(moment))
    both_wrong = situations in ({"rename.an-unknown-fleet", wrong} for wrong in _WRONG_BODIES)
    return str(status) if both_wrong and status in (400, 404) else None


def _allow(moment: Moment) -> str | None:
    # A path that is no operation may be answered 405 as well, where no method is allowed.
    answer = moment.exchange.answer
    if answer is None or answer.status != 405 or situations_of(moment) != ("any.wrong-method",):
        return None
    return "listed" if answer.header("allow") else "absent"


def _error_body(moment: Moment) -> str | None:
    answer = moment.exchange.answer
    if answer is None or not 400 <= answer.status < 500 or moment.exchange.request.method == "HEAD":
        return None
    if not answer.body.strip():
        return "empty"
    return "problem" if answer.media_type == "application/problem+json" else _unlabelled_body(answer)


def _unlabelled_body(answer: Answer) -> str:
    if not answer.is_json:
        return "html" if is_html(answer) else "text"
    return "message" if isinstance(answer.json, dict) and "message" in answer.json else "json"


def _fleet_shown(moment: Moment) -> Answer | None:
    """Return the answer that shows a fleet, None where it is none."""
    answer, shows_one = moment.exchange.answer, moment.request.operation in ("create_fleet", "rename_fleet")
    return answer if answer and answer.succeeded and shows_one else None


def _charset(moment: Moment) -> str | None:
    answer = _fleet_shown(moment)
    declared = ((answer and answer.header("content-type")) or "").lower().replace('"', "")
    return ("utf-8" if "charset=utf-8" in declared else "none") if answer else None


def _extras(moment: Moment) -> str | None:
    if not _fleet_shown(moment) or not isinstance(moment.value, dict):
        return None
    return "some" if set(moment.value) - {"fleetId", "fleetName"} else "none"


def _compression(moment: Moment) -> str | None:
    answer = _fleet_shown(moment)
    if answer is None:
        return None
    return "gzip" if {"gzip", "x-gzip"} & set(codings_of(answer.headers)) else "none"


def _any_alphabet(moment: Moment) -> str | None:
    """Tell `any` by what was accepted; blanks around an id may have been cut off."""
    id = moment.request.fields.get("fleetId")
    if moment.request.operation != "create_fleet" or not moment.exchange.succeeded or not isinstance(id, str):
        return None
    return None if is_unreserved(id.strip()) else "any"


def _rate(moment: Moment) -> str | None:
    answer = moment.exchange.answer
    return ("retry-after" if answer.header("retry-after") else "bare") if answer and answer.status == 429 else None


def _delay(moment: Moment) -> str | None:
    """Tell that a fleet was found by the first request after its create; that it was not, its situation tells."""
    if moment.request.operation != "rename_fleet" or not moment.exchange.succeeded or moment.request.path_id is None:
        return None
    fleet = moment.fleet_of_path
    was_found_at_once = fleet.is_first_rename and fleet.creation is not None and moment.is_own(fleet.id)
    return "none" if was_found_at_once else None


READERS: Mapping[str, Reader] = {
    "create.status": _status_of("create_fleet"),
    "key.status": _status_of("create_charging_key"),
    "key.body": _key_body,
    "key.lower-case": _lower_case,
    "keys.fleet-id": how_fleets_are_shown,
    "rename.order": _rename_order,
    "http.allow": _allow,
    "error.body": _error_body,
    "answer.charset": _charset,
    "answer.extras": _extras,
    "answer.compression": _compression,
    "id.alphabet": _any_alphabet,
    "rate.limit": _rate,
    "read.delay": _delay,
}
