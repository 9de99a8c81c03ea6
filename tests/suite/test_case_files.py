"""Case files: what one may hold, when it is sent, and that nothing in it writes to what is not the run's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.programs.case_files import read_case, read_cases
from fleet_contract.contract_tests.programs.named_fleets import named_in
from fleet_contract.spec.files import Contradiction

from .harness import SEED, command, mock

REQUIREMENT = "rename.unknown-fleet-is-404"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*steps: dict[str, Any]) -> Path:
        file = tmp_path / "case.json"
        file.write_text(
            json.dumps({"format": 1, "requirement": REQUIREMENT, "message": "m", "seed": 1, "steps": list(steps)})
        )
        return file

    return write


def sending(**members: Any) -> dict[str, Any]:
    return {"do": "send", "method": "GET", "path": ["/emp/v1/fleets/", {"$id": 0}, "/rename"], **members}


@pytest.mark.parametrize(
    ("members", "at"),
    [
        ({"path": ["/emp/v1/a b\r\nX-Evil: 1"]}, "steps[0].path[0]"),
        ({"path": ["/emp/v1/\u00e9"]}, "steps[0].path[0]"),
        ({"path": ["/emp/v1/a\n"]}, "steps[0].path[0]"),
        ({"path": ["/emp", "/v1/a\n"]}, "steps[0].path[1]"),
        ({"path": ["emp"]}, "steps[0].path[0]"),
        ({"method": "GET\n"}, "steps[0].method"),
        ({"headers": [["a", "b\n"]]}, "steps[0].headers[0][1]"),
        ({"headers": [["a\n", "b"]]}, "steps[0].headers[0][0]"),
        ({"headers": [["a", "b"], ["content-Length", "5"]]}, "steps[0].headers[1][0]"),
        ({"headers": [["Host", "a.example"]]}, "steps[0].headers[0][0]"),
        ({"headers": [["transfer-encoding", "gzip"]]}, "steps[0].headers[0][1]"),
        ({"key_header": "X-Api-Key\n"}, "steps[0].key_header"),
        ({"body": [{"base64": "YQ==\n"}]}, "steps[0].body[0].base64"),
    ],
)
def test_what_no_request_can_carry_is_no_case(members: dict[str, Any], at: str, write: Write) -> None:
    file = write(sending(**members))
    with pytest.raises(Contradiction) as told:
        read_case(file)
    assert str(told.value).startswith(f"The case file {file} is invalid at {at}: ")


def test_chunks_may_be_asked_for(write: Write) -> None:
    read_case(write(sending(headers=[["Transfer-Encoding", "chunked"]])))


def test_an_integer_that_python_does_not_read_is_told(write: Write) -> None:
    file = write(sending())
    file.write_text(file.read_text().replace('"seed": 1', f'"seed": {"9" * 5000}'))
    with pytest.raises(Contradiction, match="is not JSON"):
        read_case(file)


def run(url: str, file: Path, *options: str) -> Any:
    return command("run", url, "--target", str(SEED), "--depth", "smoke", "--cases", str(file), *options)


RENAME = {"do": "rename", "fleet": {"$id": 0}, "name": {"$name": 0}}


def test_a_place_of_which_nothing_can_be_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match=r"x{300} cannot be read: File name too long\. Correct --cases"):
        read_cases([tmp_path / ("x" * 300)])


def test_a_case_is_sent_at_every_depth(write: Write) -> None:
    with mock("rename-answers-400-to-an-unknown-fleet") as url:
        ended = run(url, write(RENAME), "--only", REQUIREMENT)
    assert ended.exit_code == Exit.BREAKS, ended.stdout
    assert f"✗ {REQUIREMENT}" in ended.stdout


OTHERS = "acme-corp-001"
OURS = "ct-mark-001"


@pytest.mark.parametrize(
    "path",
    [
        f"/emp/v1/fleets/{OTHERS}/rename/",
        f"/emp/v1/fleets//{OTHERS}/rename",
        f"/emp/v1/fleets%2F{OTHERS}/rename",
        f"/emp/v1/fleets%252f{OTHERS}/rename",
        f"/emp/v1/fleets/{OURS}/../{OTHERS}/rename",
        f"/emp/v1/fleets/{OURS}%2F..%2F{OTHERS}/rename",
        f"/emp/v1/fleets/./{OTHERS}/rename",
        f"/emp/v1/x/../fleets/{OTHERS}/rename",
        f"/EMP/V1/Fleets/{OTHERS}/Rename",
        f"/emp/v1/%66leets/{OTHERS}/rename",
        f"/emp/v1/fleets;a=b/{OTHERS}/rename",
        f"/emp/v1/fleets\\{OTHERS}\\rename",
        f"/emp/v1/fleets/{OTHERS}",
        f"/v2/fleets/{OTHERS}?x=y",
        f"/emp/v1/charging-keys/{OTHERS}/disable",
        f"/emp/v1/charging-keys?fleetId={OTHERS}",
    ],
)
def test_whose_a_path_may_be_is_seen_however_a_server_reads_it(path: str) -> None:
    assert OTHERS in set(named_in(Request("PUT", path, Caller.OWNER)))


@pytest.mark.parametrize("path", ["/emp/v1/fleets/", "/emp//v1/charging-keys"])
@pytest.mark.parametrize("body", [b'{"fleetId": "%s"}', b'{"FLEETID": "%s"}', b"{'fleetId': '%s',}"])
def test_a_body_names_a_fleet_below_any_path(path: str, body: bytes) -> None:
    request = Request("POST", path, Caller.OWNER, body=body % OTHERS.encode())
    assert OTHERS in set(named_in(request))


@pytest.mark.parametrize(
    "id", [OURS, f"{OURS}%2F", f"x%2F..%2F{OURS}", OURS.replace("-", "%252D"), f"%EF%BB%BF{OURS}", f"{OURS}%20/x"]
)
def test_what_is_ours_stays_ours(id: str) -> None:
    named = set(named_in(Request("PUT", f"/emp/v1/fleets/{id}/rename", Caller.OWNER)))
    assert named
    assert all("mark" in each for each in named)


@pytest.mark.parametrize("path", [f"/emp/v1/fleets/{OTHERS}/rename", f"/emp/v1/fleets/{OTHERS}/rename/"])
def test_no_case_writes_to_a_fleet_of_others(path: str, write: Write) -> None:
    step = sending(method="PUT", path=[path], body=['{"newName": "x"}'])
    with mock() as url:
        ended = run(url, write(step), "--only", REQUIREMENT)
    assert ended.exit_code == Exit.INCONCLUSIVE, ended.stdout
    assert "a step would write to a fleet without the run's mark" in " ".join(ended.stdout.split())
