"""The target: the server under judgement, what it already holds, and what a run may cost it.

Each field is an entry of the target file: its type is annotated with the kind of value and with what it means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from fleet_contract.contract_tests.target.authorities import authority_of, host_of
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.detours import Place, redirected, resolved
from fleet_contract.contract_tests.target.earlier import MOST_NEW
from fleet_contract.contract_tests.target.hosts import is_loopback, is_service
from fleet_contract.contract_tests.target.kinds import (
    CALL,
    CODES,
    CONNECT_TO,
    COUNT,
    FILE,
    HEADERS,
    NUMBER,
    PROXY,
    RESOLVE,
    SECRET,
    SIZE,
    SPAN,
    SWITCH,
    TEXT,
    TEXTS,
    URL,
)
from fleet_contract.contract_tests.target.masking import Secret

API = "/emp/v1"
_VENDOR = re.compile(r"(?:(.*)\.)?plugsurfing\.com\.*")
# Words in the names of the vendor's hosts that are for trying things out.
STAGES = frozenset({"stage", "staging", "sandbox", "test"})
REPLAYS = 2000  # requests on loopback, to shorten the replays of failures
PORTS = {"http": 80, "https": 443}
CAUTIOUS = 10.0  # requests a second, where nothing else is said and the server asked for fewer


@dataclass(frozen=True)
class Fixtures:
    """What the target already holds; each entry unlocks checks. The codes are those of `fleet_with_codes`."""

    fleet_with_codes: Annotated[str | None, TEXT, "A fleet of the key's owner with invitation codes."] = None
    active_codes: Annotated[tuple[str, ...], CODES, "Exactly the active codes of that fleet."] = field(
        default=(), repr=False
    )
    inactive_codes: Annotated[tuple[str, ...], CODES, "Codes of that fleet that must not be listed."] = field(
        default=(), repr=False
    )
    fleet_without_codes: Annotated[str | None, TEXT, "A fleet of the key's owner without codes."] = None
    foreign_fleet: Annotated[str | None, TEXT, "A fleet of the second organization."] = None
    fleet_with_keys: Annotated[
        str | None, TEXT, "A fleet of the key's owner with at least 11 keys: the smallest page holds 10."
    ] = None
    location: Annotated[str | None, TEXT, "A location. Without it, no location is requested."] = None
    location_path: Annotated[str, TEXT, "The path of a location. No public page states it; the default is ours."] = (
        "/v1/locations/{locationId}"
    )
    priced_fleet: Annotated[str | None, TEXT, "A fleet of the key's owner with its own prices at that location."] = None
    may_be_renamed: Annotated[
        bool, SWITCH, "Rename the fleets with codes and with prices, to see whether both are there afterwards."
    ] = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that are known, active or not."""
        return (*self.active_codes, *self.inactive_codes)

    @cached_property
    def own_fleets(self) -> frozenset[str]:
        """The fleets that the owner of the key has."""
        ids = (self.fleet_with_codes, self.fleet_without_codes, self.fleet_with_keys, self.priced_fleet)
        return frozenset(id for id in ids if id)


@dataclass(frozen=True)
class Limits:
    """What a run may cost; None leaves the pace to the target's host and the rest to the depth.

    `where` says of each that was given where that was, in words. The `depth` is known where its limits hold besides.
    """

    requests_per_second: Annotated[
        float | None,
        NUMBER,
        "The maximum rate; 0 means no limit. By default 10; on loopback, and with allow_writes on a host without a "
        "dot, no limit.",
    ] = None
    max_requests: Annotated[int | None, COUNT, "How many requests to send at most, within the depth's limit."] = None
    max_fleets: Annotated[int | None, COUNT, "How many fleets to create at most, within the depth's limit."] = None
    max_keys: Annotated[int | None, COUNT, "How many charging keys to create at most, within the depth's limit."] = None
    replay_requests: Annotated[
        int | None,
        COUNT,
        "How many more requests to send at most, to find the fewest that show each failure. By default 0; on "
        "loopback, 2,000.",
    ] = None
    max_seconds: Annotated[
        float | None,
        SPAN,
        "Stop sending after this many seconds. By default twice the expected duration plus 60.",
    ] = None
    settle_seconds: Annotated[float, NUMBER, "Seconds to wait after each create of a fleet."] = 0.0
    timeout_seconds: Annotated[float, SPAN, "Seconds to wait for a complete response."] = 30.0
    max_timeouts: Annotated[int, SIZE, "After this many timeouts, the run ends as inconclusive."] = 20
    max_answer_bytes: Annotated[int, SIZE, "The maximum size of a response, in bytes."] = 2 * 1024 * 1024
    where: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    depth: Depth | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Network:
    """How the target is reached; `proxy` None takes the system's, an empty text none at all."""

    ca_file: Annotated[Path | None, FILE, "Certificate authorities to trust besides the system's, as PEM."] = None
    proxy: Annotated[
        str | None,
        PROXY,
        "The proxy, with user and password if it needs them. By default the system's, but "
        "with allow_writes none for a host without a dot. Never used for loopback.",
    ] = field(default=None, repr=False)
    headers: Annotated[
        Mapping[str, str | Secret], HEADERS, "Headers to send with every request, such as a gateway's token."
    ] = field(default_factory=dict, repr=False)
    client_cert: Annotated[Path | None, FILE, "Present the certificate in this PEM file when asked for one."] = None
    client_key: Annotated[Path | None, FILE, "The private key of client_cert, if it is in another file."] = None
    unix_socket: Annotated[Path | None, FILE, "Connect to this unix socket instead of host, port and proxy."] = None
    connect_to: Annotated[
        tuple[str, ...], CONNECT_TO, "Connect to HOST2:PORT2 where the base URL says HOST1:PORT1, as curl does."
    ] = ()
    resolve: Annotated[
        tuple[str, ...], RESOLVE, "Use these addresses for HOST:PORT instead of a resolver, as curl does."
    ] = ()


