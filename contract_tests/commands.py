"""The subcommands of `fleet-contract`, as click reads them."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.markup import escape
from rich.table import Table

from fleet_contract.contract_tests.left_behind import FORMS, read_ledger, written
from fleet_contract.contract_tests.process.ending import Exit, ended
from fleet_contract.contract_tests.process.signals import waiting
from fleet_contract.contract_tests.process.surroundings import somewhere
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.documents import print_documents
from fleet_contract.contract_tests.target.depths import PRICES
from fleet_contract.contract_tests.target.options import CASES_FOLDER, LEDGER, OPTIONS_OF, Option
from fleet_contract.spec.catalogue import Question, Requirement, Situation, catalogue
from fleet_contract.spec.files import Contradiction, suggestion
from fleet_contract.spec.numerals import Decimal, Whole
from fleet_contract.spec.places import Place

_COMPLETING = "_FLEET_CONTRACT_COMPLETE"
Function = TypeVar("Function", bound=Callable[..., Any])


class Program(click.Group):
    """The command, which ends with a code of ours whatever becomes of it."""

    def main(self, *args: Any, **how: Any) -> NoReturn:
        sys.exit(ended(partial(self.call, *args, **how)))

    def call(self, *args: Any, **how: Any) -> int:
        """Do what the arguments ask for, and return the exit code; raises what `ending` knows."""
        try:
            code: int | None = super().main(*args, **{**how, "standalone_mode": False})
        except click.ClickException as wrong:
            wrong.show()
            return Exit.USAGE
        except click.Abort as interrupted:
            raise interrupted.__cause__ or interrupted from None
        except SystemExit as done:
            if done.code or _COMPLETING not in os.environ:
                raise
            return Exit.CONFORMS  # A shell asked how its words go on.
        return code or Exit.CONFORMS


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fleet-contract")
def main() -> None:
    """Judge any server of the Drive API's Fleet Management against the public guide."""


def _options(command: str) -> Callable[[Function], Function]:
    def add(function: Function) -> Function:
        for option in reversed(OPTIONS_OF[command]):
            function = click.option(f"--{option.name}", option.name.replace("-", "_"), **_how(option))(function)
        return function

    return add


def _how(option: Option) -> dict[str, Any]:
    if option.flag:
        return {"is_flag": True, "help": option.help}
    type = click.Choice(option.choices) if option.choices else Place() if option.is_place else str
    return {"help": option.help, "multiple": option.many, "type": type, "metavar": option.metavar or None}


@contextmanager
def _loading() -> Iterator[None]:
    """Load what asks a server: it takes most of a second, which who wants help or a list need not wait."""
    with waiting(), somewhere():
        yield
    gc.freeze()  # It stays: nobody need look through it for garbage.


@main.command()
@click.argument("base_url", required=False)
@_options("run")
def run(base_url: str | None, **given: Any) -> int:
    """Run the checks against the server at BASE_URL and print one verdict per requirement.

    BASE_URL is the part of the URL before /emp/v1. Exits 0 if the server conforms, 1 if it
    breaks a requirement, 2 on wrong usage, and 3 if nothing failed but the run is
    inconclusive.
    """
    with _loading():
        from fleet_contract.contract_tests import asking
    return asking.run(base_url, _named(given))


@main.command()
@click.argument("base_url", required=False)
@_options("dialect")
def dialect(base_url: str | None, **given: Any) -> int:
    """Read the dialect of the server at BASE_URL and print it as TOML for fleet-mock --dialect.

    Sends what a run sends. Comments name the questions that the server did not answer, or
    answered inconsistently. Exits 0 if anything was read and the run ended normally, else
    as `run` does.
    """
    with _loading():
        from fleet_contract.contract_tests import asking
    return asking.dialect(base_url, _named(given))


MOST_MINUTES = 1_000_000


