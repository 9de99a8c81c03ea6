"""Real forward proxies, to which every host is on loopback."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROXY = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0", "--num-acceptors", "1"]
PLUGIN = ["--num-workers", "1", "--plugins", "resolver.FindsEveryHostHere", "--log-level", "ERROR"]


@contextmanager
def proxying(folder: Path, *words: str) -> Iterator[int]:
    """Run proxy.py as long as the block lasts, and give its port; to it every host is on loopback."""
    port_file = folder / "port"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [*PROXY, *PLUGIN, "--port-file", str(port_file), *words]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        try:
            give_up = time.monotonic() + 20
            while not (port_file.exists() and port_file.read_text().strip()):
                assert process.poll() is None, process.stderr and process.stderr.read().decode()
                assert time.monotonic() < give_up, "proxy.py did not start within 20 s"
                time.sleep(0.02)
            yield int(port_file.read_text())
        finally:
            process.terminate()
            process.wait(10)
