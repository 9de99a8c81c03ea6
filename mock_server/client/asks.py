"""Asks: one function for each call of the control API, which builds a request and sends nothing.

Each has the name of its operationId. Records have the form that they have in a seed file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypedDict, TypeVar, Unpack
from urllib.parse import quote

from fleet_contract.mock_server.client.exchanges import Exchanges, exchange_of

T = TypeVar("T")
Json = dict[str, Any]
MOST_SHOWN = 10_000  # exchanges in one response


@dataclass(frozen=True)
class Ask(Generic[T]):
    """A request to the control API, and how the JSON of its response is read."""

    method: str
    path: str
    read: Callable[[Any], T]
    body: Json | None = None
    query: Mapping[str, str | int] = field(default_factory=dict)


class Overview(TypedDict):
    """What a mock says of itself; `links` are paths."""

    name: str
    version: str
    replica: str
    world: str
    links: dict[str, str]


class World(TypedDict):
    """A world: the path under which the whole mock is found in it, and what of its dialect is not default."""

    name: str
    path: str
    dialect: dict[str, str]
    misbehaviours: list[str]
    unusedFor: float


class NewWorld(TypedDict, total=False):
    """What a world begins with, and is reset to; what is left out is as the mock was started."""

    seed: Mapping[str, Any]
    dialect: Mapping[str, str]
    misbehaviours: Sequence[str]
    rules: Sequence[Mapping[str, Any]]


class Tenant(TypedDict):
    """An organization with its API keys."""

    tenant: str
    apiKeys: list[str]


class Code(TypedDict):
    """An invitation code; one that was revoked is not active."""

    code: str
    isActive: bool


class Filters(TypedDict, total=False):
    """Which exchanges are meant: those that fit all; `path` is what the path contains, `after` a number."""

    operation: str
    tenant: str
    method: str
    path: str
    status: int
    reason: str
    after: int
    limit: int


class Listing(TypedDict, total=False):
    """Which records are meant; all tenants' where none is named."""

    tenant: str
    limit: int


class FleetListing(Listing, total=False):
    """`contains`: what the fleetId or the name contains."""

    contains: str


class KeyListing(Listing, total=False):
    """`fleetId`: the fleet that has them."""

    fleetId: str


def at(*segments: str) -> str:
    """Return the path of the control API with these segments, each as it stands for itself in a URL.

    Raises ValueError where one is empty: the path would be that of another call.
    """
    if "" in segments:
        raise ValueError(
            "An id or a name is empty, and nothing has an empty one. Expected one of at least one character."
        )
    return "".join(f"/{_segment(each)}" for each in ("_mock", *segments))


def _segment(text: str) -> str:
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")


def _itself(value: Any) -> Any:
    return value


def _nothing(_: Any) -> None:
    return None


def _member(name: str) -> Callable[[Any], Any]:
    return lambda value: value[name]


