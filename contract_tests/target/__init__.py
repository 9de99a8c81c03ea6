"""The target file: what it says of a server, of what a run may cost, and of what fails it."""

from fleet_contract.contract_tests.target.hosts import is_loopback
from fleet_contract.contract_tests.target.target import Target

__all__ = ["Target", "is_loopback"]
