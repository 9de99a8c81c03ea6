"""Effects: what a mutant does where it fires, in verbs that finish the sentence "It …".

One that is `Instead` decides before the honest mock is asked, one that is `Afterwards` changes what that answered.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.handlers import DEFAULT_PAGE_SIZE, PAGE_SIZES, listed
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import NOTHING, WITHOUT_CONTENT, Answer, Call, Json, to_bytes
from fleet_contract.mock_server.refusals import Refusal, refusal_of, rendered
from fleet_contract.mock_server.store import ChargingKey, Fleet
from fleet_contract.spec.phrases import PHRASES
from proof.layers import world_of
from proof.moments import Moment, Proceed, World
from proof.sending import MISSING
from proof.triggers.values import Values

WINDOW = 0.05  # seconds; long enough that calls which begin at once meet in it
JSON = {"content-type": "application/json"}
KEY_HEADER = re.compile(rb"(?<=\n)x-api-key(?=:)", re.IGNORECASE)


@dataclass(frozen=True)
class Instead:
    """Decides before the honest mock is asked, and may ask it."""

    act: Callable[[Moment, Proceed], Awaitable[Answer]]


@dataclass(frozen=True)
class Afterwards:
    """Changes what the honest mock answered."""

    change: Callable[[Moment], Answer]


@dataclass(frozen=True)
class Overlooks:
    """Takes the key for missing under some names of its header, which are seen on the wire alone."""

    names: Values

    def rewrite(self, data: bytes) -> bytes:
        """Return bytes of a request as they are read."""
        return KEY_HEADER.sub(lambda found: b"X-Overlooked" if self.names.fits(found[0].decode()) else found[0], data)


Effect = Instead | Afterwards | Overlooks


def decided(given: Any, *arguments: Any) -> Any:
    """Return what a table gives: a value as it is, a function's as it decides."""
    return given(*arguments) if callable(given) else given


# --- answering instead -------------------------------------------------------------------------


def answers(status: int | Callable[[Moment], int], value: Json = NOTHING, **headers: str) -> Instead:
    """Answer without asking the honest mock; `status` and `value` may be functions of the moment."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        del proceed
        return answer_of(
            decided(status, moment), decided(value, moment) if value is not NOTHING else NOTHING, **headers
        )

    return Instead(act)


def answer_of(status: int, value: Json = NOTHING, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, named) if value is NOTHING else Answer(status, {**JSON, **named}, to_bytes(value))


def refuses(kind: Kind, detail: str = "That cannot be done.") -> Instead:
    """Refuse for a reason that does not hold, as the dialect refuses for it."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        del proceed
        return refusal(moment, kind, detail)

    return Instead(act)


def refusal(moment: Moment, kind: Kind, detail: str = "That cannot be done.") -> Answer:
    return rendered(refusal_of(Refusal(kind, detail), moment.operation), moment.mock.dialect)


# --- another call --------------------------------------------------------------------------------


def sends(change: Callable[[Moment], Call]) -> Instead:
    """Take the call for another one."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        return await proceed(change(moment))

    return Instead(act)


def takes(**members: Any) -> Instead:
    """Take members of the body for others: a value, MISSING, or a function of the one that was sent."""
    return sends(
        lambda moment: moment.with_members(
            **{
                name: decided(given, moment.member(name)) if given is not MISSING else given
                for name, given in members.items()
            }
        )
    )


def takes_what(**members: Callable[[Moment], Json]) -> Instead:
    """Take members of the body for others, each by a function of the moment."""
    return sends(lambda moment: moment.with_members(**{name: given(moment) for name, given in members.items()}))


def takes_bytes(change: Callable[[bytes], bytes]) -> Instead:
    """Take the bytes of the body for others."""
    return sends(lambda moment: moment.with_bytes(change(moment.call.raw_body)))


def takes_id(change: Callable[[str], str]) -> Instead:
    """Take the fleetId in the path or the query for another."""
    return sends(lambda moment: moment.with_id(change(moment.id)))


def finds(which: Callable[[Moment], Fleet]) -> Instead:
    """Take the fleetId in the path or the query for that of a certain fleet."""
    return sends(lambda moment: moment.with_id(which(moment).id))


def takes_query(**parameters: Any) -> Instead:
    """Take parameters of the query for others: a value, MISSING, or a function of the one that was sent."""
    return sends(
        lambda moment: moment.with_query(
            **{
                name: decided(given, moment.query.get(name)) if given is not MISSING else given
                for name, given in parameters.items()
            }
        )
    )


def acts_for(tenant: Callable[[Moment], Any]) -> Instead:
    """Take the caller for somebody else."""
    return sends(lambda moment: moment.of_tenant(tenant(moment)))


def accepts(member: str) -> Instead:
    """Accept a member that would be refused, and show it as it was sent; all else is refused as ever."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        sent = moment.member(member)
        stand_in = sha256(json.dumps(sent).encode()).hexdigest()
        answer = await proceed(moment.with_members(**{member: stand_in}))
        if not answer.succeeded or not answer.body:
            return answer
        return answer.with_json({name: sent if value == stand_in else value for name, value in answer.json.items()})

    return Instead(act)


