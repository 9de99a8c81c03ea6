"""Misbehaviours: what a client has to bear of real servers, as a table; a mock is started with some by name."""

import asyncio
import gzip
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import partial
from itertools import count
from types import MappingProxyType
from typing import Any

from fleet_contract.mock_server import deliveries
from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.handlers import cursor_to
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reason
from fleet_contract.mock_server.parts import Parts, Proceed
from fleet_contract.mock_server.service import Service
from fleet_contract.mock_server.turns import (
    Act,
    Memory,
    Turn,
    every,
    in_bytes,
    in_headers,
    in_successes,
    in_values,
    instead,
    late,
    then,
)
from fleet_contract.spec.files import Contradiction, suggestion

WRITES = ("create_fleet", "rename_fleet", "create_charging_key")
CREATE, CODES, ADD, LIST = "create_fleet", "get_invitation_codes", "create_charging_key", "list_charging_keys"
CALLS_A_SECOND = 5
CALLS_OF_A_KEY = 20
SECONDS_UNTIL_FOUND = 3.0
PAGE = "<!doctype html><title>{0}</title><h1>{0}</h1>\n"


# --- answers of its own --------------------------------------------------------------------------


def page(status: int, title: str, **headers: str) -> Answer:
    """Return a page of somebody between client and server."""
    return Answer(status, {"content-type": "text/html; charset=utf-8", **headers}, PAGE.format(title).encode())


def refused(kind: Kind, detail: str, **headers: str) -> Callable[[Turn], Answer]:
    """Return what refuses for a reason, as the dialect does."""
    return lambda turn: turn.refuse(kind, detail, **headers)


def unavailable(**headers: str) -> Callable[[Turn], Answer]:
    return lambda turn: replace(turn.refuse(Kind.BROKEN, "The service is overloaded.", **headers), status=503)


def not_found(turn: Turn, _: Answer) -> Answer:
    return turn.refuse(Kind.UNKNOWN_FLEET, "No fleet has this fleetId.")


def too_many_until_a_date(turn: Turn) -> Answer:
    return turn.refuse(Kind.TOO_MANY, "Too many requests.", retry_after=formatdate(time.time() + 2, usegmt=True))


def has_failed(_: Turn, answer: Answer) -> bool:
    return not answer.succeeded


