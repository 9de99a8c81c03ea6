"""Following: the exchanges of a world as they happen, as server-sent events (HTML Standard, 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.types import Message, Send

from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.control.curl import repeated
from fleet_contract.mock_server.journal import Entry, Follower, described
from fleet_contract.mock_server.messages import Answer, Call
from fleet_contract.mock_server.pseudonyms import Masking, Secrets
from fleet_contract.mock_server.sending import first_of
from fleet_contract.mock_server.store import StoreUnavailable
from fleet_contract.mock_server.world import World

if TYPE_CHECKING:
    from fleet_contract.mock_server.control.handlers import Desk

MOST_FOLLOWERS = 100
SHOWN = 100  # exchanges at a time, unless another number is asked for
MOST_SHOWN = 64 * 1024  # bytes of a body
SIGN_OF_LIFE = 5.0  # seconds; the one after a reader has left finds that out
SILENCE = ":\n\n"  # a comment, of which readers hear nothing
SHORTEST_REST = 0.1  # seconds
REST_FOR_WORK = 5  # times as long as it took to tell what is new, so that calls are answered in between


def stream(desk: "Desk", call: Call) -> Answer:
    """Return an answer that goes on until its reader is gone."""
    headers = {"content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"}
    if call.method == "HEAD":
        return Answer(200, headers)

    async def deliver(send: Send, start: Message, _: bytes) -> None:
        # What has no length ends with its connection.
        without_length = [each for each in start["headers"] if each[0] != b"content-length"]
        await send({**start, "headers": without_length})
        follower = Follower(desk.world.name)
        desk.journal.followers.add(follower)
        try:
            await first_of(desk.incoming.gone(), sending(send, events(desk, call, follower)))
        finally:
            desk.journal.followers.discard(follower)

    return Answer(200, headers, deliver=deliver)


async def sending(send: Send, texts: AsyncIterator[str]) -> None:
    async for text in texts:
        await send({"type": "http.response.body", "body": text.encode("utf-8", "replace"), "more_body": True})


async def events(desk: "Desk", call: Call, follower: Follower) -> AsyncIterator[str]:
    """Yield what is to be sent: where it begins, all that is new, and signs of life."""
    journal, last = desk.journal, last_seen(call, desk.journal.id)
    yield event("open", {"journal": journal.id, "world": follower.world, "most": journal.most})
    news = {"exchanges"}
    while True:
        began = steady()
        # Before the secrets are asked for: whatever is noted meanwhile may show later ones.
        shown, more = journal.latest(desk.world.name, last, call.query.get("limit", SHOWN))
        try:
            secrets = await world_now(desk).secrets() if shown else Secrets((), ())
        except StoreUnavailable:  # Which exchanges hold a secret cannot be known until it replies.
            yield SILENCE
            await asyncio.sleep(SIGN_OF_LIFE)
            continue
        masking = Masking(shown, secrets, desk.pseudonyms)
        texts = told(desk, call, news, more, shown, masking)
        worked = steady() - began  # and not the time for which a reader does not read
        for text, number in texts:
            last = max(last, number)
            yield text
        keep_alive(desk)
        await asyncio.sleep(max(SHORTEST_REST, REST_FOR_WORK * worked) if news else 0)
        news = await follower.news(SIGN_OF_LIFE)


def told(
    desk: "Desk", call: Call, news: set[str], more: int, shown: list[Entry], masking: Masking
) -> list[tuple[str, int]]:
    """Return what is new as events, each with the number of its exchange, 0 where it is none.

    `more` exchanges came before those that are `shown`.
    """
    texts = [(event(each, {}), 0) for each in ("cleared", "changed") if each in news]
    if more:
        texts.append((event("skipped", {"count": more}), 0))
    host, parts = call.header("host") or "localhost", desk.worlds.parts
    for entry in shown:
        safe = masking.entry(entry)
        members = {
            **described(readable(safe)),
            "repeat": repeated(safe.call, f"{parts.scheme}://{host}", parts.base_path),
        }
        texts.append((event("exchange", members, f"{desk.journal.id}-{entry.number}"), entry.number))
    return texts or [(SILENCE, 0)]


def event(name: str, data: Mapping[str, Any], id: str = "") -> str:
    """Return an event; JSON has no line end in it."""
    lines = [f"event: {name}", *([f"id: {id}"] if id else ()), f"data: {json.dumps(data)}"]
    return "\n".join(lines) + "\n\n"


def last_seen(call: Call, journal: str) -> int:
    """Return the number of the exchange that a reader had last from this journal, 0 for none."""
    id, _, number = (call.header("last-event-id") or "").partition("-")
    return int(number) if id == journal and number.isdecimal() and len(number) < 16 else 0


def world_now(desk: "Desk") -> World:
    """Return the world that somebody looks at, which may have begun anew meanwhile."""
    return desk.worlds.known(desk.world.name) or desk.world


def keep_alive(desk: "Desk") -> None:
    """Let a world not end while somebody looks at it."""
    world_now(desk).used = steady()


# --- as people read it ---------------------------------------------------------------------------


def readable(entry: Entry) -> Entry:
    """Return an exchange whose bodies are not too long to be shown."""
    return entry._replace(
        call=replace(entry.call, raw_body=beginning(entry.call.raw_body)),
        answer=replace(entry.answer, body=beginning(entry.answer.body)),
    )


def beginning(body: bytes) -> bytes:
    rest = len(body) - MOST_SHOWN
    return body if rest <= 0 else body[:MOST_SHOWN] + f"\n… and {rest} bytes more".encode()