# --- the answer ----------------------------------------------------------------------------------


def status(code: int) -> Afterwards:
    """Answer another status, in the body of a problem too."""
    return Afterwards(lambda moment: with_status(moment.answer, code))


def with_status(answer: Answer, code: int) -> Answer:
    if code in WITHOUT_CONTENT:
        return Answer(code, {})
    changed = replace(answer, status=code)
    if answer.headers.get("content-type") != "application/problem+json":
        return changed
    return changed.with_json({**answer.json, "title": PHRASES[code], "status": code})


def shows(**members: Any) -> Afterwards:
    """Show other members in a success: a value, MISSING, or a function of the one that is shown."""

    def change(value: Json, moment: Moment) -> Json:
        del moment
        changed = {
            name: decided(given, value.get(name)) if given is not MISSING else given
            for name, given in members.items()
            if name in value or not callable(given)
        }
        return {name: shown for name, shown in {**value, **changed}.items() if shown is not MISSING}

    return shows_value(change)


def shows_what(**members: Callable[[Moment], Json]) -> Afterwards:
    """Show other members in a success, each by a function of the moment."""
    return shows_value(lambda value, moment: {**value, **{name: given(moment) for name, given in members.items()}})


def shows_value(change: Any) -> Afterwards:
    """Show another value in a success that has one: as it is given, or by a function of that and the moment."""

    def act(moment: Moment) -> Answer:
        answer = moment.answer
        return answer.with_json(decided(change, answer.json, moment)) if answer.succeeded and answer.body else answer

    return Afterwards(act)


def shows_bytes(change: Callable[[bytes], bytes]) -> Afterwards:
    """Show other bytes in a success that has some."""

    def act(moment: Moment) -> Answer:
        answer = moment.answer
        return replace(answer, body=change(answer.body)) if answer.succeeded and answer.body else answer

    return Afterwards(act)


def declares(media_type: str | None) -> Afterwards:
    """Declare a success that has a body so, or not at all."""

    def act(moment: Moment) -> Answer:
        answer = moment.answer
        if not answer.succeeded or not answer.body:
            return answer
        headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
        return replace(answer, headers=headers if media_type is None else {**headers, "content-type": media_type})

    return Afterwards(act)


# --- the list of charging keys -------------------------------------------------------------------


def lists(
    change: Callable[[Moment, list[ChargingKey]], list[ChargingKey]] = lambda _, keys: keys, *, shift: int = 0
) -> Instead:
    """List other keys than the honest mock, page by page as it would: `change` is given those that it has to list.

    Each page begins so many keys further than the one before it ended as `shift` says, where that leaves it any.
    """

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        answer = await proceed(moment.with_query(cursor=MISSING))
        if not answer.succeeded:
            return answer
        keys = change(moment, listed_keys(moment))
        place, size = place_of_page(moment), size_of_page(moment)
        start = place + shift if place and place + shift < len(keys) else place
        page: dict[str, Any] = {"keys": [listed(key, moment.mock.dialect) for key in keys[start : start + size]]}
        if start + size < len(keys):
            page["cursor"] = f"page{len(moment.past)}"
        return answer.with_json(page)

    return Instead(act)