def halved(body: bytes) -> bytes:
    return body[: len(body) // 2]


BROKEN = refused(Kind.BROKEN, "Something went wrong.")
EXPIRED = refused(Kind.UNKNOWN_KEY, "X-API-Key holds a key that is no longer valid.")


def too_many(**headers: str) -> Act:
    """Refuse what comes faster than a limit allows."""
    return instead(refused(Kind.TOO_MANY, "Too many requests.", **headers), is_too_fast)


def gzipped(answer: Answer) -> Answer:
    headers = {**answer.headers, "content-encoding": "gzip"}
    return replace(answer, headers=headers, body=gzip.compress(answer.body, mtime=0))


# --- when, and what is remembered ----------------------------------------------------------------


def is_too_fast(turn: Turn) -> bool:
    """Say whether so many calls were allowed within a second that this one is not."""
    recent = {number: time for number, time in turn.memory.seen.items() if turn.now - time < 1}
    allowed = len(recent) < CALLS_A_SECOND
    turn.memory.seen = {**recent, turn.number: turn.now} if allowed else recent
    return not allowed


def is_first_try(turn: Turn) -> bool:
    """Say whether nobody has asked for the same before."""
    asked = (turn.call.method, turn.call.raw_path, turn.call.raw_query)
    is_new = asked not in turn.memory.seen
    turn.memory.seen[asked] = turn.now
    return is_new


def is_done(turn: Turn, answer: Answer) -> bool:
    """Say whether a call has changed something."""
    return answer.succeeded and turn.call.operation_id in WRITES


def is_lost(turn: Turn, answer: Answer) -> bool:
    """Say whether a call means a fleet that is lost, as each third new one is."""
    seen = turn.memory.seen
    if answer.succeeded and turn.call.operation_id == CREATE:
        seen[turn.call.body["fleetId"]] = len(seen)
    return seen.get(turn.call.path.get("fleetId"), 0) % 3 == 2


def is_not_found_yet(turn: Turn, answer: Answer) -> bool:
    """Say whether a call means a fleet that was made a moment ago."""
    if answer.succeeded and turn.call.operation_id == CREATE:
        turn.memory.seen[turn.call.body["fleetId"]] = turn.now
    made = turn.memory.seen.get(turn.call.path.get("fleetId"))
    return made is not None and turn.now - made < SECONDS_UNTIL_FOUND


def of_the_call_before(turn: Turn, answer: Answer) -> Answer:
    """Return the success that the call before was answered with, where there was one."""
    before, turn.memory.answer = turn.memory.answer, answer if answer.succeeded else None
    return before or answer


def without_new_keys(turn: Turn, answer: Answer) -> Answer:
    """Return a list without the charging keys that were made while the mock ran."""
    if answer.succeeded and turn.call.operation_id == ADD:
        turn.memory.seen[turn.call.body["keyIdentifier"]] = turn.now
    if not answer.succeeded or turn.call.operation_id != LIST:
        return answer
    page, new = answer.json, turn.memory.seen
    return answer.with_json({**page, "keys": [key for key in page["keys"] if key["keyIdentifier"] not in new]})


# --- values --------------------------------------------------------------------------------------


def nested(change: Callable[[dict[str, Any]], Json]) -> Callable[[Json], Json]:
    """Return what changes every object in a value that holds no other."""
    return partial(changed_within, change=change)


def changed_within(value: Json, change: Callable[[dict[str, Any]], Json]) -> Json:
    """Return a value in which every object that holds no other is changed."""
    if isinstance(value, list):
        return [changed_within(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    if holds_others(value):
        return {name: changed_within(each, change) for name, each in value.items()}
    return change(value)


def holds_others(value: Mapping[str, Json]) -> bool:
    return any(isinstance(each, list | dict) for each in value.values())


def delivered(deliver: deliveries.Deliver) -> Act:
    """Answer as ever, and send that in some way."""
    return then(lambda _, answer: replace(answer, deliver=deliver))


HEAD = ("misbehaviour", "what it does", "what a client should do")
Row = tuple[str, str, Act]  # what it does, what a client is to do about it, and how it does it
# fmt: off
TABLE: dict[str, Row] = {
    # --- errors of the server and of what stands before it
    "every-call-fails": (
        "Every call is answered 500.", "Report the failure; never pretend success.", instead(BROKEN)),
    "every-third-call-fails": (
        "Every third call is answered 500 and does nothing.", "Retry a few times, with pauses.",
        instead(BROKEN, every(3))),
    "first-tries-fail": (
        "The first call of each method and target is answered 503; the same call again succeeds.", "Retry once.",
        instead(unavailable(), is_first_try)),
    "writes-fail-when-done": (
        "A create or a rename is carried out and answered 500.",
        "Find out whether a write happened before repeating it: a repeated create gets 409.",
        then(lambda turn, _: BROKEN(turn), is_done)),
    "overloaded": (
        "Every third call is answered 503 with Retry-After: 2.", "Wait as long as Retry-After says.",
        instead(unavailable(retry_after="2"), every(3))),
    "overloaded-without-a-hint": (
        "Every third call is answered 503 without Retry-After.", "Back off without being told.",
        instead(unavailable(), every(3))),
    "bad-gateway": (
        "Every third call is answered 502 with the HTML page of a proxy.",
        "Treat an error that is not JSON as an error.", instead(page(502, "502 Bad Gateway"), every(3))),
    "gateway-timeout": (
        "Every third call is answered 504 with the HTML page of a proxy, after five seconds.",
        "Assume that a write that timed out may have happened.",
        instead(page(504, "504 Gateway Time-out"), every(3), seconds=5)),
    "errors-in-html": (
        "Every error has an HTML page as its body.", "Decide by the status, not by the body.",
        then(lambda _, answer: page(answer.status, "Error"), has_failed)),
    "errors-without-a-body": (
        "Every error has an empty body.", "Report the status without details.",
        then(lambda _, answer: Answer(answer.status, {}), has_failed)),
    "errors-with-broken-json": (
        "Every error has half of its JSON.", "Report the status even if the body is unreadable.",
        then(lambda _, answer: replace(answer, body=halved(answer.body)), has_failed)),
    "errors-answered-200": (
        "Every error is answered 200, with the body of the error.",
        "Check that a success has the members that you expect.",
        then(lambda _, answer: replace(answer, status=200), has_failed)),
    "redirects-to-a-login": (
        "Every call is answered 302 with the location of a login page.",
        "Do not follow it, and never send the key there.", instead(page(302, "Log in", location="/login"))),
    # --- limits
    "rate-limit": (
        "More than five calls a second are answered 429 with Retry-After: 1.",
        "Slow down for as long as Retry-After says.", too_many(retry_after="1")),
    "rate-limit-with-a-date": (
        "More than five calls a second are answered 429 with a date in Retry-After.",
        "Read both forms of Retry-After (RFC 9110, section 10.2.3).", instead(too_many_until_a_date, is_too_fast)),
    "rate-limit-without-a-hint": (
        "More than five calls a second are answered 429 without Retry-After.", "Back off without being told.",
        too_many()),
    # --- keys
    "key-expires": (
        "After twenty calls every call is answered 401.", "Stop, and say that the key was refused.",
        instead(EXPIRED, lambda turn: turn.number > CALLS_OF_A_KEY)),
    "key-fails-now-and-then": (
        "Every fifth call is answered 401, whatever its key.", "Retry once before you give up on a key.",
        instead(EXPIRED, every(5))),
    "key-is-forbidden": (
        "Every call is answered 403.", "Tell 403 (not allowed) from 401 (unknown key).",
        instead(refused(Kind.FOREIGN_FLEET, "This key may not do that."))),
    # --- time
    "slow": (
        "Every response comes two seconds late.", "Keep other work going meanwhile.", late(2)),
    "slow-now-and-then": (
        "Every fifth response comes ten seconds late.", "Have a timeout, and enforce it.", late(10, every(5))),
    "no-response": (
        "No call is answered, and every connection stays open.", "Have a timeout for the whole exchange.",
        delivered(deliveries.silent)),
    "dripping-body": (
        "A body comes byte by byte, twenty a second.", "Apply the timeout to the whole response, not to each read.",
        delivered(deliveries.dripped)),
    "stalled-body": (
        "Half of a body comes, and then nothing more.", "Have a timeout for the whole exchange.",
        delivered(deliveries.stalled)),
    # --- connections
    "cut-off-body": (
        "Half of a body comes, and then the connection is reset.", "Never take a part of a body for the whole.",
        delivered(deliveries.cut_off)),
    "reset-connection": (
        "Every connection is reset without a response.", "Assume that a write may have happened.",
        delivered(deliveries.reset)),
    "closed-connections": (
        "Every connection is closed after its response.", "Open a new connection.",
        then(lambda _, answer: replace(answer, headers={**answer.headers, "connection": "close"}))),
    # --- bodies
    "truncated-json": (
        "A success has half of its JSON, and a Content-Length that fits.",
        "Report the unreadable JSON, with the status.", in_bytes(halved)),
    "broken-json": (
        "A success has a comma after its JSON.", "Report the unreadable JSON, with the status.",
        in_bytes(lambda body: body + b",")),
    "empty-success": (
        "A success has an empty body.", "Report the empty body, with the status.", in_bytes(lambda _: b"")),
    "html-success": (
        "A success is an HTML page, as from a captive portal.", "Look at Content-Type before you trust a 200.",
        in_successes(lambda answer: page(answer.status, "Welcome"))),
    "wrong-media-type": (
        "A success is declared as text/plain.", "Decide whether to accept it, and do not crash.",
        in_headers(content_type="text/plain; charset=utf-8")),
    "missing-media-type": (
        "A success has no Content-Type.", "Decide whether to accept it, and do not crash.",
        in_headers(content_type="")),
    "byte-order-mark": (
        "A success begins with a byte order mark.", "Skip it, or report it.",
        in_bytes(lambda body: b"\xef\xbb\xbf" + body)),
    "unasked-gzip": (
        "A success is compressed with gzip, whatever Accept-Encoding says.", "Obey Content-Encoding.",
        in_successes(gzipped)),
    "missing-members": (
        "The innermost objects of a success lack their first member.", "Name the missing member in the error.",
        in_values(nested(lambda value: dict(list(value.items())[1:])))),
    "null-members": (
        "The members of the innermost objects of a success are null.", "Expect null where a text should be.",
        in_values(nested(dict.fromkeys))),
    "unknown-members": (
        "The innermost objects of a success have one more member, which the document does not know.",
        "Ignore members that you do not know.",
        in_values(nested(lambda value: {**value, "futureField": {"since": 2}}))),
    # --- state
    "lost-fleets": (
        "Every third new fleet is not found after its create.", "Report a 404 for a fleet that you have created.",
        then(not_found, is_lost)),
    "late-fleets": (
        "A new fleet is not found for three seconds.", "Retry look-ups of a new fleet for a few seconds.",
        then(not_found, is_not_found_yet)),
    "codes-vanish": (
        "No fleet has invitation codes.", "Expect 404 where there are no codes.",
        then(lambda turn, _: turn.refuse(Kind.NO_CODES, "The fleet has no active invitation code."),
             lambda turn, answer: answer.succeeded and turn.call.operation_id == CODES)),
    "lost-keys": (
        "A new charging key is in no list.", "Do not wait for it forever.", then(without_new_keys)),
    "endless-pages": (
        "The last page of a list has a cursor too, which leads to the first.", "Stop when a page has no new key.",
        in_values(lambda value: {"cursor": cursor_to(0), **value}, LIST)),
    "repeated-keys": (
        "Every page of a list shows its last key twice.", "Drop duplicates.",
        in_values(lambda value: {**value, "keys": value["keys"] + value["keys"][-1:]}, LIST)),
    "expired-cursors": (
        "Every cursor is answered 400.", "Start the list again, once.",
        then(lambda turn, _: turn.refuse(Kind.BAD_PARAMETER, "cursor has expired."),
             lambda turn, _: b"cursor=" in turn.call.raw_query)),
    "answers-of-another-call": (
        "A success is answered with the success before it.",
        "Compare the fleetId in the response with the one that you sent.", then(of_the_call_before)),
}
# fmt: on


@dataclass(frozen=True)
class Misbehaviour:
    """What a mock may do to its clients: its name, what it does in a sentence, and what a client is to do about it."""

    name: str
    text: str
    reason: str
    act: Act

    def spoil(self, parts: Parts) -> None:
        """Make the mock of these parts misbehave."""
        parts.misbehaving.append(self.around)
        parts.misbehaviours.append(self.name)

    def around(self, service: Service, within: Proceed) -> Proceed:
        """Return this misbehaviour around an honest service."""
        memory, numbers = Memory(), count(1)

        async def decide(call: Call, incoming: Incoming) -> Answer:
            honest: list[Answer] = []

            async def proceed() -> Answer:
                honest.append(await within(call, incoming))
                return honest[-1]

            now = asyncio.get_running_loop().time()
            answer = await self.act(Turn(call, next(numbers), now, memory, service.dialect, proceed))
            return answer if any(answer is each for each in honest) else self.signed(answer, honest)

        return decide

    def signed(self, answer: Answer, honest: Sequence[Answer]) -> Answer:
        """Return an answer of this misbehaviour with the reason that the journal has for it."""
        why = f"The misbehaviour {self.name} of this world did this."
        known = next((each.reason for each in honest if each.reason is not None), None)
        if known is None:
            return replace(answer, reason=Reason(answer.kind or Kind.ON_DEMAND, why))
        return replace(answer, reason=known._replace(detail=f"{known.detail} {why}"))


MISBEHAVIOURS: Mapping[str, Misbehaviour] = MappingProxyType(
    {name: Misbehaviour(name, *row) for name, row in TABLE.items()}
)


def find(name: str) -> Misbehaviour:
    """Return the misbehaviour of this name; raises Contradiction with the nearest known one."""
    if name not in MISBEHAVIOURS:
        hint = suggestion(name, MISBEHAVIOURS)
        raise Contradiction(f"No misbehaviour is called {name!r}.{hint} See fleet-mock --list-misbehaviours.")
    return MISBEHAVIOURS[name]


def as_markdown() -> str:
    """Return all misbehaviours as a table of the documentation."""
    rows = [(f"`{each.name}`", each.text, each.reason) for each in MISBEHAVIOURS.values()]
    lines = [HEAD, ("---", "---", "---"), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
