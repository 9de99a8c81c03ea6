"""What a run leaves behind: every fleet is known as ours, is in the ledger, and changes no later verdict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.marks import number_of
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import DelegatingStore, Fleet
from proof.effects import sends
from proof.mutants.table import Mutant
from proof.triggers.classes import when

from .harness import failed, judged, mock, verdicts

Spell = Callable[[Any], Any]
TEXTS = ("fleetId", "fleetName", "newName")


def scalar(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def as_javascript_does(value: Any) -> Any:
    """Spell a value as String(value) does."""
    if isinstance(value, list):
        return ",".join("" if each is None else as_javascript_does(each) for each in value)
    return "[object Object]" if isinstance(value, dict) else value if isinstance(value, str) else json.dumps(value)


def null(value: Any) -> Any:
    return "null" if value is None else value


LENIENT: dict[str, Spell] = {
    "numbers and booleans": scalar,
    "anything as JSON": lambda value: value if isinstance(value, str) else json.dumps(value),
    "anything as Python": lambda value: value if isinstance(value, str) else str(value),
    "anything as JavaScript": as_javascript_does,
    "null": null,
}
# What breaks the contract holds no mark where null or an object is spelled without its contents.
UNMARKED = {"null", "None", "[object Object]", ""}


def take_for_texts(spell: Spell) -> Callable[[Parts], None]:
    """Return the edit of a mock that takes other values for texts, in whatever member is one."""
    taken = when(lambda m: m.operation in ("create_fleet", "rename_fleet") and isinstance(m.body, dict))
    texts = sends(lambda m: m.with_members(**{name: spell(m.body[name]) for name in TEXTS if name in m.body}))
    return Mutant("takes-other-values", frozenset(), "Other values are taken for texts.", taken, texts).spoil


def made_with(spell: Spell, made: list[Fleet]) -> Callable[[Parts], None]:
    """Return the edit of a mock that spells values so, and notes every fleet that it makes."""

    class Noting(DelegatingStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            made.append(await super().add_fleet(fleet))
            return made[-1]

    def edit(parts: Parts) -> None:
        take_for_texts(spell)(parts)
        parts.wrap_store(Noting)

    return edit


def is_ours(text: str | None, mark: str) -> bool:
    return text is not None and (mark in text.casefold() or number_of(mark) in text)


@pytest.mark.parametrize("status", ["409", "400"])
@pytest.mark.parametrize("name", ["numbers and booleans", "anything as JavaScript"])
def test_a_second_run_finds_what_the_first_one_found(name: str, status: str) -> None:
    dialect = {"duplicate.status": status, "name.taken": status}
    with mock(settings=dialect, edit=take_for_texts(LENIENT[name])) as url:
        first, second = (judged(url, "standard", only=("create",)) for _ in range(2))
    assert verdicts(first) == verdicts(second)
    assert not failed(first) or name != "numbers and booleans"


@pytest.mark.parametrize("name", LENIENT)
def test_every_fleet_that_a_lenient_server_makes_is_known_as_ours_and_in_the_ledger(name: str, tmp_path: Path) -> None:
    ledger, made = tmp_path / "ledger.jsonl", list[Fleet]()
    with mock(edit=made_with(LENIENT[name], made)) as url:
        report = judged(url, "standard", only=("create",), ledger=ledger)
    mark = report.mark
    entries = [entry for line in ledger.read_text().splitlines() if (entry := json.loads(line))["made"] == "fleet"]
    assert len(made) > 10
    assert {each.id for each in made} <= {entry["name"] for entry in entries} == set(report.footprint.fleets_created)
    for fleet in made:
        assert is_ours(fleet.id, mark) or (fleet.id in UNMARKED and is_ours(fleet.name, mark)), fleet
    assert all("fleetName" in entry for entry in entries if entry["name"] in UNMARKED)
