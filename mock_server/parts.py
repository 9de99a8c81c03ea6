"""Parts: what a mock is made of, as a fresh copy which may be edited before the mock is built."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fleet_contract.mock_server.access import Access
from fleet_contract.mock_server.bodies import LIMIT, Incoming
from fleet_contract.mock_server.forms import COMPARING_IDS, sameness
from fleet_contract.mock_server.handlers import World, id_in_path
from fleet_contract.mock_server.messages import Answer, Call
from fleet_contract.mock_server.routes import Routes
from fleet_contract.mock_server.saving import SavingStore
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.state_file import StateFile
from fleet_contract.mock_server.store import MAIN, BoundedStore, DelegatingStore, Habits, MemoryStore, State, Store
from fleet_contract.mock_server.terms import terms
from fleet_contract.mock_server.tls import Tls
from fleet_contract.mock_server.watching import Watch
from fleet_contract.spec.dialect import Dialect, complete, default_dialect
from fleet_contract.spec.document import document
from fleet_contract.spec.files import Contradiction

if TYPE_CHECKING:
    from fleet_contract.mock_server.journal import Listener
    from fleet_contract.mock_server.service import Service
    from fleet_contract.mock_server.store.redis import RedisStore

DELAYS = {"none": 0.0, "some": 0.3}

Hook = Callable[[World, Call], Awaitable[None]]
Proceed = Callable[[Call, Incoming], Awaitable[Answer]]
Layer = Callable[["Service", Proceed], Proceed]


@dataclass(frozen=True)
class Control:
    """Who may use the control API: whoever has the token, and where there is none, whoever is on this machine."""

    token: str = ""
    is_open_to_others: bool = False


@dataclass(frozen=True)
class Bounds:
    """How many worlds there are at most beside the main one, and after how many seconds one that nobody uses ends.

    `journal` is how many exchanges of all worlds are remembered, and `fleets` how many a world holds; any number where
    it is None.
    """

    worlds: int = 1000
    rest: float = 3600.0
    journal: int = 5_000
    fleets: int | None = None


@dataclass
class Parts:
    """What a mock is made of.

    `hooks` run before the body of their operation is read.
    The state is kept in the Redis of `store_url`, or in memory where none is given, and then saved to a `state_file`.
    Each of `stores_around` makes a store around the one that keeps the state.
    `layers` stand around the whole service, the last outermost, and those of `misbehaving` around them.
    `rewrite` changes what arrives before it is read as HTTP. `base_path` ends without a
    slash; pages of `origins` may use the mock from a browser. `allowed_hosts` are taken
    beside those of this machine. A body of more than `body_limit` bytes is refused. Without `control`, there is no
    control API. The `listener` hears of each exchange. Rules draw what `chaos_seed` leads to.
    With `tls`, it speaks https alone. A `watch` tells when the seed or the dialect has changed.
    """

    document: dict[str, Any]
    dialect: Dialect
    seed: State
    any_key: bool = False
    validate_responses: bool = True
    body_limit: int = LIMIT
    base_path: str = ""
    origins: frozenset[str] = frozenset()
    allowed_hosts: tuple[str, ...] = ()
    hooks: dict[str, list[Hook]] = field(default_factory=dict)
    store_url: str = ""
    state_file: StateFile | None = None
    stores_around: list[Callable[[Store], Store]] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    rewrite: Callable[[bytes], bytes] | None = None
    control: Control | None = field(default_factory=Control)
    bounds: Bounds = field(default_factory=Bounds)
    chaos_seed: int | None = None
    listener: "Listener | None" = None
    tls: Tls | None = None
    watch: Watch | None = None
    misbehaviours: list[str] = field(default_factory=list)
    misbehaving: list[Layer] = field(default_factory=list)

    @property
    def scheme(self) -> str:
        """The scheme of the URLs under which it is reached."""
        return "https" if self.tls else "http"

    def schema(self, name: str) -> dict[str, Any]:
        """Return a schema of the document, to be edited."""
        schema: dict[str, Any] = self.document["components"]["schemas"][name]
        return schema

    def property(self, schema: str, name: str) -> dict[str, Any]:
        """Return a property of a schema of the document, to be edited."""
        found: dict[str, Any] = self.schema(schema)["properties"][name]
        return found

    def page_size(self) -> dict[str, Any]:
        """Return the schema of the parameter page_size, to be edited."""
        parameters = self.document["paths"]["/emp/v1/charging-keys"]["get"]["parameters"]
        found: dict[str, Any] = next(each for each in parameters if each.get("name") == "page_size")["schema"]
        return found

    def wrap_store(self, around: Callable[[Store], Store]) -> None:
        """Let a store stand around the one that keeps the state, and around those that did so before."""
        self.stores_around.append(around)

    def before(self, operation_id: str, hook: Hook) -> None:
        """Let a coroutine run before the body of an operation is read."""
        self.hooks.setdefault(operation_id, []).insert(0, hook)


class Mock:
    """A running mock's state: the parts, and what was made of them."""

    def __init__(self, parts: Parts, routes: Routes | None = None, world: str = MAIN, of: Store | None = None) -> None:
        self.access = Access(dict(parts.seed.keys), parts.any_key)
        self.store = store_of(parts, self.access.tenants, world, of)
        self.become(parts, routes or Routes(parts.document))

    def become(self, parts: Parts, routes: Routes) -> None:
        """Be a mock of these parts from now on; what a call has begun goes on with them."""
        self.parts = parts
        self.dialect = parts.dialect
        self.routes = routes


