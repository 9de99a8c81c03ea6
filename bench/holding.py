"""A mock that holds many fleets and keys, in a process of its own that times operations on it when told to."""

import asyncio
import gc
import random
import resource
import time
from collections.abc import Awaitable, Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from starlette.types import Message

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.handlers import cursor_to
from fleet_contract.mock_server.messages import to_bytes
from fleet_contract.mock_server.parts import habits, parts
from fleet_contract.mock_server.store import ChargingKey, Fleet, MemoryStore, State, Store
from fleet_contract.mock_server.store.rows import Rows, fleet_of_row, key_of_row, row_of_fleet, row_of_key

DIALECT = {"name.taken": "409"}  # names are unique: with an index more, a create and a rename cost most
HEADERS = [(b"x-api-key", b"demo-key"), (b"content-type", b"application/json")]
FLEETS, KEYS = "/emp/v1/fleets", "/emp/v1/charging-keys"
PAGE = 100
UNTIMED = 5  # calls of a mock that was just made
FEW = 100  # batches; a mock that holds less than as many is made anew for each, so that it does not grow under them


def fleet_id(number: int) -> str:
    return f"fleet-{number:09}"


def name(number: int) -> str:
    return f"Fleet of customer {number:09}"


def identifier(number: int) -> str:
    return f"04{number:012X}"


def key(number: int, of_fleet: int) -> ChargingKey:
    return ChargingKey(identifier(number), f"VN-{number:09}", f"DE-BEN-C{number:09}", "demo", fleet_id(of_fleet))


def state(fleets: int, keys: int) -> State:
    """Return a state of so many fleets, and so many keys, each in a fleet of its own."""
    return State(
        {"demo-key": "demo"},
        Rows([row_of_fleet(Fleet(fleet_id(each), name(each), "demo")) for each in range(fleets)], fleet_of_row),
        Rows([row_of_key(key(each, each)) for each in range(keys)], key_of_row),
    )


class Request(NamedTuple):
    """A request, and the status that it has."""

    method: str
    path: str
    status: int
    body: object = None
    query: str = ""


class Operation(NamedTuple):
    """What a client does, as a step and as a request; both get a number that is new and one that is known.

    What makes lists longer is not for the fleets that others ask for: a list costs its own size.
    """

    step: Callable[[Store, int, int], Awaitable[object]]
    request: Callable[[int, int], Request]
    makes_lists_longer: bool = False


OPERATIONS = {
    "create a fleet": Operation(
        lambda store, new, _: store.add_fleet(Fleet(fleet_id(new), name(new), "demo")),
        lambda new, _: Request("POST", FLEETS, 201, {"fleetId": fleet_id(new), "fleetName": name(new)}),
    ),
    "rename a fleet": Operation(
        lambda store, new, known: store.rename("demo", fleet_id(known), name(new)),
        lambda new, known: Request("PUT", f"{FLEETS}/{fleet_id(known)}/rename", 200, {"newName": name(new)}),
    ),
    "look up a fleet": Operation(
        lambda store, _, known: store.require_fleet("demo", fleet_id(known)),
        lambda _, known: Request("GET", f"{FLEETS}/{fleet_id(known)}/invitation", 404),  # it has no codes
    ),
    "create a key": Operation(
        lambda store, new, known: store.add_key(key(new, known)),
        lambda new, known: Request(
            "POST",
            KEYS,
            201,
            {
                "keyIdentifier": identifier(new),
                "visualNumber": f"VN-{new:09}",
                "contractId": f"DE-BEN-C{new:09}",
                "fleetId": fleet_id(known),
            },
        ),
        makes_lists_longer=True,
    ),
    "list the keys of a fleet": Operation(
        lambda store, _, known: store.page("demo", fleet_id(known), 0, PAGE),
        lambda _, known: Request("GET", KEYS, 200, query=f"fleetId={fleet_id(known)}"),
    ),
    f"list {PAGE} keys from anywhere": Operation(
        lambda store, _, known: store.page("demo", None, known - known % PAGE, PAGE),
        lambda _, known: Request("GET", KEYS, 200, query=f"cursor={cursor_to(known - known % PAGE)}"),
    ),
}


class Held:
    """A mock and a store that hold so many fleets and keys, some of which are asked for."""

    def __init__(self, size: int, asked: int) -> None:
        self.size = size
        self.asked = asked
        self.renew()

    def renew(self) -> None:
        made = parts(DIALECT, state(self.size, self.size))
        self._store = MemoryStore(habits(made.dialect), made.seed)
        self._app = build(made)
        self._new = count(self.size)
        gc.collect()
        gc.freeze()

    def known(self, operation: Operation) -> int:
        number = random.randrange(self.asked)  # noqa: S311  (no secret)
        return (number + self.asked) % self.size if operation.makes_lists_longer else number

    async def step(self, operation: str, times: int) -> float:
        """Return the CPU seconds that a step of the store takes."""
        done, store = OPERATIONS[operation], self._store
        calls = [done.step(store, next(self._new), self.known(done)) for _ in range(times)]
        before = time.process_time()
        for call in calls:
            await call
        return (time.process_time() - before) / times

    async def request(self, operation: str, times: int) -> float:
        """Return the CPU seconds that a request takes, from the application's door to its door."""
        done = OPERATIONS[operation]
        requests = [done.request(next(self._new), self.known(done)) for _ in range(times)]
        scopes = [(scope(each), to_bytes(each.body) if each.body else b"") for each in requests]
        statuses: list[int] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        before = time.process_time()
        for each, body in scopes:
            await self._app(each, receiving(body), send)
        taken = (time.process_time() - before) / times
        if statuses != [each.status for each in requests]:
            raise RuntimeError(f"{operation}: expected {requests[0].status}, got {set(statuses)}.")
        return taken


def receiving(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def scope(request: Request) -> dict[str, object]:
    length = [(b"content-length", b"%d" % len(to_bytes(request.body)))] if request.body else []
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "headers": [*HEADERS, *length],
    }


def hold(size: int, asked: int, told: Connection) -> None:
    """Time what is told, batch by batch, until told nothing."""
    mock = Held(size, asked)
    used: set[tuple[str, str]] = set()
    told.send(size)
    while order := told.recv():
        kind, operation, times = order
        if size < times * FEW:
            mock.renew()
            used.clear()
        if (kind, operation) not in used:  # The first calls load and compute what is needed for the first time.
            asyncio.run(getattr(mock, kind)(operation, UNTIMED))
            used.add((kind, operation))
        told.send(asyncio.run(getattr(mock, kind)(operation, times)))


def weigh(fleets: int, keys: int) -> float:
    """Return the bytes of resident memory that each of so many fleets, or keys, takes."""
    made = parts(DIALECT, state(1, 1))
    before = resident()
    store = MemoryStore(habits(made.dialect), state(fleets, keys))
    gc.collect()
    taken = resident() - before
    del store
    return taken / (fleets + keys)


def resident() -> int:
    """Return the bytes of memory in which this process lies."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
