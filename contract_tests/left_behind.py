"""What runs left behind, as the ledger has it, in forms for those who can remove it."""

import csv
import json
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from fleet_contract.contract_tests.process.files import add
from fleet_contract.contract_tests.process.printable import whole
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.spec.files import Contradiction, read_text

COLUMNS = (
    "base_url",
    "made",
    "name",
    "fleetId",
    "fleetName",
    "contractId",
    "owner",
    "certain",
    "disabled",
    "mark",
    "at",
)
FORMS = ("text", "csv", "json")
_WHAT = "The ledger"
_EXPECTED = "Expected JSON lines, as runs append them to --ledger. Name the file of the runs."

Entry = dict[str, Any]


def read_ledger(path: Path, base_url: str = "") -> list[Entry]:
    """Return the entries of a ledger, each thing once, of one server where one is given; raises Contradiction."""
    lines = read_text(path, _WHAT, _EXPECTED).splitlines()
    entries = [_entry(line, number, path) for number, line in enumerate(lines, start=1) if line.strip()]
    once = {(each.get("base_url"), each["made"], each["name"]): each for each in entries}
    return [each for each in once.values() if base_url in ("", each.get("base_url"))]


def note_disabled(path: Path, entries: Iterable[Entry]) -> None:
    """Add to a ledger that keys are disabled; raises Contradiction."""
    lines = "".join(json.dumps({**each, "disabled": True}) + "\n" for each in entries)
    try:
        add(path, lines)
    except OSError as wrong:
        raise Contradiction(
            f"Cannot write {_WHAT.lower()} {path}: {wrong.strerror}. The keys are disabled, but it does not say so. "
            f"Choose a file that can be written."
        ) from None


def _entry(line: str, number: int, path: Path) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    if not isinstance(entry, dict) or not {"made", "name"} <= entry.keys():
        raise Contradiction(f"{_WHAT} {path}: line {number} is not an entry. {_EXPECTED}")
    return entry


def written(entries: Iterable[Entry], form: str) -> str:
    """Return entries in a form of FORMS; `text` is for people, the others say it as exactly as the file."""
    return {"text": _as_text, "csv": _as_csv, "json": _as_json}[form](list(entries))


def _as_json(entries: list[Entry]) -> str:
    return json.dumps(entries, indent=2) + "\n"


def _as_csv(entries: list[Entry]) -> str:
    """Return a table whose cells no spreadsheet takes for formulas."""
    out = StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_cell(each.get(column, "")) for column in COLUMNS] for each in entries)
    return out.getvalue()


def _cell(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _as_text(entries: list[Entry]) -> str:
    servers: dict[str, list[Entry]] = {}
    for each in entries:
        servers.setdefault(str(each.get("base_url", "an unknown server")), []).append(each)
    return (
        "\n".join(_about(server, each) for server, each in servers.items())
        or "The ledger has no entries: no run that it records left anything behind.\n"
    )


def _about(server: str, entries: list[Entry]) -> str:
    lines = [whole(server)]
    for made, thing, how in (("fleet", "fleet", ""), ("key", "charging key", ", by what is printed on them")):
        names = [each for each in entries if each["made"] == made]
        lines += [f"  {counted(len(names), thing)}{how}", *(f"    {_line(each)}" for each in names)]
    return "\n".join(lines) + "\n"


def _line(entry: Entry) -> str:
    doubt = "" if entry.get("certain", True) else ", perhaps: the response was lost"
    contract = f", contract {entry['contractId']}" if "contractId" in entry else ""
    disabled = ", disabled" if entry.get("disabled") else ""
    return whole(f"{entry['name']}{contract}, {entry.get('at', 'at an unknown time')}{doubt}{disabled}")
