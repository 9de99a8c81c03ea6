"""Judging invitation codes: their form, which are listed, and that reading changes nothing; none enters a message."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Findings, finding
from fleet_contract.contract_tests.judging.known import Known, history_of, value_of
from fleet_contract.contract_tests.judging.likeness import Likeness, is_alike


def judge_invitation(exchange: Exchange, known: Known) -> Findings:
    """Judge one list of codes."""
    sent = known.sent[exchange.number]
    if sent.operation != "get_invitation_codes" or not exchange.succeeded:
        return
    value = value_of(exchange)
    if value is None:
        return
    if value == []:
        has_codes = sent.path_id == known.fixtures.fleet_with_codes
        requirement = "invitation.lists-the-codes" if has_codes else "invitation.without-codes-is-404"
        yield finding(requirement, False, (exchange.number,), "codes" if has_codes else "404", "200 with an empty list")
        return
    codes = codes_of(exchange)
    expected = 'an array of objects {"code": "…"}'
    yield finding("invitation.answers-an-array-of-codes", codes is not None, (exchange.number,), expected, _form(value))
    if codes is not None and _shows_the_fixtures(codes, exchange, known):
        got = "codes of the fleet that the target file calls fleet_with_codes"
        yield finding("fleets.id-is-matched-whole", False, (exchange.number,), "no code of another fleet", got)
    if codes is not None:
        yield from _of_nobody_else(exchange, known, codes)
    if codes is not None and sent.path_id == known.fixtures.fleet_with_codes:
        yield from _against_the_fixture(exchange, known, codes)


def _of_nobody_else(exchange: Exchange, known: Known, codes: frozenset[str]) -> Findings:
    """Judge that no code is another organization's, and none was made up by whoever created the fleet."""
    here, id = (exchange.number,), known.sent[exchange.number].path_id or ""
    requirement, expected = "invitation.lists-only-active-codes", "only codes of the fleet"
    birth = known.birth(id, exchange)
    if birth is not None and codes & _texts_beside_the_fleet(known.sent[birth.exchange.number].fields):
        yield finding(requirement, False, (*here, birth.exchange.number), expected, "a code that its create brought")
    for other in history_of(known, "get_invitation_codes"):
        foreign = other.request.caller is not exchange.request.caller and known.sent[other.number].path_id != id
        if foreign and other.number < exchange.number and other.succeeded and codes & (codes_of(other) or frozenset()):
            both = (*here, other.number)
            yield finding(requirement, False, both, expected, "a code of another organization's fleet")
            return


def _texts_beside_the_fleet(fields: Mapping[str, Any]) -> frozenset[str]:
    lists = [value for name, value in fields.items() if name not in ("fleetId", "fleetName")]
    return frozenset(text for each in lists if isinstance(each, list) for text in each if isinstance(text, str))


def _shows_the_fixtures(codes: frozenset[str], exchange: Exchange, known: Known) -> bool:
    """Say whether the codes of the target file's fleet are shown under an id that another fleet has, if any."""
    fleet, id = known.fixtures.fleet_with_codes, known.sent[exchange.number].path_id or ""
    if fleet is None or known.likeness(id, fleet) is not Likeness.OTHER:
        return False
    if known.is_tidied_away(id, exchange):
        return False
    return is_alike(fleet, id) and bool(codes & frozenset(known.fixtures.active_codes))


def codes_of(exchange: Exchange) -> frozenset[str] | None:
    """Return the codes that a success lists, None where it has another form."""
    listed = _list_of(exchange)
    return None if listed is None else frozenset(listed)


def _list_of(exchange: Exchange) -> list[str] | None:
    """Return the codes that a success lists, sorted, each as often as it is listed."""
    value = value_of(exchange)
    if not isinstance(value, list):
        return None
    codes = [item.get("code") if isinstance(item, dict) else None for item in value]
    return sorted(str(code) for code in codes) if all(isinstance(code, str) and code for code in codes) else None


def _form(value: object) -> str:
    if not isinstance(value, list):
        return f"no array but {_NAMES.get(type(value), 'a value')}"
    return "an array with an item that is no such object"


_NAMES = {dict: "an object", str: "a string", bool: "a boolean", int: "a number", float: "a number"}


def _against_the_fixture(exchange: Exchange, known: Known, codes: frozenset[str]) -> Findings:
    active, inactive = frozenset(known.fixtures.active_codes), frozenset(known.fixtures.inactive_codes)
    if active:
        missing = len(active - codes)
        got = f"a list that lacks {missing} of the {len(active)} codes that the target file calls active"
        yield finding("invitation.lists-every-active-code", not missing, (exchange.number,), "all active codes", got)
    if active or inactive:
        strange = len(codes - active) if active else len(codes & inactive)
        known_inactive = len(codes & inactive)
        got = f"{strange} codes too many, {known_inactive} of which the target file calls inactive"
        yield finding("invitation.lists-only-active-codes", not strange, (exchange.number,), "only active codes", got)


def judge_constancy(known: Known, numbers: Collection[int]) -> Findings:
    """Judge each of these answers against the list of codes before it, of the same fleet and for the same caller.

    Two lists that were read at once are to be the same as well; none is held against a list that was answered before.
    """
    for before, after in _successive(known):
        codes, now = _list_of(before), _list_of(after)
        if after.number not in numbers or codes is None or (now is None and after.succeeded):
            continue
        got = f"{after.status} with {len(now or ())} codes, after {len(codes)} others" if now else f"{after.status}"
        both = (after.number, before.number)
        yield finding("invitation.reading-changes-nothing", codes == now, both, "the same codes as before", got)


def _successive(known: Known) -> Iterator[tuple[Exchange, Exchange]]:
    lists: dict[tuple[str, str], list[Exchange]] = {}
    for exchange in history_of(known, "get_invitation_codes"):
        sent = known.sent[exchange.number]
        id = sent.path_id or ""
        if sent.query or not _is_settled(id, exchange, known):
            continue
        before = lists.setdefault((id, exchange.request.caller), [])
        telling = [each for each in before if exchange.succeeded or each.ended <= exchange.started]
        if telling:
            yield telling[-1], exchange
        if exchange.succeeded:
            before.append(exchange)


def _is_settled(id: str, exchange: Exchange, known: Known) -> bool:
    answered = exchange.succeeded or exchange.status == 404
    return answered and (id in known.fixtures.own_fleets or known.birth(id, exchange) is not None)
