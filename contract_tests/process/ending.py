"""How the program ends: every way out is mapped here to one of four codes and one message."""

import sys
import traceback
from collections.abc import Callable, Mapping
from enum import IntEnum

from fleet_contract.contract_tests.process import standard_streams
from fleet_contract.contract_tests.process.printable import printable_lines
from fleet_contract.contract_tests.process.signals import Stopped, breakable, watching
from fleet_contract.spec.contradiction import Contradiction


class Exit(IntEnum):
    """The exit codes of the command, and of plain pytest with the checks."""

    CONFORMS = 0
    BREAKS = 1
    USAGE = 2
    INCONCLUSIVE = 3


class Inconclusive(Exception):
    """A reason why nothing is concluded about the server; its text is meant for the user."""


def _text(error: BaseException) -> str:
    return str(error)


def _interrupted(error: BaseException) -> str:
    by = f" by {error}" if isinstance(error, Stopped) else ""
    return f"Interrupted{by}, so nothing is concluded about the server."


def _missing(error: BaseException) -> str:
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    if name is None or name.startswith("fleet_contract"):
        return _broke(error)
    return (
        f"fleet-contract needs the package {name!r}, which is not installed. "
        f"Install all that it needs with: pip install 'fleet-contract[suite]'"
    )


def _refused(error: BaseException) -> str:
    return (
        f"The operating system refused what the suite needs: {error}. The run is inconclusive. "
        f"Remove the cause and run again."
    )


def _exhausted(_: BaseException) -> str:
    return "Out of memory, so the run is inconclusive. Give the suite more memory, or use a smaller --depth."


def _broke(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return (
        f"The suite itself failed: {type(error).__name__}: {error}{place}. This says nothing about the server. "
        f"Run again; if it persists, report it with the depth and the version."
    )


# The first kind that fits. What raises SystemExit is a library, since nothing of ours does.
_ENDINGS: Mapping[type[BaseException], tuple[Exit, Callable[[BaseException], str]]] = {
    Contradiction: (Exit.USAGE, _text),
    ModuleNotFoundError: (Exit.USAGE, _missing),
    Inconclusive: (Exit.INCONCLUSIVE, _text),
    KeyboardInterrupt: (Exit.INCONCLUSIVE, _interrupted),
    MemoryError: (Exit.INCONCLUSIVE, _exhausted),
    OSError: (Exit.INCONCLUSIVE, _refused),
    BaseException: (Exit.INCONCLUSIVE, _broke),
}


def ending_of(error: BaseException) -> tuple[Exit, str]:
    """Return the code with which an exception ends the program, and the message for the user."""
    code, message = next(ending for kind, ending in _ENDINGS.items() if isinstance(error, kind))
    return code, message(error)


def tell(error: BaseException) -> Exit:
    """Print what an exception means, and return its code."""
    code, message = ending_of(error)
    complain(message)
    return code


def complain(message: str) -> None:
    """Print an error."""
    sys.stderr.write(f"Error: {printable_lines(message)}\n")


def unless_lost(code: int, lost: object) -> int:
    """Return the code of a program that could not write something: what was seen broken stays broken."""
    return code or (Exit.INCONCLUSIVE if lost else Exit.CONFORMS)


def ended(action: Callable[[], int | None]) -> int:
    """Do what a command does, and return the code with which the program ends, whatever becomes of it."""
    try:
        with watching(), breakable():
            code = action() or Exit.CONFORMS
    except BaseException as error:  # noqa: BLE001  (this is where all of them end)
        code = tell(error)
    return unless_lost(code, _flushed())


def _flushed() -> str:
    try:
        with watching(), breakable():
            lost = standard_streams.lost()
    except KeyboardInterrupt:  # Nobody reads what is written, and we are to go.
        standard_streams.give_up()
        return ""
    if lost:
        complain(f"Part of the output could not be written ({lost}). Free some space, or redirect the output.")
    return lost
