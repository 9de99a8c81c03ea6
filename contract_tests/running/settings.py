"""What the user asked for, from flags, the environment and the target file, for the command and for plain pytest."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG
from typing import Any

from fleet_contract.contract_tests.left_behind import read_ledger
from fleet_contract.contract_tests.programs.case_files import holds_no_case, read_cases
from fleet_contract.contract_tests.running.runs import Settings, Shown
from fleet_contract.contract_tests.running.verdicts import testable
from fleet_contract.contract_tests.target.depths import PRICES, Depth, Price
from fleet_contract.contract_tests.target.earlier import MOST_NEW, Earlier, earlier_fleets
from fleet_contract.contract_tests.target.kinds import read_list
from fleet_contract.contract_tests.target.named_targets import split
from fleet_contract.contract_tests.target.options import LEDGER, OF_ONE_SERVER, OPTIONS, REPORTS, SELECTION
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.target_file import as_flag, read_described
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import Contradiction, expanded, mode_of, suggestion

Outputs = Mapping[str, Path]  # where the reports go, by the options that ask for them


def read_settings(
    base_url: str | None, given: Mapping[str, Any], called: Callable[[str], str] = as_flag
) -> tuple[Settings, Outputs]:
    """Return the settings that flags ask for; `given` has names of OPTIONS as keys, and messages say `called`.

    Raises Contradiction when a file cannot be read, an entry is wrong, or a prefix
    is that of no requirement.
    """
    settings = _about_the_target(base_url, given, called)
    places = [expanded(each) for each in given.get("cases") or ()]
    cases = read_cases(places)
    target = _without_replays(settings.target) if settings.depth is Depth.SMOKE else settings.target
    price, earlier = PRICES[settings.depth], _earlier(settings)
    if earlier:
        price = replace(price, fleets=min(price.fleets, MOST_NEW))
    settings = replace(
        settings,
        target=at_most(target, *(price, *(case.program.price for case in cases)), depth=settings.depth),
        earlier=earlier,
        cases=cases,
        caseless=tuple(filter(holds_no_case, places)),
        shown=_shown(given),
    )
    return settings, {option.name: expanded(given[option.name]) for option in REPORTS if given.get(option.name)}


def read_other(settings: Settings, given: Mapping[str, Any]) -> Settings | None:
    """Return the settings of the server that `--against` names, judged as the first one is; None without it.

    Raises Contradiction, also where both are one server.
    """
    if not given.get("against"):
        return None
    if "://" in given["against"]:
        raise Contradiction(
            "--against names a URL. Expected the target file of the second server, which has keys and fixtures of its "
            "own. Write one, or give servers.toml#NAME."
        )
    other, _ = read_settings(None, {**given, "target": given["against"], "against": None, **_NO_FLAGS})
    if other.target.base_url == settings.target.base_url:
        raise Contradiction(
            f"--against names the same server, {other.target.base_url}. Expected another one. Correct the target file; "
            f"FLEET_BASE_URL overrides it."
        )
    return replace(other, gate=settings.gate)


def _earlier(settings: Settings) -> tuple[Earlier, ...]:
    """Return the fleets that a run is to use once more; raises Contradiction."""
    target, ledger = settings.target, settings.ledger
    if not target.reuse or not target.may_write:
        return ()
    entries = read_ledger(ledger) if ledger and S_ISREG(mode_of(ledger)) else []
    return earlier_fleets(entries, target.base_url, target.scratch_fleets)


# What flags say of the first server says nothing of the other one.
_NO_FLAGS = dict.fromkeys((*(option.name for option in (*OF_ONE_SERVER, *SELECTION)), "cases"))


def _without_replays(target: Target) -> Target:
    """Return a target to which no more is sent than a depth says, unless the user asked for replays."""
    return replace(target, limits=replace(target.limits, replay_requests=target.limits.replay_requests or 0))


def read_exploration(base_url: str | None, given: Mapping[str, Any]) -> Settings:
    """Return the settings of an exploration; `given` has names of OPTIONS as keys.

    On a host other than loopback it costs at most what the deepest run does. Raises
    Contradiction like `read_settings`.
    """
    settings = _about_the_target(base_url, given, as_flag)
    if settings.target.is_local:
        return settings
    return replace(settings, target=at_most(settings.target, PRICES[Depth.DEEP]))


def _about_the_target(base_url: str | None, given: Mapping[str, Any], called: Callable[[str], str]) -> Settings:
    _refuse_empty(given)
    overrides = {option.entry: given.get(option.name) or None for option in OPTIONS if option.entry}
    file = given.get("target")
    target, gate = read_described(file, {**overrides, "base_url": base_url}, called=called)
    _require_one_prefix_each(given, called)
    _require_matches(gate.only, gate.skip)
    is_recorded = target.may_write and (target.reuse or not target.is_local)
    ledger = _path(given, "ledger") or (LEDGER if is_recorded else None)
    described_by = split(file)[0] if file else None
    waivers = _path(given, "waivers")
    files = [described_by, waivers, _path(given, "expect")]
    return Settings(
        target=target,
        gate=gate,
        ledger=ledger,
        files=tuple(filter(None, files)),
        described_by=described_by,
        waiverless=None if gate.waivers else waivers,
    )


def _shown(given: Mapping[str, Any]) -> Shown:
    shown = Shown(*(bool(given.get(name)) for name in ("verbose", "quiet", "dialect", "github")))
    if shown.quiet and (shown.verbose or shown.dialect):
        raise Contradiction("--quiet contradicts --verbose and --dialect. Expected one of them. Omit the others.")
    return shown


def _refuse_empty(given: Mapping[str, Any]) -> None:
    """Refuse a flag that was given and says nothing: most likely a shell's variable was not set."""
    for name, value in given.items():
        if value == "" or (isinstance(value, tuple | list) and "" in value):
            raise Contradiction(
                f"--{name} is empty. Expected a value; perhaps a shell variable is not set. Set it, or omit the option."
            )


