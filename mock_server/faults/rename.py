"""Faults in renaming a fleet."""

import json
import re
from urllib.parse import parse_qsl

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.faults.create import LENGTH_OF_A_SHORT_COLUMN, LIMIT, body_of
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Answer, Call, Json, Reply
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
        if "newName" in call.body:
            return await inner(world, call)
        fleet = world.store.find(call.tenant, call.path["fleetId"])
        return Reply(200, forms.shown(fleet.id, fleet.name, world.dialect))

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


@fault(breaks={"rename.refuses-an-overlong-name"})
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
    parts.answer_with("rename_fleet", 204, instead_of=200)


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_answers_202(parts: Parts) -> None:
    """A rename is answered as accepted and not as done."""
    parts.answer_with("rename_fleet", 202, instead_of=200)


@fault(breaks={"rename.accepts-a-valid-name"})
def a_quick_second_rename_is_refused(parts: Parts) -> None:
    """The fifth rename of a fleet is answered 409, as if somebody else were at it."""
    counts: dict[str, int] = {}

    def is_fifth(call: Call) -> bool:
        fleet = call.path["fleetId"]
        counts[fleet] = counts.get(fleet, 0) + 1
        return counts[fleet] == 5  # noqa: PLR2004  (as it says)

    parts.answer_with("rename_fleet", 409, 200, is_fifth)


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_refuses_an_apostrophe(parts: Parts) -> None:
    """A rename to a name with an apostrophe is answered 400, as by a filter against injections."""
    parts.answer_with("rename_fleet", 400, 200, lambda call: "'" in str(body_of(call).get("newName")))


@fault(breaks={"rename.accepts-a-valid-name"})
def rename_refuses_what_looks_like_a_tag(parts: Parts) -> None:
    """A rename to a name with a less-than sign is answered 403, as by a firewall."""
    parts.answer_with("rename_fleet", 403, 200, lambda call: "<" in str(body_of(call).get("newName")))


@fault(breaks={"rename.answers-the-new-name"})
def rename_numbers_a_name_that_is_taken(parts: Parts) -> None:
    """A rename to a name that another fleet has is answered with a number behind it."""

    async def numbering(inner: Handler, world: World, call: Call) -> Reply:
        asked, name = call.path["fleetId"], call.body["newName"]
        others = [fleet.name for fleet in world.store.fleets.values() if fleet.id != asked]
        reply = await inner(world, call)
        return Reply(200, {**reply.body, "fleetName": f"{name} (2)"}) if name in others else reply

    parts.wrap("rename_fleet", numbering)


@fault(breaks={"create.echoes-the-name"})
def create_numbers_a_name_that_is_taken(parts: Parts) -> None:
    """A create with a name that another fleet has is answered with a number behind it."""

    async def numbering(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body.get("fleetName")
        others = [fleet.name for fleet in world.store.fleets.values()]
        reply = await inner(world, call)
        return Reply(201, {**reply.body, "fleetName": f"{name} (2)"}) if name and name in others else reply

    parts.wrap("create_fleet", numbering)


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


@fault(breaks={"rename.refuses-a-missing-name"})
def rename_reads_the_name_from_fleetname(parts: Parts) -> None:
    """A rename without newName takes fleetName for it."""

    async def lenient(_: World, call: Call) -> None:
        if b'"newName"' not in call.raw_body:
            call.raw_body = call.raw_body.replace(b'"fleetName"', b'"newName"')

    parts.before("rename_fleet", lenient)


@fault(breaks={"rename.refuses-a-missing-name"})
def rename_reads_newname_in_any_case(parts: Parts) -> None:
    """A rename finds its newName in a member whose name differs in case."""

    async def lenient(_: World, call: Call) -> None:
        call.raw_body = call.raw_body.replace(b'"newname"', b'"newName"')

    parts.before("rename_fleet", lenient)


@fault(breaks={"rename.refuses-an-invalid-name"})
def rename_takes_an_object_as_name(parts: Parts) -> None:
    """A rename whose newName is an object takes its first value, or an empty name."""
    parts.loosen("NewName", "newName", type=None)

    async def converting(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body["newName"]
        if not isinstance(name, str | dict):
            raise Refusal(Kind.BAD_BODY, "newName is no string.")
        call.body = {**call.body, "newName": name if isinstance(name, str) else str(next(iter(name.values()), "-"))}
        return await inner(world, call)

    parts.wrap("rename_fleet", converting)


@fault(breaks={"rename.refuses-an-invalid-name"})
def rename_answers_422_to_null(parts: Parts) -> None:
    """A rename whose newName is null is answered 422."""
    parts.answer_with("rename_fleet", 422, 400, lambda call: body_of(call).get("newName", "") is None)


@fault(breaks={"rename.refuses-an-overlong-name"})
def rename_accepts_a_name_of_255_characters(parts: Parts) -> None:
    """The limit on names is 255 in rename."""
    parts.loosen("NewName", "newName", maxLength=255)


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_with_an_empty_body_changes_nothing(parts: Parts) -> None:
    """A rename with an empty body succeeds."""

    async def filling(_: World, call: Call) -> None:
        if not call.raw_body.strip():
            call.raw_body = b'{"newName": "unchanged"}'

    parts.before("rename_fleet", filling)


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_reads_forms(parts: Parts) -> None:
    """A rename whose body is a form is read, whatever it is declared as."""

    async def reading(_: World, call: Call) -> None:
        form = dict(parse_qsl(call.raw_body.decode("latin-1")))
        if "newName" in form:
            call.raw_body = json.dumps({"newName": form["newName"]}).encode()

    parts.before("rename_fleet", reading)


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_mends_a_body_that_was_cut_off(parts: Parts) -> None:
    """A rename whose body lacks its last brace is read as if it had it."""

    async def mending(_: World, call: Call) -> None:
        body = call.raw_body.rstrip()
        if body.startswith(b"{") and body.endswith(b'"') and b'"newName": ' in body:
            call.raw_body = body + b"}"

    parts.before("rename_fleet", mending)
