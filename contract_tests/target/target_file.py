"""The target file, the environment and the flags: what they say together, and who wins."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fleet_contract.contract_tests.target.authorities import WITHOUT_ASCII, with_host_in_ascii, wrong_with_authority
from fleet_contract.contract_tests.target.entries import (
    DIALECT_VARIABLE,
    ENTRIES,
    SECRET_VARIABLES,
    VARIABLES,
    flatten,
    unknown,
    value_of,
)
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.kinds import ITEM_ENDS
from fleet_contract.contract_tests.target.lookalikes import refuse_lookalikes
from fleet_contract.contract_tests.target.named_targets import chosen, require_choice, split
from fleet_contract.contract_tests.target.references import Source, referred_to
from fleet_contract.contract_tests.target.target import API, Fixtures, Limits, Network, Target, Upkeep
from fleet_contract.spec.dialect import chosen_answers, complete
from fleet_contract.spec.files import Contradiction, read_text
from fleet_contract.spec.toml import parse_toml

VISIBLE = re.compile(r"[\x21-\x7e]+")
WHAT = "The target file"
_EXPECTED_URL = f"Expected the part of the URL before {API}, such as https://staging.example/drive."
EXPECTED = "Expected a TOML file with a base_url. Correct --target."


class Described(NamedTuple):
    """A target, and how it is to be judged."""

    target: Target
    gate: Gate


def read_target(
    path: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Target:
    """Return the target that `read_described` does."""
    return read_described(path, overrides, environment).target


def as_flag(flag: str) -> str:
    """Return what messages call an option of the command."""
    return f"the flag {flag}"


def as_argument(flag: str) -> str:
    """Return what messages call an option of a call from a program."""
    return f"the argument {flag.removeprefix('--').replace('-', '_')}"


def read_described(
    path: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    called: Callable[[str], str] = as_flag,
) -> Described:
    """Return what a file, the environment and flags say together of a target; FILE#NAME is one of several in a file.

    `overrides` are the flags, by entry (`limits.max_fleets`); None is a flag that was
    not given. A flag wins over the environment, that over the file, that over the
    default. Raises Contradiction.
    """
    environment = os.environ if environment is None else environment
    flags = {name: value for name, value in (overrides or {}).items() if value is not None}
    whole, name, file = _file(path, environment)
    table = chosen(whole, name, file.name)
    given = {name: (value, file) for name, value in flatten(table, file.name).items()}
    given |= _from_environment(environment)
    given |= _from_flags(flags, environment, called)
    refuse_lookalikes(environment, VARIABLES, SECRET_VARIABLES, referred_to(value for value, _ in given.values()))
    if "base_url" not in given:
        require_choice(whole, name, file.name)
    values = {name: value_of(ENTRIES[name], value, source) for name, (value, source) in given.items()}
    dialect = chosen_answers(table.get("dialect", {}), file.name)
    dialect |= _read_dialect(environment.get(DIALECT_VARIABLE) or {}, f"the environment variable {DIALECT_VARIABLE}")
    dialect |= _read_dialect(flags.get("dialect", {}), "the flag --dialect")
    where = {name: _where(name, source) for name, (_, source) in given.items()}
    return Described(_target(values, dialect, _inside(where, "limits.")), _gate(values))


def _where(name: str, source: Source) -> str:
    """Return where an entry was given, for a sentence that asks to change it."""
    if source.is_public:
        return ENTRIES[name].flag
    return f"{ENTRIES[name].variable} in the environment" if source.is_plain else f"{name} in {source.name}"


def _file(path: str | Path | None, environment: Mapping[str, str]) -> tuple[dict[str, Any], str, Source]:
    """Return what a target file says, which of its targets is asked for, and what it is called."""
    if path is None:
        return {}, "", Source("the target file", Path(), environment)
    file, name = split(path)
    return _load(file), name, Source(str(file), file.parent, environment)


def _gate(values: Mapping[str, Any]) -> Gate:
    return Gate(**{each.name: values[each.name] for each in fields(Gate) if each.name in values})


def _load(path: Path) -> dict[str, Any]:
    return parse_toml(read_text(path, WHAT, EXPECTED), f"{WHAT} {path}", EXPECTED)


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[Any, Source]]:
    return {
        name: (text, Source(f"the environment variable {entry.variable}", Path(), environment, is_plain=True))
        for name, entry in ENTRIES.items()
        if (text := environment.get(entry.variable, "").strip("\r\n"))
    }


def _from_flags(
    flags: Mapping[str, Any], environment: Mapping[str, str], called: Callable[[str], str]
) -> dict[str, tuple[Any, Source]]:
    given = {}
    for name, value in flags.items():
        if name not in (*ENTRIES, "dialect"):
            raise unknown(name, "the flags")
        if name != "dialect":
            source = called(ENTRIES[name].flag or name) if name != "base_url" else "the argument BASE_URL"
            given[name] = (value, Source(source, Path(), environment, is_plain=True, is_public=True))
    return given


def _read_dialect(given: str | Mapping[str, Any], source: str) -> dict[str, str]:
    if not isinstance(given, str):
        return chosen_answers(given, source)
    pairs = [pair.partition("=") for pair in ITEM_ENDS.split(given) if pair.strip()]
    for question, equals, _ in pairs:
        if not equals:
            raise Contradiction(
                f"{source}: {question.strip()!r} is not QUESTION=ANSWER, such as create.status=200. Correct it there."
            )
    return chosen_answers({question.strip(): answer.strip() for question, _, answer in pairs}, source)


def _target(values: Mapping[str, Any], dialect: Mapping[str, str], where: Mapping[str, str]) -> Target:
    of = {name: _inside(values, f"{name}.") for name in ("fixtures", "limits", "network", "ledger")}
    target = Target(
        base_url=_base_url(values.get("base_url", "")),
        api_key=values.get("api_key"),
        other_api_key=values.get("other_api_key"),
        allow_writes=values.get("allow_writes", False),
        allow_writes_in_production=values.get("allow_writes_in_production", False),
        reuse=values.get("reuse", False),
        scratch_fleets=values.get("scratch_fleets", ()),
        unmarked_ids=values.get("unmarked_ids", False),
        fixtures=Fixtures(**of["fixtures"]),
        limits=Limits(**of["limits"], where=where),
        network=Network(**of["network"]),
        ledger=Upkeep(**of["ledger"]),
        dialect=dialect,
    )
    _require_agreement(target)
    complete(dialect)
    return target


def _inside(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {entry.removeprefix(prefix): value for entry, value in values.items() if entry.startswith(prefix)}


def _base_url(given: str) -> str:
    base_url = with_host_in_ascii(given.strip().rstrip("/"))
    if not base_url:
        raise Contradiction(
            f"There is no base URL. {_EXPECTED_URL} Pass BASE_URL, set {ENTRIES['base_url'].variable}, or add base_url "
            f"to the target file."
        )
    problem = _wrong_with(base_url)
    if problem:
        raise Contradiction(
            f"The base URL {_without_secrets(given)!r} {problem}. {_EXPECTED_URL} Correct BASE_URL, "
            f"{ENTRIES['base_url'].variable} or base_url in the target file."
        )
    return base_url


def _wrong_with(base_url: str) -> str:
    if unreadable := wrong_with_authority(base_url):
        return unreadable
    url = urlsplit(base_url)
    problems = (
        (not url.netloc.isascii(), WITHOUT_ASCII),
        (not VISIBLE.fullmatch(base_url), "contains characters that no URL may contain: percent-encode them"),
        (url.scheme not in ("http", "https"), "does not begin with http:// or https://"),
        (not url.hostname, "names no host"),
        ("@" in url.netloc, "contains credentials: put them into network.headers or use a key"),
        (bool(url.query or url.fragment or set("?#") & set(base_url)), "has a query or a fragment"),
        (API in f"{url.path}/", f"already contains {API}: BASE_URL is the part before it"),
    )
    return next((text for wrong, text in problems if wrong), "")


def _without_secrets(url: str) -> str:
    """Return a URL without its login, its query and its fragment, each of which may hold a key."""
    return re.sub(r"([?#]).+", r"\1***", re.sub(r"^(\w+:/+)?.*@", r"\1***@", url, flags=re.DOTALL), flags=re.DOTALL)


def _require_agreement(target: Target) -> None:
    fixtures = target.fixtures
    both = set(fixtures.active_codes) & set(fixtures.inactive_codes)
    codes = fixtures.active_codes or fixtures.inactive_codes
    same_key = target.api_key is not None and target.api_key == target.other_api_key
    path = fixtures.location_path
    network = target.network
    for holds, problem in (
        (same_key, "api_key and other_api_key are the same. Expected keys of two organizations. Omit other_api_key."),
        (both, "a code is in both active_codes and inactive_codes. Expected each in one list. Correct them."),
        (codes and not fixtures.fleet_with_codes, "codes are given without a fleet. Add fixtures.fleet_with_codes."),
        (network.client_key and not network.client_cert, "client_key has no certificate. Add network.client_cert."),
        (fixtures.priced_fleet and not fixtures.location, "priced_fleet needs a location. Add fixtures.location."),
        (
            not path.startswith("/") or path.count("{locationId}") != 1 or not VISIBLE.fullmatch(path),
            f"location_path is {path!r}. Expected a path from / with {{locationId}} once. Correct it.",
        ),
    ):
        if holds:
            raise Contradiction(f"The target contradicts itself: {problem}")
