"""Waivers: failures that somebody accepts until a date, as a target file or a file of their own lists them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from fleet_contract.contract_tests.target.kinds import FILE, Kind
from fleet_contract.contract_tests.target.references import Origin
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import Contradiction, read_text, suggestion
from fleet_contract.spec.toml import parse_toml

MEMBERS = ("id", "reason", "owner", "until")
_MEMBERS = f"Expected {', '.join(MEMBERS)} in each waiver."
_WHAT = "The file of waivers"
_EXPECTED = "Expected a TOML file of [[waivers]], each with id, reason, owner and until."


class State(StrEnum):
    """What became of a waiver in a run."""

    IN_FORCE = "in-force"  # the failure does not fail the gate
    EXPIRED = "expired"  # the failure counts
    UNNEEDED = "unneeded"  # the requirement passed
    UNUSED = "unused"  # the requirement was not judged


@dataclass(frozen=True)
class Waiver:
    """The failure of a requirement is accepted: why, who answers for it, and until which day (that day included)."""

    id: str
    reason: str
    owner: str
    until: date

    def has_expired(self, today: date) -> bool:
        return today > self.until

    @property
    def terms(self) -> str:
        """Until when, by whom and why, for a report."""
        return f"until {self.until} by {self.owner}: {self.reason}"


def _fits(value: Any) -> bool:
    return (isinstance(value, str) and value != "") or _is_list_of_tables(value)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_table, value))


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _take(value: Any, origin: Origin) -> tuple[Waiver, ...]:
    if isinstance(value, str):
        path = FILE.take(value, origin)
        return _unique(_rows_of(path), f"{_WHAT} {path}")
    return _unique(value, origin.source.name)


def _rows_of(path: Path) -> Any:
    table = parse_toml(read_text(path, _WHAT, _EXPECTED), f"{_WHAT} {path}", _EXPECTED)
    rows = table.get("waivers", [])
    if set(table) - {"waivers"} or not _is_list_of_tables(rows):
        raise Contradiction(f"{_WHAT} {path} contains something other than [[waivers]]. {_EXPECTED}")
    return rows


def _unique(rows: Iterable[Mapping[str, Any]], where: str) -> tuple[Waiver, ...]:
    waivers = [_waiver(row, f"{where}: waiver {number}") for number, row in enumerate(rows, start=1)]
    ids = [each.id for each in waivers]
    twice = next((id for id in ids if ids.count(id) > 1), "")
    if twice:
        raise Contradiction(f"{where}: {twice} is waived twice. Expected one waiver for each requirement. Remove one.")
    return tuple(waivers)


def _waiver(row: Mapping[str, Any], where: str) -> Waiver:
    odd = [name for name in row if name not in MEMBERS]
    if odd:
        raise Contradiction(
            f"{where}: unknown entry {odd[0]!r}.{suggestion(odd[0], MEMBERS)} {_MEMBERS} Correct or remove it."
        )
    for name in ("id", "reason", "owner"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise Contradiction(f"{where} has no {name}. {_MEMBERS} Add it.")
    id, known = row["id"].strip(), catalogue().requirements
    if id not in known or known[id].untestable:
        raise Contradiction(
            f"{where}: no requirement that can be judged has the id {id!r}.{suggestion(id, known)} "
            f"`fleet-contract list` lists all ids."
        )
    return Waiver(id, row["reason"].strip(), row["owner"].strip(), _day(row.get("until"), where))


def _day(value: Any, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Contradiction(
            f"{where}: until is {'missing' if value is None else repr(str(value))}. "
            f"Expected the last day on which it holds, such as until = 2026-12-31. Correct it."
        ) from None


WAIVERS = Kind("a list of tables, or the path of a file that contains it", _fits, take=_take, item=_is_table)
