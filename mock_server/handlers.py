"""Handlers: one coroutine for each operationId of the document, found here by its name."""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.lengths import UNITS
from fleet_contract.mock_server.messages import NOTHING, Call, Fault, Reply
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, FleetIdTaken, KeyTaken, Store
from fleet_contract.spec.dialect import Dialect

PAGE_SIZES = range(10, 501)
DEFAULT_PAGE_SIZE = 100


class World(Protocol):
    """What a handler works on."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def store(self) -> Store: ...


Handler = Callable[[World, Call], Awaitable[Reply]]


async def create_fleet(world: World, call: Call) -> Reply:
    dialect = world.dialect
    codes = tuple(Code(new_code()) for _ in range(NEW_CODES[dialect["invitation.new-fleet"]]))
    id = forms.new_id(call.body["fleetId"], dialect)
    fleet = Fleet(id, forms.new_name(call.body.get("fleetName"), dialect), call.tenant, codes)
    try:
        made = await world.store.add_fleet(fleet)
    except FleetIdTaken as taken:
        return repeated(fleet, taken, dialect)
    return Reply(int(dialect["create.status"]), forms.shown(made.id, made.name, dialect))


def repeated(fleet: Fleet, taken: FleetIdTaken, dialect: Dialect) -> Reply:
    """Answer a create with a taken id like the first one where the dialect does; raises FleetIdTaken."""
    known = taken.fleet
    identical = (fleet.id, fleet.name, fleet.tenant) == (known.id, known.name, known.tenant)
    if not identical or dialect["duplicate.identical"] == "refused":
        raise taken
    return Reply(int(dialect["duplicate.identical"]), forms.shown(known.id, known.name, dialect))


async def rename_fleet(world: World, call: Call) -> Reply:
    id = id_in_path(call, world.dialect)
    fleet = await world.store.rename(call.tenant, id, forms.next_name(call.body["newName"], world.dialect))
    return Reply(200, forms.shown(fleet.id, fleet.name, world.dialect))


async def get_invitation_codes(world: World, call: Call) -> Reply:
    codes = await world.store.codes(call.tenant, id_in_path(call, world.dialect))
    return Reply(200, [{"code": code} for code in codes])


def id_in_path(call: Call, dialect: Dialect) -> str:
    """Return the fleet id that the path names; raises Refusal when no fleet can have it."""
    id = call.path["fleetId"]
    unit = UNITS[dialect["length.unit"]]
    # What is too long only in UTF-16 is the id of no fleet.
    if len(id) > forms.LONGEST and (length := unit.length(id)) > forms.LONGEST:
        raise Refusal(
            Kind.OVERLONG_ID,
            f"The fleetId in the path has {length} {unit.in_words}; at most {forms.LONGEST} are allowed.",
            fault=Fault(parameter="fleetId", keyword="maxLength", limit=forms.LONGEST, length=length, unit=unit.name),
        )
    return forms.tidy_id(id, dialect)


async def create_charging_key(world: World, call: Call) -> Reply:
    body, dialect = call.body, world.dialect
    key = ChargingKey(
        identifier=forms.next_identifier(body["keyIdentifier"], dialect),
        visual_number=body["visualNumber"],
        contract_id=body["contractId"],
        tenant=call.tenant,
        fleet_id=forms.tidy_id(body["fleetId"], dialect) if "fleetId" in body else None,
        enabled=body.get("enabled", True),
    )
    try:
        key = await world.store.add_key(key)
    except KeyTaken as taken:
        if dialect["key.duplicate"] != "accepted":
            raise
        key = taken.key
    has_body = dialect.get("key.body") == "shown"
    return Reply(int(dialect["key.status"]), listed(key, dialect) if has_body else NOTHING)


async def list_charging_keys(world: World, call: Call) -> Reply:
    fleet_id, cursor = call.query.get("fleetId"), call.query.get("cursor")
    if fleet_id is not None:
        fleet_id = forms.tidy_id(fleet_id, world.dialect)
        if world.dialect["keys.unknown-fleet"] != "empty" and not await world.store.has_fleet(call.tenant, fleet_id):
            raise Refusal(Kind.FLEET_WITHOUT_KEYS, "No fleet has this fleetId.")
    size = call.query.get("page_size", DEFAULT_PAGE_SIZE)
    if size not in PAGE_SIZES and world.dialect["keys.page-size"] == "default":
        size = DEFAULT_PAGE_SIZE
    size = min(max(size, PAGE_SIZES.start), PAGE_SIZES.stop - 1)
    page = await world.store.page(call.tenant, fleet_id, place_of(cursor) if cursor is not None else 0, size)
    answer: dict[str, Any] = {"keys": [listed(key, world.dialect) for key in page.keys]}
    if page.next is not None:
        answer["cursor"] = cursor_to(page.next)
    return Reply(200, answer)


async def get_location(world: World, call: Call) -> Reply:
    fleet_id = call.query.get("fleetId")
    asked = forms.tidy_id(fleet_id, world.dialect) if fleet_id is not None else None
    if asked is not None and world.dialect["location.unknown-fleet"] == "default":
        asked = asked if await world.store.has_fleet(call.tenant, asked) else None
    return Reply(200, await world.store.location(call.tenant, call.path["locationId"], asked))


def listed(key: ChargingKey, dialect: Dialect) -> dict[str, Any]:
    """Return a charging key as answers show it."""
    shown: dict[str, Any] = {
        "keyIdentifier": key.identifier,
        "validTo": key.valid_to,
        "contractId": key.contract_id,
        "visualNumber": key.visual_number,
        "enabled": key.enabled,
    }
    fleet = forms.shown_fleet(key.fleet_id, dialect)
    return shown if fleet is None else {**shown, "fleetId": fleet}


def cursor_to(place: int) -> str:
    """Return the cursor of the page that begins at a place."""
    return base64.urlsafe_b64encode(f"after:{place}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> int:
    """Return the place to which a cursor leads; raises Refusal for one that was never given out."""
    try:
        word, _, place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).partition(
            b":"
        )
    except (binascii.Error, ValueError):
        word, place = b"", b""
    if word != b"after" or not place.isdigit() or cursor_to(int(place[:9])) != cursor:
        raise Refusal(
            Kind.BAD_PARAMETER, "cursor is not one that this server returned.", fault=Fault(parameter="cursor")
        )
    return int(place)


def new_code() -> str:
    return secrets.token_hex(6).upper()


NEW_CODES = {"none": 0, "some": 2}
HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        handler.__name__: handler
        for handler in (
            create_fleet,
            rename_fleet,
            get_invitation_codes,
            create_charging_key,
            list_charging_keys,
            get_location,
        )
    }
)
