"""The store: fleets, invitation codes, charging keys and prices behind one interface, and no HTTP."""

from fleet_contract.mock_server.store.bounded import BoundedStore
from fleet_contract.mock_server.store.delegating import DelegatingStore
from fleet_contract.mock_server.store.interface import MAIN, Habits, Store
from fleet_contract.mock_server.store.memory import MemoryStore
from fleet_contract.mock_server.store.records import (
    ChargingKey,
    Code,
    Fleet,
    Location,
    Page,
    State,
    active_codes,
    priced,
)
from fleet_contract.mock_server.store.tally import Chance, Met
from fleet_contract.mock_server.store.wrongs import (
    FleetIdTaken,
    FleetNameTaken,
    ForeignFleet,
    ForeignFleetWithoutCodes,
    KeyTaken,
    NoActiveCodes,
    NoSuchFleet,
    NoSuchLocation,
    OtherTerms,
    StoreUnavailable,
    TermsDoNotFit,
    TooManyFleets,
    Wrong,
)

__all__ = [
    "MAIN",
    "BoundedStore",
    "Chance",
    "ChargingKey",
    "Code",
    "DelegatingStore",
    "Fleet",
    "FleetIdTaken",
    "FleetNameTaken",
    "ForeignFleet",
    "ForeignFleetWithoutCodes",
    "Habits",
    "KeyTaken",
    "Location",
    "MemoryStore",
    "Met",
    "NoActiveCodes",
    "NoSuchFleet",
    "NoSuchLocation",
    "OtherTerms",
    "Page",
    "State",
    "Store",
    "StoreUnavailable",
    "TermsDoNotFit",
    "TooManyFleets",
    "Wrong",
    "active_codes",
    "priced",
]
