"""What is told about each mistake in a target file, the environment and the flags."""

from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.target.target_file import read_target
from fleet_contract.spec.files import Contradiction


def problem(
    folder: Path, text: str = "", flags: dict[str, Any] | None = None, environment: dict[str, str] | None = None
) -> str:
    """Return what is told about a file with a base URL and this text."""
    file = folder / "target.toml"
    file.write_text(f'base_url = "http://localhost"\n{text}', encoding="utf-8")
    with pytest.raises(Contradiction) as told:
        read_target(file, flags or {}, environment or {})
    return str(told.value)


def test_a_missing_url_is_told() -> None:
    says = "There is no base URL. Expected .* Pass BASE_URL, set FLEET_BASE_URL, or add base_url to the target file."
    for flags in ({}, {"base_url": " "}):
        with pytest.raises(Contradiction, match=says):
            read_target(None, flags, {})


def test_a_key_in_a_flag_is_refused_and_not_repeated(tmp_path: Path) -> None:
    told = problem(tmp_path, flags={"api_key": "s3cret"})
    assert told.startswith("the flag --api-key: api_key is passed literally")
    assert "Expected env:NAME or file:PATH" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('api_kye = "x"', "unknown entry 'api_kye'. Did you mean 'api_key'?"),
        ("[limits]\nmax_fleet = 1", "unknown entry 'limits.max_fleet'. Did you mean 'limits.max_fleets'?"),
        (
            "max_fleets = 1",
            "unknown entry 'max_fleets'. Did you mean 'limits.max_fleets', which stands below [limits]?",
        ),
        ("[limit]\nmax_fleets = 1", "unknown entry 'limit'."),
        ("limits = 5", "limits is a whole number. Expected a table. Write [limits] above"),
        ('allow_writes = "yes"', "allow_writes is a string, 'yes'. Expected true or false."),
        ("api_key = 5", "api_key is a whole number. Expected env:NAME, file:PATH or a string."),
        ('api_key = ""', "api_key is an empty string. Expected env:NAME, file:PATH or a string."),
        (
            "[limits]\nmax_fleets = true",
            "limits.max_fleets is a boolean, 'True'. Expected a whole number",
        ),
        ("[limits]\nmax_fleets = -1", "limits.max_fleets is negative, '-1'. Expected a whole number from 0"),
        ("[limits]\nmax_keys = 1.5", "limits.max_keys is a number, '1.5'. Expected a whole number"),
        ("[limits]\ntimeout_seconds = 0", "limits.timeout_seconds is a whole number, '0'. Expected"),
        ("[limits]\nsettle_seconds = inf", "limits.settle_seconds is a number, 'inf'. Expected"),
        ("[limits]\nmax_answer_bytes = 0", "Expected a whole number from 1 to 1,000,000,000, in digits"),
        ("[limits]\nmax_answer_bytes = 9223372036854775807", "is a whole number, '9223372036854775807'. Expected"),
        ("[limits]\nmax_requests = 1000000001", "Expected a whole number from 0 to 1,000,000,000, in digits"),
        ('[fixtures]\nactive_codes = "A"', "fixtures.active_codes is a string. Expected a list"),
        (
            "[fixtures]\nactive_codes = [1]",
            "item 1 of fixtures.active_codes is a whole number. Expected a list of strings, each of which may be",
        ),
        ("[fixtures]\nlocation = []", "fixtures.location is a list, '[]'. Expected a non-empty string"),
        ("[network]\nheaders = {a = 1}", "network.headers.a is a whole number. Expected a table of names and values"),
        (
            '[network]\nconnect_to = ["a:1:b:2", "a:b"]',
            "item 2 of network.connect_to is a string, 'a:b'. Expected a list of HOST1:PORT1:HOST2:PORT2",
        ),
        (
            '[network]\nresolve = ["a:1:b"]',
            "item 1 of network.resolve is a string, 'a:1:b'. Expected a list of HOST:PORT",
        ),
        ("only = ['rename', 7]", "item 2 of only is a whole number, '7'. Expected a list of prefixes of ids"),
        ("waivers = [7]", "item 1 of waivers is a whole number, '7'. Expected a list of tables"),
        ('[fixtures]\ninactive_codes = ["A", ""]', "item 2 of fixtures.inactive_codes is an empty string. Expected"),
        ("[limits]\nsettle_seconds = -0.5", "limits.settle_seconds is negative, '-0.5'. Expected a number from 0"),
        ("[network]\nca_file = 1979-05-27", "network.ca_file is a date"),
        ('api_key = "env:NOT_SET"', "api_key names the environment variable NOT_SET, which is not set. Set it, or"),
        (
            'api_key = "file:nowhere"',
            "nowhere cannot be read: No such file or directory. Expected a text file that contains only the value",
        ),
        ('api_key = "not\\nsendable"', "api_key contains U+000A as character 4, which no header can carry"),
        ('dialect = "x"', "dialect is a string. Expected a table."),
        ('[dialect]\n"duplicate.status" = "404"', "duplicate.status cannot be '404'"),
        ('[dialect]\n"duplicate.stats" = "409"', "Did you mean 'duplicate.status'?"),
        ('[fixtures]\nactive_codes = ["A"]', "codes are given without a fleet. Add fixtures.fleet_with_codes."),
        ('[fixtures]\npriced_fleet = "A"', "priced_fleet needs a location."),
        ('[fixtures]\nlocation_path = "/v1"', "Expected a path from / with {locationId} once."),
        (
            '[fixtures]\nfleet_with_codes = "f"\nactive_codes = ["A", "B"]\ninactive_codes = ["B"]',
            "a code is in both active_codes and inactive_codes.",
        ),
        ('api_key = "same-key"\nother_api_key = "same-key"', "api_key and other_api_key are the same."),
        ("api_key =", "is not TOML: line 2: a value is not a quoted string"),
    ],
)
def test_a_wrong_file_is_named_with_entry_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    told = problem(tmp_path, text)
    assert expected in told
    assert "target" in told
    assert "same-key" not in told


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match=r"nowhere\.toml cannot be read: No such file .* Correct --target"):
        read_target(tmp_path / "nowhere.toml", {}, {})
    with pytest.raises(Contradiction, match=r"x{300} cannot be read: File name too long.* Correct --target"):
        read_target(tmp_path / f"{'x' * 300}#staging", {}, {})
    (tmp_path / "latin.toml").write_bytes(b'base_url = "\xff"')
    with pytest.raises(Contradiction, match=r"latin\.toml is not UTF-8 text: byte 12 cannot"):
        read_target(tmp_path / "latin.toml", {}, {})


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"FLEET_ALLOW_WRITES": "maybe"}, "variable FLEET_ALLOW_WRITES: allow_writes is a string, 'maybe'. Expected"),
        ({"FLEET_MAX_FLEETS": "many"}, "variable FLEET_MAX_FLEETS: limits.max_fleets is a string, 'many'. Expected"),
        (
            {"FLEET_TIMEOUT_SECONDS": "nan"},
            "limits.timeout_seconds is a string, 'nan'. Expected a number greater than 0",
        ),
        ({"FLEET_HEADERS": "no colon"}, "network.headers is a string. Expected a table"),
        ({"FLEET_API_KEY": "file:nowhere"}, "variable FLEET_API_KEY: api_key: the file nowhere cannot be read"),
        ({"FLEET_DIALECT": "create.status=999"}, "variable FLEET_DIALECT: [dialect] create.status cannot be '999'"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variables: dict[str, str], expected: str) -> None:
    assert expected in problem(tmp_path, environment=variables)


