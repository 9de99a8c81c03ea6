"""Many runs, a few at once, each begun by a process that has imported nothing before."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import click

Made = TypeVar("Made")
HONEST = ""  # the name of no fault


def against_each(
    run: Callable[[tuple[str, str]], Made], how: str, faults: Sequence[str], workers: int
) -> Iterator[Made]:
    """Yield what a function makes of a word and no fault, then of that word and each fault; says how far it is."""
    jobs = [(how, name) for name in (HONEST, *faults)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for number, ((_, name), made) in enumerate(zip(jobs, pool.map(run, jobs), strict=True), 1):
            click.echo(f"[{number}/{len(jobs)}] {how}: {name or 'no fault'}", err=True)
            yield made
