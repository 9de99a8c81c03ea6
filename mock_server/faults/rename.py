"""Faults in renaming a fleet."""

import re

from fleet_contract.mock_server.faults.calls import LIMIT, body_of, query_of
from fleet_contract.mock_server.faults.create import BYTES_OF_A_WIDE_COLUMN, LENGTH_OF_A_SHORT_COLUMN
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_answers_201(parts: Parts) -> None:
    """A rename is answered as if it had made something."""
    parts.answer_with("rename_fleet", 201)


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


def answer_to_the_present_name(status: int, words: str) -> None:
    """Register the fault of a rename to the name that the fleet has, answered so."""

    def edit(parts: Parts) -> None:
        unchanged: set[int] = set()

        async def comparing(inner: Handler, world: World, call: Call) -> Reply:
            fleet = world.store.owned(call.tenant, call.path["fleetId"])
            if fleet is not None and fleet.name == call.body["newName"]:
                unchanged.add(id(call))
            return await inner(world, call)

        def answered(call: Call, answer: Answer) -> Answer:
            if id(call) not in unchanged or not answer.succeeded:
                return answer
            unchanged.discard(id(call))
            return Answer(status, {})

        parts.wrap("rename_fleet", comparing)
        parts.filter("rename_fleet", answered)

    text = f"A rename of a fleet to the name that it has is answered {status}."
    register_fault(f"rename-to-the-present-name-is-{words}", {"rename.accepts-a-valid-name"}, text, edit)


answer_to_the_present_name(304, "not-modified")
answer_to_the_present_name(204, "no-content")


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_answers_nothing(parts: Parts) -> None:
    """A rename is answered 204 without a body."""
    parts.answer_with("rename_fleet", 204)


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_answers_202(parts: Parts) -> None:
    """A rename is answered as accepted and not as done."""
    parts.answer_with("rename_fleet", 202)


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_refuses_an_apostrophe(parts: Parts) -> None:
    """A rename to a name with an apostrophe is answered 400, as by a filter against injections."""
    parts.answer_with("rename_fleet", 400, lambda call: "'" in str(body_of(call).get("newName")))


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_refuses_what_looks_like_a_tag(parts: Parts) -> None:
    """A rename to a name with a less-than sign is refused, as by somebody who fears for a web page."""
    parts.answer_with("rename_fleet", 400, lambda call: "<" in str(body_of(call).get("newName")))


@fault(breaks={"rename.answers-the-new-name"})
def rename_numbers_a_name_that_is_taken(parts: Parts) -> None:
    """A rename to a name that another fleet has is answered with a number behind it."""

    async def numbering(inner: Handler, world: World, call: Call) -> Reply:
        asked, name = call.path["fleetId"], call.body["newName"]
        others = [fleet.name for fleet in world.store.fleets_by_id.values() if fleet.id != asked]
        reply = await inner(world, call)
        return Reply(200, {**reply.body, "fleetName": f"{name} (2)"}) if name in others else reply

    parts.wrap("rename_fleet", numbering)


@fault(breaks={"rename.answers-the-new-name"})
def rename_answers_without_the_name(parts: Parts) -> None:
    """The answer to a rename shows the id alone."""
    parts.change_answer("rename_fleet", lambda fleet, _: {"fleetId": fleet["fleetId"]})


@fault(breaks={"rename.keeps-the-id"})
def rename_answers_without_the_id(parts: Parts) -> None:
    """The answer to a rename shows the name alone."""
    parts.change_answer("rename_fleet", lambda fleet, _: {"fleetName": fleet["fleetName"]})


@fault(breaks={"rename.keeps-the-id", "rename.answers-the-new-name"})
def rename_answers_an_array(parts: Parts) -> None:
    """A rename is answered with an array of one fleet."""
    parts.change_answer("rename_fleet", lambda fleet, _: [fleet])


@fault(breaks={"rename.name-holds-100-characters"})
def rename_refuses_a_name_of_more_than_255_bytes(parts: Parts) -> None:
    """A name that a column of 255 bytes cannot hold is refused by rename, though few characters make it up."""
    parts.answer_with(
        "rename_fleet", 400, lambda call: len(str(body_of(call).get("newName")).encode()) > BYTES_OF_A_WIDE_COLUMN
    )


@fault(breaks={"rename.answers-the-new-name"})
def rename_answers_the_name_that_create_would_read(parts: Parts) -> None:
    """The answer to a rename whose body carries a fleetName shows that one."""
    parts.change_answer(
        "rename_fleet", lambda fleet, call: {**fleet, "fleetName": call.body.get("fleetName", fleet["fleetName"])}
    )


@fault(breaks={"rename.accepts-a-valid-name"})
def a_fleet_never_has_its_first_name_again(parts: Parts) -> None:
    """A rename of a fleet to the name that its create gave it is answered 400, once it has had another."""
    first: dict[str, str | None] = {}

    async def remembering(inner: Handler, world: World, call: Call) -> Reply:
        fleet = world.store.owned(call.tenant, call.path["fleetId"])
        if fleet is not None and first.setdefault(fleet.id, fleet.name) == call.body["newName"] != fleet.name:
            raise Refusal(Kind.BAD_BODY, "The fleet has had this name before.")
        return await inner(world, call)

    parts.wrap("rename_fleet", remembering)


@fault(breaks={"rename.answers-the-new-name"})
def a_name_in_the_query_wins(parts: Parts) -> None:
    """A rename whose query has a newName too gives the fleet that one."""

    async def preferring(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {**call.body, "newName": query_of(call).get("newName", call.body["newName"])}
        return await inner(world, call)

    parts.wrap("rename_fleet", preferring)
