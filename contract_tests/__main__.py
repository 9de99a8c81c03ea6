"""The command `fleet-contract`: judges servers, and explains what it judges."""

import sys
from typing import NoReturn

from fleet_contract.contract_tests.signals import leave_at_once, waiting, watching


def main() -> NoReturn:
    """Run the command in a process of its own; the exit codes are those of `ending.Exit`."""
    with watching():
        code = _code()
    leave_at_once(code)
    sys.exit(code)


# Each import stands where it is needed: until there is somebody to tell, nothing may go wrong.


def _code() -> int:
    from fleet_contract.contract_tests import streams
    from fleet_contract.contract_tests.surroundings import deaf

    streams.settle()
    with deaf():
        from fleet_contract.contract_tests.ending import ended

        return ended(_command)


def _command() -> int:
    from fleet_contract.contract_tests.surroundings import somewhere

    with waiting(), somewhere():
        from fleet_contract.contract_tests.commands import main as command  # may lack a package
    return command.call()


if __name__ == "__main__":
    main()
