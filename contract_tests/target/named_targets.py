"""Several targets in one file: FILE#NAME is what stands below [targets.NAME], and above it what all have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fleet_contract.spec.files import Contradiction, expanded, mode_of, suggestion

TABLE = "targets"
SEPARATOR = "#"


def split(given: str | Path) -> tuple[Path, str]:
    """Return the file and the name that FILE#NAME stands for; the name is empty where none is given."""
    whole = expanded(given)
    file, separator, name = str(whole).rpartition(SEPARATOR)
    return (Path(file), name) if separator and file and not mode_of(whole) else (whole, "")


def chosen(table: Mapping[str, Any], name: str, file: str) -> dict[str, Any]:
    """Return the entries of one target: its own ones, and what it does not say of what stands outside of [targets].

    Raises Contradiction where there is no such target.
    """
    common = {key: value for key, value in table.items() if key != TABLE}
    targets = table.get(TABLE, {})
    if not isinstance(targets, Mapping) or not all(isinstance(each, Mapping) for each in targets.values()):
        raise Contradiction(f"{file}: [{TABLE}] contains more than tables. Expected [{TABLE}.NAME] for each.")
    if not name:
        return common
    if name not in targets:
        way = f"It has {_listed(targets)}. Choose one of these" if targets else f"Add [{TABLE}.{name}]"
        raise Contradiction(
            f"{file} has no target {name!r}.{suggestion(name, targets)} {way}, or omit {SEPARATOR}{name}."
        )
    own = targets[name]
    return {**common, **{key: _joined(common.get(key), value) for key, value in own.items()}}


def require_choice(table: Mapping[str, Any], name: str, file: str) -> None:
    """Raise Contradiction where a file has several targets and nothing says which."""
    targets = table.get(TABLE)
    if targets and not name:
        first = next(iter(targets))
        raise Contradiction(
            f"{file} has several targets: {_listed(targets)}. Choose one, such as --target {file}{SEPARATOR}{first}."
        )


def _listed(targets: Mapping[str, Any]) -> str:
    return ", ".join(targets)


def _joined(common: Any, own: Any) -> Any:
    return {**common, **own} if isinstance(common, Mapping) and isinstance(own, Mapping) else own
