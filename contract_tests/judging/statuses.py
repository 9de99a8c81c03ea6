"""Judging the status of an answer by the situations of its request: one table, no branches per operation."""

from collections.abc import Sequence

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Finding, Findings
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.judging.situations import situations_of
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.spec.catalogue import ANYTHING, SUCCESS, Situation, catalogue

_SERVER_ERROR = 500
_ACCESS = ("any.without-a-key", "any.with-an-unknown-key", "any.with-an-empty-key")


def judge_status(exchange: Exchange, known: Known) -> Findings:
    """Judge one status; a server's own error breaks one requirement, and no other is read from it."""
    if exchange.answer is None or disturbance(exchange):
        return
    got = f"{exchange.status}"
    situations = [catalogue().situation(id) for id in situations_of(exchange, known)]
    operation = known.sent[exchange.number].operation
    # 501 is the one status beyond 500 that a refusal may have (RFC 9110, section 15.6.2).
    broke = exchange.status >= _SERVER_ERROR and not _is_allowed(exchange.status, operation, situations)
    yield Finding("http.never-a-server-error", not broke, (exchange.number,), "any status below 500", got)
    if broke:
        return
    if any(ANYTHING in situation.may for situation in situations):
        situations = [each for each in situations if each.id in _ACCESS]
        if not situations or not _succeeded(exchange.status):
            return  # However odd, a request without a key is not carried out.
    if _is_allowed(exchange.status, operation, situations):
        for requirement in sorted(_kept(exchange.status, operation, situations)):
            yield Finding(requirement, True, (exchange.number,))
    else:
        requirement, unless = _broken(exchange.status, operation, situations)
        yield Finding(requirement, False, (exchange.number,), _expected(operation, situations), got, unless)


def _is_allowed(status: int, operation: str, situations: Sequence[Situation]) -> bool:
    if _succeeded(status):
        return all(SUCCESS in each.may for each in situations) and status in _successes(operation)
    return any(status in catalogue().statuses(each.may) for each in situations)


def _succeeded(status: int) -> bool:
    return 200 <= status < 300


def _successes(operation: str) -> frozenset[int]:
    success = catalogue().successes.get(operation)
    return catalogue().statuses(success.may) if success else frozenset()


def _kept(status: int, operation: str, situations: Sequence[Situation]) -> set[str]:
    """Return what an allowed answer is evidence for: where two refusals overlap, for neither."""
    telling = situations if _succeeded(status) else [each for each in situations if each.may != (SUCCESS,)]
    if not _succeeded(status) and len(telling) > 1:
        return set()
    return {id for each in telling for id in each.kept_by(operation)}


def _broken(status: int, operation: str, situations: Sequence[Situation]) -> tuple[str, frozenset[str]]:
    """Return the one requirement to blame, and which ones explain it where they are broken too.

    A missing or wrong key comes first; then a situation that names the status, a
    refusal that was due, an open choice, and a success that was due, the more telling
    one before the plain.
    """
    access = [each for each in situations if each.id in _ACCESS]
    another_way = any(each.manner for each in situations)
    named = [each for each in situations if str(status) in each.breaks and (each.manner or not another_way)]
    refused = [each for each in situations if SUCCESS not in each.may]
    undecided = [each for each in situations if SUCCESS in each.may and each.may != (SUCCESS,)]
    plain = [each for each in situations if each.may == (SUCCESS,)]
    if _succeeded(status) and not refused:
        return catalogue().successes[operation].breaks, frozenset()
    plain.sort(key=lambda each: each.plain)
    refusing = {each.broken_by(status, operation) for each in refused[1:]} if not (access or named) else set()
    blamed = (access or named or refused or undecided or plain)[0]
    requirement = blamed.broken_by(status, operation)
    # What is wrong with the usual way explains what is wrong with another one, and the other way round.
    others = {each.broken_by(status, operation) for each in situations if each.manner is not blamed.manner}
    return requirement, (blamed.unless | others | refusing) - {requirement}


def _expected(operation: str, situations: Sequence[Situation]) -> str:
    statuses = {status for each in situations for status in catalogue().statuses(each.may)}
    if all(SUCCESS in each.may for each in situations):
        statuses |= _successes(operation)
    return " or ".join(str(status) for status in sorted(statuses))
