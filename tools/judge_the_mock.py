"""Judges the mock with the suite: starts `fleet-mock`, runs `fleet-contract run` with the arguments given, stops it.

Exits as the suite did. Whatever ends this program ends the mock too, SIGKILL aside.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

BIN = Path(sys.executable).parent
TARGET = Path("contract_tests/mock.toml")
LOG = Path("reports/mock.log")
INCONCLUSIVE = 3


def main(arguments: list[str]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    # What is set there is meant for another server: its key, its address.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    mock: list[str | Path] = [BIN / "fleet-mock", "--port", "0", "--ready-json"]
    LOG.parent.mkdir(exist_ok=True)
    with (
        LOG.open("wb") as log,
        subprocess.Popen(mock, stdout=subprocess.PIPE, stderr=log, env=environment) as serving,
    ):
        try:
            line = serving.stdout.readline() if serving.stdout else b""
            if not line:
                print(f"The mock did not start: {LOG.read_text(errors='replace')}", file=sys.stderr)
                return INCONCLUSIVE
            suite = [BIN / "fleet-contract", "run", json.loads(line)["url"], "--target", TARGET, *arguments]
            code = subprocess.call(suite, env=environment)
        finally:
            serving.terminate()
    if code:
        print(f"The mock's log is in {LOG}.", file=sys.stderr)
    return code


def stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
