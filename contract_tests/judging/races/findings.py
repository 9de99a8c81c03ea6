"""Findings about overlapping calls: the fewest calls that no order explains, or how many pairs were explained."""

from collections.abc import Collection, Hashable, Iterator, Sequence

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.races.linearizability import Operation, overlapping_pairs


def have_overlapped(operations: Sequence[Exchange]) -> bool:
    """Say whether any of these exchanges began before an earlier one had ended."""
    by_start = sorted(operations, key=lambda each: each.started)
    latest = by_start[0].ended if by_start else 0.0
    for exchange in by_start[1:]:
        if exchange.started <= latest:
            return True
        latest = max(latest, exchange.ended)
    return False


def operation_of(exchange: Exchange, action: Hashable, returned: float) -> Operation:
    """Return an exchange as an operation of a model, which returned at a moment, or never did."""
    request = exchange.request
    caller = "" if request.caller is Caller.OWNER else f" by the {request.caller}"
    text = f"#{exchange.number} {request.method} {request.path}{caller} → {exchange.status or 'no answer'}"
    return Operation(exchange.number, exchange.started, returned, text, action)


def fits_none(requirement: str, witness: Sequence[Operation], changes: Sequence[Operation]) -> Iterator[Finding]:
    """Yield that no order explains some calls, if any of them overlapped one that changes what the others see.

    What is wrong without is no race, and for others to judge.
    """
    if not any(each.overlaps(change) for each in witness for change in changes):
        return
    yield Finding(
        requirement,
        kept=False,
        exchanges=tuple(operation.number for operation in reversed(witness)),
        expected="responses consistent with some sequential order of these calls",
        got="responses that no such order explains",
        operations=tuple(witness),
    )


def fits_an_order(requirement: str, history: Sequence[Operation], changes: Collection[Operation]) -> Iterator[Finding]:
    """Yield that some order explains all calls, if any of them overlapped one that may have changed what others see."""
    pairs = overlapping_pairs(history) - overlapping_pairs(each for each in history if each not in changes)
    if pairs:
        yield Finding(requirement, True, tuple(operation.number for operation in history), overlaps=pairs)
