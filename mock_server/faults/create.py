"""Faults in creating a fleet."""

import json
from collections.abc import Callable
from dataclasses import replace
from html import escape

from fleet_contract.mock_server.faults.calls import LIMIT, body_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal

BYTES_OF_A_COLUMN = 100
BYTES_OF_A_WIDE_COLUMN = 255
LENGTH_OF_A_SHORT_COLUMN = 64


@fault(breaks={"create.accepts-a-valid-fleet"})
def create_answers_202(parts: Parts) -> None:
    """A create is answered as accepted and not as done."""
    parts.answer_with("create_fleet", 202)


@fault(breaks={"create.name-is-optional"})
def create_demands_a_name(parts: Parts) -> None:
    """A create without fleetName is refused."""
    parts.schema("NewFleet")["required"] = ["fleetId", "fleetName"]


@fault(breaks={"create.name-is-optional"})
def a_missing_name_is_shown_as_a_word(parts: Parts) -> None:
    """A fleet without a name is shown with the name null, in four letters."""
    _show_where_no_name_is_sent(parts, lambda _: "null")


@fault(breaks={"create.name-holds-100-characters"})
def create_refuses_a_name_of_100_characters(parts: Parts) -> None:
    """The limit on names is 99 in create."""
    parts.property("NewFleet", "fleetName")["maxLength"] = 99


@fault(breaks={"create.name-holds-100-characters"})
def create_measures_names_in_bytes(parts: Parts) -> None:
    """A name of more than 100 bytes in UTF-8 is refused by create."""

    async def measuring(inner: Handler, world: World, call: Call) -> Reply:
        if len((call.body.get("fleetName") or "").encode()) > BYTES_OF_A_COLUMN:
            raise Refusal(Kind.INVALID_NAME, "fleetName is too long.")
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


@fault(breaks={"create.echoes-the-name"})
def create_echoes_half_of_a_character(parts: Parts) -> None:
    """The answer to a create lacks the second half of a character above U+FFFF that ends the name."""

    def halved(call: Call, answer: Answer) -> Answer:
        name = str(body_of(call).get("fleetName"))
        if not answer.succeeded or name[-1:] <= "\uffff":
            return answer
        first_half = chr(0xD800 + (ord(name[-1]) - 0x10000 >> 10))
        fleet = {**answer.json, "fleetName": name[:-1] + first_half}
        return replace(answer, body=json.dumps(fleet).encode())

    parts.filter("create_fleet", halved)


@fault(breaks={"create.accepts-a-valid-fleet"})
def create_refuses_a_name_with_quotes(parts: Parts) -> None:
    """A create with a double quote in its name is answered 400."""
    parts.answer_with("create_fleet", 400, lambda call: '"' in str(body_of(call).get("fleetName")))


@fault(breaks={"create.accepts-a-valid-fleet"})
def create_refuses_names_beyond_ascii(parts: Parts) -> None:
    """A create with a short name beyond ASCII is answered 422."""

    def is_refused(call: Call) -> bool:
        name = str(body_of(call).get("fleetName"))
        return not name.isascii() and len(name) < LENGTH_OF_A_SHORT_COLUMN

    parts.answer_with("create_fleet", 422, is_refused)


@fault(breaks={"create.name-is-optional"})
def a_missing_name_is_shown_as_a_default(parts: Parts) -> None:
    """A fleet without a name is shown with one that was made up."""
    _show_where_no_name_is_sent(parts, lambda fleet: f"Fleet {len(fleet)}")


def _show_where_no_name_is_sent(parts: Parts, name_of: Callable[[str], str]) -> None:
    def shown(fleet: Json, call: Call) -> Json:
        return fleet if "fleetName" in body_of(call) else {**fleet, "fleetName": name_of(fleet["fleetId"])}

    parts.change_answer("create_fleet", shown)


@fault(breaks={"create.accepts-a-valid-fleet"})
def create_answers_204_without_a_name(parts: Parts) -> None:
    """A create without a name is answered 204."""
    parts.answer_with("create_fleet", 204, lambda call: "fleetName" not in body_of(call))


@fault(breaks={"create.echoes-the-name"})
def create_numbers_a_name_that_is_taken(parts: Parts) -> None:
    """A create with a name that another fleet has is answered with a number behind it."""

    async def numbering(inner: Handler, world: World, call: Call) -> Reply:
        name = call.body.get("fleetName")
        others = [fleet.name for fleet in world.store.fleets_by_id.values()]
        reply = await inner(world, call)
        return Reply(201, {**reply.body, "fleetName": f"{name} (2)"}) if name and name in others else reply

    parts.wrap("create_fleet", numbering)


@fault(breaks={"create.name-holds-100-characters"})
def create_refuses_a_name_of_more_than_255_bytes(parts: Parts) -> None:
    """A name that a column of 255 bytes cannot hold is refused by create, though few characters make it up."""
    parts.answer_with(
        "create_fleet", 400, lambda call: len(str(body_of(call).get("fleetName")).encode()) > BYTES_OF_A_WIDE_COLUMN
    )


@fault(breaks={"create.name-holds-100-characters"})
def create_measures_names_as_they_are_escaped(parts: Parts) -> None:
    """A name that has more than 100 characters once it is escaped for a web page is refused by create."""
    parts.answer_with("create_fleet", 400, lambda call: len(escape(str(body_of(call).get("fleetName")))) > LIMIT)
