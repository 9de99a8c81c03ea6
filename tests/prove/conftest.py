"""How proofs are spread over the machine."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """Return a worker more than there are cores: some runs wait, for a mock in whose dialect a fleet settles slowly."""
    return (os.cpu_count() or 1) + 1