@main.command()
@click.argument("base_url", required=False)
@click.option("--minutes", type=Decimal(min=0, min_open=True, max=MOST_MINUTES), metavar="N", help="Take N minutes.")
@click.option(
    "--max-cases",
    type=Whole(min=1),
    metavar="N",
    help="Send at most N sequences, including those for shrinking.",
)
@click.option("--seed", type=Whole(min=0), metavar="N", help="Repeat the sequences of this seed.")
@click.option(
    "--save",
    type=Place(file_okay=False, path_type=Path),
    default=CASES_FOLDER,
    show_default=True,
    help="Save failures in this folder.",
)
@_options("explore")
def explore(
    base_url: str | None, minutes: float | None, max_cases: int | None, seed: int | None, save: Path, **given: Any
) -> int:
    """Send random sequences of requests to the server at BASE_URL and judge every response as `run` does.

    Needs --minutes or --max-cases, or both. A sequence that breaks a requirement is shrunk,
    printed and saved, so that `run --cases` can replay it. The same seed gives the same
    sequences. Exits 0 if nothing failed, 1 if a requirement was broken, 2 on wrong usage,
    and 3 if nothing failed but the exploration is inconclusive.
    """
    if minutes is None and max_cases is None:
        raise click.UsageError("An exploration needs a limit. Use --minutes N or --max-cases N, or both.")
    with _loading():
        from fleet_contract.contract_tests.exploring import command
    return command.explore(base_url, minutes, max_cases, seed, save, _named(given))


@main.command()
@click.argument("base_url", required=False)
@_options("plan")
def plan(base_url: str | None, **given: Any) -> int:
    """Print what a run would send to the server at BASE_URL, cost it and leave behind; sends nothing.

    Without BASE_URL and --target, prints the limits of each depth.
    """
    if not (base_url or given["target"] or os.environ.get("FLEET_BASE_URL")):
        _print_prices()
        return Exit.CONFORMS
    with _loading():
        from fleet_contract.contract_tests import asking
    return asking.plan(base_url, _named(given))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--base-url",
    "base_url",
    metavar="URL",
    help="Judge requests to this server. By default: the server that received the most.",
)
@_options("judge")
def judge(file: Path, base_url: str | None, **given: Any) -> int:
    """Judge recorded traffic: FILE is an HTTP archive (HAR) of a browser, a proxy or a test tool; sends nothing.

    Reports as `run` does, and exits with the same codes. What a recording cannot show is
    untested.
    """
    with _loading():
        from fleet_contract.contract_tests.recorded.judging import judge_file
    return judge_file(file, base_url, _named(given))


@main.command()
@click.argument("base_url", required=False)
@click.option(
    "--port", type=Whole(min=0, max=65535), required=True, metavar="N", help="Listen on this port; 0 picks a free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen on this address of this machine."
)
@click.option(
    "--window",
    type=Whole(min=1),
    default=200,
    show_default=True,
    metavar="N",
    help="Keep N exchanges to judge the next one by.",
)
@_options("watch")
def watch(base_url: str | None, port: int, host: str, window: int, **given: Any) -> int:
    """Forward a client's live traffic to the server at BASE_URL, unchanged, and judge it as it passes.

    Ends with Ctrl+C or SIGTERM, reports as `run` does, and exits with the same codes. What
    the client writes, it writes on that server.
    """
    with _loading():
        from fleet_contract.contract_tests.watching import watch as command
    return command.watch(base_url, host, port, window, _named(given))


@main.command()
@click.argument("base_url", required=False)
@_options("doctor")
def doctor(base_url: str | None, **given: Any) -> int:
    """Check whether the server at BASE_URL is as the target file says; only reads are sent.

    Exits 0 if it is, 2 if an entry is wrong, and 3 if the server could not be looked at.
    """
    with _loading():
        from fleet_contract.contract_tests import asking
    return asking.doctor(base_url, _named(given))


@main.command()
@click.argument("file_or_url")
@click.option("--strict", is_flag=True, help="Exit 1 on any difference.")
def document(file_or_url: str, strict: bool) -> int:
    """Print how another OpenAPI document of this API (version 3.0 or 3.1) differs from ours.

    Each difference has the requirements and questions that it is about. Nothing is sent to
    the API.
    """
    from fleet_contract.contract_tests.documents import differences, read_document, unknown_operations

    theirs = read_document(file_or_url)
    found = differences(theirs)
    print_documents(found, unknown_operations(theirs), open_console())
    return Exit.BREAKS if strict and found else Exit.CONFORMS


@main.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit 1 on any change.")
@click.option(
    "--form", type=click.Choice(("text", "markdown")), default="text", show_default=True, help="Output format."
)
def diff(before: Path, after: Path, strict: bool, form: str) -> int:
    """Print which verdicts, answers and times changed between two JSON reports: of two nights, or of two servers.

    Exits 1 on a change for the worse: a requirement that passed is no longer passed, or an
    answer is now mixed.
    """
    with _loading():
        from fleet_contract.contract_tests import asking
    return asking.diff(before, after, strict=strict, form=form)