def _known(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _query(of: Any) -> dict[str, str | int]:
    return dict(of)


# --- the mock and its worlds ---------------------------------------------------------------------


def get_overview() -> Ask[Overview]:
    return Ask("GET", at(), _itself)


def get_control_document() -> Ask[Json]:
    return Ask("GET", at("openapi.json"), _itself)


def get_health() -> Ask[Json]:
    return Ask("GET", at("health"), _itself)


def get_readiness() -> Ask[Json]:
    return Ask("GET", at("ready"), _itself)


def list_worlds() -> Ask[list[World]]:
    return Ask("GET", at("worlds"), _member("worlds"))


def get_world(world: str) -> Ask[World]:
    return Ask("GET", at("worlds", world), _itself)


def put_world(world: str, **new: Unpack[NewWorld]) -> Ask[World]:
    return Ask("PUT", at("worlds", world), _itself, dict(new))


def drop_world(world: str) -> Ask[None]:
    return Ask("DELETE", at("worlds", world), _nothing)


def reset_world() -> Ask[None]:
    return Ask("POST", at("reset"), _nothing)


# --- what a world holds --------------------------------------------------------------------------


def get_state() -> Ask[Json]:
    return Ask("GET", at("state"), _itself)


def put_state(state: Mapping[str, Any]) -> Ask[None]:
    return Ask("PUT", at("state"), _nothing, dict(state))


def list_snapshots() -> Ask[list[str]]:
    return Ask("GET", at("snapshots"), _member("snapshots"))


def take_snapshot(snapshot: str) -> Ask[None]:
    return Ask("PUT", at("snapshots", snapshot), _nothing)


def drop_snapshot(snapshot: str) -> Ask[None]:
    return Ask("DELETE", at("snapshots", snapshot), _nothing)


def restore_snapshot(snapshot: str) -> Ask[None]:
    return Ask("POST", at("snapshots", snapshot, "restore"), _nothing)


def get_api_keys() -> Ask[dict[str, str]]:
    return Ask("GET", at("api-keys"), _itself)


def change_api_keys(changes: Mapping[str, str | None]) -> Ask[dict[str, str]]:
    """Add API keys, each with its tenant, and revoke those that are None."""
    return Ask("PATCH", at("api-keys"), _itself, dict(changes))


def list_tenants() -> Ask[list[Tenant]]:
    return Ask("GET", at("tenants"), _member("tenants"))


def create_tenant(tenant: str, api_key: str | None = None) -> Ask[Tenant]:
    return Ask("POST", at("tenants"), _itself, _known(tenant=tenant, apiKey=api_key))


def list_fleets(**which: Unpack[FleetListing]) -> Ask[list[Json]]:
    return Ask("GET", at("fleets"), _member("fleets"), query=_query(which))


def get_fleet(fleet_id: str) -> Ask[Json]:
    return Ask("GET", at("fleets", fleet_id), _itself)


def put_fleet(fleet_id: str, fleet: Mapping[str, Any] | None = None) -> Ask[Json]:
    return Ask("PUT", at("fleets", fleet_id), _itself, dict(fleet or {}))


def list_codes(fleet_id: str) -> Ask[list[Code]]:
    return Ask("GET", at("fleets", fleet_id, "codes"), _member("codes"))


def add_code(fleet_id: str, code: str | None = None) -> Ask[Code]:
    """Add an invitation code, one that the mock makes where it is left out."""
    return Ask("POST", at("fleets", fleet_id, "codes"), _itself, _known(code=code))


def revoke_code(fleet_id: str, code: str) -> Ask[None]:
    return Ask("DELETE", at("fleets", fleet_id, "codes", code), _nothing)


def list_all_charging_keys(**which: Unpack[KeyListing]) -> Ask[list[Json]]:
    return Ask("GET", at("charging-keys"), _member("chargingKeys"), query=_query(which))


def put_charging_key(key_identifier: str, key: Mapping[str, Any]) -> Ask[Json]:
    return Ask("PUT", at("charging-keys", key_identifier), _itself, dict(key))


def list_locations() -> Ask[list[Json]]:
    return Ask("GET", at("locations"), _member("locations"))


def put_location(location_id: str, location: Mapping[str, Any]) -> Ask[Json]:
    return Ask("PUT", at("locations", location_id), _itself, dict(location))


# --- how a world answers -------------------------------------------------------------------------


def list_questions() -> Ask[list[Json]]:
    return Ask("GET", at("questions"), _member("questions"))


def get_dialect() -> Ask[dict[str, str]]:
    return Ask("GET", at("dialect"), _itself)


def put_dialect(dialect: Mapping[str, str]) -> Ask[dict[str, str]]:
    return Ask("PUT", at("dialect"), _itself, dict(dialect))


def change_dialect(changes: Mapping[str, str | None]) -> Ask[dict[str, str]]:
    """Change some answers; a question that is None has its default answer again."""
    return Ask("PATCH", at("dialect"), _itself, dict(changes))


def get_misbehaviours() -> Ask[list[str]]:
    return Ask("GET", at("misbehaviours"), _member("misbehaviours"))


def put_misbehaviours(*names: str) -> Ask[list[str]]:
    return Ask("PUT", at("misbehaviours"), _member("misbehaviours"), {"misbehaviours": list(names)})


def get_rules() -> Ask[list[Json]]:
    return Ask("GET", at("rules"), _member("rules"))


def put_rules(rules: Sequence[Mapping[str, Any]], seed: int | None = None) -> Ask[list[Json]]:
    return Ask("PUT", at("rules"), _member("rules"), _known(rules=list(rules), seed=seed))


def add_rule(rule: Mapping[str, Any]) -> Ask[Json]:
    return Ask("POST", at("rules"), _itself, dict(rule))


def remove_rule(number: int) -> Ask[None]:
    return Ask("DELETE", at("rules", str(number)), _nothing)


# --- what was sent -------------------------------------------------------------------------------


def search_journal(**which: Unpack[Filters]) -> Ask[Exchanges]:
    """Search the exchanges of the world, the oldest first; the last 100 of them without a `limit`."""

    def read(value: Any) -> Exchanges:
        found = Exchanges(exchange_of(each) for each in value["entries"])
        found.forgotten = value["forgotten"]
        return found

    return Ask("GET", at("journal"), read, query=_query(which))


def clear_journal() -> Ask[None]:
    return Ask("DELETE", at("journal"), _nothing)


def export_journal(**which: Unpack[Filters]) -> Ask[Json]:
    """Export exchanges as an HTTP Archive, in which API keys and codes have pseudonyms."""
    return Ask("GET", at("journal.har"), _itself, query=_query(which))
