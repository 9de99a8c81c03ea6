"""Faults in refusing to create a fleet."""

import json
from collections.abc import Callable
from functools import partial
from itertools import count

from fleet_contract.mock_server.faults.calls import LIMIT, UP_TO_A_LINE_FEED, body_of, is_overlong, lacks
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import Fleet

JSON = {"content-type": "application/json"}


@fault(breaks={"create.refuses-a-missing-id"})
def create_invents_a_missing_id(parts: Parts) -> None:
    """A create without fleetId makes a fleet under an id of the server's choice."""

    async def inventing(inner: Handler, world: World, call: Call) -> Reply:
        if "fleetId" not in call.body:
            call.body = {**call.body, "fleetId": f"generated-{len(world.store.fleets_by_id)}"}
        return await inner(world, call)

    del parts.schema("NewFleet")["required"]
    parts.wrap("create_fleet", inventing)


@fault(breaks={"create.refuses-a-missing-id"})
def create_answers_422_to_a_missing_id(parts: Parts) -> None:
    """A create without fleetId is answered 422."""
    parts.refuse_with("create_fleet", 422, Kind.BAD_BODY, when=lacks("fleetId"))


@fault(breaks={"create.refuses-an-invalid-id"})
def create_accepts_an_empty_id(parts: Parts) -> None:
    """A create with an empty fleetId succeeds."""
    parts.loosen("NewFleet", "fleetId", minLength=None)

    async def accepting(inner: Handler, world: World, call: Call) -> Reply:
        return Reply(201, {"fleetId": ""}) if call.body["fleetId"] == "" else await inner(world, call)

    parts.wrap("create_fleet", accepting)


@fault(breaks={"create.refuses-an-invalid-id"})
def create_takes_an_array_as_id(parts: Parts) -> None:
    """A create whose fleetId is an array or an object makes a fleet whose id is its JSON."""
    parts.loosen("NewFleet", "fleetId", type=None)

    async def converting(inner: Handler, world: World, call: Call) -> Reply:
        id = call.body["fleetId"]
        if isinstance(id, list | dict):
            call.body = {**call.body, "fleetId": json.dumps(id)}
        elif not isinstance(id, str):
            raise Refusal(Kind.BAD_BODY, "fleetId is no string.")
        return await inner(world, call)

    parts.wrap("create_fleet", converting)


@fault(breaks={"create.refuses-an-overlong-id"})
def create_accepts_an_id_of_101_characters(parts: Parts) -> None:
    """The limit on ids is 101."""
    parts.loosen("NewFleet", "fleetId", maxLength=101)


@fault(breaks={"create.refuses-an-overlong-id"})
def create_answers_413_to_a_very_long_id(parts: Parts) -> None:
    """A create whose fleetId has more than 100 characters is answered 413."""
    parts.refuse_with("create_fleet", 413, Kind.BAD_BODY, when=is_overlong("fleetId"))


