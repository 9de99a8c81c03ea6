"""Reading a server's dialect: what each exchange says about the questions of the catalogue."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson
from fleet_contract.contract_tests.judging.fleets_of_keys import how_fleets_are_shown
from fleet_contract.contract_tests.judging.known import Known, Standing, value_of
from fleet_contract.contract_tests.judging.likeness import NO_NAME
from fleet_contract.contract_tests.judging.sent import HOSTILE, LIMIT, is_slug, is_unreserved
from fleet_contract.contract_tests.judging.situations import situations_of
from fleet_contract.contract_tests.judging.walks import cursor_of, items_of
from fleet_contract.spec.catalogue import ANYTHING, SUCCESS, Situation, catalogue
from fleet_contract.spec.dialect import MIXED, NOT_APPLICABLE, UNKNOWN, Dialect, exists

Reading = tuple[str, str]
Reader = Callable[[Exchange, Known], str | None]
_PASSES = 3  # an answer may open another question: an alphabet is read first, then what its letters become
_SMALLEST_PAGE = 10  # keys
_ENOUGH = 100  # requests after which a pace that met no 429 is called free of them


def read_dialect(known: Known, held: Mapping[str, str]) -> Dialect:
    """Return every question with its answer, `mixed`, `unknown` or `not-applicable`.

    What the target file holds the server to counts as known from the start.
    """
    dialect: Dialect = dict(held)
    found: set[Reading] = set()  # what an earlier pass read is open no longer in the next
    for number in range(_PASSES):
        assumed = {**decided(dialect), **held}
        if number and assumed == known.dialect:
            break  # Another pass would read the same.
        known.assume(assumed)
        found |= {reading for exchange in known.history for reading in readings(exchange, known)}
        dialect = folded(found)
    if dialect["rate.limit"] == UNKNOWN and len(known.history) >= _ENOUGH:
        dialect = {**dialect, "rate.limit": "unseen"}
    return dialect


def decided(dialect: Dialect) -> Dialect:
    """Return the questions that have one answer."""
    undecided = (MIXED, UNKNOWN, NOT_APPLICABLE)
    return {question: answer for question, answer in dialect.items() if answer not in undecided}


def folded(found: Iterable[Reading]) -> Dialect:
    """Return what all readings together say of each question."""
    answers: dict[str, set[str]] = defaultdict(set)
    for question, answer in found:
        answers[question].add(answer)
    for question, telling in _TELLING.items():
        answers[question] &= {telling} if telling in answers[question] else answers[question]
    read = {id: _one(answers[id]) for id in catalogue().questions}
    return {id: answer if _may_exist(id, read) else NOT_APPLICABLE for id, answer in read.items()}


# What is not always to be seen, so that one sight of it tells.
_TELLING = {"read.delay": "some"}


def _one(answers: set[str]) -> str:
    if len(answers) > 1:
        return MIXED
    return next(iter(answers), UNKNOWN)


def _may_exist(question: str, read: Dialect) -> bool:
    """Say whether a question may exist; what it hangs on may be mixed or unknown itself."""
    when = catalogue().question(question).when
    return all(
        read[other] in (MIXED, UNKNOWN) or (read[other] in answers and exists(other, read))
        for other, answers in when.items()
    )


def readings(exchange: Exchange, known: Known) -> Iterator[Reading]:
    """Yield what one exchange says about the questions: at most one by its situation, and some by its form."""
    if exchange.answer is None:
        return
    situations = [catalogue().situation(id) for id in situations_of(exchange, known)]
    by_situation = _of_lone_situation(exchange, known, situations)
    if by_situation:
        yield by_situation
    for question, reader in _BY_FORM.items():
        answer = reader(exchange, known)
        if answer:
            yield question, answer


def _of_lone_situation(exchange: Exchange, known: Known, situations: list[Situation]) -> Reading | None:
    """Read the one situation that can have led to this answer, if it is one."""
    telling = [
        each for each in situations if _may_have_led_to(exchange, each) and not _is_far_fetched(each, exchange, known)
    ]
    if len(telling) != 1 or not telling[0].reads or any(ANYTHING in each.may for each in situations):
        return None
    question = catalogue().question(telling[0].reads)
    reader = _BY_SITUATION.get(question.id)
    answer = reader(exchange, known) if reader else None
    if answer is None:
        refused = not exchange.succeeded and "refused" in question.answers
        answer = "refused" if refused else str(exchange.status)
    return (question.id, answer) if answer in question.answers else None


def _is_far_fetched(situation: Situation, exchange: Exchange, known: Known) -> bool:
    """Say whether only a fleet of somebody else's could have the name, so that it is rather refused for what it is."""
    if situation.id != "name.perhaps-taken":
        return False
    return not known.is_anothers(_sent_name(exchange, known), known.sent[exchange.number].path_id or "", exchange)


def _may_have_led_to(exchange: Exchange, situation: Situation) -> bool:
    if exchange.succeeded:
        return SUCCESS in situation.may and bool(situation.reads)
    return exchange.status in catalogue().statuses(situation.may)


