"""Judging the fleet that an answer shows: its id and its name, against what was sent."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding, shown
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.judging.likeness import NO_NAME, Likeness, without_any_blanks
from fleet_contract.contract_tests.judging.sent import Body, is_overlong_by_blanks
from fleet_contract.contract_tests.judging.situations import situations_of

# What explains the answer to a rename that perhaps should have been refused.
_OF_ANOTHERS = frozenset({"rename.unknown-fleet-is-404", "rename.foreign-fleet-is-refused"})
_SPELLING = "http.json-is-read-by-value"
_CHANGES: tuple[Callable[[str], str], ...] = (
    str.strip,
    str.lstrip,
    str.rstrip,
    lambda text: text.strip(" "),
    lambda text: text.strip(" \t\r\n"),
    without_any_blanks,
)


def judge_fleet(exchange: Exchange, known: Known) -> Findings:
    """Judge what the success of a create or a rename shows, as far as its body could be read."""
    sent = known.sent[exchange.number]
    judge = _JUDGES.get(sent.operation)
    if judge is None or sent.body is not Body.OBJECT or not exchange.succeeded:
        return
    try:
        answered = exchange.answer.json if exchange.answer else None
    except ValueError:
        return
    shows = answered if isinstance(answered, dict) else {}
    is_unclear = "path.perhaps-a-fleet" in situations_of(exchange, known)
    for found in judge(exchange, known, shows):
        if found.kept:
            yield found
        elif sent.unusually_spelled:
            yield replace(found, requirement=_SPELLING, unless=frozenset({found.requirement}))
        else:
            yield replace(found, unless=_OF_ANOTHERS if is_unclear else found.unless)


def _of_create(exchange: Exchange, known: Known, shows: dict[str, Any]) -> Findings:
    fields = known.sent[exchange.number].fields
    ids = [each for each in _variants(fields.get("fleetId")) if not _is_too_long(each)]
    requirement = "create.refuses-an-overlong-id" if _is_too_long(fields.get("fleetId")) else "create.echoes-the-id"
    yield _shows(exchange, requirement, "fleetId", ids, shows)
    id, name = str(fields.get("fleetId")), fields.get("fleetName", NO_NAME)
    if known.was_renamed(id, exchange):
        return  # An identical create may be answered with the fleet as it is now.
    requirement = "create.name-is-optional" if name in (NO_NAME, None, "") else "create.echoes-the-name"
    requirement = "create.refuses-an-overlong-name" if _is_too_long(name) else requirement
    names = [name, *known.names_given_before(id, exchange), *known.names_given_meanwhile(id, exchange)]
    allowed = [each for given in names for each in _names(given, ids)]
    yield _shows(exchange, requirement, "fleetName", allowed, shows)


def _of_rename(exchange: Exchange, known: Known, shows: dict[str, Any]) -> Findings:
    sent = known.sent[exchange.number]
    if not known.births_of(sent.path_id or ""):
        return  # That such a rename succeeds is for its status to say.
    ids = [*_variants(sent.path_id), *_ids_of_the_same_fleet(sent.path_id or "", exchange, known)]
    yield _shows(exchange, "rename.keeps-the-id", "fleetId", ids, shows)
    name = sent.fields.get("newName", NO_NAME)
    requirement = "rename.refuses-an-overlong-name" if _is_too_long(name) else "rename.answers-the-new-name"
    # Whoever reads the fleet again after the rename may see the name that an overlapping one gave.
    names = [name, *known.names_given_meanwhile(sent.path_id or "", exchange)]
    yield _shows(exchange, requirement, "fleetName", [each for given in names for each in _names(given, ids)], shows)


def _is_too_long(text: object) -> bool:
    """Say whether an id or a name can only have been accepted without the blanks around it."""
    return isinstance(text, str) and is_overlong_by_blanks(text)


_JUDGES = {"create_fleet": _of_create, "rename_fleet": _of_rename}


def _shows(exchange: Exchange, requirement: str, field: str, allowed: list[Any], shows: dict[str, Any]) -> Finding:
    value = shows.get(field, NO_NAME)
    kept = any(value is each if each in (None, NO_NAME) else value == each for each in allowed)
    got = f"no {field}" if value is NO_NAME else f"{field} {shown(value)}"
    named = f"{field} {shown(allowed[0])}" if allowed[0] is not NO_NAME else f"no {field}"
    return finding(requirement, kept, (exchange.number,), named, got)


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
            yield unicodedata.normalize("NFC", text)


def _names(name: Any, ids: list[Any]) -> list[Any]:
    unnamed = [NO_NAME, None, "", *ids]
    if name is NO_NAME or name is None:
        return unnamed
    variants = [each for each in _variants(name) if not _is_too_long(each)]
    return variants if isinstance(name, str) and name.strip() else [*variants, *unnamed]


def _ids_of_the_same_fleet(id: str, exchange: Exchange, known: Known) -> list[str]:
    """Return the ids under which the fleet of a path was created: where case is ignored it may be shown so."""
    return [
        birth.id
        for birth in known.all_births()
        if birth.exchange.started < exchange.started and known.likeness(birth.id, id) is not Likeness.OTHER
    ]
