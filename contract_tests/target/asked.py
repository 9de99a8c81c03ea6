"""A secret that a command prints, such as a token: asked for when it is first needed, and again when it expires."""

import re
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from fleet_contract.contract_tests.target.masking import Secret
from fleet_contract.spec.files import Contradiction

_SENDABLE = re.compile(r"[\x21-\x7e]+(?: +[\x21-\x7e]+)*")
_MOST_SECONDS = 30.0  # that a command may take
_EARLY = 0.1  # of its time, before which a token is renewed: what is sent takes a while to arrive


class CommandFailed(Contradiction):
    """A command did not print a secret; the text never holds what it printed."""


class Asked(Secret):
    """A secret that is what a command prints, for `expires_in` seconds, or until a server refuses it.

    The command is run without a shell, in `folder`, with no standard input. Any thread may
    ask; only one runs the command.
    """

    __slots__ = ("_asked_at", "_command", "_entry", "_expires_in", "_folder", "_lock", "_word")

    def __init__(
        self, entry: str, command: Sequence[str], folder: Path, *, scheme: str = "", expires_in: float | None = None
    ) -> None:
        super().__init__("")
        self._entry = entry
        self._command = tuple(command)
        self._folder = folder
        self._word = scheme
        self._expires_in = expires_in
        self._asked_at: float | None = None
        self._lock = threading.Lock()

    def reveal(self) -> str:
        """Return what the command printed last, or prints now where that has expired; raises CommandFailed."""
        with self._lock:
            if self._asked_at is None or self._has_expired(self._asked_at):
                self._ask()
            return self._text

    def renew(self, refused: str) -> None:
        """Ask again, unless somebody did so since this text was sent and refused; raises CommandFailed."""
        with self._lock:
            if self._text == refused:
                self._ask()

    def _has_expired(self, asked_at: float) -> bool:
        return self._expires_in is not None and time.monotonic() >= asked_at + self._expires_in * (1 - _EARLY)

    def _ask(self) -> None:
        printed = self._printed()
        lines = printed.strip().splitlines()
        if len(lines) != 1:
            raise self._failed(f"printed {len(lines)} lines")
        if not _SENDABLE.fullmatch(lines[0]):
            raise self._failed("printed a character that no header can carry")
        self._text = f"{self._word}{lines[0]}"
        self._asked_at = time.monotonic()

    def _printed(self) -> str:
        try:
            done = subprocess.run(  # noqa: S603  (whoever wrote the target file chose it)
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_MOST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._failed(f"took longer than {_MOST_SECONDS:g} s") from None
        except (OSError, ValueError) as wrong:
            raise self._failed(f"cannot be run: {getattr(wrong, 'strerror', None) or 'it is not a command'}") from None
        if done.returncode:
            raise self._failed(f"ended with exit code {done.returncode}")
        return done.stdout.decode("utf-8", "replace")

    def _failed(self, problem: str) -> CommandFailed:
        """Return what to raise; of the command only its first word is told, since the others may be secrets."""
        return CommandFailed(
            f"{self._entry}: the command {self._command[0]!r} {problem}. Expected the value alone, on one line. "
            f"Run it by hand, and correct it."
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and (other._command, other._word) == (self._command, self._word)

    def __hash__(self) -> int:
        return hash((self._command, self._word))