# --- by situation: what a success means, where its status does not say ----------------------------


def _sent_name(exchange: Exchange, known: Known) -> Any:
    fields = known.sent[exchange.number].fields
    return fields.get("newName", fields.get("fleetName", NO_NAME))


def _answered(exchange: Exchange, field: str) -> Any:
    fleet = value_of(exchange)
    return fleet.get(field, NO_NAME) if isinstance(fleet, dict) else NO_NAME


def _on_success(answer: str) -> Reader:
    return lambda exchange, _: answer if exchange.succeeded else None


def _name_omitted(exchange: Exchange, known: Known) -> str | None:
    name = _answered(exchange, "fleetName")
    for shown, answer in ((NO_NAME, "absent"), (None, "null"), ("", "empty")):
        if name is shown or name == shown:
            return answer
    return "id" if name == known.sent[exchange.number].fields.get("fleetId") else None


def _empty_name(exchange: Exchange, _: Known) -> str | None:
    if not exchange.succeeded:
        return None
    return "kept" if _answered(exchange, "fleetName") == "" else "omitted"


def _name_changed(change: Callable[[str], str], answer: str, otherwise: str) -> Reader:
    return lambda exchange, known: _changed(
        _sent_name(exchange, known), _answered(exchange, "fleetName"), change, (answer, otherwise)
    )


def _name_blanks(exchange: Exchange, known: Known) -> str | None:
    """Tell that blanks are cut off, be it at one side alone."""
    cuts = (str.strip, str.lstrip, str.rstrip)
    return next(filter(None, (_name_changed(cut, "trimmed", "kept")(exchange, known) for cut in cuts)), None)


def _id_changed(change: Callable[[str], str], answer: str, otherwise: str) -> Reader:
    return lambda exchange, known: _changed(
        known.sent[exchange.number].fields.get("fleetId"), _answered(exchange, "fleetId"), change, (answer, otherwise)
    )


def _changed(sent: Any, answered: Any, change: Callable[[str], str], answers: tuple[str, str]) -> str | None:
    if answered == sent:
        return answers[1]
    return answers[0] if isinstance(sent, str) and answered == change(sent) else None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _alphabet(exchange: Exchange, known: Known) -> str | None:
    """Tell `unreserved` and `slug` by what was refused.

    A refusal tells nothing where the id is near the limit in any unit: it may have been too long.
    """
    id = str(known.sent[exchange.number].fields["fleetId"])
    if exchange.succeeded or len(id.encode("utf-8", "replace")) > LIMIT:
        return None
    if is_unreserved(id):
        return "slug"
    if set(id) & HOSTILE:
        return None
    accepted = any(birth.certain and is_unreserved(birth.id) and not is_slug(birth.id) for birth in known.all_births())
    return "unreserved" if accepted else None


def _case(exchange: Exchange, known: Known) -> str | None:
    """Tell by letters of ASCII alone: servers that ignore case disagree about all others."""
    if not (known.sent[exchange.number].path_id or "").isascii():
        return None
    return "ignored" if exchange.succeeded else "exact"


def _new_fleet(exchange: Exchange, known: Known) -> str | None:
    """Tell of a fleet that was created here; that it has no codes only once it was found: it may not have settled."""
    if known.birth(known.sent[exchange.number].path_id or "", exchange) is None:
        return None
    if exchange.succeeded:
        return "some"
    return "none" if known.was_renamed(known.sent[exchange.number].path_id or "", exchange) else None


def _unknown_fleets_keys(exchange: Exchange, _: Known) -> str | None:
    page = value_of(exchange)
    return "empty" if isinstance(page, dict) and page.get("keys") == [] else None


def _page_size(exchange: Exchange, known: Known) -> str | None:
    """Tell by a size that is too small, and only where there are more keys than the smallest page holds."""
    keys, size = items_of(exchange), known.sent[exchange.number].query["page_size"]
    if keys is None or int(size) > _SMALLEST_PAGE or len(keys) < _SMALLEST_PAGE:
        return None
    if len(keys) > _SMALLEST_PAGE:
        return "default"
    return "clamped" if cursor_of(exchange) else None


_BY_SITUATION: dict[str, Reader] = {
    "name.omitted": _name_omitted,
    "name.null": _on_success("omitted"),
    "name.empty": _empty_name,
    "rename.empty": _on_success("kept"),
    "name.blanks": _name_blanks,
    "name.only-blanks": _name_changed(str.strip, "", "kept"),
    "name.normalisation": _name_changed(_nfc, "nfc", "none"),
    "name.control-characters": _on_success("kept"),
    "name.taken": _on_success("accepted"),
    "id.alphabet": _alphabet,
    "id.blanks": _id_changed(str.strip, "trimmed", "kept"),
    "id.normalisation": _id_changed(_nfc, "nfc", "none"),
    "id.case": _case,
    "length.unit": lambda exchange, _: "code-points" if exchange.succeeded else "utf-16",
    "json.scalars": _on_success("as-string"),
    "properties.unknown": _on_success("ignored"),
    "invitation.new-fleet": _new_fleet,
    "keys.unknown-fleet": _unknown_fleets_keys,
    "keys.page-size": _page_size,
    "key.duplicate": _on_success("accepted"),
    "location.unknown-fleet": _on_success("default"),
    "http.wrong-media-type": _on_success("parsed"),
    "http.missing-media-type": _on_success("parsed"),
    "read.delay": lambda *_: "some",
}


