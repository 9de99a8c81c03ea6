"""Faults in creating a fleet."""

from dataclasses import replace
from html import escape

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Answer, Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Kind, Refusal

BYTES_OF_A_COLUMN = 100
LENGTH_OF_A_SHORT_COLUMN = 64
LIMIT = 100


@fault(breaks={"create.accepts-a-valid-fleet"})
def create_answers_202(parts: Parts) -> None:
    """A create is answered as accepted and not as done."""
    parts.answer_with("create_fleet", 202, instead_of=201)


@fault(breaks={"create.name-is-optional"})
def create_demands_a_name(parts: Parts) -> None:
    """A create without fleetName is refused."""
    parts.schema("NewFleet")["required"] = ["fleetId", "fleetName"]


@fault(breaks={"create.name-is-optional"})
def a_missing_name_is_shown_as_a_word(parts: Parts) -> None:
    """A fleet without a name is shown with the name null, in four letters."""
    parts.change_answer("create_fleet", lambda fleet, _: {"fleetName": "null", **fleet})


@fault(breaks={"create.name-holds-100-characters"})
def create_refuses_a_name_of_100_characters(parts: Parts) -> None:
    """The limit on names is 99 in create."""
    parts.property("NewFleet", "fleetName")["maxLength"] = 99


@fault(breaks={"create.name-holds-100-characters"})
def create_measures_names_in_bytes(parts: Parts) -> None:
    """A name of more than 100 bytes in UTF-8 is refused by create."""

    async def measuring(inner: Handler, world: World, call: Call) -> Reply:
        if len((call.body.get("fleetName") or "").encode()) > BYTES_OF_A_COLUMN:
            raise Refusal(Kind.BAD_BODY, "fleetName is too long.")
        return await inner(world, call)

    parts.wrap("create_fleet", measuring)


@fault(breaks={"create.echoes-the-id"})
def create_answers_without_the_id(parts: Parts) -> None:
    """The answer to a create names the fleet's id `id`."""
    parts.change_answer("create_fleet", lambda fleet, _: {"id": fleet.pop("fleetId"), **fleet})


@fault(breaks={"create.echoes-the-id"})
def create_answers_the_id_in_upper_case(parts: Parts) -> None:
    """The answer to a create shows the id in upper case."""
    parts.change_answer("create_fleet", lambda fleet, _: {**fleet, "fleetId": fleet["fleetId"].upper()})


@fault(breaks={"create.echoes-the-id"})
def create_answers_the_id_before(parts: Parts) -> None:
    """Every third create is answered with the id of the create before it."""
    ids: list[str] = []

    def earlier(fleet: Json, call: Call) -> Json:
        del call
        ids.append(fleet["fleetId"])
        return {**fleet, "fleetId": ids[-2]} if len(ids) % 3 == 0 else fleet

    parts.change_answer("create_fleet", earlier)


@fault(breaks={"create.echoes-the-id", "create.echoes-the-name"})
def create_wraps_the_fleet(parts: Parts) -> None:
    """The answer to a create has the fleet inside another object."""
    parts.change_answer("create_fleet", lambda fleet, _: {"fleet": fleet})


@fault(breaks={"create.echoes-the-name"})
def create_answers_without_the_name(parts: Parts) -> None:
    """The answer to a create shows the id alone."""
    parts.change_answer("create_fleet", lambda fleet, _: {"fleetId": fleet["fleetId"]})


@fault(breaks={"create.echoes-the-name"})
def create_cuts_names(parts: Parts) -> None:
    """The answer to a create shows the first 64 characters of the name."""

    def cut(fleet: Json, call: Call) -> Json:
        del call
        name = fleet.get("fleetName")
        return {**fleet, "fleetName": name[:LENGTH_OF_A_SHORT_COLUMN]} if name else fleet

    parts.change_answer("create_fleet", cut)


@fault(breaks={"create.echoes-the-name"})
def create_escapes_names(parts: Parts) -> None:
    """The answer to a create shows the name as HTML would have it."""

    def escaped(fleet: Json, call: Call) -> Json:
        del call
        return {**fleet, "fleetName": escape(fleet["fleetName"])} if fleet.get("fleetName") else fleet

    parts.change_answer("create_fleet", escaped)


