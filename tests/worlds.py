"""Clients who work in worlds of their own at the same time, and fail where one sees another's fleet."""

import asyncio
import itertools
import time
from collections.abc import Sequence

import httpx

SECONDS = 3.0  # `python -m bench.worlds` takes a minute
FLEETS = "/emp/v1/fleets"


async def live_apart(urls: Sequence[str], clients: int, seconds: float = SECONDS) -> int:
    """Let clients make the same fleets in worlds of their own, over all mocks in turn; return the number of calls."""
    async with httpx.AsyncClient(headers={"X-API-Key": "demo-key"}, timeout=60) as client:
        counts = await asyncio.gather(*(live(client, f"world-{number}", urls, seconds) for number in range(clients)))
    return sum(counts)


async def live(client: httpx.AsyncClient, world: str, urls: Sequence[str], seconds: float) -> int:
    """Make fleets in a world, and look whether they are its own."""
    turns, calls, made = itertools.cycle(urls), 0, list[str]()
    headers = {"Mock-World": world}
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        id = f"fleet-{len(made)}"
        created = await client.post(next(turns) + FLEETS, json={"fleetId": id, "fleetName": world}, headers=headers)
        assert created.status_code == 201, f"{world} met somebody else's {id}: {created.text}"
        made.append(id)
        code = {"code": f"{world}-{id}"}
        added = await client.post(f"{next(turns)}/_mock/worlds/{world}/_mock/fleets/{id}/codes", json=code)
        assert added.status_code == 201, added.text
        # Under the path of the world this time.
        codes = await client.get(f"{next(turns)}/_mock/worlds/{world}{FLEETS}/{id}/invitation")
        assert codes.json() == [code], f"{world} met somebody else's codes: {codes.text}"
        calls += 3
    seen = (await client.get(f"{next(turns)}/_mock/state", headers=headers)).json()["fleets"]
    own = [fleet for fleet in seen if fleet["fleetId"].startswith("fleet-")]
    assert [fleet["fleetId"] for fleet in own] == made
    assert {fleet.get("fleetName") for fleet in own} <= {world}
    return calls + 1
