"""A timeline: operations drawn as bars, one below the other, so that a person sees which overlapped."""

import math
from collections.abc import Iterable, Mapping

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.races.linearizability import Operation
from fleet_contract.contract_tests.process.printable import printable_lines


def drawn(finding: Finding) -> str:
    """Draw the calls that no order explains, as text that can be printed; empty where a finding is about no race."""
    return printable_lines(timeline(finding.operations)) if finding.operations else ""


def timeline(operations: Iterable[Operation], width: int = 72) -> str:
    """Draw operations by invocation, a line each: a bar, its text, and how long it took.

    Time is compressed to the order of its moments, so that a short overlap is seen beside a long
    wait: two bars share a column exactly if the operations overlapped. The bars take `width`
    columns, or one for each moment where there are more of them.
    """
    drawn = sorted(operations, key=lambda each: (each.invoked, each.returned, each.number))
    columns = _columns({moment for each in drawn for moment in (each.invoked, each.returned)}, width)
    across = max(columns.values(), default=0) + 1
    beside = max((len(each.text) for each in drawn), default=0)
    return "\n".join(f"{_bar(each, columns):{across}}  {each.text:{beside}}  {_duration(each)}" for each in drawn)


def _columns(moments: Iterable[float], width: int) -> Mapping[float, int]:
    """Spread moments evenly over a width, each to a column of its own."""
    ordered = sorted(moments)
    gaps = max(len(ordered) - 1, 1)
    across = max(width - 1, gaps)
    return {moment: rank * across // gaps for rank, moment in enumerate(ordered)}


def _bar(operation: Operation, columns: Mapping[float, int]) -> str:
    start, end = columns[operation.invoked], columns[operation.returned]
    if start == end:
        return " " * start + "│"
    return " " * start + "├" + "─" * (end - start - 1) + ("┤" if operation.is_answered else ">")


def _duration(operation: Operation) -> str:
    if not operation.is_answered:
        return "no answer"
    return f"{(operation.returned - operation.invoked) * 1000:.1f} ms" if operation.invoked > -math.inf else "any time"
