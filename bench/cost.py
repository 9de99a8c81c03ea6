"""What a run costs its own machine: CPU of the suite's process for each exchange, in a short run and in a long one.

`python -m bench.cost` serves the mock in a process of its own, judges it at standard depth, and then drives the same
checks several times over within one run, so that one history of thousands of exchanges is judged. What a whole process
costs, with all that it loads, is told beside it.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.progress import Progress
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.contract_tests.session.driver import Alone
from fleet_contract.contract_tests.session.session import begin, drive

TARGET = Path(__file__).parents[1] / "contract_tests" / "mock.toml"
ROUNDS = (1, 5)  # how often the checks are driven within a run: about 800 and 4,000 exchanges
TRIES = 10  # of a whole process, of which the quickest was disturbed the least
MOST_MILLISECONDS = 1.5  # for an exchange of a run at standard depth, with all that its process loads
MOST_GROWTH = 1.3  # of that in the long run


@dataclass(frozen=True)
class Cost:
    """The CPU seconds of this process during one run: of all of it, and of judging alone."""

    exchanges: int
    seconds: float
    judging: float

    @property
    def milliseconds(self) -> float:
        """The CPU time for each exchange."""
        return 1000 * self.seconds / self.exchanges


@contextmanager
def mock_of_its_own() -> Iterator[str]:
    """Serve the mock in another process, and give its URL."""
    command = [sys.executable, "-m", "fleet_contract.mock_server", "--port", "0", "--ready-json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            yield json.loads(ready)["url"]
        finally:
            process.terminate()


def cost(url: str, rounds: int) -> Cost:
    """Drive the checks of standard depth some times within one run, and judge it; raises ClickException for no pass."""
    settings, _ = read_settings(url, {"target": TARGET, "depth": "standard"})
    most = 1000 * rounds
    limits = replace(settings.target.limits, max_requests=most, max_fleets=most, max_keys=most)
    settings = replace(settings, target=replace(settings.target, limits=limits))
    console = open_console(quiet=True)
    run = begin(settings, console)
    begun = time.process_time()
    for _ in range(rounds):
        driver = Alone(run, Progress(console, quiet=True))
        drive(driver)
    driven = time.process_time()
    report = driver.conclude()
    judged = time.process_time()
    if report.outcome is not Outcome.CONFORMS:
        raise click.ClickException(f"The mock was to conform, and the run came to: {report.outcome}.")
    return Cost(len(report.history.exchanges), judged - begun, judged - driven)


def cost_of_a_process(url: str) -> Cost:
    """Return the CPU seconds of a whole `fleet-contract run`, from the start of Python to its end."""
    command = [sys.executable, "-m", "fleet_contract.contract_tests", "run", url, "--target", str(TARGET), "--quiet"]
    # What is set there is meant for another server, or another depth.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    with TemporaryDirectory(prefix="cost-") as folder:
        report = Path(folder) / "report.json"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, "--json", str(report)], env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        exchanges = json.loads(report.read_text(encoding="utf-8"))["footprint"]["requests"]
    return Cost(exchanges, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, judging=0)


def cost_of_a_first_run() -> Cost:
    """Return that of a run against a mock that holds nothing of other runs, whose keys would make longer lists."""
    with mock_of_its_own() as url:
        return cost_of_a_process(url)


@click.command()
@click.option("--check", is_flag=True, help="Fail where a run costs more than it may.")
def main(*, check: bool) -> None:
    """Print what an exchange costs in a short run and in a long one."""
    with mock_of_its_own() as url:
        cost(url, 1)  # which loads and compiles what is used for the first time
        costs = [cost(url, rounds) for rounds in ROUNDS]
    whole = min((cost_of_a_first_run() for _ in range(TRIES)), key=lambda each: each.seconds)
    for each in costs:
        share = each.judging / each.seconds
        click.echo(
            f"{each.exchanges:,} exchanges: {each.milliseconds:.2f} ms of CPU each, {share:.0%} of it for judging"
        )
    click.echo(
        f"A whole process of {whole.exchanges:,} exchanges: "
        f"{whole.seconds:.2f} s of CPU, {whole.milliseconds:.2f} ms each"
    )
    growth = costs[-1].milliseconds / costs[0].milliseconds
    click.echo(f"An exchange of the long run costs {growth:.2f} times as much.")
    if check and (whole.milliseconds > MOST_MILLISECONDS or growth > MOST_GROWTH):
        raise click.ClickException(f"At most {MOST_MILLISECONDS} ms, and {MOST_GROWTH} times as much, were expected.")


if __name__ == "__main__":
    main()
