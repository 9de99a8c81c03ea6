"""The entries: one table for the documentation, and one way to read each from a text."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.reports.entries import entries_page
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.target.entries import ENTRIES
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.options import OPTIONS
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.target_file import read_target
from fleet_contract.spec.files import Contradiction

PAGE = Path(__file__).parents[2] / "docs" / "target-file.md"

# What each variable may say; those of codes and prices need the fixture beside them.
VALUES = {
    "reuse": "yes",
    "ledger.disable_key": "PUT /keys/{keyIdentifier}/disable",
    "ledger.disable_key_body": "{}",
    "scratch_fleets": "scratch-1,scratch-2",
    "base_url": "http://localhost:1",
    "api_key": "a-key",
    "other_api_key": "other-key",
    "allow_writes": "yes",
    "allow_writes_in_production": "yes",
    "unmarked_ids": "yes",
    "fixtures.fleet_with_codes": "acme",
    "fixtures.active_codes": "A,B",
    "fixtures.inactive_codes": "C",
    "fixtures.fleet_without_codes": "codeless",
    "fixtures.foreign_fleet": "foreign",
    "fixtures.fleet_with_keys": "acme",
    "fixtures.location": "loc",
    "fixtures.location_path": "/v2/{locationId}",
    "fixtures.priced_fleet": "acme",
    "fixtures.may_be_renamed": "yes",
    "limits.requests_per_second": "2.5",
    "limits.max_requests": "10",
    "limits.max_fleets": "10",
    "limits.max_keys": "0",
    "limits.replay_requests": "9",
    "limits.max_seconds": "1e3",
    "limits.settle_seconds": ".5",
    "limits.timeout_seconds": "5.",
    "limits.max_timeouts": "3",
    "limits.max_answer_bytes": "0100",
    "network.ca_file": "ca.pem",
    "network.client_cert": "client.pem",
    "network.client_key": "client.key",
    "network.unix_socket": "api.sock",
    "network.connect_to": "localhost:1:other:2 :::3",
    "network.resolve": "localhost:1:127.0.0.1,::1",
    "network.proxy": "http://proxy.example:3128",
    "network.headers": "X-Team: qa\nX-Other: a: b",
}


def environment(end: str = "", **changed: str) -> dict[str, str]:
    values = {ENTRIES[name].variable: f"{value}{end}" for name, value in VALUES.items()}
    return {**values, "FLEET_DIALECT": f"create.status=200,duplicate.status=409{end}", **changed}


def test_the_page_about_the_entries_is_what_the_command_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == entries_page(), (
        "The entries have changed. Run: fleet-contract entries > docs/target-file.md"
    )


def test_the_page_has_a_row_for_every_entry_with_its_variable_and_flag() -> None:
    for entry in ENTRIES.values():
        row = next(line for line in entries_page().splitlines() if line.startswith(f"| `{entry.name}` |"))
        assert row.count(" | ") == 5
        assert f"`{entry.variable}`" in row
        assert (f"`{entry.flag}`" in row) if entry.flag else row.endswith("|  |")


def test_every_meaning_is_a_sentence() -> None:
    assert not [entry.name for entry in ENTRIES.values() if not entry.meaning[0].isupper() or entry.meaning[-1] != "."]


def test_every_option_that_sets_an_entry_sets_one_that_exists() -> None:
    assert {option.entry for option in OPTIONS if option.entry} <= set(ENTRIES)


def test_every_entry_is_read_from_its_variable() -> None:
    assert set(VALUES) == set(ENTRIES) - {each.name for each in fields(Gate)}
    assert read_target(None, {}, environment()) != Target("http://localhost:1")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_line_ends_around_a_variable_are_taken_off(end: str) -> None:
    assert read_target(None, {}, environment(end)) == read_target(None, {}, environment())


def test_line_ends_around_a_value_of_the_file_are_taken_off(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_bytes(
        b'base_url = "http://localhost/\\n"\r\napi_key = """\r\na-key\r\n"""\r\n'
        b'[fixtures]\r\nfleet_with_codes = "acme\\r\\n"\r\nactive_codes = ["A\\n"]\r\n'
    )
    target = read_target(file, {}, {})
    assert (target.base_url, target.fixtures.fleet_with_codes, target.fixtures.active_codes) == (
        "http://localhost",
        "acme",
        ("A",),
    )
    assert target.api_key is not None
    assert target.api_key.reveal() == "a-key"


def test_a_variable_with_nothing_but_a_line_end_counts_as_not_set() -> None:
    assert read_target(None, {}, environment(FLEET_API_KEY="\r\n")).api_key is None


def test_codes_may_stand_on_lines() -> None:
    assert read_target(None, {}, environment(FLEET_ACTIVE_CODES="A\r\nB\n")).fixtures.active_codes == ("A", "B")


@pytest.mark.parametrize(("text", "number"), [("10", 10), (" 10 ", 10), ("010", 10), ("0", 0)])
def test_a_whole_number_is_what_people_write(text: str, number: int) -> None:
    assert read_target(None, {}, environment(FLEET_MAX_FLEETS=text)).limits.max_fleets == number
    assert read_target(None, {"limits.max_fleets": text}, environment()).limits.max_fleets == number


@pytest.mark.parametrize(
    "text",
    ["1_0", "+10", "-1", "10.0", "1e3", "١٠", "１０", "0x10", "1,000", "ten", "10s", "9" * 5000, "nan", "inf", "²"],
)
def test_what_only_python_takes_for_a_whole_number_is_refused(text: str) -> None:
    for flags, variables in (({}, {"FLEET_MAX_FLEETS": text}), ({"limits.max_fleets": text}, {})):
        with pytest.raises(
            Contradiction, match=r"limits.max_fleets is .* Expected a whole number from 0 to 1,000,000,000, in digits"
        ):
            read_target(None, flags, environment(**variables))


@pytest.mark.parametrize(
    "text", ["1_0.5", "+1", "-1", "nan", "inf", "1e999", "1e7", "1e-9", "٣", "0,5", "10s", "0x1p3"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(
        Contradiction, match=r"limits.timeout_seconds is .* Expected a number greater than 0, at most 1,000,000"
    ):
        read_target(None, {}, environment(FLEET_TIMEOUT_SECONDS=text))


@pytest.mark.parametrize("text", ["0", "0.5", "100", "1e2", " 3 "])
def test_a_pace_may_be_any_number_that_can_be_kept(text: str) -> None:
    assert read_target(None, {}, environment(FLEET_REQUESTS_PER_SECOND=text)).limits.requests_per_second == float(text)


@pytest.mark.parametrize("value", ["1e300", "1000000000000000000", "1e-300", "-0.5", "nan", "true"])
def test_a_number_of_the_file_that_nobody_can_wait_for_is_refused(value: str, tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "http://localhost"\n[limits]\ntimeout_seconds = {value}\n')
    with pytest.raises(
        Contradiction, match=r"limits.timeout_seconds is .* Expected a number greater than 0, at most 1,000,000"
    ):
        read_target(file, {}, {})


@pytest.mark.parametrize(
    ("text", "switch"), [("TRUE", True), (" yes ", True), ("1", True), ("Off", False), ("0", False)]
)
def test_a_switch_is_read_in_words(text: str, switch: bool) -> None:
    assert read_target(None, {}, environment(FLEET_ALLOW_WRITES=text)).allow_writes is switch


@pytest.mark.parametrize("text", ["X-Team: s3cret\nno colon", "X-Team: s3cret\nX-Team: b", "X-Team: s3cret\nX-Empty:"])
def test_headers_that_contradict_each_other_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Contradiction, match=r"network.headers(\.X-Empty)? is .* Expected a table") as told:
        read_target(None, {}, environment(FLEET_HEADERS=text))
    assert "s3cret" not in str(told.value)


def test_a_dialect_without_an_answer_is_told() -> None:
    with pytest.raises(Contradiction, match=r"FLEET_DIALECT: 'create.status' is not QUESTION=ANSWER, such as"):
        read_target(None, {}, environment(FLEET_DIALECT="create.status"))


@pytest.mark.parametrize("value", ['"s3cret"', '["s3cret", 1]', '{a = "s3cret"}'])
def test_codes_of_another_kind_are_refused_and_not_repeated(value: str, tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "http://localhost"\n[fixtures]\nactive_codes = {value}\n')
    with pytest.raises(Contradiction, match=r"fixtures.active_codes is .*Expected a list of strings") as told:
        read_target(file, {}, {})
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("option", ["target", "ledger", "json", "junit", "api-key", "max-fleets", "ca-file"])
def test_a_flag_that_says_nothing_is_refused(option: str) -> None:
    given: dict[str, Any] = {option: ""}
    with pytest.raises(Contradiction, match=f"--{option} is empty. Expected a value"):
        read_settings("http://localhost", given)


@pytest.mark.parametrize("option", ["only", "skip", "cases"])
def test_a_repeatable_flag_that_says_nothing_is_refused(option: str) -> None:
    with pytest.raises(Contradiction, match=f"--{option} is empty. Expected a value"):
        read_settings("http://localhost", {option: ("create", "")})


def test_paths_may_begin_with_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text("a-key\n")
    (tmp_path / "target.toml").write_text('base_url = "http://localhost"\napi_key = "file:~/key"\n')
    settings, outputs = read_settings(None, {"target": "~/target.toml", "json": "~/r.json", "ledger": "~/l"})
    assert settings.target.api_key is not None
    assert settings.target.api_key.reveal() == "a-key"
    assert (outputs["json"], settings.ledger) == (tmp_path / "r.json", tmp_path / "l")


@pytest.mark.parametrize("option", ["target", "json", "junit", "ledger", "ca-file", "cases"])
def test_a_home_directory_that_nobody_knows_is_told(option: str) -> None:
    value: Any = ("~nobody-here/x",) if option == "cases" else "~nobody-here/x"
    with pytest.raises(Contradiction, match="its home directory is unknown"):
        read_settings("http://localhost", {option: value})


@pytest.mark.parametrize(
    "name", ["FLEET_API_KEY", "FLEET_HEADERS", "FLEET_LOCATION", "FLEET_BASE_URL", "FLEET_MAX_KEYS"]
)
def test_bytes_that_are_no_text_are_refused(name: str) -> None:
    text = b"X-Team: \xff".decode("utf-8", "surrogateescape")
    with pytest.raises(Contradiction, match="contains bytes that are not UTF-8"):
        read_target(None, {}, environment(**{name: text}))
