"""Judging the fleet that an answer shows: its id and its name, against what was sent."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding, shown
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.fleet_names import names_before, names_meanwhile
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.identity import loosest
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.judging.texts import LIMIT, is_overlong_by_blanks, nfc, without_any_blanks

_SPELLING = "http.json-is-read-by-value"
# What the fleet in an answer shows of the body that was sent.
_SHOWN = (
    "create.echoes-the-id",
    "create.echoes-the-name",
    "create.name-is-optional",
    "create.refuses-an-overlong-id",
    "create.refuses-an-overlong-name",
    "rename.answers-the-new-name",
    "rename.keeps-the-id",
    "rename.refuses-an-overlong-name",
)
_CHANGES: tuple[Callable[[str], str], ...] = (
    str.strip,
    str.lstrip,
    str.rstrip,
    lambda text: text.strip(" "),
    lambda text: text.strip(" \t\r\n"),
    without_any_blanks,
)


def judge_fleet(moment: Moment) -> Findings:
    """Judge what the success of a create or a rename shows, as far as its body could be read."""
    judge = _JUDGES.get(moment.request.operation)
    if judge is not None and moment.request.body is Body.OBJECT and moment.shows_json:
        yield from judge(moment)


def laid_to_spelling(found: Sequence[Finding], history: History) -> Findings:
    """Lay to its spelling what is wrong only where a body was spelled in another way than usual."""
    failures = [each for each in found if not each.kept]
    spelled = {each for each in failures if history.request(max(each.exchanges)).is_unusually_spelled}
    as_usual = {each.requirement for each in failures if each not in spelled}
    for each in found:
        is_by_spelling = each in spelled and each.requirement in _SHOWN and each.requirement not in as_usual
        yield replace(each, requirement=_SPELLING) if is_by_spelling else each


def _of_create(moment: Moment) -> Findings:
    fields = moment.request.fields
    id, name = fields.get("fleetId"), fields.get("fleetName", MISSING)
    ids = [each for each in _variants(id) if not _fits_without_blanks(each)]
    requirement = "create.refuses-an-overlong-id" if _is_beyond_the_limit(id) else "create.echoes-the-id"
    yield _shows(moment, requirement, "fleetId", ids)
    fleet = moment.fleet(str(id))
    if fleet.is_renamed or fleet.may_have_been_created_alike:
        return  # An identical create may be answered with the fleet as it is now.
    names = [name, *names_before(fleet), *names_meanwhile(fleet)]
    yield _shows(moment, _about_the_name(name), "fleetName", _shown_as(names, ids))


def _about_the_name(name: Any) -> str:
    if _is_beyond_the_limit(name):
        return "create.refuses-an-overlong-name"
    return "create.name-is-optional" if name in (MISSING, None, "") else "create.echoes-the-name"


def _of_rename(moment: Moment) -> Findings:
    id = moment.request.path_id or ""
    is_known = bool(moment.history.creations(id)) or moment.is_own(id)
    if not is_known or _may_be_a_refusal(moment):
        return  # That such a rename succeeds is for its status to say.
    ids = [*_variants(id), *_ids_of_the_same_fleet(id, moment), *_id_of_an_unseen_create(id, moment)]
    yield _shows(moment, "rename.keeps-the-id", "fleetId", ids)
    name = moment.request.fields.get("newName", MISSING)
    requirement = "rename.refuses-an-overlong-name" if _is_beyond_the_limit(name) else "rename.answers-the-new-name"
    # Whoever reads the fleet again after the rename may see the name that an overlapping one gave.
    names = [name, *names_meanwhile(moment.fleet(id))]
    yield _shows(moment, requirement, "fleetName", _shown_as(names, ids))


def _may_be_a_refusal(moment: Moment) -> bool:
    """Say whether a success shows no fleet, and perhaps there was none."""
    shows_one = isinstance(moment.value, dict) and "fleetId" in moment.value
    return not shows_one and moment.fleet_of_path.ownership is Ownership.UNCLEAR


_JUDGES = {"create_fleet": _of_create, "rename_fleet": _of_rename}


def _is_beyond_the_limit(text: object) -> bool:
    """Say whether an id or a name is accepted whole only by whoever counts what a reader sees."""
    return isinstance(text, str) and len(text) > LIMIT


def _fits_without_blanks(text: object) -> bool:
    """Say whether an id or a name can only have been accepted without the blanks around it."""
    return isinstance(text, str) and is_overlong_by_blanks(text)


def _ids_of_the_same_fleet(id: str, moment: Moment) -> list[str]:
    """Return the ids under which the fleet of a path was created: where case is ignored it may be shown so."""
    creations = moment.history.creations(id)
    earlier = (each.id for each in creations if each.exchange.started < moment.exchange.started)
    return [each for each in earlier if moment.view.may_be_one(each, id)]


def _id_of_an_unseen_create(id: str, moment: Moment) -> list[str]:
    """Return the id that a rename shows where a create that nobody saw may have spelled it so."""
    shown = moment.value.get("fleetId") if isinstance(moment.value, dict) else None
    is_like_it = isinstance(shown, str) and loosest(shown) == loosest(id)
    return [str(shown)] if moment.history.is_partial and is_like_it else []


def _shows(moment: Moment, requirement: str, field: str, allowed: list[Any]) -> Finding:
    value = moment.value.get(field, MISSING) if isinstance(moment.value, dict) else MISSING
    kept = any(value is each if each in (None, MISSING) else value == each for each in allowed)
    got = f"no {field}" if value is MISSING else f"{field} {shown(value)}"
    expected = f"{field} {shown(allowed[0])}" if allowed[0] is not MISSING else f"no {field}"
    or_refused = "a refusal, or " if "refuses" in requirement else ""
    return finding(requirement, kept, moment.here, or_refused + expected, got)


# --- how a server may show what it was sent ------------------------------------------------------

# A boolean as text in Python, in Rails, and in PHP, where false is an empty one.
_SPELLINGS = {True: ("True", "t", "1"), False: ("False", "f", "0", "")}


def _variants(value: Any) -> Iterator[Any]:
    """Yield a text as sent and as the dialects may change it: trimmed, normalised, or spelled from a number."""
    if isinstance(value, bool):
        yield from _SPELLINGS[value]
    if isinstance(value, (bool, int, float)):
        value = json.dumps(value)
    yield value
    if isinstance(value, str):
        for text in (value, *(change(value) for change in _CHANGES)):
            yield text
            yield nfc(text)


def _shown_as(names: Iterable[Any], ids: list[Any]) -> list[Any]:
    return [each for name in names for each in _shown_as_one(name, ids)]


def _shown_as_one(name: Any, ids: list[Any]) -> list[Any]:
    unnamed = [MISSING, None, "", *ids]
    if name is MISSING or name is None:
        return unnamed
    variants = [each for each in _variants(name) if not _fits_without_blanks(each)]
    is_perhaps_blank = any(not str(each).strip() for each in variants)
    return [*variants, *unnamed] if is_perhaps_blank or not variants else variants
