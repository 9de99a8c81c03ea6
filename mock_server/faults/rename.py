"""Faults in renaming a fleet."""

import re

from fleet_contract.mock_server.faults.create import LENGTH_OF_A_SHORT_COLUMN, LIMIT, body_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Kind, Refusal


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_answers_201(parts: Parts) -> None:
    """A rename is answered as if it had made something."""
    parts.answer_with("rename_fleet", 201, instead_of=200)


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_refuses_a_name_of_one_character(parts: Parts) -> None:
    """A rename to a name of one character is answered 400."""
    parts.property("NewName", "newName")["minLength"] = 2


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_to_the_present_name_is_a_conflict(parts: Parts) -> None:
    """A rename of a fleet to the name that it has is answered 409."""

    async def conflicting(inner: Handler, world: World, call: Call) -> Reply:
        fleet = world.store.owned(call.tenant, call.path["fleetId"])
        if fleet is not None and fleet.name == call.body["newName"]:
            raise Refusal(Kind.FLEET_ID_TAKEN, "The fleet has this name already.")
        return await inner(world, call)

    parts.wrap("rename_fleet", conflicting)


@fault(breaks={"rename.name-holds-100-characters"})
def rename_refuses_a_name_of_100_characters(parts: Parts) -> None:
    """The limit on names is 99 in rename."""
    parts.property("NewName", "newName")["maxLength"] = 99


@fault(breaks={"rename.name-holds-100-characters"})
def rename_measures_names_in_bytes(parts: Parts) -> None:
    """A name of more than 100 bytes in UTF-8 is refused by rename."""

    async def measuring(inner: Handler, world: World, call: Call) -> Reply:
        if len(call.body["newName"].encode()) > LIMIT:
            raise Refusal(Kind.BAD_BODY, "newName is too long.")
        return await inner(world, call)

    parts.wrap("rename_fleet", measuring)


@fault(breaks={"rename.keeps-the-id"})
def rename_answers_the_id_in_upper_case(parts: Parts) -> None:
    """The answer to a rename shows the id in upper case."""
    parts.change_answer("rename_fleet", lambda fleet, _: {**fleet, "fleetId": fleet["fleetId"].upper()})


@fault(breaks={"rename.keeps-the-id"})
def rename_answers_the_name_as_id(parts: Parts) -> None:
    """The answer to a rename shows the new name as the id."""
    parts.change_answer("rename_fleet", lambda fleet, _: {**fleet, "fleetId": fleet["fleetName"]})


@fault(breaks={"rename.keeps-the-id"})
def rename_answers_the_id_in_the_body(parts: Parts) -> None:
    """The answer to a rename whose body carries a fleetId shows that one."""
    parts.change_answer(
        "rename_fleet", lambda fleet, call: {**fleet, "fleetId": call.body.get("fleetId", fleet["fleetId"])}
    )


@fault(breaks={"rename.keeps-the-id"})
def rename_answers_a_new_id_the_second_time(parts: Parts) -> None:
    """The answer to the second rename of a fleet shows an id with a counter."""
    seen: set[str] = set()

    def counted(fleet: Json, call: Call) -> Json:
        del call
        id = fleet["fleetId"]
        again = id in seen
        seen.add(id)
        return {**fleet, "fleetId": f"{id}-2"} if again else fleet

    parts.change_answer("rename_fleet", counted)


@fault(breaks={"rename.answers-the-new-name"})
def rename_answers_the_old_name(parts: Parts) -> None:
    """The answer to a rename shows the name that the fleet had."""

    async def late(inner: Handler, world: World, call: Call) -> Reply:
        before = world.store.owned(call.tenant, call.path["fleetId"])
        reply = await inner(world, call)
        return Reply(reply.status, {**reply.body, "fleetName": before.name if before else None})

    parts.wrap("rename_fleet", late)


@fault(breaks={"rename.answers-the-new-name"})
def rename_answers_newname(parts: Parts) -> None:
    """The answer to a rename calls the name newName, as the request does."""
    parts.change_answer("rename_fleet", lambda fleet, _: {"fleetId": fleet["fleetId"], "newName": fleet["fleetName"]})


