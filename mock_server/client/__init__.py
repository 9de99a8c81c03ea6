"""The client of the control API, for tests: what a mock holds, how it answers, what was sent to it.

`Control` and `AsyncControl` have a method for each call of the API, `Verify` says what must have been sent, and
`FleetMock` is what the fixture of pytest gives.
"""

from fleet_contract.mock_server.client.asks import Code, Overview, Tenant, World
from fleet_contract.mock_server.client.control import AsyncControl, Control
from fleet_contract.mock_server.client.exchanges import Exchange
from fleet_contract.mock_server.client.fleet_mock import FleetMock
from fleet_contract.mock_server.client.replies import ControlError, ControlRefused
from fleet_contract.mock_server.client.verification import Verify

__all__ = [
    "AsyncControl",
    "Code",
    "Control",
    "ControlError",
    "ControlRefused",
    "Exchange",
    "FleetMock",
    "Overview",
    "Tenant",
    "Verify",
    "World",
]
