"""What holds for the proof: more workers than cores, since half of a run against a slow fault is waiting."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """Return two workers for each core, so that one runs while the other waits for a delay to pass."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    """Keep a worker on one core: a mock and its client share an interpreter, and waking across cores costs."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker) % len(cores)]})
