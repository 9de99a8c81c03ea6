"""The forms in which situations are named: what the modules of situations share."""

from collections.abc import Callable, Iterator

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.judging.sent import Sent

Traits = Iterator[str]
Reader = Callable[[Exchange, Sent, Known], Traits]


def is_scalar(value: object) -> bool:
    """Say whether a value is a number or a boolean, which some servers take as the string that spells it."""
    return isinstance(value, (bool, int, float))