def store_of(parts: Parts, keys: Mapping[str, str], world: str = MAIN, of: Store | None = None) -> Store:
    """Return the store of a world, its state the seed of these parts unless it is shared and holds one.

    `keys` are the API keys; it shares the link of another store of the same mock. Raises Contradiction where it cannot
    be used.
    """
    store: Store = shared_store(parts, world, of) if parts.store_url else own_store(parts, keys, world)
    if parts.bounds.fleets is not None:
        store = BoundedStore(store, parts.bounds.fleets)
    for around in parts.stores_around:
        store = around(store)
    return store


def own_store(parts: Parts, keys: Mapping[str, str], world: str) -> Store:
    """Return a store in memory; that of the main world is saved where there is a state file."""
    memory = MemoryStore(habits(parts.dialect), parts.seed)
    if parts.state_file is None or world != MAIN:
        return memory
    return SavingStore(memory, parts.state_file, keys, is_saved=parts.state_file.is_loaded)


def shared_store(parts: Parts, world: str = MAIN, of: Store | None = None) -> "RedisStore":
    """Return the store that all mocks of these parts share; raises Contradiction where it cannot be used."""
    try:  # Here, since few need it: it is an extra, and takes half as long to load as all the rest.
        from fleet_contract.mock_server.store.redis import RedisStore
        from fleet_contract.mock_server.store.redis_loading import prefix_of
    except ModuleNotFoundError:
        raise Contradiction(
            "A store in Redis needs the package redis, which is not installed. "
            "Install it: pip install 'fleet-contract[redis]'"
        ) from None
    while isinstance(of, DelegatingStore):
        of = of.inner
    link = of.link if isinstance(of, RedisStore) else None
    agreed = terms(parts.dialect, parts.seed, parts.misbehaviours)
    return RedisStore(parts.store_url, habits(parts.dialect), parts.seed, agreed, prefix_of(world), link)


def habits(dialect: Dialect) -> Habits:
    """Return what a dialect decides about a store."""
    return Habits(
        same=sameness(dialect),
        delay=DELAYS[dialect["read.delay"]],
        unique_names=dialect["name.taken"] != "accepted",
    )


def parts(chosen: Mapping[str, str] | None = None, seed: State | None = None, *, any_key: bool = False) -> Parts:
    """Return the parts of an honest mock that speaks a dialect; raises Contradiction for one that cannot be.

    So it does for a dialect in which two fleets of the seed are one.
    """
    made = Parts(document(), complete(chosen or {}), seed or default_seed(), any_key)
    require_distinct_fleets(made.seed, made.dialect)
    for (question, answer), edit in EDITS.items():
        if made.dialect.get(question) == answer:
            edit(made)
    if made.dialect["rename.order"] == "404":
        made.before("rename_fleet", require_fleet)
    return made


def require_distinct_fleets(seed: State, dialect: Dialect) -> None:
    """Raise Contradiction where two fleets of a seed are one in a dialect."""
    first: dict[str, str] = {}
    same = sameness(dialect)
    for fleet in seed.fleets if same is not str else ():
        other = first.setdefault(same(fleet.id), fleet.id)
        if other != fleet.id:
            usual = default_dialect()
            chosen = {question: dialect[question] for question in COMPARING_IDS if question in dialect}
            why = ", ".join(f"{question}={answer}" for question, answer in chosen.items() if answer != usual[question])
            raise Contradiction(
                f"The mock would begin with the fleets {other!r} and {fleet.id!r}, which are the same where {why}. "
                f"Expected ids that this dialect tells apart. Change one of them, or the dialect."
            )


def require_room(seed: State, most: int | None, name: str = "seed") -> None:
    """Raise Contradiction where a seed, or what else a world begins with, has more fleets than that may hold."""
    if most is not None and len(seed.fleets) > most:
        raise Contradiction(
            f"The {name} has {len(seed.fleets)} fleets, and --max-fleets {most} allows no more than {most}. "
            "Raise --max-fleets, or begin with fewer."
        )


async def require_fleet(world: World, call: Call) -> None:
    """Refuse a call whose path names no fleet of the caller."""
    await world.store.require_fleet(call.tenant, id_in_path(call, world.dialect))


def _forbid_unknown_properties(parts: Parts) -> None:
    for name in ("NewFleet", "NewName", "NewChargingKey"):
        parts.schema(name)["additionalProperties"] = False


def _accept_any_page_size(parts: Parts) -> None:
    del parts.page_size()["minimum"], parts.page_size()["maximum"]


# What a dialect changes in the document itself. `$` would let a final line feed pass.
EDITS: dict[tuple[str, str], Callable[[Parts], None]] = {
    ("id.alphabet", "unreserved"): lambda made: made.property("NewFleet", "fleetId").update(
        pattern=r"^[A-Za-z0-9._~-]+(?![\s\S])"
    ),
    ("id.alphabet", "slug"): lambda made: made.property("NewFleet", "fleetId").update(pattern=r"^[a-z0-9-]+(?![\s\S])"),
    ("name.null", "refused"): lambda made: made.property("NewFleet", "fleetName").update(nullable=False),
    ("name.empty", "refused"): lambda made: made.property("NewFleet", "fleetName").update(minLength=1),
    ("rename.empty", "kept"): lambda made: made.property("NewName", "newName").update(minLength=0),
    ("properties.unknown", "400"): _forbid_unknown_properties,
    ("properties.unknown", "422"): _forbid_unknown_properties,
    ("keys.page-size", "clamped"): _accept_any_page_size,
    ("keys.page-size", "default"): _accept_any_page_size,
}