def test_a_wrong_flag_is_named(tmp_path: Path) -> None:
    assert "the flag --max-fleets: limits.max_fleets is a string, 'x'" in problem(
        tmp_path, flags={"limits.max_fleets": "x"}
    )
    assert "the flags: unknown entry 'max_fleet'" in problem(tmp_path, flags={"max_fleet": "x"})


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("staging.example", "does not begin with http:// or https://"),
        ("ftp://x", "does not begin with http"),
        ("http://", "names no host"),
        ("http:///drive", "names no host"),
        ("http://x:99999", "is not a URL: its port is not a number from 1 to 65535"),
        ("http://x:abc", "is not a URL: its port is not a number from 1 to 65535"),
        ("http://u:s3cret#@x", "is not a URL: its port is not a number from 1 to 65535"),
        ("http://u:s3cret/@x", "is not a URL: its port is not a number from 1 to 65535"),
        ("http://x:0", "has port 0"),
        ("http://[::1", "is not a URL: an IPv6 address stands in brackets"),
        ("http://[::1]x", "is not a URL: an IPv6 address stands in brackets, and nothing but a port may follow"),
        ("http://[staging]:1", "is not a URL: an IPv6 address stands in brackets"),
        ("http://::1", "is not a URL: an IPv6 address stands in brackets"),
        ("http://stra\u00dfe.example", "write its name with xn--"),  # one host for IDNA 2003, another for IDNA 2008
        ("http://\u00fc..example", "write its name with xn--"),
        ("http://a\u2100b.example", "is not a URL: its host has characters that no host has"),
        ("http://u:s3cret@x", "contains credentials"),
        ("u:s3cret@x", "does not begin with http"),
        ("http:/u:s3cret@x", "names no host"),
        ("http://x?a=b", "has a query or a fragment"),
        ("http://x/#", "has a query or a fragment"),
        ("https://x/drive?api_key=s3cret", "'https://x/drive?***' has a query or a fragment"),
        ("https://x/drive#\ns3cret", "'https://x/drive#***' "),
        ("https://u?s3cret@x#s3cret?s3cret", "'https://***@x#***' "),
        ("http://x/a b", "contains characters that no URL may contain"),
        ("http://x/drive/emp/v1", "already contains /emp/v1: BASE_URL is the part before it"),
        ("http://x/emp/v1/", "already contains /emp/v1"),
        ("http://x/emp/v1/fleets", "already contains /emp/v1"),
    ],
)
def test_a_wrong_base_url_says_what_was_expected(base_url: str, expected: str) -> None:
    with pytest.raises(Contradiction) as told:
        read_target(None, {"base_url": base_url}, {})
    assert expected in str(told.value)
    assert "Expected the part of the URL before /emp/v1" in str(told.value)
    assert "s3cret" not in str(told.value)
