"""The smallest sequence known that shows a failure, and what its requests and answers looked like. Secrets stay out."""

import json
import re
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.network.curl import curl, road_to
from fleet_contract.contract_tests.network.printable import printable
from fleet_contract.contract_tests.target import Target

MASK = "***"
_SECRET_MEMBERS = frozenset({"code", "keyIdentifier"})
_SECRET_IN_TEXT = re.compile(r'("(?:code|keyIdentifier)"\s*:\s*")[^"]*')
_SHOWN = 400  # characters of a body
_MOST_STEPS = 8


def sequence_of(finding: Finding, known: Known) -> list[Exchange]:
    """Return the exchanges that show a failure, with what made its fleets and what was done to them before."""
    shown = [exchange for exchange in known.history if exchange.number in finding.exchanges]
    ids = frozenset[str]().union(*(_ids_of(exchange, known) for exchange in shown))
    last = max(finding.exchanges)
    made = [
        exchange
        for exchange in known.history
        if exchange.number < last
        and exchange.number not in finding.exchanges
        and exchange.succeeded
        and known.sent[exchange.number].operation in ("create_fleet", "rename_fleet")
    ]
    renames = [each for each in made if each.check == shown[-1].check and _renames_one_of(each, ids, known)][-3:]
    ids = ids.union(*(_ids_of(exchange, known) for exchange in renames))
    births = [each for each in made if _creates_one_of(each, ids, known) and each not in renames]
    steps = {each.number: each for each in (*births[:2], *renames, *shown[-_MOST_STEPS:])}
    return [steps[number] for number in sorted(steps)]


def _creates_one_of(exchange: Exchange, ids: frozenset[str], known: Known) -> bool:
    id = known.sent[exchange.number].fields.get("fleetId")
    return isinstance(id, str) and id in ids


def _renames_one_of(exchange: Exchange, ids: frozenset[str], known: Known) -> bool:
    return known.sent[exchange.number].operation == "rename_fleet" and bool(ids & _ids_of(exchange, known))


def _ids_of(exchange: Exchange, known: Known) -> frozenset[str]:
    sent = known.sent[exchange.number]
    ids = (sent.path_id, sent.query.get("fleetId"), *sent.fields.values())
    return frozenset(id for id in ids if isinstance(id, str) and id)


def steps_of(finding: Finding, known: Known, target: Target) -> list[str]:
    """Return a failure's sequence as lines of shell."""
    road = road_to(target)
    return [curl(exchange.request, target.base_url, road) for exchange in sequence_of(finding, known)]


def request_line(exchange: Exchange) -> str:
    """Return what was sent, on one line."""
    request = exchange.request
    body = _cut(request.body.decode("utf-8", "backslashreplace"))
    return f"{request.method} {_cut(request.path)}" + (f" {body}" if body else "")


def answer_line(exchange: Exchange) -> str:
    """Return what was answered, on one line, with invitation codes and key identifiers masked."""
    answer = exchange.answer
    if answer is None:
        return f"no answer: {exchange.trouble}"
    media = answer.header("content-type")
    lists_codes = answer.succeeded and exchange.request.path.split("?")[0].endswith("/invitation")
    body = _shape_of(answer) if lists_codes else _cut(masked_body(answer))
    return f"{answer.status}{f' {_cut(media)}' if media else ''} {body}".rstrip()


def _shape_of(answer: Answer) -> str:
    """Return a list of codes with every string masked: a faulty server may put a code anywhere."""
    try:
        return _cut(_as_json(_all_masked(answer.json)))
    except NotJson:
        return f"{MASK} ({len(answer.body)} bytes that are no JSON)"


def _all_masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _all_masked(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_all_masked(item) for item in value]
    return MASK if isinstance(value, str) else value


def masked_body(answer: Answer) -> str:
    """Return the body of an answer as text, with the secrets that an API answers with masked."""
    try:
        return _as_json(_masked(answer.json))
    except NotJson:
        return _SECRET_IN_TEXT.sub(rf"\g<1>{MASK}", answer.body.decode("utf-8", "backslashreplace"))


def _as_json(value: Any) -> str:
    """Return a value as JSON that can be written: half of a surrogate pair, which JSON can escape, stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: MASK if name in _SECRET_MEMBERS and member else _masked(member) for name, member in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    return printable(text, _SHOWN)
