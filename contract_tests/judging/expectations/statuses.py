"""Judging the status of an answer by the situations of its request: one table, no branches per operation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from http import HTTPStatus

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.findings import Finding, Findings
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.remembering import once
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.spec.catalogue import ANYTHING, SUCCESS, Situation, catalogue
from fleet_contract.spec.document import operations

_REFUSED_KEYS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
# What tells which fleets there are, and so is for nobody to hear without a key.
_TELLING = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_ACCESS = ("any.without-a-key", "any.with-an-unknown-key", "any.with-an-empty-key")
Situations = Sequence[Situation]


def judge_status(moment: Moment) -> Findings:
    """Judge one status; a server's own error breaks one requirement, and no other is read from it."""
    exchange, operation = moment.exchange, moment.request.operation
    if exchange.answer is None or disturbance(exchange):
        return
    situations, got = _telling(moment), f"{exchange.status}"
    # 501 is the one status beyond 500 that a refusal may have (RFC 9110, section 15.6.2).
    is_server_error = exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    broke = is_server_error and not _is_allowed(exchange.status, operation, situations)
    yield Finding("http.never-a-server-error", not broke, moment.here, "any status below 500", got)
    if not broke and not _is_perhaps_not_allowed(moment):
        yield from _against(_expected_of(situations, exchange.status), moment, got)


def _is_perhaps_not_allowed(moment: Moment) -> bool:
    """Say whether a key may have been refused rightly: what a client's was good for at that time, nobody knows."""
    is_keyed = moment.exchange.request.caller in (Caller.OWNER, Caller.OTHER, Caller.SOMEBODY)
    return moment.history.is_of_a_client and is_keyed and moment.exchange.status in _REFUSED_KEYS


def _telling(moment: Moment) -> Situations:
    """Return the situations of a request; it is no matter in which way a fleet was asked for that is gone."""
    situations = [catalogue().situation(id) for id in situations_of(moment)]
    is_gone = moment.exchange.status == HTTPStatus.NOT_FOUND and moment.fleet_of_path.is_gone
    return [each for each in situations if not (is_gone and each.variant)]


def _expected_of(situations: Situations, status: int) -> Situations:
    """Leave out what expects nothing: however odd, a request without a key is not carried out."""
    if not any(ANYTHING in each.may for each in situations):
        return situations
    return [each for each in situations if each.id in _ACCESS] if _succeeded(status) else []


def _against(situations: Situations, moment: Moment, got: str) -> Findings:
    status, operation = moment.exchange.status, moment.request.operation
    if operation and status in _TELLING:
        situations = [each for each in situations if each.id in _ACCESS] or situations
    if not situations:
        return
    if _is_allowed(status, operation, situations):
        for requirement in sorted(_kept(status, operation, situations)):
            yield Finding(requirement, True, moment.here)
    else:
        for requirement in _broken(moment, situations):
            yield Finding(requirement, False, moment.here, _expected(operation, situations), got)


def _is_allowed(status: int, operation: str, situations: Situations) -> bool:
    if _succeeded(status):
        return all(SUCCESS in each.may for each in situations) and status in _successes(operation)
    return any(status in catalogue().statuses(each.may) for each in situations)


def _succeeded(status: int) -> bool:
    return 200 <= status < 300


def _successes(operation: str) -> frozenset[int]:
    success = catalogue().successes.get(operation)
    return catalogue().statuses(success.may) if success else frozenset()


def _kept(status: int, operation: str, situations: Situations) -> set[str]:
    """Return what an allowed answer is evidence for: a refusal that is due for either of two reasons, for neither."""
    telling = situations
    if not _succeeded(status):
        telling = [each for each in situations if status in catalogue().statuses(each.may)]
        telling = telling if len(telling) == 1 else ()
    return {id for each in telling for id in each.kept_by(status, operation)}


def _broken(moment: Moment, situations: Situations) -> list[str]:
    """Return the requirement to blame: that of a situation that is answered just so by itself, if there is one.

    Before it stands a plainer one that nothing in the history speaks for or against.
    """
    status, operation = moment.exchange.status, moment.request.operation
    if _succeeded(status) and all(SUCCESS in each.may for each in situations):
        return [catalogue().successes[operation].breaks]
    situations = _to_blame(situations, moment)
    has_variant = any(each.variant for each in situations)
    blamed = min(situations, key=lambda each: _precedence(each, status, has_variant=has_variant))
    plainer = blamed.beside.get(operation, ())
    others = [each.id for each in _plainest_first(situations) if not _is_allowed(status, operation, [each])]
    answered = {each: _answered_otherwise(each, moment) for each in (*plainer, *others)}
    first_alike = next((each for each, statuses in answered.items() if status in statuses), blamed.id)
    unasked = [] if any(answered[each] for each in plainer) else plainer
    blame = [*unasked[:1], blamed.id] if first_alike == blamed.id else [first_alike]
    return list(dict.fromkeys(catalogue().situation(each).broken_by(status, operation) for each in blame))


def _to_blame(situations: Situations, moment: Moment) -> Situations:
    return [each for each in situations if not _is_its_way(each, moment)] or situations


def _is_its_way(situation: Situation, moment: Moment) -> bool:
    """Say whether a client asks in no other way, so that no answer can be laid to this one."""
    if not moment.history.is_of_a_client or not situation.variant or str(moment.exchange.status) in situation.breaks:
        return False
    return situation.id in _ways(moment.view)[moment.request.operation]


@once
def _ways(view: View) -> Mapping[str, Set[str]]:
    """Return the situations that all requests of an operation are in."""
    of_each = {each.id: [set(situations_of(moment)) for moment in view.of_operation(each.id)] for each in operations()}
    return {operation: set.intersection(*found) if found else set() for operation, found in of_each.items()}


def _plainest_first(situations: Situations) -> Situations:
    return sorted(situations, key=lambda each: (not each.baseline, each.variant))


def _answered_otherwise(situation: str, moment: Moment) -> Set[int]:
    """Return how other requests in a situation were answered: an exchange is no evidence of what it is to be."""
    found = _answered(moment.view).get((moment.request.operation, situation), {})
    return {status for status, numbers in found.items() if numbers != {moment.exchange.number}}


@once
def _answered(view: View) -> Mapping[tuple[str, str], Mapping[int, Set[int]]]:
    """Return how each operation was answered in each situation that was the only one, or the only one but the plain.

    With each status are the numbers of the exchanges.
    """
    found: dict[tuple[str, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for moment in (moment for operation in operations() for moment in view.of_operation(operation.id)):
        situations = [catalogue().situation(id) for id in situations_of(moment)]
        telling = [each for each in situations if not each.baseline] or situations
        if len(telling) == 1 and moment.exchange.answer:
            found[moment.request.operation, telling[0].id][moment.exchange.status].add(moment.exchange.number)
    return found


def _precedence(situation: Situation, status: int, *, has_variant: bool) -> int:
    """Return how readily a situation takes the blame for a status: the lowest takes it."""
    if situation.id in _ACCESS:
        return 0
    if str(status) in situation.breaks and (situation.variant or not has_variant):
        return 1
    if SUCCESS not in situation.may:
        return 2  # a refusal that was due
    if situation.may != (SUCCESS,):
        return 3  # an open choice
    return 5 if situation.baseline else 4  # a success that was due, the more telling one before the plain


def _expected(operation: str, situations: Situations) -> str:
    statuses = {status for each in situations for status in catalogue().statuses(each.may)}
    if all(SUCCESS in each.may for each in situations):
        statuses |= _successes(operation)
    *others, last = (str(status) for status in sorted(statuses))
    return f"{', '.join(others)} or {last}" if others else last
