"""One run of the suite as a process of its own, with the most memory that it took at any moment."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = Path(__file__).parents[2] / "contract_tests" / "mock.toml"  # what the mock's seed holds, and its keys
POLL = 0.02
LONGEST = 150.0  # seconds, after which a run is ended, and its test fails


@dataclass(frozen=True)
class CheckResult:
    """What a run came to; `peak` is in MB, `files` are its reports."""

    code: int
    seconds: float
    peak: float
    said: bytes
    files: dict[str, bytes]

    @property
    def text(self) -> str:
        return self.said.decode("utf-8")

    @property
    def failed(self) -> frozenset[str]:
        """The requirements that failed, none where no report was written."""
        report: dict[str, Any] = json.loads(self.files.get("json") or b"{}")
        return frozenset(each["id"] for each in report.get("requirements", ()) if each["verdict"] == "failed")


def run(url: str, folder: Path, *options: str) -> CheckResult:
    """Judge a server with a timeout of 2 s, and wait for the end."""
    target = folder / "target.toml"
    target.write_text(f"{SEED.read_text()}\n[limits]\ntimeout_seconds = 2\n")
    reports = {kind: folder / f"report.{kind}" for kind in ("json", "junit")}
    files = [word for kind, path in reports.items() for word in (f"--{kind}", str(path))]
    command = [sys.executable, "-m", "fleet_contract.contract_tests", "run", url, "--target", str(target)]
    begun = time.monotonic()
    with subprocess.Popen(
        [*command, "--depth", "quick", *files, *options],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        peak = [0.0]
        watching = threading.Thread(target=_watch, args=(process, peak))
        watching.start()
        try:
            said, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
        watching.join()
    written = {kind: path.read_bytes() for kind, path in reports.items() if path.exists()}
    return CheckResult(process.returncode, time.monotonic() - begun, peak[0], said, written)


def _environment() -> dict[str, str]:
    ours = ("FLEET_", "PYTEST_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours) and not k.lower().endswith("_proxy")}
    return {**kept, "COLUMNS": "200"}


def _watch(process: "subprocess.Popen[bytes]", peak: list[float]) -> None:
    """Read the high-water mark of a process until it is over; what it inherits before it begins is not its own.

    getrusage would count that too: the memory of the tests and their servers.
    """
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        with suppress(OSError):  # The process may end at any moment.
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            peak[0] = int(found[1]) / 1024 if found else peak[0]
        time.sleep(POLL)
