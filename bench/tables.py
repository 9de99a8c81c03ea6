"""Tables: what the records say, as Markdown. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.contestant import Contestant
from bench.records import Ending, Record, baseline
from bench.subjects import Kind
from fleet_contract.contract_tests.process.quantities import counted

HONEST_DIALECTS = (Kind.ANSWER, Kind.MIXTURE)
NONE = "–"
MOST_NAMES = 8
RULES = (
    "**Caught:** with the fault, a tool fails a test that it passes on the honest default mock. **False alarm:** on an "
    "honest mock of another dialect, it does so. What it fails on the default mock in any run does not count. "
    "A test is whatever the tool reports on: a requirement (Fleet Contract), a kind of failure at an "
    "operation (Schemathesis), a generated test (Specmatic), a request with its answer (Dredd).",
    "A run that crashed, was stopped at its time limit or called itself inconclusive is no verdict; it caught nothing.",
    "The faults were written along with the checks of Fleet Contract, one for each thing that it can notice. That it "
    "catches them is no surprise, and says nothing about what it would catch elsewhere; that it does so without a "
    "false alarm is the point. The figures of the other tools show what an OpenAPI document alone makes visible.",
    "A target file tells Fleet Contract what the mock's seed holds; the other tools find it in the examples of the "
    "document.",
    "Every run has a fresh mock. Seconds include starting the tool; requests and fleets are counted in the mock. "
    "They include those with which Fleet Contract minimises the replay of a failure: on loopback up to 2,000 requests "
    "beyond its limits.",
)


@dataclass(frozen=True)
class Results:
    """The records of one contestant."""

    contestant: Contestant
    records: Sequence[Record]

    def of(self, *kinds: Kind) -> list[Record]:
        return [each for each in self.records if each.kind in kinds]

    @property
    def has_baseline(self) -> bool:
        """Whether the honest default mock was judged, without which no failure says anything."""
        return any(each.ending is Ending.FINISHED for each in self.of(Kind.HONEST))

    @property
    def baseline(self) -> frozenset[str]:
        """What fails on the honest default mock, in any run."""
        return baseline(self.contestant.name, self.records)

    def noticed(self, record: Record) -> frozenset[str]:
        """Return what failed in a run that does not fail on the honest default mock."""
        return frozenset(record.failed) - self.baseline if record.ending is Ending.FINISHED else frozenset()

    def noticing(self, records: Iterable[Record]) -> list[Record]:
        return [each for each in records if self.noticed(each)]


def results_of(records: Sequence[Record], contestants: Mapping[str, Contestant]) -> list[Results]:
    """Return the results of each contestant that has any, in the order of the contestants."""
    found = [
        Results(each, [record for record in records if record.contestant == each.name]) for each in contestants.values()
    ]
    return [each for each in found if each.records]


def page(records: Sequence[Record], contestants: Mapping[str, Contestant], gone: int = 0) -> str:
    """Return all tables and notes; so many records are left out, whose subjects are no more."""
    results = results_of(records, contestants)
    if not results:
        return "Nothing was run yet."
    chapters = {
        "Detection": detection(results),
        "Detection by section of faults": by_section(results),
        "False alarms on honest dialects": false_alarms(results),
        "Which dialects raise an alarm": by_dialect(results),
        "The honest default mock": on_the_default_mock(results),
        "Runs without a verdict": without_verdict(results),
        "Notes": notes(results, gone),
    }
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in chapters.items() if text)


# --- detection ---


def detection(results: Sequence[Results]) -> str:
    """Return the table of how many faults each tool catches, of all that it was tried on and of those all were.

    Where all were tried on the same, the second says nothing more and is left out.
    """
    rivals = _with(results, Kind.FAULT)
    shared = shared_faults(rivals)
    is_told = any(len(each.of(Kind.FAULT)) > len(shared) for each in rivals)
    head = ["tool", "caught", "", *([f"of the {len(shared)} that all were tried on", ""] if is_told else [])]
    rows = [
        [each.contestant.title, *_caught(each), *(_caught(each, shared) if is_told else ()), *_costs_on_faults(each)]
        for each in rivals
    ]
    return table([*head, "no verdict", *COSTS], rows)


def _caught(each: Results, among: frozenset[str] | None = None) -> tuple[str, str]:
    faults = [record for record in each.of(Kind.FAULT) if among is None or record.subject in among]
    return share(len(each.noticing(faults)), len(faults))


def _costs_on_faults(each: Results) -> list[str]:
    faults = each.of(Kind.FAULT)
    return [str(sum(record.ending is not Ending.FINISHED for record in faults)), *costs(faults)]


def shared_faults(rivals: Sequence[Results]) -> frozenset[str]:
    """Return the faults that every tool was tried on."""
    tried = [frozenset(record.subject for record in each.of(Kind.FAULT)) for each in rivals]
    return frozenset.intersection(*tried) if tried else frozenset()


def by_section(results: Sequence[Results]) -> str:
    """Return the table of how many faults of each section each tool catches."""
    rivals = _with(results, Kind.FAULT)
    names = dict.fromkeys(record.section for each in rivals for record in each.of(Kind.FAULT))
    rows = [[name.replace("_", " "), *(_caught_in(name, each) for each in rivals)] for name in names]
    return table(["section", *(each.contestant.title for each in rivals)], rows)


def _caught_in(section: str, each: Results) -> str:
    faults = [record for record in each.of(Kind.FAULT) if record.section == section]
    return f"{len(each.noticing(faults))} / {len(faults)}" if faults else NONE


COSTS = ("seconds", "requests", "fleets left", "keys left")


def costs(records: Sequence[Record]) -> list[str]:
    """Return the medians of what a run takes and leaves behind, of the runs that finished."""
    done = [each for each in records if each.ending is Ending.FINISHED]
    if not done:
        return [NONE] * len(COSTS)
    seconds = f"{median(each.seconds for each in done):.1f}"
    return [
        seconds,
        *(f"{median(values):.0f}" for values in zip(*((r.requests, r.fleets, r.keys) for r in done), strict=True)),
    ]


# --- false alarms ---


def false_alarms(results: Sequence[Results]) -> str:
    """Return the table of how many honest dialects each tool raises an alarm on, and over what."""
    rivals = _with(results, *HONEST_DIALECTS)
    head = ["tool", "one answer differs", "", "many answers differ", "", "no verdict", "most often over"]
    return table(head, [[each.contestant.title, *_alarms(each)] for each in rivals])


def _alarms(each: Results) -> list[str]:
    shares = [cell for kind in HONEST_DIALECTS for cell in share(len(each.noticing(each.of(kind))), len(each.of(kind)))]
    unjudged = sum(record.ending is not Ending.FINISHED for record in each.of(*HONEST_DIALECTS))
    return [*shares, str(unjudged), most_often(each.noticed(record) for record in each.of(*HONEST_DIALECTS))]


def most_often(alarms: Iterable[frozenset[str]], most: int = 3) -> str:
    """Return the kinds of tests that fail in the most runs, each with the number of them."""
    kinds = Counter(kind for alarm in alarms for kind in sorted({kind_of(name) for name in alarm}))
    return ", ".join(f"{kind} ({number})" for kind, number in kinds.most_common(most)) or NONE


def kind_of(name: str) -> str:
    """Return the name of a test without what varies: an operation after a colon, a generated request."""
    shown = name.partition(": ")[0] if name.startswith("ST") else name.partition(" with ")[0].partition("?")[0]
    return " ".join(shown.split())


def by_dialect(results: Sequence[Results]) -> str:
    """Return the table of the dialects on which any tool raises an alarm."""
    rivals = _with(results, *HONEST_DIALECTS)
    names = dict.fromkeys(record.subject for each in rivals for record in each.noticing(each.of(*HONEST_DIALECTS)))
    rows = [[f"`{name}`", *(_alarm_at(name, each) for each in rivals)] for name in names]
    return table(["dialect", *(each.contestant.title for each in rivals)], rows)


def _alarm_at(dialect: str, each: Results) -> str:
    for record in each.of(*HONEST_DIALECTS):
        if record.subject == dialect:
            return (
                "alarm"
                if each.noticed(record)
                else "quiet"
                if record.ending is Ending.FINISHED
                else record.ending.value
            )
    return NONE


# --- the rest ---


def on_the_default_mock(results: Sequence[Results]) -> str:
    """Return the table of what each tool, in each form, fails on the honest default mock."""
    rivals = [each for each in results if each.of(Kind.HONEST)]
    head = ["tool", "runs", "tests that fail", "which", *COSTS]
    return table(head, [[each.contestant.title, *_default(each), *costs(each.of(Kind.HONEST))] for each in rivals])


def _default(each: Results) -> list[str]:
    runs = each.of(Kind.HONEST)
    kinds = Counter(kind_of(name) for name in sorted(each.baseline))
    named = [f"{kind} ({number})" if number > 1 else kind for kind, number in kinds.most_common(MOST_NAMES)]
    others = len(kinds) - len(named)
    which = ", ".join([*named, *([f"and {others} more kinds"] if others else [])])
    return [str(len(runs)), f"{len(each.baseline)}{_of_tests(each)}", which or NONE]


def _of_tests(each: Results) -> str:
    """Return how many tests there were, where one run counted what failed and what did not alike."""
    runs = each.of(Kind.HONEST)
    return f" of {runs[0].tests}" if each.contestant.fails_by_test and len(runs) == 1 else ""


def without_verdict(results: Sequence[Results]) -> str:
    """Return the table of the runs that came to no verdict, and why."""
    rows = [
        [each.contestant.title, f"{record.kind} `{record.subject}`", record.ending, record.why]
        for each in results
        for record in each.records
        if record.ending is not Ending.FINISHED
    ]
    return table(["tool", "mock", "ending", "why"], rows)


def notes(results: Sequence[Results], gone: int) -> str:
    """Return the rules, what is left out, and what each contestant is."""
    lines = [*RULES, *_left_out(results, gone), *(note for each in results for note in _notes(each))]
    return "\n".join(f"- {line}" for line in lines)


def _left_out(results: Sequence[Results], gone: int) -> Iterator[str]:
    if gone:
        yield f"Left out: {counted(gone, 'run')} on faults or answers that are no more."
    for each in results:
        others = len(each.records) - len(each.of(Kind.HONEST))
        if others and not each.has_baseline:
            yield (
                f"Left out: {counted(others, 'run')} of **{each.contestant.title}**, which came to no verdict on the "
                f"honest default mock."
            )


def _notes(each: Results) -> list[str]:
    versions = Counter(_made_with(record) for record in each.records)
    runs = (f"{name}: {counted(number, 'run')}" for name, number in versions.items())
    told = "; ".join(runs if len(versions) > 1 else versions)
    return [f"**{each.contestant.title}** ({told}): {' '.join(each.contestant.notes)}"]


def _made_with(record: Record) -> str:
    return f"{record.version} at commit {record.commit}" if record.commit else record.version


def _with(results: Sequence[Results], *kinds: Kind) -> list[Results]:
    """Return those that have runs of these kinds, and something to compare them with."""
    return [each for each in results if each.of(*kinds) and each.has_baseline]


def share(some: int, all_: int) -> tuple[str, str]:
    """Return a share as two cells: the numbers, and the percentage."""
    return (f"{some} / {all_}", f"{some / all_:.0%}") if all_ else (NONE, NONE)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown, nothing where it has no row; columns of numbers stand to the right."""
    if not rows:
        return ""
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    rule = ["---:" if all(_is_short(row[column]) for row in cells) else "---" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *cells))


def _is_short(cell: str) -> bool:
    return cell == NONE or cell[:1].isdigit()
