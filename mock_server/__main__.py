"""The way in and out of `fleet-mock`: it ends without a traceback, even where it is told to before it has begun."""

import errno
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from fleet_contract.mock_server.output import STDERR, STDOUT, occupy_closed_streams

# What writing to a full disk, or to a pipe or terminal that has gone, ends with.
UNHEARD = (errno.ENOSPC, errno.EDQUOT, errno.EPIPE, errno.EIO)
PIPE_IS_GONE = 1  # with which click ends where whoever reads has read enough, and with no other, as it is used here
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> None:
    """Run the command."""
    occupy_closed_streams()
    stop_quietly()
    # Imported when signals are heard: loading all of it takes a second.
    from fleet_contract.mock_server.command import main as command

    try:
        run(command)
    except OSError as wrong:
        if wrong.errno not in UNHEARD:
            raise
        end_unheard(wrong)
    except MemoryError:
        sys.exit("Error: There is not enough memory for that.")


def run(command: click.Command) -> NoReturn:
    """Run a command as click would, but for an error that cannot be shown; raises that, or SystemExit."""
    try:
        code = command(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except SystemExit as ended:
        sys.exit(0 if ended.code == PIPE_IS_GONE else ended.code)
    sys.exit(code)


def stop_quietly() -> None:
    """Let a signal end the process as an end that was asked for, whether it serves yet or not."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # This one is being heard.
        raise SystemExit(0)

    for number in SIGNALS:
        signal.signal(number, stop)


def end_unheard(wrong: OSError) -> NoReturn:
    """End where nothing can be printed, with the exit code of what was to be printed; raises SystemExit."""
    if wrong.errno != errno.EPIPE:  # A pipe is closed by whoever has read enough.
        with suppress(OSError):
            os.write(STDERR, f"Cannot print: {os.strerror(wrong.errno or 0)}.\n".encode())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (STDOUT, STDERR):  # To which Python still tries to write what is left.
        os.dup2(nowhere, descriptor)
    sys.exit(getattr(wrong.__context__, "exit_code", 1))


if __name__ == "__main__":
    main()
