"""A timeline: operations drawn as bars, one below the other, so that a person sees which overlapped."""

import math
from collections.abc import Collection, Iterable, Mapping

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.races.linearizability import Operation
from fleet_contract.contract_tests.process.printable import printable_lines

_WIDEST, _NARROWEST = 72, 12  # columns of the bars


def drawn(finding: Finding, width: int | None = None) -> str:
    """Draw the calls that no order explains, as text that can be printed; empty where a finding is about no race.

    The lines take `width` columns where it is given, and as many as their texts leave for bars that can be read.
    """
    if not finding.operations:
        return ""
    beside = max(map(len, _labels(finding.operations)))
    bars = _WIDEST if width is None else min(max(width - beside, _NARROWEST), _WIDEST)
    return printable_lines(timeline(finding.operations, bars))


def timeline(operations: Iterable[Operation], width: int = _WIDEST) -> str:
    """Draw operations by invocation, a line each: a bar, its text, and how long it took.

    Time is compressed to the order of its moments, so that a short overlap is seen beside a long
    wait: two bars share a column exactly if the operations overlapped. The bars take `width`
    columns, or one for each moment where there are more of them.
    """
    drawn = sorted(operations, key=lambda each: (each.invoked, each.returned, each.number))
    columns = _columns({moment for each in drawn for moment in (each.invoked, each.returned)}, width)
    across = max(columns.values(), default=0) + 1
    return "\n".join(
        f"{_bar(each, columns):{across}}{label}" for each, label in zip(drawn, _labels(drawn), strict=True)
    )


def _labels(operations: Collection[Operation]) -> list[str]:
    """Return what stands beside the bars, the texts as wide as the longest."""
    longest = max((len(each.text) for each in operations), default=0)
    return [f"  {each.text:{longest}}  {_duration(each)}" for each in operations]


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