def own_keys(moment: Moment) -> list[ChargingKey]:
    """Return the keys of the organization of a call that can be listed by now."""
    now = time.monotonic()
    return [key for key in moment.world.keys_of(moment.tenant) if key.listed_from <= now]


def listed_keys(moment: Moment) -> list[ChargingKey]:
    """Return the keys that an honest list has, on all its pages."""
    wanted = moment.query.get("fleetId")
    fleet = moment.world.fleet(wanted)
    return (
        own_keys(moment)
        if wanted is None
        else [key for key in own_keys(moment) if fleet is not None and key.fleet_id == fleet.id]
    )


def size_of_page(moment: Moment) -> int:
    """Return how many keys a page has that the honest mock would answer."""
    asked = int(moment.query.get("page_size", DEFAULT_PAGE_SIZE))
    if asked not in PAGE_SIZES and moment.mock.dialect["keys.page-size"] == "default":
        return DEFAULT_PAGE_SIZE
    return min(max(asked, PAGE_SIZES.start), PAGE_SIZES.stop - 1)


def giver_of_cursor(moment: Moment) -> Any:
    """Return the last Moment that was answered with the cursor of a list, None where none was."""
    cursor = moment.query.get("cursor", MISSING)
    return next((each for each in moment.successes("list_charging_keys") if each.shown.get("cursor") == cursor), None)


def place_of_page(moment: Moment) -> int:
    """Return how many keys were listed before a page, on those that led to its cursor."""
    giver = giver_of_cursor(moment)
    return place_of_page(giver) + len(giver.shown["keys"]) if giver else 0


# --- the state -----------------------------------------------------------------------------------


def does(act: Callable[[Moment, Proceed], Awaitable[Answer]]) -> Instead:
    """Do something that has no verb of its own."""
    return Instead(act)


def keeps(fleet: Callable[[Moment], Fleet]) -> Instead:
    """Keep a fleet that nobody should have, and go on as ever."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        answer = await proceed(moment.call)
        await put_fleet(moment, fleet(moment))
        return answer

    return Instead(act)


def gives(fleet: Callable[[Moment], Fleet], *, keep: bool = False) -> Instead:
    """Answer as if a fleet had been made, or renamed; `keep` puts it in place of the one with its id."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        del proceed
        given = fleet(moment)
        if keep:
            await put_fleet(moment, given)
        is_rename = moment.operation == "rename_fleet"
        return answer_of(200 if is_rename else int(moment.mock.dialect["create.status"]), shown_fleet(moment, given))

    return Instead(act)


def sent_fleet(moment: Moment) -> Fleet:
    """Return the fleet that a create would make."""
    dialect = moment.mock.dialect
    name = moment.name if isinstance(moment.name, str) else None
    return Fleet(forms.new_id(moment.id, dialect), forms.new_name(name, dialect), str(moment.tenant))


async def put_fleet(moment: Moment, fleet: Fleet) -> None:
    """Keep a fleet as it is, in place of the one with its id."""
    await moment.mock.store.put_fleet(fleet)


def by_operation(effects: dict[str, Instead]) -> Instead:
    """Do something else for each operation."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        return await effects[moment.operation or ""].act(moment, proceed)

    return Instead(act)


def waits_and(decide: Callable[[Moment, World], Answer | None]) -> Instead:
    """Wait a moment, and answer what is decided by the state after it; where nothing is, go on as ever."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        return decide(moment, await waited(moment)) or await proceed(moment.call)

    return Instead(act)


def shares(choose: Callable[[Moment, list[Moment]], Answer | None]) -> Instead:
    """Go on as ever, and answer a moment later what is chosen by the calls of the operation that it met meanwhile."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        moment.given = await proceed(moment.call)
        await waited(moment)
        return choose(moment, moment.met_alike(moment.operation)) or moment.given

    return Instead(act)


async def waited(moment: Moment, seconds: float = WINDOW) -> World:
    """Return the state after a while, in which other calls may come."""
    await asyncio.sleep(seconds)
    return await world_of(moment.mock)


def shown_fleet(moment: Moment, fleet: Fleet) -> Json:
    """Return a fleet as this mock's dialect shows it."""
    return forms.shown(fleet.id, fleet.name, moment.mock.dialect)
