"""What the user asked for, from flags, the environment and the target file, for the command and for plain pytest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fleet_contract.contract_tests.depths import PRICES, Depth
from fleet_contract.contract_tests.options import OPTIONS
from fleet_contract.contract_tests.run import Settings
from fleet_contract.contract_tests.target import Limits, is_loopback, read_target
from fleet_contract.contract_tests.verdicts import testable
from fleet_contract.spec.catalogue import Basis, catalogue
from fleet_contract.spec.files import Contradiction, suggestion

LEDGER = Path("fleet-contract-ledger.jsonl")


@dataclass(frozen=True)
class Outputs:
    """Where the reports go; None is nowhere."""

    json: Path | None = None
    junit: Path | None = None


def read_settings(base_url: str | None, given: Mapping[str, Any]) -> tuple[Settings, Outputs]:
    """Return the settings that flags ask for; `given` has the names of OPTIONS as keys.

    Raises Contradiction when a file cannot be read, an entry is wrong, or a prefix
    is that of no requirement.
    """
    overrides = {option.entry: given.get(option.name) or None for option in OPTIONS if option.entry}
    target = read_target(_path(given, "target"), {**overrides, "base_url": base_url})
    depth = Depth[(given.get("depth") or Depth.STANDARD.word).upper()]
    only, skip = tuple(given.get("only") or ()), tuple(given.get("skip") or ())
    _require_matches(only, skip)
    ledger = _path(given, "ledger") or (LEDGER if target.may_write and not is_loopback(target.host) else None)
    settings = Settings(
        target=replace(target, limits=_limits_at(depth, target.limits)),
        depth=depth,
        only=only,
        skip=skip,
        fail_on=Basis(given["fail-on"]) if given.get("fail-on") else None,
        require_all=bool(given.get("require-all")),
        ledger=ledger,
    )
    return settings, Outputs(_path(given, "json"), _path(given, "junit"))


def _path(given: Mapping[str, Any], name: str) -> Path | None:
    return Path(given[name]) if given.get(name) else None


def _limits_at(depth: Depth, limits: Limits) -> Limits:
    """Return the limits with what the depth costs at most; a lower one that was given stays."""
    price = PRICES[depth]
    return replace(
        limits,
        max_requests=_lower(limits.max_requests, price.requests),
        max_fleets=_lower(limits.max_fleets, price.fleets),
        max_keys=_lower(limits.max_keys, price.keys),
    )


def _lower(given: int | None, most: int) -> int:
    return most if given is None else min(given, most)


def _require_matches(only: tuple[str, ...], skip: tuple[str, ...]) -> None:
    ids = catalogue().requirements
    for prefix in (*only, *skip):
        if not any(id.startswith(prefix) for id in ids):
            raise Contradiction(
                f"No requirement has an id that begins with {prefix!r}.{suggestion(prefix, ids)} "
                f"`fleet-contract list` prints all ids."
            )
    if not testable(only, skip, {"any": "question"}):
        raise Contradiction("--only and --skip leave no requirement that can be tested. Widen --only or drop --skip.")
