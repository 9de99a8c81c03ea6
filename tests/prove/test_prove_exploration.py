"""Exploring finds mistakes that no row of the gate shows, makes them small, and finds none where there is none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.mock_server.parts import Parts
from tests.suite.exploring import (
    BIDI,
    crashes_on_a_character,
    explored,
    fails_the_third_rename,
    loses_ids_of_a_length,
    saved,
)
from tests.suite.harness import SEED, command, mock

Edit = Callable[[Parts], None]


@pytest.mark.parametrize(
    ("edit", "requirement", "smallest", "telling"),
    [
        (crashes_on_a_character, "http.never-a-server-error", [["create"], ["create", "rename"]], json.dumps(BIDI)),
        (loses_ids_of_a_length, "fleets.id-finds-the-fleet", [["create", "rename"]], '{"length": 73}'),
        (fails_the_third_rename, "fleets.id-never-changes", [["create", "rename", "rename", "rename"]], ""),
    ],
)
def test_a_mistake_is_found_shrunk_and_replayed(
    edit: Edit, requirement: str, smallest: list[list[str]], telling: str, tmp_path: Path
) -> None:
    with mock(edit=edit) as url:
        ended = explored(url, tmp_path, "--max-cases", "250", "--seed", "3")
        assert ended.exit_code == Exit.BREAKS
        (case,) = (each for each in saved(tmp_path) if each["requirement"] == requirement)
        assert [step["do"] for step in case["steps"]] in smallest
        assert telling in json.dumps(case)
        again = ["--depth", "quick", "--only", requirement, "--cases", str(tmp_path / "cases"), "--target", str(SEED)]
        replayed = command("run", url, *again)
        assert replayed.exit_code == Exit.BREAKS
        assert f"✗ {requirement}" in replayed.stdout
    with mock() as url:
        assert command("run", url, *again).exit_code == Exit.CONFORMS


@pytest.mark.thorough
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(20))
def test_a_minute_finds_nothing_on_an_honest_server(seed: int, tmp_path: Path) -> None:
    with mock() as url:
        ended = explored(url, tmp_path, "--minutes", "1", "--seed", str(seed))
    assert ended.exit_code == Exit.CONFORMS, ended.stdout
    assert not saved(tmp_path)
