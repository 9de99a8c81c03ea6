"""The target file, the environment and the flags: what they say, and who wins."""

from dataclasses import fields
from pathlib import Path

import pytest

from fleet_contract.contract_tests.programs.case_files import Case, read_case
from fleet_contract.contract_tests.programs.program import Program
from fleet_contract.contract_tests.target.entries import ENTRIES, VARIABLES
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.hosts import is_loopback
from fleet_contract.contract_tests.target.masking import Secret
from fleet_contract.contract_tests.target.target import Fixtures, Limits, Network, Target, Upkeep
from fleet_contract.contract_tests.target.target_file import read_target

WHOLE = """
base_url = "https://staging.example/drive/"
api_key = "env:A_KEY"
other_api_key = "file:keys/other"
allow_writes = true
[fixtures]
fleet_with_codes = "acme-corp-001"
active_codes = ["FLEET2024ABC", "FLEET2024XYZ"]
inactive_codes = ["OLD2019"]
fleet_without_codes = "codeless-001"
foreign_fleet = "foreign-001"
fleet_with_keys = "acme-corp-001"
location = "loc-001"
location_path = "/v2/places/{locationId}"
priced_fleet = "acme-corp-001"
[limits]
requests_per_second = 2.5
max_requests = 500
max_fleets = 6
max_keys = 0
replay_requests = 9
max_seconds = 60
settle_seconds = 1
timeout_seconds = 5
max_timeouts = 3
max_answer_bytes = 1000
[network]
ca_file = "ca.pem"
proxy = ""
headers = {X-Team = "charging"}
[dialect]
"duplicate.status" = "409"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "target.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "other").write_text("from-a-file\n")
    target = read_target(written(tmp_path, WHOLE), {}, {"A_KEY": "from-the-environment"})
    assert target == Target(
        base_url="https://staging.example/drive",
        api_key=Secret("from-the-environment"),
        other_api_key=Secret("from-a-file"),
        allow_writes=True,
        fixtures=Fixtures(
            fleet_with_codes="acme-corp-001",
            active_codes=("FLEET2024ABC", "FLEET2024XYZ"),
            inactive_codes=("OLD2019",),
            fleet_without_codes="codeless-001",
            foreign_fleet="foreign-001",
            fleet_with_keys="acme-corp-001",
            location="loc-001",
            location_path="/v2/places/{locationId}",
            priced_fleet="acme-corp-001",
        ),
        limits=Limits(2.5, 500, 6, 0, 9, 60, 1, 5, 3, 1000),
        network=Network(tmp_path / "ca.pem", "", {"X-Team": "charging"}),
        dialect={"duplicate.status": "409"},
    )


def test_nothing_but_a_url_is_needed() -> None:
    target = read_target(None, {"base_url": "http://localhost:8080"}, {})
    assert target == Target(base_url="http://localhost:8080")


def test_every_field_is_an_entry() -> None:
    tables = {"fixtures": Fixtures, "ledger": Upkeep, "limits": Limits, "network": Network}
    inner = {f"{table}.{field.name}" for table, kind in tables.items() for field in fields(kind)}
    inner -= {"limits.where", "limits.depth"}  # what settings know of the limits
    outer = {field.name for field in fields(Target)} - {*tables, "dialect"}
    of_the_gate = {field.name for field in fields(Gate)} - {"today"}
    assert set(ENTRIES) == inner | outer | of_the_gate


def test_every_entry_has_a_variable_of_its_own() -> None:
    assert len(set(VARIABLES)) == len(ENTRIES) + 1
    assert ENTRIES["fixtures.fleet_with_codes"].variable == "FLEET_FLEET_WITH_CODES"


def test_the_environment_says_the_same_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("from-a-file\n")
    environment = {
        "FLEET_BASE_URL": "https://staging.example",
        "FLEET_API_KEY": "given-plainly",
        "FLEET_OTHER_API_KEY": f"file:{tmp_path / 'other'}",
        "FLEET_ALLOW_WRITES": "yes",
        "FLEET_FLEET_WITH_CODES": "acme",
        "FLEET_ACTIVE_CODES": "A, B,",
        "FLEET_REQUESTS_PER_SECOND": "0",
        "FLEET_MAX_FLEETS": "7",
        "FLEET_HEADERS": "X-Team: charging: all\nX-Other: 1\n",
        "FLEET_DIALECT": "duplicate.status=400, create.status=200",
        "FLEET_MAX_KEYS": "",
    }
    target = read_target(None, {}, environment)
    assert target.api_key == Secret("given-plainly")
    assert target.other_api_key == Secret("from-a-file")
    assert target.allow_writes is True
    assert target.fixtures.active_codes == ("A", "B")
    assert (target.limits.requests_per_second, target.limits.max_fleets, target.limits.max_keys) == (0, 7, None)
    assert target.network.headers == {"X-Team": "charging: all", "X-Other": "1"}
    assert target.dialect == {"duplicate.status": "400", "create.status": "200"}


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'base_url = "http://file"\napi_key = "env:NOT_SET"\n'
        "[limits]\nmax_fleets = 1\nmax_keys = 1\nmax_requests = 1\n[dialect]\n"
        '"duplicate.status" = "409"\n"create.status" = "200"\n',
    )
    environment = {"FLEET_MAX_FLEETS": "2", "FLEET_MAX_KEYS": "2", "FLEET_DIALECT": "create.status=201", "K": "from-k"}
    flags = {"base_url": "http://flag", "limits.max_fleets": 3, "api_key": "env:K", "limits.max_requests": None}
    target = read_target(file, flags, environment)
    assert target.base_url == "http://flag"
    assert (target.limits.max_fleets, target.limits.max_keys, target.limits.max_requests) == (3, 2, 1)
    assert target.api_key == Secret("from-k")
    assert target.dialect == {"duplicate.status": "409", "create.status": "201"}


def test_secrets_never_show() -> None:
    environment = {"FLEET_API_KEY": "s3cret-key", "FLEET_HEADERS": "Authorization: s3cret-header"}
    target = read_target(None, {"base_url": "http://x", "network.proxy": "http://u:s3cret-login@proxy"}, environment)
    assert "s3cret" not in repr(target) + str(target) + f"{target.api_key}"
    assert target.api_key is not None
    assert target.api_key.reveal() == "s3cret-key"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.255.3.4", True),
        ("::1", True),
        ("[::1]", True),
        ("128.0.0.1", False),
        ("0.0.0.0", True),  # noqa: S104  (a name, and nothing listens)
        ("::", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("::ffff:0:0", True),
        ("::1%lo", True),
        ("fleet.localhost", True),
        ("a.Fleet.LOCALHOST.", True),
        ("notlocalhost", False),
        ("localhost..", False),
        (".localhost", False),
        ("127.1", True),
        ("2130706433", True),
        ("0x7f000001", True),
        ("0177.0.0.1", True),
        ("0", True),
        ("localhost.localdomain", False),
        ("ip6-localhost", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("", False),
    ],
)
def test_loopback_is_told_by_its_name(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_the_host_decides_pace_and_writes() -> None:
    far, near = (read_target(None, {"base_url": url}, {}) for url in ("https://x.example", "http://[::1]:80"))
    assert (far.rate, far.may_write) == (10, False)
    assert (near.rate, near.may_write) == (0, True)
    assert read_target(None, {"base_url": "https://x.example", "allow_writes": True}, {}).may_write
    assert read_target(None, {"base_url": "http://[::1]", "limits.requests_per_second": 3}, {}).rate == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_files_of_any_editor_are_read(encoding: str, tmp_path: Path) -> None:
    """Python writes a byte order mark for the last three, as Notepad and PowerShell do."""
    case = Case(Program(({"do": "create"},)), "create.accepts-a-valid-fleet", "ü", 1)
    file = tmp_path / "target.toml"
    file.write_bytes(
        'base_url = "http://localhost"\r\napi_key = "file:key"\r\n[fixtures]\r\nlocation = "Köln"\r\n'.encode(encoding)
    )
    (tmp_path / "key").write_bytes("a-key\r\n".encode(encoding))
    (tmp_path / "case.json").write_bytes(case.to_json().encode(encoding))
    target = read_target(file, {}, {})
    assert (target.api_key, target.fixtures.location) == (Secret("a-key"), "Köln")
    assert read_case(tmp_path / "case.json").message == "ü"
