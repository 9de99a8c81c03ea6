"""The steps of a call of the control API: route, let in, read, validate, handle, render."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from math import isfinite

from fleet_contract.mock_server.bodies import (
    PLAIN,
    Incoming,
    decoded,
    parsed,
    require_json_media_type,
)
from fleet_contract.mock_server.control.access import OPEN, require_access
from fleet_contract.mock_server.control.document import control_document, resolved
from fleet_contract.mock_server.control.handlers import HANDLERS, Desk, Handler
from fleet_contract.mock_server.control.parameters import Parameters
from fleet_contract.mock_server.control.problems import Problem, pointer_to, problem_of, rendered
from fleet_contract.mock_server.journal import Journal
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import NOTHING, Answer, Call, Json, Reply, to_bytes
from fleet_contract.mock_server.pseudonyms import Pseudonyms
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.routes import Routes
from fleet_contract.mock_server.schemas import DRAFT_4, translate
from fleet_contract.mock_server.store import MAIN
from fleet_contract.mock_server.wording import Form, Place
from fleet_contract.mock_server.worlds import HEADER, Worlds
from fleet_contract.spec.dialect import default_dialect
from fleet_contract.spec.document import operations
from fleet_contract.spec.files import suggestion

ROOT = "/_mock"
LARGEST_BODY = 512 * 1024**2  # bytes; a state may be large
LONGEST_POINTER = 300  # in words
SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Plan:
    """How one operation is served: who handles it, its parameters, and what its body has to fit."""

    handler: Handler
    parameters: Parameters
    body: Form | None


@cache
def plans() -> Mapping[str, Plan]:
    """Return the plan of each operation by its id; raises KeyError where one has no handler."""
    document = control_document()
    made = {}
    for operation in operations(document):
        described = resolved(operation.description, document)
        body = described.get("requestBody")
        schema = body and {"$schema": DRAFT_4, **translate(body["content"]["application/json"]["schema"])}
        made[operation.id] = Plan(
            HANDLERS[operation.id],
            Parameters(described.get("parameters", ())),
            Form(schema) if schema else None,
        )
    return made


class ControlService:
    """Answers the calls of the control API."""

    def __init__(self, worlds: Worlds, journal: Journal) -> None:
        self.worlds = worlds
        self.journal = journal
        self.pseudonyms = Pseudonyms()
        self.routes = Routes(control_document())
        self.dialect = default_dialect()

    async def answer(self, call: Call, incoming: Incoming) -> Answer:
        """Return what a call is answered, a refusal included; never raises."""
        if call.raw_path == f"{ROOT}/ui/":  # below which the links of the page would lead elsewhere
            return Answer(308, {"location": "../ui"})
        try:
            reply = await self.reply(call, incoming)
        except Exception as wrong:  # noqa: BLE001  (whatever it was, the caller gets an answer)
            return rendered(problem_of(wrong))
        if isinstance(reply, Answer):
            return reply
        if reply.body is NOTHING:
            return Answer(reply.status, {})
        return Answer(reply.status, {"content-type": "application/json"}, to_bytes(reply.body))

    async def reply(self, call: Call, incoming: Incoming) -> Reply | Answer:
        """Return what a handler replies to a call; raises Refusal or Problem, or whatever went wrong."""
        if call.method == "OPTIONS":
            return Answer(204, {"allow": self.allowed(call)})
        plan = self.plan_of(call)
        parts = self.worlds.parts
        if parts.control is not None:
            require_access(call, parts.control, parts.allowed_hosts)
        call.query = plan.parameters.read(call.raw_query)
        if plan.body is not None:
            call.body = await self.read(call, incoming, plan.body)
        # The page is the same in all worlds, and anybody may ask for it: that makes no world, and needs no store.
        world = self.worlds.named(MAIN if call.operation_id in OPEN else call.header(HEADER) or MAIN)
        desk = Desk(self.worlds, world, self.journal, self.pseudonyms, incoming)
        if call.operation_id in OPEN:
            return await plan.handler(desk, call)
        return await world.up_to_date(partial(self.handled, plan, desk, call))

    async def handled(self, plan: Plan, desk: Desk, call: Call) -> Reply | Answer:
        """Return what a call is answered, which all mocks that share the worlds know of then; raises what it raises."""
        await desk.world.look()
        if call.method in SAFE:
            return await plan.handler(desk, call)
        async with desk.world.changing:
            reply = await plan.handler(desk, call)
            await desk.world.share()
        self.journal.tell(desk.world.name, "changed")
        return reply

    def plan_of(self, call: Call) -> Plan:
        """Return the plan of the operation that a call means; raises Refusal or Problem."""
        with told_with_the_nearest(call):
            self.routes.match(call, self.dialect)
        return plans()[call.operation_id or ""]

    def allowed(self, call: Call) -> str:
        """Return the methods of the path of a call, as Allow lists them; raises Problem."""
        with told_with_the_nearest(call):
            return self.routes.allowed(call.raw_path)

    async def read(self, call: Call, incoming: Incoming, form: Form) -> Json:
        """Return the value of a body, of none an empty object; raises Refusal or Problem."""
        text = decoded(await incoming.whole(call.header("content-length"), LARGEST_BODY))
        if text:
            require_json_media_type(call, self.dialect)
        try:
            value = parsed(text or "{}", PLAIN)
            require_writable(value)
            complaint = next(form.complaints(value), None)
        except RecursionError:
            raise Problem(400, "The body is nested too deeply.") from None
        if complaint is not None:
            pointer = pointer_to(complaint.place)
            raise Problem(422, f"{pointer[:LONGEST_POINTER] or 'The body'}: {complaint.words}", pointer)
        return value


@contextmanager
def told_with_the_nearest(call: Call) -> Iterator[None]:
    """Overlook a slash at the end of a path, and raise Problem with the nearest path where it is none."""
    call.raw_path = call.raw_path.removesuffix("/")
    try:
        yield
    except Refusal as refusal:
        if refusal.reason.kind is not Kind.UNKNOWN_PATH:
            raise
        hint = suggestion(call.raw_path, control_document()["paths"])
        raise Problem(404, f"The control API has no such path.{hint} GET {ROOT}/openapi.json lists all.") from None


def require_writable(value: Json) -> None:
    """Raise Problem that names the first part of a value that no response could carry."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        place, words = next(unwritable(value, ()))
        pointer = pointer_to(place)
        raise Problem(422, f"{pointer or 'The body'}: {words}", pointer) from None


def unwritable(value: Json, at: Place) -> Iterator[tuple[Place, str]]:
    """Yield the places of what no response can carry, for the name of a member that of its object, each with why."""
    if isinstance(value, str) and is_half(value):
        yield at, "a lone surrogate is not a character."
    elif isinstance(value, float) and not isfinite(value):
        yield at, f"this number is too large; at most {sys.float_info.max:.1e} is allowed."
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from unwritable(member, (*at, place))
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from unwritable(name, at)
            yield from unwritable(member, (*at, name))


def is_half(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def is_for_control(path: str) -> bool:
    """Say whether a path below the base path is one of the control API."""
    return path == ROOT or path.startswith(f"{ROOT}/")