@fault(breaks={"create.echoes-the-name"})
def create_loses_characters_beyond_the_basic_plane(parts: Parts) -> None:
    """The answer to a create shows a question mark for every character above U+FFFF."""

    def basic(fleet: Json, call: Call) -> Json:
        del call
        name = fleet.get("fleetName") or ""
        return {**fleet, "fleetName": "".join(c if c <= "\uffff" else "?" for c in name)} if name else fleet

    parts.change_answer("create_fleet", basic)


@fault(breaks={"create.refuses-a-missing-id"})
def create_invents_a_missing_id(parts: Parts) -> None:
    """A create without fleetId makes a fleet under an id of the server's choice."""
    parts.schema("NewFleet")["required"] = []
    parts.schema("Fleet").pop("required")

    async def inventing(inner: Handler, world: World, call: Call) -> Reply:
        if "fleetId" not in call.body:
            call.body = {**call.body, "fleetId": f"generated-{len(world.store.fleets)}"}
        return await inner(world, call)

    del parts.schema("NewFleet")["required"]
    parts.wrap("create_fleet", inventing)


@fault(breaks={"create.refuses-a-missing-id"})
def create_answers_422_to_a_missing_id(parts: Parts) -> None:
    """A create without fleetId is answered 422."""
    parts.answer_with("create_fleet", 422, 400, lambda call: isinstance(call.body, dict) and "fleetId" not in call.body)


@fault(breaks={"create.refuses-an-invalid-id"})
def create_accepts_an_empty_id(parts: Parts) -> None:
    """A create with an empty fleetId succeeds."""
    parts.loosen("NewFleet", "fleetId", minLength=None)

    async def accepting(inner: Handler, world: World, call: Call) -> Reply:
        return Reply(201, {"fleetId": ""}) if call.body["fleetId"] == "" else await inner(world, call)

    parts.wrap("create_fleet", accepting)


@fault(breaks={"create.refuses-an-invalid-id"})
def create_takes_a_boolean_as_id(parts: Parts) -> None:
    """A create whose fleetId is true makes a fleet of that name."""
    parts.loosen("NewFleet", "fleetId", type=None)

    async def converting(inner: Handler, world: World, call: Call) -> Reply:
        id = call.body["fleetId"]
        if isinstance(id, bool):
            return Reply(201, {"fleetId": str(id).lower()})
        if not isinstance(id, str):
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
    parts.answer_with("create_fleet", 413, 400, lambda call: len(str(body_of(call).get("fleetId"))) > LIMIT)


@fault(breaks={"create.refuses-an-overlong-id", "create.echoes-the-id"})
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


@fault(breaks={"create.refuses-an-overlong-name", "create.echoes-the-name"})
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
    """A fleetName that is no string is taken for none."""
    parts.loosen("NewFleet", "fleetName", type=None)

    async def overlooking(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body.get("fleetName")
        if isinstance(name, int | float) and not isinstance(name, bool):
            raise Refusal(Kind.BAD_BODY, "fleetName is a number.")
        call.body = {**call.body, "fleetName": name if isinstance(name, str) else None}
        return await inner(world, call)

    parts.wrap("create_fleet", overlooking)


@fault(breaks={"create.refuses-a-malformed-body"})
def create_answers_422_to_what_is_no_json(parts: Parts) -> None:
    """A create whose body cannot be read is answered 422."""
    parts.answer_with("create_fleet", 422, 400, lambda call: call.body is None)


@fault(breaks={"create.refuses-a-malformed-body"})
def create_takes_the_first_of_an_array(parts: Parts) -> None:
    """An array of fleets is read as its first one, and any other value but an object as an unknown fleet."""

    def accepted(call: Call, answer: Answer) -> Answer:
        is_array = isinstance(call.body, list) and answer.status == 400  # noqa: PLR2004  (Bad Request)
        return replace(answer.with_json({"fleetId": "first"}), status=201) if is_array else answer

    parts.filter("create_fleet", accepted)


def body_of(call: Call) -> dict[str, Json]:
    """Return the object that a call carries; an empty one where it carries none."""
    return call.body if isinstance(call.body, dict) else {}
