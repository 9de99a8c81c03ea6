"""A variable that resembles a known one is refused; all others are left alone, whoever sets them."""

from pathlib import Path

import pytest

from fleet_contract.contract_tests.target.entries import VARIABLES
from fleet_contract.contract_tests.target.target_file import read_target
from fleet_contract.spec.files import Contradiction

URL = {"FLEET_BASE_URL": "http://localhost"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FLEET_APIKEY", "FLEET_API_KEY"),
        ("FLEET_API_KEYS", "FLEET_API_KEY"),
        ("FLEET_AIP_KEY", "FLEET_API_KEY"),
        ("FLEET_API-KEY", "FLEET_API_KEY"),
        ("FLEETAPIKEY", "FLEET_API_KEY"),
        ("fleet_api_key", "FLEET_API_KEY"),
        ("Fleet_Api_Key", "FLEET_API_KEY"),
        ("FLEET_API_KEY_FILE", "FLEET_API_KEY"),
        ("FLEET_CONTRACT_API_KEY", "FLEET_API_KEY"),
        ("FLEET_OTHER_KEY", "FLEET_OTHER_API_KEY"),
        ("FLEET_BASEURL", "FLEET_BASE_URL"),
        ("FLEET_BASE_URI", "FLEET_BASE_URL"),
        ("FLEET_MAX_FLEET", "FLEET_MAX_FLEETS"),
        ("FLEET_LIMITS_MAX_FLEETS", "FLEET_MAX_FLEETS"),
        ("FLEET_ALLOW_WRITE", "FLEET_ALLOW_WRITES"),
        ("FLEET_REQUEST_PER_SECOND", "FLEET_REQUESTS_PER_SECOND"),
        ("FLEET_HEADER", "FLEET_HEADERS"),
        ("FLEET_NETWORK_PROXY", "FLEET_PROXY"),
        ("FLEET_DIALECTS", "FLEET_DIALECT"),
        ("FLEET_LOCATION_ID", "FLEET_LOCATION"),
        ("FLEET_MAX_REQUESTS_PER_SECOND", "FLEET_REQUESTS_PER_SECOND"),
    ],
)
def test_a_slip_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    with pytest.raises(Contradiction) as told:
        read_target(None, {}, {**URL, name: "s3cret"})
    assert f"The environment variable {name} is set, but unknown here. Did you mean {meant}?" in str(told.value)
    assert f"env -u {name} fleet-contract" in str(told.value)
    assert "s3cret" not in str(told.value)


def test_a_name_is_quoted_in_the_command_that_unsets_it() -> None:
    with pytest.raises(Contradiction, match="env -u 'FLEET_API_KEY;' fleet-contract"):
        read_target(None, {}, {**URL, "FLEET_API_KEY;": "x"})


SERVICES = ["FLEET_MOCK", "FLEET_API", "FLEET_API_KEY", "FLEET_MAX_FLEETS", "FLEET_PROXY"]
OF_A_SERVICE = [
    *("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8080_TCP", "PORT_8080_TCP_PROTO"),
    *("PORT_8080_TCP_PORT", "PORT_8080_TCP_ADDR", "PORT_53_UDP", "PORT_53_UDP_ADDR", "PORT_9_SCTP_PORT"),
]


@pytest.mark.parametrize("service", SERVICES)
def test_what_kubernetes_sets_for_a_service_is_left_alone(service: str) -> None:
    read_target(None, {}, {**URL, **{f"{service}_{end}": "tcp://10.0.0.1:80" for end in OF_A_SERVICE}})


@pytest.mark.parametrize(
    "name",
    [
        *("FLEET_GUIDE", "FLEET_MOCK", "FLEET_NAME", "FLEET_ID", "FLEET_SIZE", "FLEET_TOKEN", "FLEET", "FLEET_"),
        *("FLEET_URL", "FLEET_ENROLL", "FLEET_ENROLLMENT_TOKEN", "FLEET_INSECURE", "FLEET_CA"),  # Elastic's agent
        *("FLEET_SERVER_ENABLE", "FLEET_SERVER_HOST", "FLEET_SERVER_POLICY_ID", "FLEET_SERVER_TIMEOUT"),  # likewise
        *("FLEET_MYSQL_ADDRESS", "FLEET_SERVER_KEY", "FLEET_SERVER_CERT", "FLEET_SERVER_ADDRESS"),  # Fleet for osquery
        *("FLEET_API_KEY_QA", "FLEET_API_KEY_2", "FLEET_QA_API_KEY", "FLEET_BASE_URL_QA", "FLEET_QA_PROXY"),  # stages
        *("FLEET_STAGING_API_KEY", "API_KEY", "BASE_URL", "MAX_FLEETS", "FLEETING_API", "KEY"),
    ],
)
def test_other_variables_are_left_alone(name: str) -> None:
    read_target(None, {}, {**URL, name: "x"})


def test_no_known_variable_resembles_another() -> None:
    values = dict.fromkeys(VARIABLES, "")
    assert read_target(None, {}, {**values, **URL}).base_url == "http://localhost"


def test_a_variable_without_a_value_says_nothing() -> None:
    read_target(None, {}, {**URL, "FLEET_APIKEY": ""})


def test_a_variable_that_an_entry_refers_to_is_read_whatever_it_resembles(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(
        'base_url = "http://localhost"\napi_key = "env:FLEET_APIKEY"\nother_api_key = "env: FLEET_API_KEI"\n'
        '[network]\nheaders = {Authorization = "Bearer env:FLEET_API_KEYS"}'
    )
    names = {"FLEET_APIKEY": "one", "FLEET_API_KEI": "two", "FLEET_API_KEYS": "three"}
    target = read_target(file, {}, names)
    assert target.api_key is not None
    assert target.api_key.reveal() == "one"
    with pytest.raises(Contradiction, match="FLEET_API_KEYY"):
        read_target(file, {}, {**names, "FLEET_API_KEYY": "x"})
