"""The store in memory."""

from fleet_contract.mock_server.store.plain import PlainStore


class MemoryStore(PlainStore):
    """All the state of a mock in this process, which ends with it."""