# --- by form: what any answer shows ---------------------------------------------------------------


def _status_of(operation: str) -> Reader:
    def read(exchange: Exchange, known: Known) -> str | None:
        asked = known.sent[exchange.number].operation == operation
        if not asked or not exchange.succeeded or _is_second(exchange, known):
            return None
        return str(exchange.status)

    return read


def _is_second(exchange: Exchange, known: Known) -> bool:
    return any(id in _SECOND for id in situations_of(exchange, known))


_SECOND = (
    "create.again-identically",
    "create.again-after-a-rename",
    "create.again-in-other-words",
    "create.of-an-id-perhaps-taken",
    "keys.create-the-same-key",
)


def _key_body(exchange: Exchange, known: Known) -> str | None:
    asked = known.sent[exchange.number].operation == "create_charging_key"
    if not asked or exchange.status not in (200, 201) or exchange.answer is None:
        return None
    return "shown" if exchange.answer.body.strip() else "empty"


def _rename_order(exchange: Exchange, known: Known) -> str | None:
    situations = set(situations_of(exchange, known))
    both_wrong = situations in ({"rename.an-unknown-fleet", wrong} for wrong in _WRONG_BODIES)
    return str(exchange.status) if both_wrong and exchange.status in (400, 404) else None


_WRONG_BODIES = ("rename.without-a-name", "rename.to-an-overlong-name", "rename.to-an-invalid-name")


def _allow(exchange: Exchange, known: Known) -> str | None:
    # A path that is no operation may be answered 405 as well, where no method is allowed.
    if exchange.status != 405 or exchange.answer is None or situations_of(exchange, known) != ("any.wrong-method",):
        return None
    return "listed" if exchange.answer.header("allow") else "absent"


def _error_body(exchange: Exchange, _: Known) -> str | None:
    answer = exchange.answer
    if answer is None or not 400 <= answer.status < 500 or exchange.request.method == "HEAD":
        return None
    if not answer.body.strip():
        return "empty"
    if answer.media_type == "application/problem+json":
        return "problem"
    return _unlabelled_body(answer)


def _unlabelled_body(answer: Answer) -> str:
    try:
        value = answer.json
    except NotJson:
        return "html" if answer.media_type == "text/html" else "text"
    return "message" if isinstance(value, dict) and "message" in value else "json"


def _is_fleet(exchange: Exchange, known: Known) -> bool:
    return known.sent[exchange.number].operation in ("create_fleet", "rename_fleet") and exchange.succeeded


def _charset(exchange: Exchange, known: Known) -> str | None:
    if not _is_fleet(exchange, known) or exchange.answer is None:
        return None
    declared = (exchange.answer.header("content-type") or "").lower().replace('"', "")
    return "utf-8" if "charset=utf-8" in declared else "none"


def _extras(exchange: Exchange, known: Known) -> str | None:
    fleet = value_of(exchange) if _is_fleet(exchange, known) else None
    if not isinstance(fleet, dict):
        return None
    return "some" if set(fleet) - {"fleetId", "fleetName"} else "none"


def _compression(exchange: Exchange, known: Known) -> str | None:
    if not _is_fleet(exchange, known) or exchange.answer is None:
        return None
    return "gzip" if exchange.answer.header("content-encoding") == "gzip" else "none"


def _any_alphabet(exchange: Exchange, known: Known) -> str | None:
    """Tell `any` by what was accepted; blanks around an id may have been cut off."""
    sent = known.sent[exchange.number]
    id = sent.fields.get("fleetId")
    if sent.operation != "create_fleet" or not exchange.succeeded or not isinstance(id, str):
        return None
    return None if is_unreserved(id.strip()) else "any"


def _rate(exchange: Exchange, _: Known) -> str | None:
    if exchange.status != 429 or exchange.answer is None:
        return None
    return "retry-after" if exchange.answer.header("retry-after") else "bare"


def _delay(exchange: Exchange, known: Known) -> str | None:
    """Tell that a fleet was found by the first request after its create; that it was not, its situation tells."""
    sent = known.sent[exchange.number]
    if sent.operation != "rename_fleet" or sent.path_id is None:
        return None
    birth = known.birth(sent.path_id, exchange)
    if birth is None or known.standing(sent.path_id, exchange) is not Standing.OWN:
        return None
    return "none" if exchange.succeeded and known.is_first_use(sent.path_id, exchange) else None


_BY_FORM: dict[str, Reader] = {
    "create.status": _status_of("create_fleet"),
    "key.status": _status_of("create_charging_key"),
    "key.body": _key_body,
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
