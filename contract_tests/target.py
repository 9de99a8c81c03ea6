"""The target: the server under judgement, what it already holds, and what a run may cost it."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fleet_contract.contract_tests.entries import ENTRIES, Source, checked, flag, flatten, plain, unknown, variable
from fleet_contract.contract_tests.network.masking import Secret
from fleet_contract.contract_tests.network.pacing import CAUTIOUS
from fleet_contract.spec.dialect import chosen_answers, complete
from fleet_contract.spec.files import Contradiction

API = "/emp/v1"
DIALECT_VARIABLE = "FLEET_DIALECT"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")
RESERVED = ("host", "content-length", "transfer-encoding", "connection", "x-api-key")
VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Fixtures:
    """What the target already holds; each entry unlocks checks. The codes are those of `fleet_with_codes`."""

    fleet_with_codes: str | None = None
    active_codes: tuple[str, ...] = ()
    inactive_codes: tuple[str, ...] = ()
    fleet_without_codes: str | None = None
    foreign_fleet: str | None = None
    fleet_with_keys: str | None = None
    location: str | None = None
    location_path: str = "/v1/locations/{locationId}"
    priced_fleet: str | None = None

    @cached_property
    def own_fleets(self) -> frozenset[str]:
        """The fleets that the owner of the key has."""
        ids = (self.fleet_with_codes, self.fleet_without_codes, self.fleet_with_keys, self.priced_fleet)
        return frozenset(id for id in ids if id)


@dataclass(frozen=True)
class Limits:
    """What a run may cost; None leaves the pace to the target's host and the rest to the depth.

    `requests_per_second` 0 is no limit.
    """

    requests_per_second: float | None = None
    max_requests: int | None = None
    max_fleets: int | None = None
    max_keys: int | None = None
    max_seconds: float | None = None
    settle_seconds: float = 0.0
    timeout_seconds: float = 30.0
    max_timeouts: int = 20
    max_answer_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True)
class Network:
    """How the target is reached; `proxy` None takes the system's, an empty text none at all."""

    ca_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)  # may hold a login
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Target:
    """The server under judgement; `base_url` is what stands before /emp/v1, without a slash at its end."""

    base_url: str
    api_key: Secret | None = None
    other_api_key: Secret | None = None
    allow_writes: bool = False
    fixtures: Fixtures = field(default_factory=Fixtures)
    limits: Limits = field(default_factory=Limits)
    network: Network = field(default_factory=Network)
    dialect: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> SplitResult:
        return urlsplit(self.base_url)

    @property
    def host(self) -> str:
        return self.url.hostname or ""

    @property
    def may_write(self) -> bool:
        """Say whether something may be created or renamed there."""
        return self.allow_writes or is_loopback(self.host)

    @property
    def rate(self) -> float:
        """The requests a second to begin with; 0 is no limit."""
        given = self.limits.requests_per_second
        return (0.0 if is_loopback(self.host) else CAUTIOUS) if given is None else given


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine: localhost, 127.0.0.0/8 or ::1."""
    name = host.strip("[]").removesuffix(".").lower()
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def read_target(
    path: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Target:
    """Return the target that a file, the environment and flags describe together.

    `overrides` are the flags, by entry (`limits.max_fleets`); None is a flag that was
    not given. A flag wins over the environment, that over the file, that over the
    default. Raises Contradiction.
    """
    environment = os.environ if environment is None else environment
    overrides = {entry: value for entry, value in (overrides or {}).items() if value is not None}
    table = {} if path is None else _load(path)
    file = Source(str(path) if path else "the target file", path.parent if path else Path(), environment)
    given = {entry: (value, file) for entry, value in flatten(table, file.name).items()}
    given |= _from_environment(environment)
    given |= _from_flags(overrides, environment)
    values = {entry: _value(entry, value, source, file) for entry, (value, source) in given.items()}
    dialect = chosen_answers(table.get("dialect", {}), file.name)
    dialect |= _read_dialect(environment.get(DIALECT_VARIABLE) or {}, f"the environment variable {DIALECT_VARIABLE}")
    dialect |= _read_dialect(overrides.get("dialect", {}), "the flag --dialect")
    return _target(values, dialect)


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        problem = f"cannot be read: {wrong.strerror}"
    except UnicodeDecodeError:
        problem = "is not UTF-8"
    except tomllib.TOMLDecodeError as wrong:
        problem = f"is not TOML: {wrong}"
    raise Contradiction(f"The target file {path} {problem}. Expected a TOML file with a base_url. Correct --target.")


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[Any, Source]]:
    return {
        entry: (environment[name], Source(f"the environment variable {name}", Path(), environment))
        for entry, name in ((entry, variable(entry)) for entry in ENTRIES)
        if environment.get(name)
    }


def _from_flags(overrides: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, tuple[Any, Source]]:
    given = {}
    for entry, value in overrides.items():
        if entry != "dialect":
            source = Source(flag(entry), Path(), environment, secrets_may_be_literal=False)
            if entry not in ENTRIES:
                raise unknown(entry, source.name)
            given[entry] = (value, source)
    return given


def _value(entry: str, value: Any, source: Source, file: Source) -> Any:
    is_plain = source is not file and isinstance(value, str)
    return plain(entry, value, source) if is_plain else checked(entry, value, source)


def _read_dialect(given: str | Mapping[str, Any], source: str) -> dict[str, str]:
    if not isinstance(given, str):
        return chosen_answers(given, source)
    pairs = [pair.partition("=") for pair in given.split(",") if pair.strip()]
    return chosen_answers({question.strip(): answer.strip() for question, _, answer in pairs}, source)


def _target(values: Mapping[str, Any], dialect: Mapping[str, str]) -> Target:
    of = {name: _inside(values, f"{name}.") for name in ("fixtures", "limits", "network")}
    target = Target(
        base_url=_base_url(values.get("base_url", "")),
        api_key=values.get("api_key"),
        other_api_key=values.get("other_api_key"),
        allow_writes=values.get("allow_writes", False),
        fixtures=Fixtures(**of["fixtures"]),
        limits=Limits(**of["limits"]),
        network=Network(**of["network"]),
        dialect=dialect,
    )
    _require_agreement(target)
    _require_sendable(target.network.headers)
    complete(dialect)
    return target


def _require_sendable(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or not VALUE.fullmatch(value) or name.lower() in RESERVED:
            raise Contradiction(
                f"network.headers holds {name!r}, which cannot be sent so. Expected a name and a value that HTTP can "
                f"write, and none of {', '.join(RESERVED)}, which are ours to send. Correct or remove it."
            )


def _inside(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {entry.removeprefix(prefix): value for entry, value in values.items() if entry.startswith(prefix)}


def _base_url(given: str) -> str:
    base_url = given.rstrip("/")
    problem = _wrong_with(base_url)
    if problem:
        raise Contradiction(
            f"The base URL {_without_login(given)!r} {problem}. Expected what stands before {API}, such as "
            f"https://staging.example/drive. Correct BASE_URL, {variable('base_url')} or base_url in the target file."
        )
    return base_url


def _wrong_with(base_url: str) -> str:
    try:
        url, port = urlsplit(base_url), urlsplit(base_url).port
    except ValueError as wrong:
        return f"is no URL: {wrong}"
    problems = (
        (not base_url, "is missing"),
        (not VISIBLE.fullmatch(base_url), "holds characters that no URL may hold: percent-encode them"),
        (url.scheme not in ("http", "https"), "does not begin with http:// or https://"),
        (not url.hostname, "names no host"),
        (port == 0, "has port 0, where nobody can listen"),
        ("@" in url.netloc, "holds credentials: they belong into network.headers or a key"),
        (bool(url.query or url.fragment or set("?#") & set(base_url)), "has a query or a fragment"),
        (API in f"{url.path}/", f"holds {API} already: BASE_URL is what stands before it"),
    )
    return next((text for wrong, text in problems if wrong), "")


def _without_login(url: str) -> str:
    return re.sub(r"//[^/]*@", "//***@", url)


def _require_agreement(target: Target) -> None:
    fixtures = target.fixtures
    both = set(fixtures.active_codes) & set(fixtures.inactive_codes)
    codes = fixtures.active_codes or fixtures.inactive_codes
    same_key = target.api_key is not None and target.api_key == target.other_api_key
    path = fixtures.location_path
    for holds, problem in (
        (same_key, "api_key and other_api_key are the same. Expected keys of two organizations. Leave out the other."),
        (both, "a code is both in active_codes and in inactive_codes. Expected each in one list. Correct them."),
        (codes and not fixtures.fleet_with_codes, "codes are given, but not whose. Add fixtures.fleet_with_codes."),
        (fixtures.priced_fleet and not fixtures.location, "priced_fleet needs a location. Add fixtures.location."),
        (
            not path.startswith("/") or path.count("{locationId}") != 1 or not VISIBLE.fullmatch(path),
            f"location_path is {path!r}. Expected a path from / with {{locationId}} in it once. Correct it.",
        ),
    ):
        if holds:
            raise Contradiction(f"The target contradicts itself: {problem}")
