"""Seeds: what a file may say, and what is said about one that is wrong."""

import json
from pathlib import Path

import pytest

from fleet_contract.mock_server.seed import default_seed, parse_seed, read_seed
from fleet_contract.spec.files import Contradiction

KEYS = "keys: {k: t}\n"
LOCATION = "locations: [{id: l, evses: [{connectors: [{}]}]"


def test_the_default_seed_has_what_the_suite_needs() -> None:
    seed = default_seed()
    fleets = {fleet.id: fleet for fleet in seed.fleets}
    assert dict(seed.keys) == {"demo-key": "demo", "other-key": "other"}
    assert [code.code for code in fleets["acme-corp-001"].codes] == ["FLEET2024ABC", "FLEET2024XYZ", "OLD2019"]
    assert not any(code.active for code in fleets["codeless-001"].codes)
    assert fleets["foreign-001"].tenant == "other"
    assert all(int(key.identifier, 16) for key in seed.charging_keys)


def test_a_seed_may_be_json(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"keys": {"k": "t"}, "fleets": [{"fleetId": "f", "codes": ["C"]}]}))
    assert read_seed(path).fleets[0].tenant == "t"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("keys: {", ["neither YAML nor JSON"]),
        ("[]", ["is not of type 'object'"]),
        ("fleets: []", ["'keys' is a required property"]),
        ("keys: {}", ["keys: "]),
        (KEYS + "fleet: []", ["'fleet' was unexpected"]),
        (KEYS + "fleets: [{fleetId: a}, {fleetName: b}]", ["fleets, entry 2: ", "'fleetId' is a required property"]),
        (KEYS + "fleets: [{fleetId: 7}]", ["fleets, entry 1, fleetId: 7 is not of type 'string'"]),
        (KEYS + "fleets: [{fleetId: a, codes: C}]", ["fleets, entry 1, codes: "]),
        (KEYS + "fleets: [{fleetId: a, name: b}]", ["fleets, entry 1: ", "'name' was unexpected"]),
        (KEYS + "fleets: [{fleetId: a}, {fleetId: a}]", ["fleets, fleetId 'a': it is given twice"]),
        (KEYS + "fleets: [{fleetId: a, tenant: x}]", ["fleetId 'a', tenant: no key belongs to 'x'"]),
        (
            KEYS + "chargingKeys: [{keyIdentifier: '1', visualNumber: v, contractId: c, fleetId: f}]",
            ["chargingKeys, keyIdentifier '1', fleetId: 't' has no fleet 'f'"],
        ),
        (KEYS + LOCATION + ", fleetPrices: {f: {}}}]", ["locations, id 'l', fleetPrices: no fleet is 'f'"]),
        (KEYS + LOCATION + "}, {id: l, evses: []}]", ["locations, id 'l': it is given twice"]),
    ],
)
def test_a_wrong_seed_names_file_entry_and_field(text: str, words: list[str]) -> None:
    with pytest.raises(Contradiction) as wrong:
        parse_seed(text, "my-seed.yaml")
    assert str(wrong.value).startswith("my-seed.yaml")
    for word in words:
        assert word in str(wrong.value)


def test_an_unreadable_seed_is_named(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match="Cannot read the seed file"):
        read_seed(tmp_path / "nothing.yaml")