@fault(breaks={"rename.answers-the-new-name"})
def rename_cuts_names(parts: Parts) -> None:
    """The answer to a rename shows the first 64 characters of the name."""
    parts.change_answer(
        "rename_fleet", lambda fleet, _: {**fleet, "fleetName": fleet["fleetName"][:LENGTH_OF_A_SHORT_COLUMN]}
    )


@fault(breaks={"rename.answers-the-new-name"})
def rename_joins_blanks(parts: Parts) -> None:
    """The answer to a rename shows one blank where the name has several in its midst."""
    parts.change_answer(
        "rename_fleet", lambda fleet, _: {**fleet, "fleetName": re.sub(r"(?<=\S) {2,}(?=\S)", " ", fleet["fleetName"])}
    )


@fault(breaks={"rename.refuses-a-missing-name"})
def rename_without_a_name_changes_nothing(parts: Parts) -> None:
    """A rename without newName succeeds and leaves the name as it was."""
    del parts.schema("NewName")["required"]

    async def lenient(inner: Handler, world: World, call: Call) -> Reply:
        if "newName" not in call.body:
            call.body = {**call.body, "newName": "unchanged"}
        return await inner(world, call)

    parts.wrap("rename_fleet", lenient)


@fault(breaks={"rename.refuses-a-missing-name"})
def rename_answers_422_to_a_missing_name(parts: Parts) -> None:
    """A rename without newName is answered 422."""
    parts.answer_with("rename_fleet", 422, 400, lambda call: isinstance(call.body, dict) and "newName" not in call.body)


@fault(breaks={"rename.refuses-an-invalid-name"})
def rename_to_null_removes_the_name(parts: Parts) -> None:
    """A rename whose newName is null succeeds."""
    parts.property("NewName", "newName")["nullable"] = True

    async def removing(inner: Handler, world: World, call: Call) -> Reply:
        if call.body["newName"] is None:
            fleet = world.store.find(call.tenant, call.path["fleetId"])
            return Reply(200, {"fleetId": fleet.id, "fleetName": None})
        return await inner(world, call)

    parts.wrap("rename_fleet", removing)


@fault(breaks={"rename.refuses-an-invalid-name"})
def rename_takes_an_array_as_name(parts: Parts) -> None:
    """A rename whose newName is an array succeeds with the array in brackets."""
    parts.loosen("NewName", "newName", type=None)

    async def converting(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body["newName"]
        if not isinstance(name, str | list):
            raise Refusal(Kind.BAD_BODY, "newName is no string.")
        call.body = {**call.body, "newName": str(name)}
        return await inner(world, call)

    parts.wrap("rename_fleet", converting)


@fault(breaks={"rename.refuses-an-overlong-name"})
def rename_accepts_a_name_of_101_characters(parts: Parts) -> None:
    """The limit on names is 101 in rename."""
    parts.loosen("NewName", "newName", maxLength=101)


@fault(breaks={"rename.refuses-an-overlong-name", "rename.answers-the-new-name"})
def rename_cuts_long_names(parts: Parts) -> None:
    """A rename to a name of more than 100 characters takes the first 100 of them."""
    parts.loosen("NewName", "newName", maxLength=None)

    async def cutting(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {**call.body, "newName": call.body["newName"][:LIMIT]}
        return await inner(world, call)

    parts.wrap("rename_fleet", cutting)


@fault(breaks={"rename.refuses-an-overlong-name"})
def rename_answers_422_to_an_overlong_name(parts: Parts) -> None:
    """A rename to a name of more than 100 characters is answered 422."""
    parts.answer_with("rename_fleet", 422, 400, lambda call: len(str(body_of(call).get("newName"))) > LIMIT)


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_answers_415_to_what_is_no_json(parts: Parts) -> None:
    """A rename whose body cannot be read is answered 415."""
    parts.answer_with("rename_fleet", 415, 400, lambda call: call.body is None)


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_takes_a_string_for_the_body(parts: Parts) -> None:
    """A rename whose whole body is a JSON string takes it as the new name."""

    async def accepting(_: World, call: Call) -> None:
        if call.raw_body.strip()[:1] == b'"':
            call.raw_body = b'{"newName": ' + call.raw_body + b"}"

    parts.before("rename_fleet", accepting)
