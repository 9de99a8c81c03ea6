"""What an answer says about the one question that its situation leaves open."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.fleet_names import others_called_like
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.judging.texts import HOSTILE, LIMIT, is_unreserved, nfc, spelled
from fleet_contract.spec.catalogue import ANYTHING, SUCCESS, Situation, catalogue

Reading = tuple[str, str]
Reader = Callable[[Moment], str | None]
_SMALLEST_PAGE = 10  # keys


def reading_of_its_situation(moment: Moment) -> Reading | None:
    """Return a question and what an exchange answers to it, where one situation alone can have led to that."""
    situations = [catalogue().situation(id) for id in situations_of(moment)]
    if any(ANYTHING in each.may for each in situations):
        return None
    telling = [each for each in situations if _may_have_led_to(moment, each)]
    if len(telling) != 1 or not telling[0].reads:
        return None
    question = catalogue().question(telling[0].reads)
    reader = READERS.get(question.id)
    answer = (reader and reader(moment)) or _by_its_status(moment, question.answers)
    return (question.id, answer) if answer in question.answers else None


def _may_have_led_to(moment: Moment, situation: Situation) -> bool:
    if situation.id == "name.perhaps-taken" and not _was_given_to_another(moment):
        return False
    if moment.exchange.succeeded:
        return SUCCESS in situation.may and bool(situation.reads)
    return moment.exchange.status in catalogue().statuses(situation.may)


def _was_given_to_another(moment: Moment) -> bool:
    """Say whether another fleet was to be called so, or so but for the case of its letters.

    A name that only a fleet of somebody else's could have is rather refused for what it is.
    """
    name = spelled(_sent_name(moment))
    others = others_called_like(moment.fleet_of_path, name)
    return any(each.name.casefold() == name.casefold() for each in others)


def _by_its_status(moment: Moment, answers: Sequence[str] | Mapping[str, Any]) -> str:
    is_refused = not moment.exchange.succeeded and "refused" in answers
    return "refused" if is_refused else str(moment.exchange.status)


# --- what was sent, and what a success shows -----------------------------------------------------


def _sent_name(moment: Moment) -> Any:
    return moment.request.fields.get("newName", moment.request.fields.get("fleetName", MISSING))


def _shown(moment: Moment, field: str) -> Any:
    return moment.value.get(field, MISSING) if isinstance(moment.value, dict) else MISSING


def _on_success(answer: str) -> Reader:
    return lambda moment: answer if moment.exchange.succeeded else None


def _changed(sent: Any, shown: Any, change: Callable[[str], str], answers: tuple[str, str]) -> str | None:
    """Return the first answer where a text is shown changed, the second where it is shown as it was sent."""
    if shown == sent:
        return answers[1]
    return answers[0] if isinstance(sent, str) and shown == change(sent) else None


# --- names ---------------------------------------------------------------------------------------


def _name_omitted(moment: Moment) -> str | None:
    name = _shown(moment, "fleetName")
    for shown, answer in ((MISSING, "absent"), (None, "null"), ("", "empty")):
        if name is shown or name == shown:
            return answer
    return "id" if name == moment.request.fields.get("fleetId") else None


def _empty_name(moment: Moment) -> str | None:
    if not moment.exchange.succeeded:
        return None
    return "kept" if _shown(moment, "fleetName") == "" else "omitted"


def _name_changed(change: Callable[[str], str], answer: str, otherwise: str) -> Reader:
    return lambda moment: _changed(_sent_name(moment), _shown(moment, "fleetName"), change, (answer, otherwise))


def _name_blanks(moment: Moment) -> str | None:
    """Tell that blanks are cut off, be it at one side alone."""
    readers = (_name_changed(cut, "trimmed", "kept") for cut in (str.strip, str.lstrip, str.rstrip))
    return next(filter(None, (reader(moment) for reader in readers)), None)


def _unit(moment: Moment) -> str | None:
    """Tell by a name of few code points whether UTF-16 is counted, and by one of many whether these are not.

    That one is accepted although it has more than fit is told by `graphemes` alone.
    """
    if len(_sent_name(moment)) > LIMIT:
        return "graphemes" if moment.exchange.succeeded else None
    return "code-points" if moment.exchange.succeeded else "utf-16"


# --- ids -----------------------------------------------------------------------------------------


def _id_changed(change: Callable[[str], str], answer: str, otherwise: str) -> Reader:
    return lambda moment: _changed(
        moment.request.fields.get("fleetId"), _shown(moment, "fleetId"), change, (answer, otherwise)
    )


def _alphabet(moment: Moment) -> str | None:
    """Tell `unreserved` and `slug` by what was refused.

    A refusal tells nothing where the id is near the limit in any unit: it may have been too long.
    """
    id = str(moment.request.fields["fleetId"])
    if moment.exchange.succeeded or len(id.encode("utf-8", "replace")) > LIMIT:
        return None
    if is_unreserved(id):
        return "slug"
    if set(id) & HOSTILE:
        return None
    return "unreserved" if moment.history.took_unreserved_ids else None


def _case(moment: Moment) -> str | None:
    """Tell by letters of ASCII alone: servers that ignore case disagree about all others."""
    if not (moment.request.path_id or "").isascii():
        return None
    return "ignored" if moment.exchange.succeeded else "exact"


# --- codes and keys ------------------------------------------------------------------------------


def _new_fleet(moment: Moment) -> str | None:
    """Tell of a fleet that was created here; that it has no codes only once it was found: it may not have settled."""
    if moment.fleet_of_path.creation is None:
        return None
    if moment.exchange.succeeded:
        return "some"
    return "none" if moment.fleet_of_path.is_renamed else None


def _unknown_fleets_keys(moment: Moment) -> str | None:
    return "empty" if isinstance(moment.value, dict) and moment.value.get("keys") == [] else None


def _page_size(moment: Moment) -> str | None:
    """Tell by a size that is too small, and only where there are more keys than the smallest page holds."""
    keys, size = items_of(moment.exchange), moment.request.query["page_size"]
    if keys is None or int(size) > _SMALLEST_PAGE or len(keys) < _SMALLEST_PAGE:
        return None
    if len(keys) > _SMALLEST_PAGE:
        return "default"
    return "clamped" if cursor_of(moment.exchange) else None


# What tells where a status does not: nearly always what a success shows.
READERS: Mapping[str, Reader] = {
    "name.omitted": _name_omitted,
    "name.null": _on_success("omitted"),
    "name.empty": _empty_name,
    "rename.empty": _on_success("kept"),
    "name.blanks": _name_blanks,
    "name.only-blanks": _name_changed(str.strip, "", "kept"),
    "name.normalisation": _name_changed(nfc, "nfc", "none"),
    "name.control-characters": _on_success("kept"),
    "name.taken": _on_success("accepted"),
    "id.alphabet": _alphabet,
    "id.blanks": _id_changed(str.strip, "trimmed", "kept"),
    "id.normalisation": _id_changed(nfc, "nfc", "none"),
    "id.case": _case,
    "length.unit": _unit,
    "json.scalars": _on_success("as-string"),
    "properties.unknown": _on_success("ignored"),
    "invitation.new-fleet": _new_fleet,
    "keys.unknown-fleet": _unknown_fleets_keys,
    "keys.page-size": _page_size,
    "key.duplicate": _on_success("accepted"),
    "location.unknown-fleet": _on_success("default"),
    "http.wrong-media-type": _on_success("parsed"),
    "http.missing-media-type": _on_success("parsed"),
    "read.delay": lambda _: "some",
}
