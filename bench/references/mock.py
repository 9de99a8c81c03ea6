"""The mock's application, for other servers than its own."""

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.parts import parts

app = build(parts())
