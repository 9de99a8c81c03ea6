"""--watch: the mock goes over to a changed seed or dialect, and stays as it was where the new one is bad."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from fleet_contract.mock_server.command import main
from tests.mock.processes import mock

LONGEST = 10.0  # seconds
FLEETS = "/emp/v1/fleets"
SETTINGS = {"200": '[dialect]\n"create.status" = "200"\n', "201": '[dialect]\n"create.status" = "201"\n'}


def seed(*fleets: str, **more: Any) -> str:
    return json.dumps({"keys": {"my-secret-key": "t"}, "fleets": [{"fleetId": id} for id in fleets], **more})


class Watched:
    """A mock with two watched files, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.seed, self.dialect, self.log = folder / "seed.json", folder / "dialect.toml", folder / "log"
        self.seed.write_text(seed("first"))
        self.dialect.write_text(SETTINGS["201"])
        self.url = ""

    @property
    def said(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if " changed, and the mock " in line]

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + LONGEST
        while not is_so():
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def says(self, number: int) -> str:
        """Return the line of this number that says what became of a change, once it is there."""
        self.until(lambda: len(self.said) >= number)
        assert len(self.said) == number, self.said
        return self.said[-1]

    def fleets(self, world: str = "") -> list[str]:
        state = httpx.get(f"{self.url}/_mock/state", headers={"Mock-World": world} if world else {}).json()
        return sorted(each["fleetId"] for each in state["fleets"])

    def create(self, id: str) -> int:
        headers = {"X-API-Key": "my-secret-key"}
        return httpx.post(self.url + FLEETS, json={"fleetId": id}, headers=headers).status_code


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    files = Watched(tmp_path)
    arguments = ["--watch", "--seed", str(files.seed), "--dialect", str(files.dialect), "--set", "read.delay=none"]
    with mock(*arguments, stderr=files.log) as (url, _):
        files.url = url
        yield files


def test_a_changed_seed_is_what_the_mock_holds_and_goes_back_to(watched: Watched) -> None:
    assert watched.create("made") == 201
    assert watched.fleets("before") == ["first"]
    watched.seed.write_text(seed("second"))
    assert watched.says(1).endswith("seed.json changed, and the mock has adopted it.")
    assert watched.fleets() == watched.fleets("after") == ["second"]
    assert watched.fleets("before") == ["first"]
    assert watched.create("made") == 201
    httpx.post(f"{watched.url}/_mock/reset")
    assert watched.fleets() == ["second"]


def test_a_changed_dialect_is_spoken_and_nothing_is_lost(watched: Watched) -> None:
    assert watched.create("made") == 201
    other = watched.dialect.with_name("new")
    other.write_text(SETTINGS["200"])
    other.replace(watched.dialect)  # as many editors save
    assert watched.says(1).endswith("dialect.toml changed, and the mock has adopted it.")
    assert watched.create("later") == 200
    assert watched.fleets() == ["first", "later", "made"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("seed", '{"keys": ', "is not JSON"),
        ("seed", seed("x", chargingKeys=7), "chargingKeys"),
        ("seed", "\x00", "seed.json"),
        ("dialect", '[dialect]\n"create.status" = "299"\n', "possible answers are 201, 200"),
        ("dialect", "nothing of the kind", "dialect.toml"),
        ("dialect", '[dialect]\n"create.stats" = "200"\n', "create.status"),
    ],
)
def test_a_bad_file_changes_nothing_and_is_told(watched: Watched, name: str, text: str, words: str) -> None:
    assert watched.create("made") == 201
    file: Path = getattr(watched, name)
    good = file.read_text()
    file.write_text(text)
    line = watched.says(1)
    assert "and the mock stays as it was." in line
    assert words in line
    assert "my-secret-key" not in watched.log.read_text()
    assert (watched.fleets(), watched.create("later")) == (["first", "made"], 201)
    file.write_text(good)
    assert watched.says(2).endswith("has adopted it.")


def test_what_only_both_files_make_good_is_gone_over_to_when_both_are_good(watched: Watched) -> None:
    watched.dialect.write_text('[dialect]\n"id.case" = "ignored"\n')
    watched.says(1)
    watched.seed.write_text(seed("One", "ONE"))
    assert "which are the same where" in watched.says(2)
    assert watched.fleets() == ["first"]
    watched.dialect.write_text(SETTINGS["200"])
    assert "has adopted" in watched.says(3)
    assert watched.fleets() == ["ONE", "One"]
    assert watched.create("new") == 200


def test_a_file_that_is_gone_for_a_while_changes_nothing(watched: Watched) -> None:
    text = watched.seed.read_text()
    watched.seed.unlink()
    assert re.search(r"seed\.json cannot be read", watched.says(1))
    assert watched.fleets() == ["first"]
    watched.seed.write_text(text)
    assert "has adopted" in watched.says(2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--watch"], "--watch has nothing to watch"),
        (["--watch", "--set", "create.status=200"], "--watch has nothing to watch"),
        (["--watch", "--seed", "s.yaml", "--store", "redis://localhost"], "--watch and --store contradict"),
        (["--watch", "--seed", "s.yaml", "--state", "state"], "--watch with --seed and --state"),
    ],
)
def test_what_cannot_be_watched_is_one_message_and_exit_2(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["--port", "0", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_seed_that_is_too_large_changes_nothing_and_is_told(tmp_path: Path) -> None:
    files = Watched(tmp_path)
    with mock("--watch", "--seed", str(files.seed), "--max-fleets", "2", stderr=files.log) as (files.url, _):
        files.seed.write_text(seed("a", "b", "c"))
        assert "and the mock stays as it was. The seed has 3 fleets, and --max-fleets 2" in files.says(1)
        assert files.fleets() == ["first"]
