"""Seeds: what a file may say, and what is said about one that is wrong."""

import json
from pathlib import Path

import pytest

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.seed import BUILT_IN_KEYS, default_seed, parse_seed, read_seed
from fleet_contract.mock_server.seed_checks import LONGEST_KEY
from fleet_contract.spec.files import Contradiction

KEYS = "keys: {k: t}\n"
LOCATION = "locations: [{id: l, evses: [{connectors: [{}]}]"


def test_the_default_seed_has_what_the_suite_needs() -> None:
    seed = default_seed()
    fleets = {fleet.id: fleet for fleet in seed.fleets}
    assert dict(seed.keys) == {"demo-key": "demo", "other-key": "other"}
    assert tuple(seed.keys) == BUILT_IN_KEYS
    assert [code.code for code in fleets["acme-corp-001"].codes] == ["FLEET2024ABC", "FLEET2024XYZ", "OLD2019"]
    assert not any(code.active for code in fleets["codeless-001"].codes)
    assert fleets["foreign-001"].tenant == "other"
    assert all(int(key.identifier, 16) for key in seed.charging_keys)


def test_a_seed_may_be_json(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"keys": {"k": "t"}, "fleets": [{"fleetId": "f", "codes": ["C"]}]}))
    assert read_seed(path).fleets[0].tenant == "t"


@pytest.mark.parametrize(
    ("settings", "one", "other"),
    [
        ({"id.case": "ignored"}, "berlin", "Berlin"),
        ({"id.blanks": "trimmed"}, "berlin", "berlin "),
        ({"id.normalisation": "nfc"}, "m\u00fcnchen", "mu\u0308nchen"),
    ],
)
def test_two_fleets_of_a_seed_that_are_one_in_the_dialect_are_refused(
    settings: dict[str, str], one: str, other: str
) -> None:
    fleets = [{"fleetId": one}, {"fleetId": other, "codes": ["C"]}]
    seed = parse_seed(json.dumps({"keys": {"k": "t"}, "fleets": fleets}), "my-seed.json")
    assert len(parts({}, seed).seed.fleets) == 2
    (question, answer), *_ = settings.items()
    with pytest.raises(Contradiction, match=f"{question}={answer}") as wrong:
        parts(settings, seed)
    assert repr(one) in str(wrong.value)
    assert repr(other) in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["my-seed.yaml is empty. Expected a seed in YAML or JSON with at least keys, such as keys: {demo-"]),
        ("\n# nothing yet\n", ["my-seed.yaml is empty. Expected a seed"]),
        ("keys: {", ["neither YAML nor JSON"]),
        (KEYS + "fleets: [{fleetId: 2026-13-45}]", ["neither YAML nor JSON: month must be in 1..12"]),
        ("[]", ["my-seed.yaml: this is an array; expected an object with some of the members keys, tenants, fleets, "]),
        (
            "foo",
            ["my-seed.yaml: this is a string; expected an object with some of the members keys, tenants, fleets, "],
        ),
        ("fleets: []", ["my-seed.yaml: keys: this member is missing."]),
        ("keys: {}", ["keys: this has 0 members; expected at least 1."]),
        (
            KEYS + "fleet: []",
            [
                "fleet: this member is unknown. Did you mean 'fleets'? "
                "Expected some of keys, tenants, fleets, chargingKeys, locations."
            ],
        ),
        (KEYS + "codes: []", ["codes: this member is unknown. It belongs in the entries of 'fleets'."]),
        (KEYS + "fleets: [{fleetId: a}, {fleetName: b}]", ["fleets, entry 2, fleetId: this member is missing."]),
        (KEYS + "fleets: [{fleetId: 7}]", ["fleets, entry 1, fleetId: this is a number; expected a string."]),
        (KEYS + "fleets: [{fleetId: 2026-11-03}]", ["fleets, entry 1, fleetId: YAML reads this as a date. Put it in"]),
        (KEYS + "fleets: [{7: a}]", ["fleets, entry 1: YAML reads this as the key 7. Put it in quotes"]),
        (KEYS + "fleets: [{fleetId: a, codes: C}]", ["fleets, entry 1, codes: "]),
        (KEYS + "fleets: [{fleetId: a, name: b}]", ["fleets, entry 1, name: this member is unknown."]),
        (
            KEYS + "fleets: [{fleetNam: a}]",
            ["fleets, entry 1, fleetNam: ", "Did you mean 'fleetName'? Expected some of"],
        ),
        (KEYS + "fleets: [{fleetId: a}, {fleetId: a}]", ["fleets, fleetId 'a': it occurs twice"]),
        (
            KEYS + "fleets: [{fleetId: a, codes: [C, C]}]",
            ["fleets, entry 1, codes, entry 2: the fleet has this code twice"],
        ),
        (
            KEYS + f"fleets: [{{fleetId: {'x' * 101}}}]",
            ["fleets, entry 1, fleetId: this has more than 100 characters."],
        ),
        (KEYS + "fleets: [{fleetId: a, tenant: x}]", ["fleetId 'a', tenant: no key belongs to 'x'"]),
        (
            KEYS + "chargingKeys: [{keyIdentifier: '1', visualNumber: v, contractId: c, fleetId: f}]",
            ["chargingKeys, keyIdentifier '1', fleetId: 't' has no fleet 'f'"],
        ),
        (KEYS + LOCATION + ", fleetPrices: {f: {}}}]", ["locations, id 'l', fleetPrices: there is no fleet 'f'"]),
        (KEYS + LOCATION + "}, {id: l, evses: []}]", ["locations, id 'l': it occurs twice"]),
        (KEYS + LOCATION + ", name: 5}]", ["locations, entry 1, name: this is a number; expected a string."]),
        (
            KEYS + LOCATION + ", coordinates: here}]",
            ["locations, entry 1, coordinates: this is a string; expected an object."],
        ),
    ],
)
def test_a_wrong_seed_names_file_entry_and_field(text: str, words: list[str]) -> None:
    with pytest.raises(Contradiction) as wrong:
        parse_seed(text, "my-seed.yaml")
    assert str(wrong.value).startswith("my-seed.yaml")
    for word in words:
        assert word in str(wrong.value)


