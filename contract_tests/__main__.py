"""The command `fleet-contract`: judges servers, and explains what it judges."""

import gc
import os
from typing import NoReturn

from fleet_contract.contract_tests.process.signals import waiting, watching


def main() -> NoReturn:
    """Run the command in a process of its own; the exit codes are those of `ending.Exit`."""
    with watching():
        os._exit(_code())  # While Python takes itself down, a signal would make another code of it.


# Each import stands where it is needed: until there is somebody to tell, nothing may go wrong.


def _code() -> int:
    from fleet_contract.contract_tests.process import standard_streams
    from fleet_contract.contract_tests.process.surroundings import deaf

    standard_streams.settle()
    with deaf():
        from fleet_contract.contract_tests.process.ending import ended

        return ended(_command)


def _command() -> int:
    from fleet_contract.contract_tests.process.surroundings import somewhere

    with waiting(), somewhere():
        gc.set_threshold(20_000)  # What is loaded stays, and a run keeps each exchange: there is little garbage.
        from fleet_contract.contract_tests.commands import main as command  # may lack a package

    return command.call()


if __name__ == "__main__":
    main()
