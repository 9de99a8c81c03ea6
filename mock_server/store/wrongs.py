"""Wrongs: what a store refuses, and why."""

from fleet_contract.mock_server.store.records import ChargingKey, Fleet


class Wrong(Exception):
    """What the store cannot do, and why; `str` is meant for the caller."""


class NoSuchFleet(Wrong):
    """No fleet of the caller has this id."""


class ForeignFleet(Wrong):
    """The fleet belongs to another tenant."""


class ForeignFleetWithoutCodes(ForeignFleet):
    """The fleet belongs to another tenant, and has no active invitation code."""


class FleetIdTaken(Wrong):
    """A fleet has this id already."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__("A fleet with this fleetId already exists; fleet ids are unique across all fleets.")
        self.fleet = fleet


class FleetNameTaken(Wrong):
    """Another fleet of the tenant has this name, where names are unique."""


class NoActiveCodes(Wrong):
    """The fleet exists and has no active invitation code."""


class KeyTaken(Wrong):
    """A charging key of the tenant has this identifier already."""

    def __init__(self, key: ChargingKey) -> None:
        super().__init__("A charging key with this keyIdentifier already exists.")
        self.key = key


class NoSuchLocation(Wrong):
    """No location has this id."""
