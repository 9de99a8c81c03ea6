"""Wrongs: what a store refuses, and why."""

from collections.abc import Mapping
from typing import Any

from fleet_contract.mock_server.store.records import ChargingKey, Fleet


class Wrong(Exception):
    """What the store cannot do, and why; `str` is meant for the caller."""

    text = "The store cannot do this."

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.text)


class NoSuchFleet(Wrong):
    """No fleet of the caller has this id."""

    text = "No fleet has this fleetId."


class ForeignFleet(Wrong):
    """The fleet belongs to another tenant."""

    text = "This fleet belongs to another organization."


class ForeignFleetWithoutCodes(ForeignFleet):
    """The fleet belongs to another tenant, and has no active invitation code."""


class FleetIdTaken(Wrong):
    """A fleet has this id already."""

    text = "A fleet with this fleetId already exists; fleet ids are unique across all fleets."

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self.fleet = fleet


class FleetNameTaken(Wrong):
    """Another fleet of the tenant has this name, where names are unique."""

    text = "Another fleet already has this name."


class TooManyFleets(Wrong):
    """There are as many fleets as there may be."""

    text = "This mock holds its maximum number of fleets."


class NoActiveCodes(Wrong):
    """The fleet exists and has no active invitation code."""

    text = "The fleet has no active invitation codes."


class KeyTaken(Wrong):
    """A charging key of the tenant has this identifier already."""

    text = "A charging key with this keyIdentifier already exists."

    def __init__(self, key: ChargingKey) -> None:
        super().__init__()
        self.key = key


class NoSuchLocation(Wrong):
    """No location has this id."""

    text = "No location has this id."


class StoreUnavailable(Exception):
    """The store does not reply; whether it has done what it was asked is not known. `str` is for the log."""


class TermsDoNotFit(StoreUnavailable):
    """The store holds the state of mocks that were started otherwise, and no mock changes its mind about that."""

    def __init__(self) -> None:
        super().__init__("The store holds the state of mocks that were started with other settings. Restart this one.")


class OtherTerms(Exception):
    """The store holds the state of mocks that were started on other terms, which are `held`."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        super().__init__("The store holds the state of mocks that were started with other settings.")
        self.held = held