@main.command()
@click.argument("file", type=click.Path(path_type=Path), default=LEDGER)
@click.option("--base-url", "base_url", default="", metavar="URL", help="List only what was left behind there.")
@click.option("--form", type=click.Choice(FORMS), default=FORMS[0], show_default=True, help="Output format.")
@click.option("--disable-keys", is_flag=True, help="Say which keys of --target would be disabled, and by which call.")
@click.option("--yes", is_flag=True, help="With --disable-keys: do it.")
@_options("ledger")
def ledger(file: Path, base_url: str, form: str, disable_keys: bool, yes: bool, **given: Any) -> int:
    """Print what runs left behind permanently, as the ledger FILE has it, for those who can remove it.

    FILE is fleet-contract-ledger.jsonl by default. With --disable-keys, charging keys are disabled
    by the call that ledger.disable_key in the target file gives. Without --yes, only lists them.
    Exits 3 if a key could not be disabled.
    """
    if disable_keys:
        with _loading():
            from fleet_contract.contract_tests import asking
        return asking.disable_keys(file, _named(given), dry=not yes)
    if yes or any(given.values()):
        raise click.UsageError("--yes and the options of a target are for --disable-keys. Add it, or omit them.")
    text = written(read_ledger(file, base_url.rstrip("/")), form)
    click.echo(text, nl=False, color=True)  # else click would take out of names what it takes for colours
    return Exit.CONFORMS


def _print_prices() -> None:
    table = Table("depth", "requests", "fleets", "charging keys")
    for depth, price in PRICES.items():
        table.add_row(depth.word, f"{price.requests:,}", f"{price.fleets:,}", f"{price.keys:,}")
    open_console().print(table)
    click.echo("Fleets and charging keys cannot be deleted. The target file can set lower limits.")


@main.command()
def entries() -> None:
    """Print all entries of the target file with their environment variables and flags, as Markdown."""
    from fleet_contract.contract_tests.reports.entries import entries_page  # with it all kinds of values are loaded

    click.echo(entries_page(), nl=False)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given by the names of the options."""
    return {name.replace("_", "-"): value for name, value in given.items()}


@main.command("list")
@click.argument("prefix", default="")
def list_requirements(prefix: str) -> None:
    """Print every requirement whose id starts with PREFIX."""
    chosen = [each for each in catalogue().requirements.values() if each.id.startswith(prefix)]
    if not chosen:
        raise Contradiction(
            f"No requirement has an id that starts with {prefix!r}.{suggestion(prefix, catalogue().requirements)} "
            f"Omit the prefix to see all."
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
        raise Contradiction(
            f"Nothing has the id {id!r}.{suggestion(id, everything)} `fleet-contract list` lists the requirements."
        )
    console = open_console()
    for line in _EXPLANATIONS[type(everything[id])](everything[id]):
        console.print(line, soft_wrap=True)


def _explain_requirement(each: Requirement) -> list[str]:
    lines = [
        f"[bold]{each.id}[/] {each.basis}, since {each.since}",
        f"  {escape(each.text)}",
        f"  source: {each.url}",
    ]
    if each.untestable:
        lines.append(f"  untestable: {escape(each.untestable)}")
    return lines + [
        f"  {situation.id}: {escape(situation.text)} It is broken by any answer but {_allowed(situation)}."
        for situation in catalogue().situations.values()
        if each.id in situation.breaks.values()
    ]


def _explain_question(each: Question) -> list[str]:
    lines = [f"[bold]{each.id}[/] question", f"  {escape(each.text)}"]
    for answer, entry in each.answers.items():
        default = " [dim](the mock's default)[/]" if answer == each.default else ""
        lines.append(f"  {answer}: {escape(entry.text)}{default}")
    lines += [f"  applies only if {other} is {' or '.join(answers)}" for other, answers in each.when.items()]
    return lines


def _explain_situation(each: Situation) -> list[str]:
    return [
        f"[bold]{each.id}[/] situation",
        f"  {escape(each.text)}",
        f"  allowed answers: {_allowed(each)}",
        *(f"  any other answer breaks {id} ({key})" for key, id in each.breaks.items()),
        *([f"  reveals the answer to {each.reads}"] if each.reads else []),
    ]


def _allowed(situation: Situation) -> str:
    """Return what may be answered in a situation, in words."""
    words = ["success (2xx)" if each == "success" else _decided(each) for each in situation.may]
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _decided(answer: str) -> str:
    return answer if answer.isdigit() else f"an answer to the question {answer}"


_EXPLANATIONS: dict[type, Callable[[Any], list[str]]] = {
    Requirement: _explain_requirement,
    Question: _explain_question,
    Situation: _explain_situation,
}
