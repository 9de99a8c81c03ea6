"""The subcommands of `fleet-contract`, as click reads them."""

import math
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.markup import escape
from rich.table import Table

from fleet_contract.contract_tests.depths import PRICES, Depth
from fleet_contract.contract_tests.exploring.exploration import FOLDER, SEED_BITS, Asked
from fleet_contract.contract_tests.exploring.exploration import explore as explore_server
from fleet_contract.contract_tests.judge import SuiteBroke, begin, judge, run_checks
from fleet_contract.contract_tests.judging.reading import decided
from fleet_contract.contract_tests.network.preflight import KeyRefused, NotThisApi, Unreachable
from fleet_contract.contract_tests.options import OF_THE_TARGET, OPTIONS, Option
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.entries import entries_page
from fleet_contract.contract_tests.reports.exploration import Progress, print_beginning, print_exploration
from fleet_contract.contract_tests.settings import read_exploration, read_settings
from fleet_contract.contract_tests.verdicts import EXITS, Exit
from fleet_contract.spec.catalogue import Question, Requirement, Situation, catalogue
from fleet_contract.spec.dialect import NOT_APPLICABLE, to_toml
from fleet_contract.spec.files import Contradiction, suggestion
from fleet_contract.spec.whole import Whole

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fleet-contract")
def main() -> None:
    """Judge any server of the Drive API's Fleet Management by the public guide."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of another encoding is no reason to lose a verdict


def _options(*options: Option) -> Callable[[Function], Function]:
    def add(function: Function) -> Function:
        for option in reversed(options):
            function = click.option(f"--{option.name}", option.name.replace("-", "_"), **_how(option))(function)
        return function

    return add


def _how(option: Option) -> dict[str, Any]:
    if option.flag:
        return {"is_flag": True, "help": option.help}
    type = click.Choice(option.choices) if option.choices else str
    return {"help": option.help, "multiple": option.many, "type": type, "metavar": option.metavar or None}


@main.command()
@click.argument("base_url", required=False)
@_options(*OPTIONS)
def run(base_url: str | None, **given: Any) -> None:
    """Run the checks against the server at BASE_URL, and print one verdict per requirement.

    BASE_URL is what stands before /emp/v1. Exits 0 when the server conforms, 1 when it
    breaks a requirement, 2 when the command was used wrongly, and 3 when nothing failed
    but the run could not be concluded.
    """
    with _explained():
        settings, outputs = read_settings(base_url, _named(given))
        code = judge(settings, outputs, open_console())
    sys.exit(code)


@main.command()
@click.argument("base_url", required=False)
@_options(*OPTIONS)
def dialect(base_url: str | None, **given: Any) -> None:
    """Read the dialect of the server at BASE_URL, and print it as TOML that fleet-mock --dialect takes.

    Costs what a run costs. What was not seen, or was answered in several ways, stands
    in comments. Exits 0 when anything was read, else as `run` does.
    """
    with _explained():
        settings, _ = read_settings(base_url, _named(given))
        report = run_checks(begin(settings, open_console(stderr=True)))
    answers = decided(report.dialect) if report else {}
    if report is None or not answers:
        _fail(
            f"No answer of {settings.target.base_url} told anything. `fleet-contract run` says why.", Exit.INCONCLUSIVE
        )
    for question, answer in report.dialect.items():
        if question not in answers and answer != NOT_APPLICABLE:
            click.echo(f"# {question} is {answer}")
    click.echo(to_toml(answers), nl=False)


@main.command()
@click.argument("base_url", required=False)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), metavar="N", help="Go on for so long.")
@click.option(
    "--max-cases",
    type=Whole(min=1),
    metavar="N",
    help="Send at most so many programs, those of shrinking too.",
)
@click.option("--seed", type=Whole(min=0), metavar="N", help="Draw the programs that this seed gives.")
@click.option("--save", type=click.Path(path_type=Path), default=FOLDER, help="Save what is found here.")
@_options(*OF_THE_TARGET)
def explore(
    base_url: str | None, minutes: float | None, max_cases: int | None, seed: int | None, save: Path, **given: Any
) -> None:
    """Send random programs of requests to the server at BASE_URL, and judge every answer as `run` does.

    Takes --minutes or --max-cases, or both. What breaks a requirement is shrunk, printed
    and saved, so that `run --cases` replays it. The same seed gives the same programs.
    Exits 0 when nothing failed, 1 when a requirement was broken, 2 when the command was
    used wrongly, and 3 when nothing failed but nothing was concluded either.
    """
    if minutes is None and max_cases is None:
        raise click.UsageError("An exploration needs an end. Give --minutes N or --max-cases N, or both.")
    if minutes is not None and not minutes < math.inf:
        raise click.UsageError(f"--minutes is {minutes}, and was expected to be a number above 0. Give another.")
    console = open_console()
    progress = Progress(console)
    with _explained():
        settings = read_exploration(base_url, _named(given, OF_THE_TARGET))
        number = secrets.randbits(SEED_BITS) if seed is None else seed
        asked = Asked(settings, number, minutes, max_cases, save)
        print_beginning(asked, console)
        with progress.shown:
            explored = explore_server(asked, progress.tell)
        print_exploration(explored, _replaying(settings.target.base_url, given), console)
    sys.exit(EXITS[explored.outcome])


def _replaying(base_url: str, given: dict[str, Any]) -> list[str]:
    """Return the command that judges the same target once more, with the checks that read its dialect."""
    words = ["fleet-contract", "run", base_url, "--depth", Depth.QUICK.word]
    for option in OF_THE_TARGET:
        value = given[option.name.replace("-", "_")]
        if value and not option.many and not option.entry.startswith("limits."):
            words += [f"--{option.name}", *([] if option.flag else [str(value)])]
    return words


@main.command()
def plan() -> None:
    """Print what a run costs at most, at each depth."""
    table = Table("depth", "requests", "fleets", "charging keys")
    for depth, price in PRICES.items():
        table.add_row(depth.word, f"{price.requests:,}", f"{price.fleets:,}", f"{price.keys:,}")
    open_console().print(table)
    click.echo("Fleets and charging keys stay for ever. Lower limits can be set in the target file.")


@main.command()
def entries() -> None:
    """Print all entries of the target file, with their environment variables and flags, as Markdown."""
    click.echo(entries_page(), nl=False)


def _named(given: dict[str, Any], options: Sequence[Option] = OPTIONS) -> dict[str, Any]:
    return {option.name: given[option.name.replace("-", "_")] for option in options}


@contextmanager
def _explained() -> Iterator[None]:
    """End the program with one message and the right code where a run could not be begun or finished."""
    try:
        yield
    except Contradiction as wrong:
        _fail(str(wrong), Exit.USAGE)
    except (Unreachable, KeyRefused, NotThisApi, SuiteBroke) as reason:
        _fail(str(reason), Exit.INCONCLUSIVE)
    except KeyboardInterrupt:
        _fail("Interrupted, so nothing is concluded. What was created until then stays.", Exit.INCONCLUSIVE)
    except OSError as wrong:
        _fail(f"The output cannot be written: {wrong.strerror}. Give it a place where it can.", Exit.INCONCLUSIVE)


def _fail(message: str, code: Exit) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


@main.command("list")
@click.argument("prefix", default="")
def list_requirements(prefix: str) -> None:
    """Print every requirement whose id begins with PREFIX: id, basis, sentence."""
    chosen = [each for each in catalogue().requirements.values() if each.id.startswith(prefix)]
    if not chosen:
        _fail(
            f"No requirement has an id that begins with {prefix!r}.{suggestion(prefix, catalogue().requirements)} "
            f"Leave the prefix out to see all.",
            Exit.USAGE,
        )
    console = open_console()
    for each in chosen:
        console.print(f"[bold]{each.id}[/] [dim]{each.basis}[/]\n    {escape(each.text)}", soft_wrap=True)
        if each.untestable:
            console.print(f"    [yellow]untestable:[/] {escape(each.untestable)}", soft_wrap=True)


@main.command()
@click.argument("id")
def explain(id: str) -> None:
    """Explain a requirement, a question or a situation by its id."""
    known = catalogue()
    everything: dict[str, Any] = {**known.situations, **known.questions, **known.requirements}
    if id not in everything:
        _fail(
            f"Nothing has the id {id!r}.{suggestion(id, everything)} `fleet-contract list` prints the requirements.",
            Exit.USAGE,
        )
    console = open_console()
    for line in _EXPLANATIONS[type(everything[id])](everything[id]):
        console.print(line, soft_wrap=True)


def _explain_requirement(each: Requirement) -> list[str]:
    lines = [f"[bold]{each.id}[/] {each.basis}", f"  {escape(each.text)}", f"  source: {each.url}"]
    if each.untestable:
        lines.append(f"  untestable: {escape(each.untestable)}")
    return lines + [
        f"  broken by any answer but {', '.join(situation.may)} to: {escape(situation.text)} [dim]{situation.id}[/]"
        for situation in catalogue().situations.values()
        if each.id in situation.breaks.values()
    ]


def _explain_question(each: Question) -> list[str]:
    lines = [f"[bold]{each.id}[/] question", f"  {escape(each.text)}"]
    for answer, entry in each.answers.items():
        default = " [dim](the mock's default)[/]" if answer == each.default else ""
        lines.append(f"  {answer}: {escape(entry.text)}{default}")
    lines += [f"  exists where {other} is {' or '.join(answers)}" for other, answers in each.when.items()]
    return lines


def _explain_situation(each: Situation) -> list[str]:
    return [
        f"[bold]{each.id}[/] situation",
        f"  {escape(each.text)}",
        f"  may be answered: {', '.join(each.may)}",
        *(f"  anything else breaks {id} ({key})" for key, id in each.breaks.items()),
        *([f"  answers the question {each.reads}"] if each.reads else []),
    ]


_EXPLANATIONS: dict[type, Callable[[Any], list[str]]] = {
    Requirement: _explain_requirement,
    Question: _explain_question,
    Situation: _explain_situation,
}
