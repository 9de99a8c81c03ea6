"""The report as Markdown, for a ticket or the summary of a pipeline."""

import re
from collections.abc import Iterator

from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.fixtures import what_if_wrong
from fleet_contract.contract_tests.reports.summary import by_reason, where_it_goes
from fleet_contract.contract_tests.reports.value import RECORDED, Value

_MOST_EXCHANGES = 12
_LONGEST = 1_000  # characters of a body in a ticket
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~@!&])")
_FENCES = re.compile(r"`{3,}")


def to_markdown(value: Value) -> str:
    """Return a report as Markdown; `value` is what `reports.value` makes of it."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Value) -> Iterator[str]:
    counts = ", ".join(f"{count} {standing}" for standing, count in value["counts"].items())
    yield f"# {value['outcome'].upper()}: {counts}"
    yield ""
    is_recorded = value["depth"] == RECORDED
    how = "recorded traffic" if is_recorded else f"at {value['depth']} depth, mark `ct-{value['mark']}`"
    yield f"{plain(value['target'])}, {how}, {value['date']}, fleet-contract {value['version']}."
    for line in filter(None, [*value["let_pass"], value["reason"]]):
        yield f"\n{plain(line)}"
    yield from _failures(value)
    yield from _untested(value)
    if value["waivers"]:
        yield "\n## Waivers\n\n| requirement | state | until | owner | reason |\n| --- | --- | --- | --- | --- |"
    for each in value["waivers"]:
        cells = (plain(each[name]) for name in ("id", "state", "until", "owner", "reason"))
        yield f"| {' | '.join(cells)} |"
    footprint = value["footprint"]
    left_behind = (
        f"; left behind permanently: {counted(len(footprint['fleets_created']), 'fleet')} and "
        f"{counted(len(footprint['keys_created']), 'charging key')}"
    )
    sent = f"{counted(footprint['requests'], 'request')} in {footprint['seconds']:.1f} s"
    yield f"\n{sent}{'' if is_recorded else left_behind}."


def _failures(value: Value) -> Iterator[str]:
    exchanges = {each["number"]: each for each in value["exchanges"]}
    for each in value["requirements"]:
        if not each["failures"]:
            continue
        pardon = f" ({each['pardon']})" if each["pardon"] else ""
        yield f"\n## ✗ {plain(each['id'])}{pardon}\n\n{plain(each['text'])} ([{each['basis']}]({each['source']}))\n"
        yield from _facts(each)
        shown = each["exchanges"][-_MOST_EXCHANGES:]
        yield f"\n{fenced('http', chr(10).join(_exchange(exchanges[number]) for number in shown))}"
        if each["timeline"]:
            yield f"\n{fenced('text', each['timeline'])}"
        yield from _replay(each)


def _facts(failure: Value) -> Iterator[str]:
    yield f"- expected: {plain(failure['expected'])}\n- was answered: {plain(failure['got'])}"
    if failure["needs"]:
        yield f"- needs: {plain(failure['needs'])}"
    if failure["fixtures"]:
        yield f"- fixture: {plain(what_if_wrong(failure['fixtures']))}"
    if failure["failures"] > 1:
        yield f"- seen {failure['failures']} times"


def _replay(failure: Value) -> Iterator[str]:
    if failure["reproduce"]:
        yield (
            f"\n<details><summary>Replay ({failure['replay']})</summary>\n\n"
            + fenced("sh", "\n".join(failure["reproduce"]))
            + "\n\n</details>"
        )


def _exchange(exchange: Value) -> str:
    request, response = exchange["request"], exchange["response"]
    sent = f"{request['method']} {request['path']}" + (f"\n{_cut(request['body'])}" if request["body"] else "")
    if response is None:
        return f"# {exchange['number']}\n{sent}\n→ no response: {exchange['trouble']}\n"
    found = f"\n# {exchange['response_id']}" if exchange["response_id"] else ""
    answered = f"→ {response['status']} in {exchange['milliseconds']} ms{found}\n{_cut(response['body'])}"
    return f"# {exchange['number']}\n{sent}\n{answered}\n"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _untested(value: Value) -> Iterator[str]:
    found = (each for each in value["requirements"] if each["verdict"] in ("untested", "errored"))
    reasons = by_reason((each["message"], each["id"]) for each in found)
    if reasons:
        yield "\n## Untested\n"
    for reason, ids in reasons.items():
        yield f"- {plain(reason)}: {', '.join(f'`{id}`' for id in ids)}"
    if where := where_it_goes(reasons):
        yield f"\n{where}"


def plain(text: str) -> str:
    """Return a text in which Markdown and HTML see nothing but text, on one line: a server may have written it."""
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))


def fenced(language: str, text: str) -> str:
    """Return a text as a block of code, whatever fences it holds itself."""
    fence = "`" * max(3, *(len(each) + 1 for each in _FENCES.findall(text)), 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
