"""Tables: a fleet that is asked for again is not read again, and never out of date."""

from dataclasses import replace

from fleet_contract.mock_server.store.records import Code, Fleet
from fleet_contract.mock_server.store.tables import FleetTable

FLEET = Fleet("acme", "Acme", "demo", (Code("A"), Code("B", active=False)))


def test_a_fleet_is_read_once_as_long_as_nothing_changes() -> None:
    table = FleetTable(str)
    table.put(FLEET, None)
    assert table.at("acme") == FLEET
    assert table.at("acme") is table.at("acme")
    assert table.at("other") is None


def test_a_fleet_is_found_as_it_is_now() -> None:
    table = FleetTable(str)
    table.put(FLEET, None)
    known = table.at("acme")
    renamed = replace(FLEET, name="Acme Ltd")
    table.put(renamed, known)
    assert table.at("acme") == renamed
    assert known == FLEET


def test_tables_with_the_same_fleets_change_apart() -> None:
    one, other = FleetTable(str), FleetTable(str)
    for table in (one, other):
        table.load([FLEET])
        assert table.at("acme") == FLEET
    one.put(replace(FLEET, name=None), FLEET)
    assert other.at("acme") == FLEET
