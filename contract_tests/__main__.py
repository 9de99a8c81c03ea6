"""The command `fleet-contract`: judges servers, and explains what it judges."""

import sys
from typing import NoReturn

from fleet_contract.contract_tests import signals, streams
from fleet_contract.contract_tests.surroundings import deaf, somewhere


def main() -> NoReturn:
    """Run the command in a process of its own; the exit codes are those of `ending.Exit`."""
    streams.settle()
    with signals.watching():
        code = _code()
    signals.leave_at_once(code)
    sys.exit(code)


def _code() -> int:
    with deaf():
        from fleet_contract.contract_tests.ending import ended  # under its hands from here on

        return ended(_command)


def _command() -> int:
    with somewhere():
        from fleet_contract.contract_tests.commands import main as command  # takes long, and may lack a package
    return command.call()


if __name__ == "__main__":
    main()
