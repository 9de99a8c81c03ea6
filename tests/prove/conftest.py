"""What holds for the proof, which waits for nothing: a worker to a core, and each stays on its own."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """Return as many workers as there are cores."""
    return os.cpu_count() or 1


def pytest_collection_finish() -> None:
    """Keep a worker on one core: a mock and its client share an interpreter, and waking across cores costs."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker) % len(cores)]})
