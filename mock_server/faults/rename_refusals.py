"""Faults in refusing to rename a fleet."""

import json
from urllib.parse import parse_qsl

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.faults.calls import LIMIT, UP_TO_A_LINE_FEED, body_of, is_overlong, lacks, query_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal


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
    parts.refuse_with("rename_fleet", 422, Kind.BAD_BODY, when=lacks("newName"))


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
    parts.refuse_with("rename_fleet", 422, Kind.BAD_BODY, when=is_overlong("newName"))


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_answers_415_to_what_is_no_json(parts: Parts) -> None:
    """A rename whose body cannot be read is answered 415."""
    parts.refuse_with("rename_fleet", 415, Kind.BAD_BODY, when=lambda call: call.body is None)


@fault(breaks={"rename.refuses-a-malformed-body"})
def rename_takes_a_string_for_the_body(parts: Parts) -> None:
    """A rename whose whole body is a JSON string takes it as the new name."""

    async def accepting(_: World, call: Call) -> None:
        if call.raw_body.strip()[:1] == b'"':
            call.raw_body = b'{"newName": ' + call.raw_body + b"}"

    parts.before("rename_fleet", accepting)


@fault(breaks={"rename.refuses-a-missing-name"})
def rename_reads_the_name_from_fleetname(parts: Parts) -> None:
    """A rename without newName takes fleetName for it."""

    async def lenient(_: World, call: Call) -> None:
        if b'"newName"' not in call.raw_body:
            call.raw_body = call.raw_body.replace(b'"fleetName"', b'"newName"')

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
    parts.refuse_with("rename_fleet", 422, Kind.BAD_BODY, when=lambda call: body_of(call).get("newName", "") is None)


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


@fault(breaks={"rename.refuses-a-missing-name"})
def rename_reads_the_name_from_the_query(parts: Parts) -> None:
    """A rename without newName takes it from the query."""

    async def lenient(_: World, call: Call) -> None:
        named = query_of(call).get("newName")
        if named and b'"newName"' not in call.raw_body:
            call.raw_body = json.dumps({"newName": named}).encode()

    parts.before("rename_fleet", lenient)


@fault(breaks={"rename.refuses-an-overlong-name"})
def a_line_feed_at_the_end_of_a_name_is_not_counted(parts: Parts) -> None:
    """A name of 100 characters may be followed by a line feed, as where $ is to end a pattern."""
    parts.loosen("NewName", "newName", maxLength=None, pattern=UP_TO_A_LINE_FEED)
