"""Faults in listing the invitation codes of a fleet."""

from collections import Counter
from dataclasses import replace
from itertools import count

from fleet_contract.mock_server.faults.calls import query_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.faults.unknown import mark_strangers
from fleet_contract.mock_server.handlers import Handler, World, new_code
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import NOTHING, Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import Code, Fleet, ForeignFleet, NoActiveCodes, NoSuchFleet
from fleet_contract.mock_server.store.plain import PlainStore

OPERATION = "get_invitation_codes"


@fault(breaks={"invitation.lists-the-codes"})
def codes_are_answered_206(parts: Parts) -> None:
    """The list of codes is answered as partial content."""
    parts.answer_with(OPERATION, 206)


@fault(breaks={"invitation.lists-the-codes"})
def codes_are_hidden_beside_an_inactive_one(parts: Parts) -> None:
    """A fleet with an inactive code is answered 404, whatever active ones it has."""

    class Hiding(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            if any(not code.active for code in self.find(tenant, id).codes):
                raise NoActiveCodes("The fleet has no active invitation code.")
            return await super().codes(tenant, id)

    parts.mix_into_store(Hiding)


@fault(breaks={"invitation.answers-an-array-of-codes"})
def codes_are_wrapped(parts: Parts) -> None:
    """The codes are answered inside an object."""
    parts.change_answer(OPERATION, lambda codes, _: {"codes": codes})


@fault(breaks={"invitation.answers-an-array-of-codes"})
def codes_are_plain_strings(parts: Parts) -> None:
    """The codes are answered as strings and not as objects."""
    parts.change_answer(OPERATION, lambda codes, _: [each["code"] for each in codes])


@fault(breaks={"invitation.answers-an-array-of-codes"})
def the_code_has_another_name(parts: Parts) -> None:
    """The property with the code is called invitationCode."""
    parts.change_answer(OPERATION, lambda codes, _: [{"invitationCode": each["code"]} for each in codes])


@fault(breaks={"invitation.answers-an-array-of-codes"})
def the_last_item_is_null(parts: Parts) -> None:
    """The array of codes ends with null."""
    parts.change_answer(OPERATION, lambda codes, _: [*codes, None])


@fault(breaks={"invitation.lists-every-active-code"})
def only_the_first_code_is_listed(parts: Parts) -> None:
    """Of several active codes the first is listed."""
    parts.change_answer(OPERATION, lambda codes, _: codes[:1])


@fault(breaks={"invitation.lists-every-active-code", "invitation.reading-changes-nothing"})
def codes_are_listed_in_turn(parts: Parts) -> None:
    """Every other reading leaves out the last of several codes."""
    readings = count()

    def some(codes: Json, call: Call) -> Json:
        del call
        return codes[:-1] if len(codes) > 1 and next(readings) % 2 else codes

    parts.change_answer(OPERATION, some)


@fault(breaks={"invitation.lists-only-active-codes"})
def inactive_codes_are_listed_too(parts: Parts) -> None:
    """A fleet with active codes shows its inactive ones beside them."""

    class Showing(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            await super().codes(tenant, id)
            return [code.code for code in self.find(tenant, id).codes]

    parts.mix_into_store(Showing)


@fault(breaks={"invitation.lists-only-active-codes"})
def codes_of_all_fleets_are_listed(parts: Parts) -> None:
    """A fleet with active codes shows those of other organizations' fleets beside them."""

    class Mixing(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            own = await super().codes(tenant, id)
            others = [fleet for fleet in self.fleets_by_id.values() if fleet.tenant != tenant]
            return own + [code.code for fleet in others for code in fleet.codes if code.active]

    parts.mix_into_store(Mixing)


@fault(breaks={"invitation.without-codes-is-404"})
def no_codes_are_an_empty_list(parts: Parts) -> None:
    """A fleet without active codes is answered 200 with an empty list."""
    parts.schema("InvitationCodes").pop("minItems")

    async def empty(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoActiveCodes:
            return Reply(200, [])

    parts.wrap(OPERATION, empty)


@fault(breaks={"invitation.without-codes-is-404"})
def no_codes_are_a_conflict(parts: Parts) -> None:
    """A fleet without active codes is answered 409."""

    async def conflicting(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoActiveCodes as none:
            raise Refusal(Kind.FLEET_ID_TAKEN, str(none)) from None

    parts.wrap(OPERATION, conflicting)


@fault(breaks={"invitation.unknown-fleet-is-404"})
def codes_of_an_unknown_fleet_are_forbidden(parts: Parts) -> None:
    """The codes of an id that no fleet has are answered 403."""

    class Secretive(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            try:
                return await super().codes(tenant, id)
            except NoSuchFleet as none:
                raise ForeignFleet(str(none)) from None

    parts.mix_into_store(Secretive)


@fault(breaks={"invitation.unknown-fleet-is-404"})
def an_unknown_fleet_has_a_code(parts: Parts) -> None:
    """The codes of an id that no fleet has are answered with one that was made up."""

    class Inventing(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            return [new_code()] if self.at(id) is None else await super().codes(tenant, id)

    parts.mix_into_store(Inventing)


@fault(breaks={"invitation.unknown-fleet-is-404"})
def codes_of_a_stranger_are_none(parts: Parts) -> None:
    """The codes of an id that has nothing to do with any fleet are answered 204."""
    mark_strangers(parts, OPERATION, 204)


@fault(breaks={"invitation.foreign-fleet-is-403"})
def a_foreign_fleet_is_unknown(parts: Parts) -> None:
    """The codes of another organization's fleet are answered 404, though it has some."""
    parts.refuse_with(OPERATION, 404, Kind.FOREIGN_FLEET)


@fault(breaks={"invitation.foreign-fleet-is-403"})
def codes_are_shown_to_everybody(parts: Parts) -> None:
    """The codes of another organization's fleet are answered 200."""

    class Open(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            fleet = self.at(id)
            return await super().codes(fleet.tenant if fleet else tenant, id)

    parts.mix_into_store(Open)


@fault(breaks={"invitation.reading-changes-nothing", "invitation.lists-only-active-codes"})
def a_second_reading_adds_a_code(parts: Parts) -> None:
    """Every reading but the first adds an active code to the fleet."""

    class Adding(PlainStore):
        read: frozenset[str] = frozenset()

        async def codes(self, tenant: str, id: str) -> list[str]:
            codes = await super().codes(tenant, id)
            fleet = self.find(tenant, id)
            if fleet.id in self.read:
                self.keep(replace(fleet, codes=(*fleet.codes, Code(new_code()))))
            self.read |= {fleet.id}
            return codes

    parts.mix_into_store(Adding)


@fault(breaks={"invitation.reading-changes-nothing"})
def a_rename_replaces_the_codes(parts: Parts) -> None:
    """A renamed fleet has a new code in the place of those it had."""

    class Replacing(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            fleet = await super().rename(tenant, id, name)
            return self.keep(replace(fleet, codes=(Code(new_code()),)))

    parts.mix_into_store(Replacing)


@fault(breaks={"invitation.lists-every-active-code", "invitation.lists-only-active-codes"})
def codes_are_listed_in_lower_case(parts: Parts) -> None:
    """Codes are listed in lower case."""
    parts.change_answer(OPERATION, lambda codes, _: [{"code": each["code"].lower()} for each in codes])


@fault(breaks={"invitation.lists-every-active-code", "invitation.lists-only-active-codes"})
def codes_are_masked(parts: Parts) -> None:
    """Of every code the last three characters are hidden."""
    parts.change_answer(OPERATION, lambda codes, _: [{"code": f"{each['code'][:-3]}***"} for each in codes])


@fault(breaks={"invitation.lists-every-active-code"})
def the_last_code_is_not_listed(parts: Parts) -> None:
    """Of several active codes all but the last are listed."""
    parts.change_answer(OPERATION, lambda codes, _: codes[: max(len(codes) - 1, 1)])


@fault(breaks={"invitation.answers-an-array-of-codes"})
def codes_are_an_object_by_number(parts: Parts) -> None:
    """The codes are answered as an object whose members are numbers."""
    parts.change_answer(OPERATION, lambda codes, _: {str(number): each for number, each in enumerate(codes)})


@fault(breaks={"invitation.answers-an-array-of-codes"})
def the_only_array_is_in_an_array(parts: Parts) -> None:
    """The array of codes is the only item of another one."""
    parts.change_answer(OPERATION, lambda codes, _: [codes])


@fault(breaks={"invitation.answers-an-array-of-codes"})
def codes_are_objects_themselves(parts: Parts) -> None:
    """Every code is an object with a value in it."""
    parts.change_answer(OPERATION, lambda codes, _: [{"code": {"value": each["code"]}} for each in codes])


@fault(breaks={"invitation.answers-an-array-of-codes"})
def an_empty_code_is_listed(parts: Parts) -> None:
    """Beside the codes an empty one is listed."""
    parts.change_answer(OPERATION, lambda codes, _: [*codes, {"code": ""}])


@fault(breaks={"invitation.lists-only-active-codes"})
def the_id_is_listed_as_a_code(parts: Parts) -> None:
    """Beside the codes the id of the fleet is listed as one."""
    parts.change_answer(OPERATION, lambda codes, call: [*codes, {"code": call.path["fleetId"]}])


@fault(breaks={"invitation.without-codes-is-404"})
def inactive_codes_stand_in(parts: Parts) -> None:
    """A fleet without active codes is shown its inactive ones."""

    class Standing(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            fleet = self.find(tenant, id)
            inactive = [code.code for code in fleet.codes]
            has_active = any(code.active for code in fleet.codes)
            return await super().codes(tenant, id) if has_active or not inactive else inactive

    parts.mix_into_store(Standing)


@fault(breaks={"invitation.without-codes-is-404"})
def no_codes_are_no_content(parts: Parts) -> None:
    """A fleet of whose codes none is active any more is answered 204."""

    async def nothing(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoActiveCodes:
            if world.store.find(call.tenant, call.path["fleetId"]).codes:
                return Reply(204, NOTHING)
            raise

    parts.wrap(OPERATION, nothing)


@fault(breaks={"invitation.without-codes-is-404"})
def no_codes_are_forbidden(parts: Parts) -> None:
    """A fleet without active codes is answered 403."""

    class Secretive(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            try:
                return await super().codes(tenant, id)
            except NoActiveCodes as none:
                raise ForeignFleet(str(none)) from None

    parts.mix_into_store(Secretive)


@fault(breaks={"invitation.unknown-fleet-is-404"})
def codes_of_an_unknown_fleet_are_a_bad_request(parts: Parts) -> None:
    """The codes of an id that no fleet has are answered 400."""

    async def refusing(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoSuchFleet as none:
            raise Refusal(Kind.BAD_PARAMETER, str(none)) from None

    parts.wrap(OPERATION, refusing)


@fault(breaks={"invitation.foreign-fleet-is-403"})
def a_foreign_fleet_is_refused_with_200(parts: Parts) -> None:
    """The codes of another organization's fleet are answered 200 with a problem for a body."""
    parts.refuse_with(OPERATION, 200, Kind.FOREIGN_FLEET, Kind.FOREIGN_FLEET_WITHOUT_CODES)


@fault(breaks={"invitation.foreign-fleet-is-403"})
def a_foreign_fleet_is_unauthorized(parts: Parts) -> None:
    """The codes of another organization's fleet are answered 401."""
    parts.refuse_with(OPERATION, 401, Kind.FOREIGN_FLEET, Kind.FOREIGN_FLEET_WITHOUT_CODES)


@fault(breaks={"invitation.reading-changes-nothing"})
def every_reading_lists_the_first_code_once_more(parts: Parts) -> None:
    """A list of codes begins with its first one as often as it has been read."""
    readings: Counter[str] = Counter()

    class Adding(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            codes = await super().codes(tenant, id)
            readings[id] += 1
            return codes[:1] * (readings[id] - 1) + codes

    parts.mix_into_store(Adding)


@fault(breaks={"invitation.without-codes-is-404"})
def codes_of_the_fleet_in_the_query_are_listed(parts: Parts) -> None:
    """The codes are those of the fleet that the query names, whoever has it, once it is clear whose the path's is."""

    async def misled(inner: Handler, world: World, call: Call) -> Reply:
        named = world.store.at(query_of(call).get("fleetId", ""))
        if named is None:
            return await inner(world, call)
        await world.store.require_fleet(call.tenant, call.path["fleetId"])
        return Reply(200, [{"code": code} for code in await world.store.codes(named.tenant, named.id)])

    parts.wrap("get_invitation_codes", misled)


@fault(breaks={"invitation.lists-the-codes"})
def codes_are_never_modified(parts: Parts) -> None:
    """The codes are answered 304 to whoever has others already, whichever they are."""
    parts.answer_with("get_invitation_codes", 304, lambda call: call.header("if-none-match") is not None)
