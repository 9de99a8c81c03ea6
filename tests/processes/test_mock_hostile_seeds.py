"""Seeds that would fill the memory, as a mock meets them that starts: it says so in a line, and a signal ends it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mock.processes import SLACK, ends, mock, start, stopped
from tests.mock.raw import KEY, exchange, request

LITTLE = "ulimit -v 1500000"  # KiB, of which a mock takes less than half
BOMB = "\n".join(
    ["keys: {k: t}", "x0: &x0 [x]", *(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 9))]
)
NO_MEMORY = """
from fleet_contract.mock_server import __main__, command

def fill(*_, **__):
    raise MemoryError

command.parts = fill
__main__.main()
"""


def told(*arguments: str, before: str = "") -> tuple[int, str]:
    """Return how a mock ends that does not start, and what it says of that last."""
    with stopped(start(*arguments, before=before, stdout=subprocess.PIPE, stderr=subprocess.PIPE)) as process:
        _, errors = process.communicate(timeout=60)
        assert b"Traceback" not in errors
        return process.returncode, errors.decode().splitlines()[-1]


def test_a_small_seed_needs_little_memory(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"keys": {"demo-key": "t"}}')
    with mock("--seed", str(seed), stderr=tmp_path / "log", before=LITTLE) as (url, _):
        assert exchange(url, request("GET /emp/v1/charging-keys", KEY)).status == 200


def test_a_seed_that_does_not_fit_into_memory_is_refused_in_one_line(tmp_path: Path) -> None:
    with (tmp_path / "seed.json").open("wb") as seed:
        seed.truncate(3 * 1024**3)
    code, words = told("--seed", seed.name, before=LITTLE)
    assert (code, "seed.json does not fit into the memory that is left" in words) == (2, True)


def test_a_memory_that_is_full_is_one_line_whenever_that_shows() -> None:
    done = subprocess.run([sys.executable, "-c", NO_MEMORY], capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (1, b"Error: There is not enough memory for that.\n")


@pytest.mark.parametrize("name", ["seed.yaml", "seed"])
def test_a_seed_of_aliases_of_aliases_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(BOMB)
    code, words = told("--seed", str(tmp_path / name), before=LITTLE)
    assert (code, "its aliases stand for more than" in words) == (2, True)


def test_a_mock_that_reads_a_large_seed_ends_at_once_where_it_is_told_to(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("keys: {k: t}\nfleets:\n" + "".join(f"- {{fleetId: fleet-{n}}}\n" for n in range(300_000)))
    with stopped(start("--seed", str(seed), stdout=subprocess.PIPE, stderr=subprocess.PIPE)) as process:
        assert process.stderr is not None
        assert b"reading it takes a while" in process.stderr.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        assert ends(process, signal.SIGTERM, within=SLACK) == 0
