"""Judges the mock with the suite: starts `fleet-mock`, runs `fleet-contract run` with the arguments given, stops it.

Exits as the suite did. A signal is the suite's, which then reports what it has seen; the mock ends after it. Whatever
ends this program ends the mock too, SIGKILL aside.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TARGET = ROOT / "contract_tests" / "mock.toml"
LOG = ROOT / "reports" / "mock.log"
INCONCLUSIVE = 3
BY_A_SIGNAL = 128
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signalled:
    """What signals came, and who is told of them: the process that was followed last.

    Where a terminal has told the suite already, it hears of it twice, and minds it no more than once.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._followed: subprocess.Popen[bytes] | None = None
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
                signal.signal(number, self._see)

    def follow(self, process: "subprocess.Popen[bytes]") -> None:
        """Tell this process of all signals, also of those that have come."""
        self._followed = process
        for number in self.numbers[-1:]:
            process.send_signal(number)

    def _see(self, number: int, _frame: FrameType | None) -> None:
        self.numbers.append(number)
        if self._followed is not None:
            self._followed.send_signal(number)


def main(arguments: list[str]) -> int:
    signalled = Signalled()
    # What is set there is meant for another server: its key, its address.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    mock: list[str | Path] = [BIN / "fleet-mock", "--port", "0", "--ready-json"]
    LOG.parent.mkdir(exist_ok=True)
    with (
        LOG.open("wb") as log,
        # In a group of its own, so that Ctrl+C does not end it while the suite still waits for responses.
        subprocess.Popen(mock, stdout=subprocess.PIPE, stderr=log, env=environment, process_group=0) as serving,
    ):
        try:
            signalled.follow(serving)
            line = serving.stdout.readline() if serving.stdout else b""
            if signalled.numbers:
                return INCONCLUSIVE
            if not line:
                print(f"The mock did not start: {LOG.read_text(errors='replace')}", file=sys.stderr)
                return INCONCLUSIVE
            code = judged(json.loads(line)["url"], arguments, environment, signalled)
        finally:
            serving.terminate()
    if code:
        print(f"The mock's log is in {LOG}.", file=sys.stderr)
    return code


def judged(url: str, arguments: list[str], environment: dict[str, str], signalled: Signalled) -> int:
    """Return with what code the suite ends, signals or not."""
    suite: list[str | Path] = [BIN / "fleet-contract", "run", url, "--target", TARGET, *arguments]
    with subprocess.Popen(suite, env=environment) as judging:
        signalled.follow(judging)
        code = judging.wait()
    return code if code >= 0 else BY_A_SIGNAL - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