def test_an_unreadable_seed_is_named(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match=r"The seed file .*nothing\.yaml cannot be read: No such file"):
        read_seed(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "is empty"),
        (" secret", "contains characters that no header can carry"),
        ("secret ", "contains characters that no header can carry"),
        ("secret\n", "contains characters that no header can carry"),
        ("sec\r\nret", "contains characters that no header can carry"),
        ("sec\0ret", "contains characters that no header can carry"),
        ("sec\x1bret", "contains characters that no header can carry"),
        ("secret\x7f", "contains characters that no header can carry"),
        ("secret\x85", "contains characters that no header can carry"),
        ("secret\u00a0", "contains characters that no header can carry"),
        ("secret-ключ", "contains characters that no header can carry"),
        ("secret-\u20ac", "contains characters that no header can carry"),
        ("secret" * LONGEST_KEY, f"has {6 * LONGEST_KEY} characters"),
    ],
)
def test_a_key_that_no_header_can_carry_is_told_by_its_place(key: str, words: str) -> None:
    with pytest.raises(Contradiction) as wrong:
        parse_seed(f"keys: {{first: t, ? {json.dumps(key)} : t}}", "my-seed.yaml")
    assert f"my-seed.yaml: keys, entry 2: the API key {words}. Expected" in str(wrong.value)
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize("key", ["7", "null", "true", "2026-01-01", "[a]"])
def test_a_key_that_yaml_takes_for_something_else_is_told_to_be_quoted(key: str) -> None:
    with pytest.raises(Contradiction, match=r"quotes|neither YAML"):
        parse_seed(f"keys: {{? {key} : t}}", "my-seed.yaml")


@pytest.mark.parametrize("key", ["k", "two words", "tab\there", "é", "!~", "a" * LONGEST_KEY, '"quoted"'])
def test_a_key_that_a_header_can_carry_is_taken(key: str) -> None:
    assert list(parse_seed(json.dumps({"keys": {key: "t"}}), "seed").keys) == [key]


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        "[secret]",
        "keys: secret",
        "keys: [secret]",
        "keys: {secret: 7}",
        "keys: {!secret : t}",
        "keys: {*secret : t}",
        "keys: {secret: }",
        "keys: {a: t, secret: {b: t}}",
        "keys: {a: {secret: t}}",
        "keys: {a: t, secret",
        "{secret: b: c}",
        KEYS + "fleets: {a: {codes: [secret]}}",
        KEYS + "fleets: [{fleetId: a, codes: secret}]",
        KEYS + "fleets: [{fleetId: a, codes: [[secret]]}]",
        KEYS + "fleets: [{fleetId: a, inactiveCodes: {secret: 1}}]",
    ],
)
def test_no_mistake_in_a_seed_shows_its_secrets(text: str) -> None:
    with pytest.raises(Contradiction) as wrong:
        parse_seed(text, "my-seed.yaml")
    assert "secret" not in str(wrong.value)


def test_a_large_seed_is_read_in_a_moment_and_says_how_far_it_is() -> None:
    fleets = [{"fleetId": f"fleet-{number}"} for number in range(20_000)]
    keys = [{"keyIdentifier": f"04{n}", "visualNumber": "V", "contractId": "C", **fleets[n]} for n in range(20_000)]
    told: list[str] = []
    text = json.dumps({"keys": {"k": "t"}, "fleets": fleets, "chargingKeys": keys})
    seed = parse_seed(text, "seed.json", told.append)
    assert (len(seed.fleets), len(seed.charging_keys)) == (20_000, 20_000)
    assert seed.charging_keys[-1].fleet_id == "fleet-19999"
    assert told == [f"{each:,} of 40,000 entries are read." for each in range(4_000, 40_001, 4_000)]


def test_a_small_seed_says_nothing() -> None:
    told: list[str] = []
    parse_seed(KEYS + "fleets: [{fleetId: a}]", "seed.yaml", told.append)
    assert told == []


