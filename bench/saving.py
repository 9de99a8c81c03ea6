"""The command `python -m bench.saving`: how long a mock that holds a million is held up while its state is saved.

A clock ticks on the event loop, as a request would wait there. What a tick waits for a core, which other programs on
the machine have, is not counted (proc(5), schedstat).
"""

import asyncio
import gc
import random
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.holding import DIALECT, fleet_id, name, state
from bench.tables import table
from fleet_contract.mock_server.clock import new_loop
from fleet_contract.mock_server.parts import habits, parts
from fleet_contract.mock_server.saving import SavingStore
from fleet_contract.mock_server.seed import tell_nobody
from fleet_contract.mock_server.state_file import StateFile
from fleet_contract.mock_server.store import MemoryStore

TICK = 0.001  # seconds
TICKS_PER_RENAME = 10


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--size", default=1_000_000, show_default=True, type=click.IntRange(1), help="Fleets, and as many keys.")
def main(size: int) -> None:
    """Save the state of a mock while it changes, and print what that costs as a table in Markdown."""
    with TemporaryDirectory(prefix="saving-") as folder:
        figures = new_loop().run_until_complete(measured(size, Path(folder) / "state"))
    click.echo(table([f"{size:,} fleets and as many keys", ""], [list(each) for each in figures.items()]))


async def measured(size: int, path: Path) -> dict[str, str]:
    """Return what saving costs, in words."""
    held = state(size, size)
    with StateFile(path).held() as file:
        memory = MemoryStore(habits(parts(DIALECT).dialect), held)
        store = SavingStore(memory, file, held.keys, is_saved=True)
        gc.collect()
        gc.freeze()
        await store.open()
        began = time.perf_counter()
        ticks = await ticked(store, size, path)
        saved = time.perf_counter() - began
        began, used = time.perf_counter(), time.process_time()
        await store.close()
        last, its_cpu = time.perf_counter() - began, time.process_time() - used
    began = time.perf_counter()
    StateFile(path).read(tell_nobody)
    read = time.perf_counter() - began
    return {
        "saved while it is served, in": f"{saved:.1f} s",
        "a tick held up, at most": f"{max(ticks) * 1000:.1f} ms",
        "99.9% of ticks, at most": f"{sorted(ticks)[len(ticks) * 999 // 1000] * 1000:.1f} ms",
        "saved at its end, in": f"{last:.1f} s ({its_cpu:.1f} s of CPU)",
        "read, in": f"{read:.1f} s",
        "the file": f"{path.stat().st_size / 1e6:,.0f} MB",
    }


async def ticked(store: SavingStore, size: int, path: Path) -> list[float]:
    """Return for how long each tick was held up until the state was saved, while fleets are renamed."""
    ticks: list[float] = []
    for number in count():
        if number % TICKS_PER_RENAME == 0:
            await store.rename("demo", fleet_id(random.randrange(size)), f"{name(number)} again")  # noqa: S311
        began, waited = time.perf_counter(), waited_for_a_core()
        await asyncio.sleep(TICK)
        ticks.append(time.perf_counter() - began - TICK - (waited_for_a_core() - waited))
        if path.exists():
            return ticks
    raise AssertionError


def waited_for_a_core() -> float:
    """Return for how many seconds this thread was ready to run and did not."""
    return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


if __name__ == "__main__":
    main()
