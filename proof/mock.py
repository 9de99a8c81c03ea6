"""The command `python -m proof.mock`: serves the mock with mutants until it is told to stop."""

from pathlib import Path

import click

from fleet_contract.mock_server.beginnings import chosen_answers
from fleet_contract.mock_server.command import LARGEST_PORT, serve
from fleet_contract.mock_server.listening import CannotListen
from fleet_contract.mock_server.log import log_to_stderr
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.seed import read_seed
from fleet_contract.spec.files import Contradiction
from fleet_contract.spec.numerals import Whole
from proof.mutants import MUTANTS, find


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--mutant", "names", multiple=True, metavar="NAME", help="Break the contract in this way. Repeatable.")
@click.option("--port", default=8080, show_default=True, type=Whole(0, LARGEST_PORT), help="0 takes a free one.")
@click.option("--dialect", "dialect_file", type=Path, metavar="FILE", help="Answer the questions as this file does.")
@click.option("--set", "settings", multiple=True, metavar="QUESTION=ANSWER", help="Answer one question so. Repeatable.")
@click.option("--seed", "seed_file", type=Path, metavar="FILE", help="Start with what this YAML or JSON file holds.")
@click.option("--ready-json", is_flag=True, help="Print one line of JSON once requests are taken, and nothing else.")
@click.option("--list", "lists", is_flag=True, help="List the mutants and stop.")
def main(  # noqa: PLR0913  (one argument for each option)
    *,
    names: tuple[str, ...],
    port: int,
    dialect_file: Path | None,
    settings: tuple[str, ...],
    seed_file: Path | None,
    ready_json: bool,
    lists: bool,
) -> None:
    """Serve the mock with mutants of the contract, by which the suite is proved."""
    if lists:
        for mutant in MUTANTS.values():
            click.echo(f"{mutant.name}: {mutant.text} ({', '.join(sorted(mutant.breaks))})")
        return
    log_to_stderr()
    try:
        made = parts(chosen_answers(dialect_file, settings), read_seed(seed_file) if seed_file else None)
        for name in names:
            find(name).spoil(made)
        serve(made, "127.0.0.1", port, ready_json=ready_json)
    except (Contradiction, CannotListen) as wrong:
        raise click.UsageError(str(wrong)) from None


if __name__ == "__main__":
    main()
