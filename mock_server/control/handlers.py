"""Handlers: one coroutine for each operationId of the control API, found here by its name."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPMethod
from importlib.metadata import version
from types import MappingProxyType

from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.control import behaviour, following, page, records, rules
from fleet_contract.mock_server.control.document import control_document
from fleet_contract.mock_server.control.parameters import wrong_parameter
from fleet_contract.mock_server.control.problems import Problem, pointer_to
from fleet_contract.mock_server.describing import described, state_now
from fleet_contract.mock_server.har import as_har
from fleet_contract.mock_server.journal import Entry, Journal, found
from fleet_contract.mock_server.journal import described as described_entry
from fleet_contract.mock_server.messages import NOTHING, Answer, Call, Json, Reply
from fleet_contract.mock_server.pseudonyms import Masking, Pseudonyms
from fleet_contract.mock_server.seed import state_of
from fleet_contract.mock_server.seed_checks import Unsound, require_sound
from fleet_contract.mock_server.store import MAIN, State
from fleet_contract.mock_server.wording import listed
from fleet_contract.mock_server.world import Origin, World
from fleet_contract.mock_server.worlds import NAME, Worlds, require_name
from fleet_contract.spec.dialect import default_dialect
from fleet_contract.spec.files import suggestion

MOST_SNAPSHOTS = 100
METHODS = [method.value for method in HTTPMethod]
SHOWN = 100  # exchanges, unless another number is asked for
DONE = Reply(204, NOTHING)


@dataclass(frozen=True)
class Desk:
    """What a handler works on: the world that a call is about, all others, and the journal.

    `incoming` knows whether anybody still waits for the response.
    """

    worlds: Worlds
    world: World
    journal: Journal
    pseudonyms: Pseudonyms
    incoming: Incoming


Handler = Callable[[Desk, Call], Awaitable[Reply | Answer]]
# --- the mock ------------------------------------------------------------------------------------


async def get_overview(desk: Desk, call: Call) -> Reply:
    base = desk.worlds.parts.base_path + call.prefix
    links = {
        "control": f"{base}/_mock/openapi.json",
        "document": f"{base}/openapi.json",
        "page": f"{base}/_mock/ui",
        "pages": f"{base}/ui/",
        "worlds": f"{base}/_mock/worlds",
    }
    return Reply(
        200,
        {
            "name": "fleet-mock",
            "version": version("fleet-contract"),
            "replica": desk.journal.id,
            "world": desk.world.name,
            "links": links,
        },
    )


async def get_control_document(desk: Desk, _: Call) -> Reply:
    return Reply(200, {**control_document(), "servers": [{"url": desk.worlds.parts.base_path or "/"}]})


async def get_page(_desk: Desk, _: Call) -> Answer:
    return page.file(page.FIRST)


async def get_page_file(_desk: Desk, call: Call) -> Answer:
    return page.file(call.path["file"])


async def get_health(_desk: Desk, _: Call) -> Reply:
    return Reply(200, {"status": "ok"})


async def get_readiness(desk: Desk, _: Call) -> Reply:
    await desk.worlds.main.mock.store.fleet("")  # raises StoreUnavailable
    return Reply(200, {"status": "ok"})


# --- worlds --------------------------------------------------------------------------------------


async def list_worlds(desk: Desk, _: Call) -> Reply:
    return Reply(200, {"worlds": [shown(world, desk) for world in desk.worlds]})


async def get_world(desk: Desk, call: Call) -> Reply:
    return Reply(200, shown(await existing(desk, call), desk))


async def put_world(desk: Desk, call: Call) -> Reply:
    name, body, usual = call.path["world"], call.body, desk.worlds.origin
    require_name(name)
    seed = checked_state(body["seed"], usual.seed.keys, "seed", ("seed",)) if "seed" in body else usual.seed
    origin = Origin(
        seed,
        behaviour.checked_dialect(body["dialect"], "/dialect") if "dialect" in body else usual.dialect,
        behaviour.checked_names(body["misbehaviours"]) if "misbehaviours" in body else usual.misbehaviours,
        rules.checked_rules(body["rules"], seed.keys.values()) if "rules" in body else usual.rules,
    )
    was_there = await desk.worlds.found(name) is not None
    if name == MAIN:
        raise Problem(409, "The main world begins as the mock was started. Reset it, or create another.")
    return Reply(200 if was_there else 201, shown(await desk.worlds.begin(name, origin), desk))


async def drop_world(desk: Desk, call: Call) -> Reply:
    world = await existing(desk, call)
    if world.name == MAIN:
        raise Problem(409, "The main world cannot be dropped. Reset it instead.")
    await desk.worlds.drop(world.name)
    return DONE


async def reset_world(desk: Desk, _: Call) -> Reply:
    await desk.world.reset()
    desk.journal.clear(desk.world.name)
    return DONE


async def existing(desk: Desk, call: Call) -> World:
    """Return the world that a path names; raises Problem, since one that is only looked at is not made."""
    found = await desk.worlds.found(call.path["world"])
    if found is None:
        raise Problem(404, "There is no world of this name. GET /_mock/worlds lists them; PUT creates one.")
    return found


def shown(world: World, desk: Desk) -> Json:
    usual, mock = default_dialect(), world.mock
    return {
        "name": world.name,
        "path": f"{desk.worlds.parts.base_path}/_mock/worlds/{world.name}",
        "dialect": {question: answer for question, answer in mock.dialect.items() if usual.get(question) != answer},
        "misbehaviours": world.misbehaviours,
        "unusedFor": round(world.unused_for, 3),
    }


# --- the state -----------------------------------------------------------------------------------


async def get_state(desk: Desk, _: Call) -> Reply:
    return Reply(200, described(await state_now(desk.world.mock)))


async def put_state(desk: Desk, call: Call) -> Reply:
    await desk.world.hold(checked_state(call.body, desk.world.mock.access.tenants, "state"))
    return DONE


def checked_state(value: Json, keys: Mapping[str, str], name: str, at: Sequence[str] = ()) -> State:
    """Return the state that a value describes, with these API keys where it has none; raises Problem."""
    try:
        return state_of(require_sound({"keys": dict(keys), **value}, name))
    except Unsound as wrong:
        raise Problem(422, str(wrong), pointer_to([*at, *wrong.place])) from None


async def list_snapshots(desk: Desk, _: Call) -> Reply:
    return Reply(200, {"snapshots": await desk.world.snapshots()})


async def take_snapshot(desk: Desk, call: Call) -> Reply:
    name, snapshots = call.path["snapshot"], await desk.world.snapshots()
    require_name(name, of="snapshot")
    if name not in snapshots and len(snapshots) >= MOST_SNAPSHOTS:
        raise Problem(409, f"There are {MOST_SNAPSHOTS} snapshots, which is the maximum for a world. Drop some.")
    await desk.world.take(name)
    return DONE


async def drop_snapshot(desk: Desk, call: Call) -> Reply:
    if not (NAME.fullmatch(call.path["snapshot"]) and await desk.world.mock.store.forget(call.path["snapshot"])):
        raise no_snapshot()
    return DONE


async def restore_snapshot(desk: Desk, call: Call) -> Reply:
    name = call.path["snapshot"]
    state = await desk.world.mock.store.kept(name) if NAME.fullmatch(name) else None
    if state is None:
        raise no_snapshot()
    await desk.world.hold(state)
    return DONE


def no_snapshot() -> Problem:
    return Problem(404, "There is no snapshot of this name. GET /_mock/snapshots lists them; PUT takes one.")


# --- the journal ---------------------------------------------------------------------------------


# The parameters of a search whose values are known, but for those of the exchanges themselves.
KNOWN: Mapping[str, Callable[[World], Collection[str]]] = MappingProxyType(
    {"tenant": records.tenants_of, "method": lambda _: METHODS}
)


def entries_found(desk: Desk, call: Call) -> list[Entry]:
    """Return the exchanges that a search is for; raises Problem where it names what no exchange can have."""
    for name in KNOWN.keys() & call.query.keys():
        value, known = call.query[name], KNOWN[name](desk.world)
        if value not in known and not found(desk.journal.of(desk.world.name), {name: value}):
            raise wrong_parameter(name, f"expected one of {listed([*known])}.{suggestion(value, known)}")
    return found(desk.journal.of(desk.world.name, call.query.get("after", 0)), call.query)


async def search_journal(desk: Desk, call: Call) -> Reply:
    entries = entries_found(desk, call)
    shown = entries[-call.query.get("limit", SHOWN) :]
    forgotten = desk.journal.forgotten(desk.world.name)
    listed = [described_entry(each) for each in shown]
    return Reply(200, {"entries": listed, "found": len(entries), "forgotten": forgotten})


async def follow_journal(desk: Desk, call: Call) -> Answer:
    if len(desk.journal.followers) >= following.MOST_FOLLOWERS:
        raise Problem(429, f"{following.MOST_FOLLOWERS} readers follow the journal, which is the maximum.")
    return following.stream(desk, call)


async def clear_journal(desk: Desk, _: Call) -> Reply:
    desk.journal.clear(desk.world.name)
    return DONE


async def export_journal(desk: Desk, call: Call) -> Reply:
    entries, parts = entries_found(desk, call), desk.worlds.parts
    masking = Masking(entries, await desk.world.secrets(), desk.pseudonyms)
    return Reply(200, as_har(entries, masking, parts.scheme, parts.base_path))


def of_a_world(handler: Callable[[World, Call], Awaitable[Reply]]) -> Handler:
    """Return a handler that looks at one world alone."""

    async def handle(desk: Desk, call: Call) -> Reply:
        return await handler(desk.world, call)

    return handle


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        **{
            handler.__name__: handler
            for handler in (
                get_overview,
                get_control_document,
                get_page,
                get_page_file,
                get_health,
                get_readiness,
                list_worlds,
                get_world,
                put_world,
                drop_world,
                reset_world,
                get_state,
                put_state,
                list_snapshots,
                take_snapshot,
                drop_snapshot,
                restore_snapshot,
                search_journal,
                follow_journal,
                clear_journal,
                export_journal,
            )
        },
        **{
            handler.__name__: of_a_world(handler)
            for handler in (*records.HANDLERS, *behaviour.HANDLERS, *rules.HANDLERS)
        },
    }
)