def test_two_tenants_may_have_keys_of_one_identifier() -> None:
    entries = [{"keyIdentifier": "04", "visualNumber": "V", "contractId": "C", "tenant": each} for each in ("t", "u")]
    seed = parse_seed(json.dumps({"keys": {"k": "t", "l": "u"}, "chargingKeys": entries}), "seed.json")
    assert [key.tenant for key in seed.charging_keys] == ["t", "u"]


def test_dates_in_a_location_are_texts() -> None:
    seed = parse_seed(KEYS + LOCATION + ", last_updated: 2026-11-03}]", "seed.yaml")
    assert seed.locations[0].body["last_updated"] == "2026-11-03"


@pytest.mark.parametrize(
    "text", ['{"keys": {"k": "t"},\n "fleets": [{"fleetId": "a"}', '{"keys": {"k": "t"},\n "fleets": [}']
)
def test_json_that_is_damaged_is_told_by_line_and_column(text: str) -> None:
    with pytest.raises(Contradiction, match=r"seed\.json is not JSON: .* line 2 column \d+"):
        parse_seed(text, "seed.json")


def test_json_is_read_as_json_where_yaml_reads_it_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text('{\t"keys": {"k": "t"},\n\t"fleets": [{"fleetId": "a\\/b \\ud83d\\ude97"}]\n}')
    assert read_seed(path).fleets[0].id == "a/b 🚗"


@pytest.mark.parametrize(
    "text",
    [
        "keys: {s3cret: t, s3cret: t}",
        '{"keys": {"s3cret": "t", "s3cret": "t"}}',
        KEYS + "fleets: [{fleetId: a}]\nfleets: [{fleetId: b}]",
        KEYS + "fleets: [{fleetId: a, fleetId: b}]",
        '{"keys": {"k": "t"}, "fleets": [], "fleets": []}',
    ],
)
def test_what_is_written_twice_is_refused(text: str) -> None:
    with pytest.raises(Contradiction, match="an entry occurs twice, and one of them would be lost") as wrong:
        parse_seed(text, "my-seed")
    assert "s3cret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        (
            '{"keys": {"k": "t"}, "fleets": [{"fleetId": "\\ude97"}]}',
            "a lone surrogate",
            ", fleets, entry 1, fleetId",
        ),
        (KEYS + LOCATION + ", price: .nan}]", "NaN, Infinity", ", locations, entry 1, price"),
        (
            '{"keys": {"k": "t"}, "locations": [{"id": "l", "evses": [], "price": Infinity}]}',
            "NaN, Infinity",
            ", locations, entry 1, price",
        ),
        (KEYS + "fleets: &a [*a]", "or itself", ""),
    ],
)
def test_what_no_response_could_carry_is_refused(text: str, words: str, place: str) -> None:
    with pytest.raises(Contradiction, match=f"my-seed{place} contains .*{words}.*, which no response can carry"):
        parse_seed(text, "my-seed")


@pytest.mark.parametrize("value", ["2026-11-03T10:00:00Z", "!!set {x}", "!!binary aGVsbG8=", "{1: 2}"])
def test_what_yaml_reads_as_no_value_of_json_is_to_be_quoted(value: str) -> None:
    with pytest.raises(Contradiction, match=r"locations, entry 1, x: YAML reads this as .*\. Put it in quotes\."):
        parse_seed(KEYS + LOCATION + f", x: {value}}}]", "seed.yaml")


def test_a_tag_is_told_as_one() -> None:
    with pytest.raises(Contradiction, match="it has a tag, which stands for no value of JSON, in line 2, column 9"):
        parse_seed("keys: {k: t}\nfleets: !own [1]", "seed.yaml")


def test_a_key_ends_at_a_time() -> None:
    entry = "chargingKeys: [{keyIdentifier: A, visualNumber: V, contractId: C, validTo: %s}]"
    assert len(parse_seed(KEYS + entry % "'2099-12-31T23:59:59.000Z'", "seed").charging_keys) == 1
    with pytest.raises(Contradiction, match="chargingKeys, entry 1, validTo: 'whenever' is no ISO 8601 time"):
        parse_seed(KEYS + entry % "whenever", "seed")


@pytest.mark.parametrize("depth", [260, 600, 900])
@pytest.mark.parametrize("name", ["seed.json", "seed.yaml"])
@pytest.mark.parametrize("text", ['"fleets": [{"x": %s}]', '"fleets": %s', '"locations": [{"id": "l", "evses": %s}]'])
def test_a_seed_that_is_nested_too_deeply_is_refused(text: str, name: str, depth: int) -> None:
    with pytest.raises(Contradiction, match=r"^seed\..* nested too deeply"):
        parse_seed(f'{{"keys": {{"k": "t"}}, {text % ("[" * depth + "]" * depth)}}}', name)


@pytest.mark.parametrize("text", ["[" * 5000, '{"a":' * 5000, "a: " + "[" * 5000])
def test_a_seed_without_a_bottom_is_refused(text: str) -> None:
    with pytest.raises(Contradiction, match="neither YAML nor JSON"):
        parse_seed(text, "my-seed")
