"""What ordinary clients ask, with ids from a pool, and with what statuses they may be answered. Pure."""

import json
from collections.abc import Callable
from random import Random
from typing import NamedTuple

POOL = 10_000  # ids of fleets, and identifiers of keys
PAGES = 40  # as many as the keys of the pool fill, of 250 each
FLEETS, KEYS = "/emp/v1/fleets", "/emp/v1/charging-keys"


class Ordinary(NamedTuple):
    """A request on a connection that goes on."""

    method: str
    path: str
    body: object = None
    key: str = "demo-key"

    def raw(self) -> bytes:
        """Return the request as it is sent."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {self.key}\r\n"
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        return f"{head}\r\n".encode() + content


class Kind(NamedTuple):
    """A kind of request, how often it comes beside the others, and the statuses that it may have."""

    weight: int
    allowed: frozenset[int]
    make: Callable[[Random], Ordinary]


def fleet_id(draw: Random) -> str:
    return f"soak-{draw.randrange(POOL)}"


def charging_key(draw: Random) -> dict[str, str]:
    number = draw.randrange(POOL)
    key = {"keyIdentifier": f"04{number:012X}", "visualNumber": f"V-{number}", "contractId": f"C-{number}"}
    return {**key, "fleetId": fleet_id(draw)} if number % 2 else key


ORDINARY: dict[str, Kind] = {
    "create a fleet": Kind(
        30,
        frozenset({201, 409}),
        lambda draw: Ordinary("POST", FLEETS, {"fleetId": fleet_id(draw), "fleetName": f"Fleet {draw.random()}"}),
    ),
    "create a fleet with too long an id": Kind(
        3, frozenset({400}), lambda draw: Ordinary("POST", FLEETS, {"fleetId": fleet_id(draw) * 20})
    ),
    "rename a fleet": Kind(
        25,
        frozenset({200, 404}),
        lambda draw: Ordinary("PUT", f"{FLEETS}/{fleet_id(draw)}/rename", {"newName": f"Fleet {draw.random()}"}),
    ),
    "look up its codes": Kind(
        10, frozenset({404}), lambda draw: Ordinary("GET", f"{FLEETS}/{fleet_id(draw)}/invitation")
    ),
    "look up codes": Kind(5, frozenset({200}), lambda _: Ordinary("GET", f"{FLEETS}/acme-corp-001/invitation")),
    "look up codes of others": Kind(
        2, frozenset({403}), lambda _: Ordinary("GET", f"{FLEETS}/acme-corp-001/invitation", key="other-key")
    ),
    "create a key": Kind(10, frozenset({201, 409, 404, 400}), lambda draw: Ordinary("POST", KEYS, charging_key(draw))),
    "list the keys of a fleet": Kind(
        6, frozenset({200}), lambda draw: Ordinary("GET", f"{KEYS}?fleetId={fleet_id(draw)}")
    ),
    "list keys": Kind(
        2, frozenset({200}), lambda draw: Ordinary("GET", f"{KEYS}?page_size={draw.choice((10, 100, 250))}")
    ),
    "look up a location": Kind(
        4, frozenset({200, 404}), lambda draw: Ordinary("GET", f"/v1/locations/loc-00{draw.randrange(3)}")
    ),
    "read the document": Kind(1, frozenset({200}), lambda _: Ordinary("GET", "/openapi.json")),
    "ask what is allowed": Kind(2, frozenset({204}), lambda _: Ordinary("OPTIONS", FLEETS)),
}
