"""The commands that the mock suggests work when they are pasted into a shell, whatever a seed holds."""

import shutil
import subprocess
from pathlib import Path

import pytest

from fleet_contract.mock_server.examples import curl_lines
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.store import Code, Fleet, State

IDS = [
    "acme-corp-001",
    "Süd & Söhne/1",
    'it\'s "quoted"',
    "$(touch owned) `touch owned` ; touch owned",
    "100% #1?&page_size=3",
    "../%2e%2e/\\",
    "日本\n🚗",
    "[1-9]{a,b}",
    "-X",
]

needs_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="there is no curl")


def pasted(line: str, folder: Path) -> str:
    """Return the status that a command ends with in a shell."""
    command = ["sh", "-c", f"{line} --noproxy '*' -o answer -w '%{{http_code}}'"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=10).stdout


@needs_curl
def test_the_commands_mean_the_fleet_of_the_seed_whatever_its_id(tmp_path: Path) -> None:
    key = "it's $HOME `key` \\"
    seed = State({key: "t"}, tuple(Fleet(id, None, "t", (Code(f"C{number}"),)) for number, id in enumerate(IDS)))
    with serving(parts(seed=seed)) as url:
        for number, fleet in enumerate(seed.fleets):
            _, invitation, keys = curl_lines(url, key, "t", [fleet])
            assert pasted(invitation, tmp_path) == "200", invitation
            assert f'"C{number}"' in (tmp_path / "answer").read_text()
            assert pasted(keys, tmp_path) == "200", keys
        create, *_ = curl_lines(url, key, "t", seed.fleets)
        assert pasted(create, tmp_path) == "201"
    assert [file.name for file in tmp_path.iterdir()] == ["answer"]


@needs_curl
def test_the_commands_that_a_person_sees_first_work(tmp_path: Path) -> None:
    seed = default_seed()
    with serving(parts(seed=seed)) as url:
        statuses = [pasted(line, tmp_path) for line in curl_lines(url, "demo-key", "demo", seed.fleets)]
    assert statuses == ["201", "200", "200"]


@needs_curl
@pytest.mark.parametrize(
    "fleets",
    [
        (),
        (Fleet("codeless", None, "t"),),
        (Fleet("expired", None, "t", (Code("OLD", active=False),)),),
        (Fleet("foreign", None, "other", (Code("C"),)),),
        (Fleet("new-fleet-001", None, "t"),),
        (Fleet("..", None, "t", (Code("C"),)),),
    ],
    ids=["nothing", "no codes", "only old codes", "another tenant's", "the id that is suggested", "dots"],
)
def test_only_what_works_is_suggested(fleets: tuple[Fleet, ...], tmp_path: Path) -> None:
    with serving(parts(seed=State({"k": "t", "o": "other"}, fleets))) as url:
        lines = curl_lines(url, "k", "t", fleets)
        assert [pasted(line, tmp_path) for line in lines] == ["201", "200"], lines


@needs_curl
@pytest.mark.parametrize(
    ("chosen", "fleet"),
    [
        ({"id.case": "ignored"}, Fleet("NEW-Fleet-001", None, "t")),
        ({"id.blanks": "trimmed"}, Fleet(" new-fleet-001", None, "t")),
        ({"name.taken": "409"}, Fleet("named", "My fleet 1", "t")),
    ],
)
def test_what_is_suggested_works_in_every_dialect(chosen: dict[str, str], fleet: Fleet, tmp_path: Path) -> None:
    with serving(parts(chosen, State({"k": "t"}, (fleet,)))) as url:
        assert pasted(curl_lines(url, "k", "t", [fleet])[0], tmp_path) == "201"
