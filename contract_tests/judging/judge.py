"""The judge: a history, and what the target file says, in; findings and the dialect out. Pure, and called once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.content.fleets import judge_fleet, laid_to_spelling
from fleet_contract.contract_tests.judging.content.invitations import judge_constancy, judge_invitation
from fleet_contract.contract_tests.judging.content.json_form import judge_json_form
from fleet_contract.contract_tests.judging.content.pages import judge_created_key, judge_page
from fleet_contract.contract_tests.judging.content.prices import judge_location, judge_prices
from fleet_contract.contract_tests.judging.content.whole_lists import judge_lists
from fleet_contract.contract_tests.judging.dialect.reading import TELLING, decided, read_dialect, readings
from fleet_contract.contract_tests.judging.excuses import excuses
from fleet_contract.contract_tests.judging.expectations.statuses import judge_status
from fleet_contract.contract_tests.judging.explanations import Causes, explanations
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding
from fleet_contract.contract_tests.judging.history import Facts, History
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.races.fleets import judge_races_on_fleets
from fleet_contract.contract_tests.judging.races.keys import judge_races_on_keys
from fleet_contract.contract_tests.network.intermediary import taken_away
from fleet_contract.spec.dialect import Dialect

# What the content of one answer shows.
OF_AN_ANSWER: Sequence[Callable[[Moment], Findings]] = (
    judge_json_form,
    judge_fleet,
    judge_invitation,
    judge_page,
    judge_created_key,
    judge_location,
)
# What only several exchanges show.
OF_A_HISTORY: Sequence[Callable[[View], Findings]] = (
    judge_constancy,
    judge_lists,
    judge_prices,
    judge_races_on_fleets,
    judge_races_on_keys,
)


@dataclass(frozen=True)
class Judgement:
    """What a history shows: what is kept and broken, and the server's dialect.

    `explained` are the failures that others may have caused, with these causes. `excused` are the exchanges whose
    answers were found not to be the API's: in `history` they have none.
    """

    history: History
    findings: Sequence[Finding]
    dialect: Dialect
    explained: Mapping[Finding, Causes] = field(default_factory=dict)
    excused: Sequence[Exchange] = ()


def judge(exchanges: Iterable[Exchange], facts: Facts) -> Judgement:
    """Judge the exchanges of a run, in the order of their numbers."""
    by_number = {each.number: each for each in sorted(exchanges, key=lambda each: each.number)}
    excused: dict[int, Exchange] = {}
    while True:
        history = History(facts, (by_number | excused).values())
        dialect = read_dialect(history)
        # A dialect that is read of a part may be wrong: others may have made what was not seen to be made.
        known = facts.held if history.is_partial else {**decided(dialect), **facts.held}
        found = list(_findings(View(history, known)))
        findings = list(dict.fromkeys(laid_to_spelling(found, history)))
        new = _excused(findings, history)
        if not new:
            return Judgement(history, findings, dialect, explanations(findings, history), list(excused.values()))
        excused |= new


def judged_last(history: History) -> tuple[list[Finding], Exchange]:
    """Judge the last exchange of recorded traffic that still grows, as `judge` does, by what is known so far.

    Returns its findings, before any is laid to a spelling, and the exchange itself, without an answer where that is
    perhaps not the API's.
    """
    last, held = history.exchanges[-1], history.facts.held
    findings = list(findings_of(View(history, held).at(last)))
    excused = _excused(findings, history)
    return ([], excused[last.number]) if excused else (findings, last)


def _findings(view: View) -> Findings:
    for exchange in view.history.exchanges:
        yield from findings_of(view.at(exchange))
    if view.history.is_partial:
        return  # What was not seen may explain whatever several exchanges show.
    for exchange in view.history.exchanges:
        yield from _against_what_is_held(view.at(exchange))
    for judge_history in OF_A_HISTORY:
        yield from judge_history(view)


def findings_of(moment: Moment) -> Findings:
    """Judge one exchange by itself: what was answered with a wrong status is not read any further."""
    by_status = list(judge_status(moment))
    yield from by_status
    if all(each.kept for each in by_status):
        for judge_answer in OF_AN_ANSWER:
            yield from judge_answer(moment)


def _against_what_is_held(moment: Moment) -> Findings:
    """Judge the answers to the questions that the target file answers."""
    held = moment.view.facts.held
    for question, answer in readings(moment) if held else ():
        if question in held:
            expected = f"{question} = {held[question]}, as the target file says"
            is_as_held = held[question] in (answer, TELLING.get(question))
            yield finding("dialect.is-as-held", is_as_held, moment.here, expected, answer)


def _excused(findings: Iterable[Finding], history: History) -> dict[int, Exchange]:
    """Return the exchanges that failures rest on whose answers are not the API's, without these answers."""
    blamed = {number for each in findings if not each.kept for number in each.exchanges}
    examined = history.was_examined
    excuse = excuses(history.exchanges, examined=examined) if blamed else None
    concerned = [each for each in history.exchanges if each.number in blamed] if excuse else []
    reasons = {each.number: (each, excuse(each)) for each in concerned if excuse}
    return {number: taken_away(each, why, perhaps=not examined) for number, (each, why) in reasons.items() if why}