@dataclass(frozen=True)
class Upkeep:
    """How the vendor lets what runs left behind be put out of use; no public page that we know states it whole."""

    disable_key: Annotated[
        str | None,
        CALL,
        "The vendor's call that disables a charging key. {keyIdentifier}, {visualNumber}, {contractId} and {fleetId} "
        "stand for the key's own.",
    ] = None
    disable_key_body: Annotated[str, TEXT, "The JSON body of that call; the same words stand for the key's own."] = ""

    @property
    def method_and_path(self) -> tuple[str, str]:
        method, _, path = (self.disable_key or "").partition(" ")
        return method, path


@dataclass(frozen=True)
class Target:
    """The server under judgement; `base_url` has no slash at its end."""

    base_url: Annotated[str, URL, f"The part of the URL before {API}, such as https://staging.example/drive."]
    api_key: Annotated[Secret | None, SECRET, "The API key. Its organization owns the fixtures."] = None
    other_api_key: Annotated[Secret | None, SECRET, "An API key of a second organization."] = None
    allow_writes: Annotated[bool, SWITCH, "Create and rename on a host other than loopback."] = False
    allow_writes_in_production: Annotated[
        bool, SWITCH, "With allow_writes: create and rename on the vendor's production host, too."
    ] = False
    reuse: Annotated[
        bool, SWITCH, f"Use the fleets of earlier runs, which the ledger lists, and create at most {MOST_NEW} new ones."
    ] = False
    scratch_fleets: Annotated[
        tuple[str, ...], TEXTS, "Fleets of the key's owner that a run with reuse may rename at will."
    ] = ()
    unmarked_ids: Annotated[
        bool, SWITCH, "At deep depth, also create fleets whose ids bear no mark of the run, such as 007 and rename."
    ] = False
    fixtures: Fixtures = field(default_factory=Fixtures)
    limits: Limits = field(default_factory=Limits)
    network: Network = field(default_factory=Network)
    ledger: Upkeep = field(default_factory=Upkeep)
    dialect: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> SplitResult:
        return urlsplit(self.base_url)

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def authority(self) -> str:
        """The host and port as requests name them."""
        return authority_of(self.url)

    @property
    def place(self) -> Place:
        """The host and port of the base URL."""
        return Place(self.host, self.url.port or PORTS[self.url.scheme])

    @cached_property
    def is_local(self) -> bool:
        """Say whether it is certain that the server is this machine's.

        A unix socket may lead anywhere, and so may an address that was given in place of the name's own.
        """
        return is_loopback(self.host) and not self._leads_elsewhere

    @cached_property
    def is_nearby(self) -> bool:
        """Say whether the server is this machine's, or a service beside us in a network of containers.

        A name without a dot alone does not say that: whoever names such a target must also allow writes.
        """
        return self.is_local or (self.allow_writes and is_service(self.host) and not self._leads_elsewhere)

    @property
    def _leads_elsewhere(self) -> bool:
        network = self.network
        detour = redirected(self.place, network.connect_to) != self.place or resolved(self.place, network.resolve)
        return bool(network.unix_socket or detour)

    @property
    def may_write(self) -> bool:
        """Say whether something may be created or renamed there."""
        return self.is_local or not self.lacks_to_write

    @property
    def lacks_to_write(self) -> str:
        """The switch without which nothing is written on a host other than loopback; empty where all are on."""
        if not self.allow_writes:
            return "--allow-writes"
        return "--allow-writes-in-production" if self.is_production and not self.allow_writes_in_production else ""

    @cached_property
    def is_production(self) -> bool:
        """Say whether the base URL, or what it is redirected to, is a host of the vendor that is not for trying out."""
        hosts = (self.host, redirected(self.place, self.network.connect_to).host)
        return any(map(_is_production, hosts))

    @property
    def replay_requests(self) -> int:
        """How many requests may be sent to shorten the replays of failures; they create fleets and keys, too."""
        given = self.limits.replay_requests
        return (REPLAYS if self.is_local else 0) if given is None else given

    @property
    def rate(self) -> float:
        """The requests a second to begin with; 0 is no limit."""
        given = self.limits.requests_per_second
        return (0.0 if self.is_nearby else CAUTIOUS) if given is None else given


def _is_production(host: str) -> bool:
    """Say whether a host is the vendor's, and none of the words of its name says that it is for trying things out."""
    found = _VENDOR.fullmatch(host.lower())
    return found is not None and STAGES.isdisjoint(re.findall(r"[a-z]+", found[1] or ""))