def _path(given: Mapping[str, Any], name: str) -> Path | None:
    return expanded(given[name]) if given.get(name) else None


def at_most(target: Target, *prices: Price, depth: Depth | None = None) -> Target:
    """Return a target that costs at most these prices together; a lower limit that was given stays."""
    given = target.limits
    most = {
        "max_requests": sum(price.requests for price in prices),
        "max_fleets": sum(price.fleets for price in prices),
        "max_keys": sum(price.keys for price in prices),
    }
    lowered = {name: limit for name, limit in most.items() if _is_lower(limit, getattr(given, name))}
    where = {name: place for name, place in given.where.items() if name not in lowered}
    return replace(target, limits=replace(given, **lowered, where=where, depth=depth))


def _is_lower(most: int, given: int | None) -> bool:
    return given is None or most < given


def _require_one_prefix_each(given: Mapping[str, Any], called: Callable[[str], str]) -> None:
    for name in (option.name for option in SELECTION):
        several = next((prefix for prefix in given.get(name) or () if "," in prefix), None)
        if several:
            each = " and ".join(map(repr, read_list(several)))
            raise Contradiction(
                f"{several!r} is no prefix: {called(f'--{name}')} takes one at a time. "
                f"Repeat it{f' for {each}' if each else ''}."
            )


def _require_matches(only: tuple[str, ...], skip: tuple[str, ...]) -> None:
    ids = catalogue().requirements
    for prefix in (*only, *skip):
        if not any(id.startswith(prefix) for id in ids):
            raise Contradiction(
                f"No requirement has an id that starts with {prefix!r}.{suggestion(prefix, ids)} "
                f"`fleet-contract list` lists all ids."
            )
    if not testable(only, skip, {"any": "question"}):
        raise Contradiction("--only and --skip leave no testable requirement. Widen --only or drop --skip.")