@fault(breaks={"create.refuses-an-overlong-id"})
def create_cuts_long_ids(parts: Parts) -> None:
    """An id of more than 100 characters is cut to 100."""
    parts.loosen("NewFleet", "fleetId", maxLength=None)

    async def cutting(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {**call.body, "fleetId": call.body["fleetId"][:LIMIT]}
        return await inner(world, call)

    parts.wrap("create_fleet", cutting)


@fault(breaks={"create.refuses-an-overlong-name"})
def create_accepts_a_name_of_101_characters(parts: Parts) -> None:
    """The limit on names is 101 in create."""
    parts.loosen("NewFleet", "fleetName", maxLength=101)


@fault(breaks={"create.refuses-an-overlong-name"})
def create_cuts_long_names(parts: Parts) -> None:
    """A create with a name of more than 100 characters makes a fleet with the first 100 of them."""
    parts.loosen("NewFleet", "fleetName", maxLength=None)

    async def cutting(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body.get("fleetName")
        call.body = {**call.body, "fleetName": name[:LIMIT] if name else name}
        return await inner(world, call)

    parts.wrap("create_fleet", cutting)


@fault(breaks={"create.refuses-a-mistyped-name"})
def create_overlooks_a_mistyped_name(parts: Parts) -> None:
    """A fleetName that is an array or an object is taken for none."""
    parts.loosen("NewFleet", "fleetName", type=None)

    async def overlooking(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body.get("fleetName")
        if isinstance(name, int | float):
            raise Refusal(Kind.INVALID_NAME, "fleetName is no string.")
        call.body = {**call.body, "fleetName": name if isinstance(name, str) else None}
        return await inner(world, call)

    parts.wrap("create_fleet", overlooking)


@fault(breaks={"create.refuses-a-malformed-body"})
def create_answers_422_to_what_is_no_json(parts: Parts) -> None:
    """A create whose body cannot be read is answered 422."""
    parts.refuse_with("create_fleet", 422, Kind.BAD_BODY, when=lambda call: call.body is None)


@fault(breaks={"create.refuses-a-malformed-body"})
def create_takes_the_first_of_an_array(parts: Parts) -> None:
    """An array of fleets is read as its first one, and any other value but an object as an unknown fleet."""

    def accepted(call: Call, answer: Answer) -> Answer:
        is_array = isinstance(call.body, list) and answer.kind is Kind.BAD_BODY
        return Answer(201, JSON, b'{"fleetId": "first"}') if is_array else answer

    parts.filter("create_fleet", accepted)


@fault(breaks={"create.refuses-a-missing-id"})
def create_reads_the_id_in_snake_case(parts: Parts) -> None:
    """A create finds its fleetId in a member fleet_id too."""

    async def lenient(_: World, call: Call) -> None:
        call.raw_body = call.raw_body.replace(b'"fleet_id"', b'"fleetId"')

    parts.before("create_fleet", lenient)


@fault(breaks={"create.refuses-a-missing-id"})
def create_answers_404_to_a_missing_id(parts: Parts) -> None:
    """A create without fleetId is answered 404."""
    parts.refuse_with("create_fleet", 404, Kind.BAD_BODY, when=lacks("fleetId"))


@fault(breaks={"create.refuses-an-invalid-id"})
def create_takes_null_as_id(parts: Parts) -> None:
    """A create whose fleetId is null makes a fleet under an id of the server's choice."""
    parts.loosen("NewFleet", "fleetId", nullable=True)

    async def inventing(inner: Handler, world: World, call: Call) -> Reply:
        if call.body["fleetId"] is None:
            call.body = {**call.body, "fleetId": f"generated-{len(world.store.fleets_by_id)}"}
        return await inner(world, call)

    parts.wrap("create_fleet", inventing)


@fault(breaks={"create.refuses-an-invalid-id"})
def create_answers_422_to_an_empty_id(parts: Parts) -> None:
    """A create with an empty fleetId is answered 422."""
    parts.refuse_with("create_fleet", 422, Kind.BAD_BODY, when=lambda call: body_of(call).get("fleetId") == "")


@fault(breaks={"create.refuses-an-invalid-id"})
def create_answers_404_to_an_id_of_a_wrong_type(parts: Parts) -> None:
    """A create whose fleetId is a number or a boolean is answered 404."""
    parts.refuse_with(
        "create_fleet", 404, Kind.BAD_BODY, when=lambda call: isinstance(body_of(call).get("fleetId"), int | float)
    )


def accept_up_to(schema: str, field: str, limit: int, breaks: str, name: str) -> None:
    """Register the fault of a limit that is too high."""
    text = f"The limit on {field} is {limit}."
    register_fault(name, {breaks}, text, lambda parts: parts.loosen(schema, field, maxLength=limit))


accept_up_to("NewFleet", "fleetId", 128, "create.refuses-an-overlong-id", "create-accepts-an-id-of-128-characters")


accept_up_to("NewFleet", "fleetName", 255, "create.refuses-an-overlong-name", "create-accepts-a-name-of-255-characters")


def accept_beyond(operation: str, schema: str, field: str, least: int, breaks: str) -> None:
    """Register the fault of a length that is checked only as far as somebody thought it could go."""

    def edit(parts: Parts) -> None:
        parts.loosen(schema, field, maxLength=None)

        async def checking(inner: Handler, world: World, call: Call) -> Reply:
            if LIMIT < len(call.body.get(field) or "") < least:
                kind = Kind.INVALID_NAME if field == "fleetName" else Kind.BAD_BODY
                raise Refusal(kind, f"{field} is too long.")
            return await inner(world, call)

        parts.wrap(operation, checking)

    name = f"{operation.split('_', maxsplit=1)[0]}-accepts-{field.lower()}-beyond-{least}-characters"
    register_fault(name, {breaks}, f"A {field} of {least} characters or more is accepted.", edit)


accept_beyond("create_fleet", "NewFleet", "fleetId", 1000, "create.refuses-an-overlong-id")


accept_beyond("create_fleet", "NewFleet", "fleetName", 1000, "create.refuses-an-overlong-name")


accept_beyond("rename_fleet", "NewName", "newName", 1000, "rename.refuses-an-overlong-name")


def measure_otherwise(slug: str, text: str, longest: Callable[[str], int]) -> None:
    """Register the faults of a limit on a name for which something else is counted than its characters."""
    for operation, schema, field in (("create", "NewFleet", "fleetName"), ("rename", "NewName", "newName")):
        breaks = {f"{operation}.refuses-an-overlong-name"}
        edit = partial(hold_to, operation=f"{operation}_fleet", schema=schema, field=field, longest=longest)
        register_fault(f"{operation}-measures-names-{slug}", breaks, f"A {field} is measured {text}.", edit)


def hold_to(parts: Parts, operation: str, schema: str, field: str, longest: Callable[[str], int]) -> None:
    """Hold a field to the limit by a measure."""
    parts.loosen(schema, field, maxLength=None)

    async def measuring(inner: Handler, world: World, call: Call) -> Reply:
        if longest(call.body.get(field) or "") > LIMIT:
            raise Refusal(Kind.INVALID_NAME, f"{field} is too long.")
        return await inner(world, call)

    parts.wrap(operation, measuring)


measure_otherwise(
    "line-by-line", "line by line, as by a pattern over lines", lambda name: max(map(len, name.split("\n")))
)
measure_otherwise("by-what-is-seen", "without its control characters", lambda name: sum(each >= " " for each in name))
measure_otherwise("without-blanks", "without the blanks around it, and kept with them", lambda name: len(name.strip()))


@fault(breaks={"create.refuses-an-overlong-name"})
def create_answers_413_to_an_overlong_name(parts: Parts) -> None:
    """A create with a name of more than 100 characters is answered 413."""
    parts.refuse_with("create_fleet", 413, Kind.INVALID_NAME, when=is_overlong("fleetName"))


@fault(breaks={"create.refuses-a-mistyped-name"})
def create_shows_a_mistyped_name_as_json(parts: Parts) -> None:
    """A fleetName that is an array or an object is taken as the text that spells it."""
    parts.loosen("NewFleet", "fleetName", type=None)

    async def converting(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body.get("fleetName")
        if isinstance(name, int | float):
            raise Refusal(Kind.INVALID_NAME, "fleetName is no string.")
        call.body = {**call.body, "fleetName": json.dumps(name) if isinstance(name, list | dict) else name}
        return await inner(world, call)

    parts.wrap("create_fleet", converting)


@fault(breaks={"create.refuses-a-mistyped-name"})
def create_answers_409_to_a_mistyped_name(parts: Parts) -> None:
    """A create whose fleetName is an array or an object is answered 409."""
    parts.refuse_with(
        "create_fleet",
        409,
        Kind.INVALID_NAME,
        when=lambda call: isinstance(body_of(call).get("fleetName"), list | dict),
    )


@fault(breaks={"create.refuses-a-malformed-body"})
def create_makes_do_without_a_body(parts: Parts) -> None:
    """A create with an empty body makes a fleet under an id of the server's choice."""
    numbers = count(1)

    async def filling(_: World, call: Call) -> None:
        if not call.raw_body.strip():
            call.raw_body = b'{"fleetId": "generated-%d"}' % next(numbers)

    parts.before("create_fleet", filling)


@fault(breaks={"create.refuses-a-missing-id"})
def a_create_without_an_id_is_refused_with_200(parts: Parts) -> None:
    """A create without fleetId is answered 200 with a problem for a body."""
    parts.refuse_with("create_fleet", 200, Kind.BAD_BODY, when=lacks("fleetId"))


@fault(breaks={"create.refuses-an-overlong-id"})
def a_line_feed_at_the_end_of_an_id_is_not_counted(parts: Parts) -> None:
    """An id of 100 characters may be followed by a line feed, as where $ is to end a pattern."""
    parts.loosen("NewFleet", "fleetId", maxLength=None, pattern=UP_TO_A_LINE_FEED)


@fault(breaks={"rename.unknown-fleet-is-404"})
def a_create_of_another_media_type_makes_the_fleet(parts: Parts) -> None:
    """A create that is refused for its media type has made the fleet all the same."""

    async def making(world: World, call: Call) -> None:
        refused = world.dialect["http.wrong-media-type"] != "parsed"
        if refused and call.header("content-type") == "text/plain":
            await world.store.add_fleet(Fleet(json.loads(call.raw_body)["fleetId"], None, call.tenant))

    parts.before("create_fleet", making)
