"""What is printed before a run: what it would send and cost, and whether its target is as the target file says."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.marks import PRINTED
from fleet_contract.contract_tests.process.printable import whole
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.console import say
from fleet_contract.contract_tests.reports.summary import where_it_goes
from fleet_contract.contract_tests.session.disabling import Disabling
from fleet_contract.contract_tests.session.doctor import Diagnosis
from fleet_contract.contract_tests.session.planning import Plan

_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]-[/]"}


def print_plan(plan: Plan, console: Console) -> None:
    """Print what a run would do to its target, and what would unlock the rest."""
    settings = plan.settings
    target, limits = settings.target, settings.target.limits
    say(console, f"[bold]A run at {settings.depth.word} depth against {escape(target.base_url)}[/]")
    if target.may_write:
        say(
            console,
            f"sends at most {limits.max_requests:,} requests and creates at most "
            f"{counted(limits.max_fleets or 0, 'fleet')} and {counted(limits.max_keys or 0, 'charging key')}, "
            f"which cannot be deleted.",
            2,
        )
        say(
            console,
            f"Almost every fleet is called ct-<mark>-…, almost every charging key {PRINTED}<MARK>-…; "
            f"all stay permanently.",
            2,
        )
    else:
        say(console, f"reads only, at most {limits.max_requests:,} times: writes need {target.lacks_to_write}.", 2)
    pace = f"It sends at most {target.rate:g} requests per second" if target.rate else "No rate limit applies"
    say(console, f"{pace}. {_duration(plan)}", 2)
    console.print(
        f"\n[bold]{counted(len(plan.drives), 'check')}, which judge {counted(len(plan.reached), 'requirement')}[/]"
    )
    for each in plan.drives:
        say(console, each.words, 2, 2)
    if settings.earlier:
        _print_reuse(plan, console)
    if plan.unlocked:
        console.print("\n[bold]What would add to it[/]")
    for reason, ids in plan.unlocked.items():
        named = f"{counted(len(ids), 'more requirement')}: {', '.join(sorted(ids))}"
        more = named if ids else "no more requirements, but more cases"
        say(console, f"[yellow]{escape(reason)}[/]: {more}", 2, 2)
    if where := where_it_goes(plan.unlocked):
        say(console, where, 2)


def _duration(plan: Plan) -> str:
    if plan.seconds is None:
        return "No time limit applies."
    if plan.latency is None:
        return f"The run ends after at most {plan.seconds:,.0f} s."
    return (
        f"The run ends after at most about {plan.seconds:,.0f} s if its first response takes no longer than "
        f"{plan.latency * 1000:g} ms: it sets its time limit by that."
    )


def _print_reuse(plan: Plan, console: Console) -> None:
    console.print(f"\n[bold]{counted(len(plan.settings.earlier), 'fleet')} of earlier runs may be used[/]")
    say(console, "New each time, so that ids resembling its own are nobody's: the fleet that most checks use.", 2, 2)
    for each in plan.drives:
        if each.check.new:
            say(console, f"New each time, {each.check.new}: {each.words}", 2, 2)
    for each in plan.left_out:
        say(console, f"Left out, since it needs new fleets: {each.words}", 2, 2)


def print_disabled(found: Sequence[Disabling], console: Console) -> None:
    """Print what became of each charging key, a line each, and how many are disabled."""
    for each in found:
        say(console, f"{_MARKS[each.is_done]} [bold]{escape(whole(each.key))}[/] {escape(each.words)}", hang=2)
    done = sum(each.is_done is True for each in found)
    dry = any(each.is_done is None for each in found)
    say(console, f"{done} of {len(found)} keys are disabled.{' Nothing was sent: add --yes.' if dry else ''}")


def print_diagnoses(found: Iterable[Diagnosis], console: Console) -> None:
    """Print what was looked at, a line each."""
    for each in found:
        say(console, f"{_MARKS[each.is_well]} [bold]{each.what}[/] {escape(each.words)}", hang=2)
