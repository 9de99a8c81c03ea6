"""Single records of a world: its tenants and API keys, fleets with their codes, charging keys, locations."""

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from secrets import token_urlsafe

from fleet_contract.mock_server.control.parameters import wrong_parameter
from fleet_contract.mock_server.control.problems import Problem, pointer_to
from fleet_contract.mock_server.describing import described_fleet, described_key, described_location
from fleet_contract.mock_server.handlers import new_code
from fleet_contract.mock_server.messages import NOTHING, Call, Json, Reply
from fleet_contract.mock_server.seed import fleet_of, key_of, location_of
from fleet_contract.mock_server.seed_checks import Complaints, complaints_of_fleet, complaints_of_key, unfit
from fleet_contract.mock_server.store import Code, Fleet
from fleet_contract.mock_server.wording import listed
from fleet_contract.mock_server.world import World
from fleet_contract.spec.files import suggestion

DONE = Reply(204, NOTHING)
MOST_KEYS = 10_000

# --- tenants and API keys ------------------------------------------------------------------------


async def get_api_keys(world: World, _: Call) -> Reply:
    return Reply(200, dict(world.mock.access.tenants))


async def change_api_keys(world: World, call: Call) -> Reply:
    known = world.mock.access.tenants
    for key, tenant in call.body.items():
        if tenant is not None:
            require_fit(key, pointer_to([key]))
        elif key not in known:
            raise Problem(422, "The world has no such API key. GET /_mock/api-keys lists them.", pointer_to([key]))
    merged = {**known, **call.body}
    know(world, {key: tenant for key, tenant in merged.items() if tenant is not None})
    return await get_api_keys(world, call)


async def list_tenants(world: World, _: Call) -> Reply:
    return Reply(200, {"tenants": [shown_tenant(world, tenant) for tenant in tenants_of(world)]})


async def create_tenant(world: World, call: Call) -> Reply:
    tenant, key = call.body["tenant"], call.body.get("apiKey", token_urlsafe(16))
    if tenant in tenants_of(world):
        raise Problem(409, "There is already a tenant of this name.", "/tenant")
    if key in world.mock.access.tenants:
        raise Problem(409, "This API key belongs to another tenant.", "/apiKey")
    require_fit(key, "/apiKey")
    know(world, {**world.mock.access.tenants, key: tenant})
    return Reply(201, shown_tenant(world, tenant))


def know(world: World, keys: Mapping[str, str]) -> None:
    if not keys:
        raise Problem(409, "The world would have no API key. Expected at least one.")
    if len(keys) > MOST_KEYS:
        raise Problem(409, f"The world would have more than {MOST_KEYS} API keys.")
    world.know(keys)


def require_fit(key: str, pointer: str) -> None:
    """Raise Problem for an API key that no request can bring."""
    wrong = unfit(key)
    if wrong:
        raise Problem(422, f"The API key {wrong}.", pointer)


def tenants_of(world: World) -> list[str]:
    """Return the tenants of a world, each once, the first one first."""
    return list(dict.fromkeys(world.mock.access.tenants.values()))


def shown_tenant(world: World, tenant: str) -> Json:
    keys = [key for key, owner in world.mock.access.tenants.items() if owner == tenant]
    return {"tenant": tenant, "apiKeys": keys}


def require_tenant(world: World, body: Json) -> None:
    """Raise Problem for a tenant that no API key belongs to."""
    known = tenants_of(world)
    if body.get("tenant", known[0]) not in known:
        raise Problem(422, no_tenant(body["tenant"], known), "/tenant")


def no_tenant(name: str, known: Collection[str]) -> str:
    """Return in words that a name is none of the tenants that are known."""
    hint = suggestion(name, known)
    return f"No API key belongs to this tenant.{hint} There are {listed([*known])}; POST /_mock/tenants creates one."


def tenant_in_query(world: World, call: Call) -> str | None:
    """Return the tenant that a query names, None where it names none; raises Problem for one that is not there."""
    tenant, known = call.query.get("tenant"), tenants_of(world)
    if tenant is not None and tenant not in known:
        raise wrong_parameter("tenant", no_tenant(tenant, known))
    return tenant


# --- fleets and their codes ----------------------------------------------------------------------


async def list_fleets(world: World, call: Call) -> Reply:
    text = call.query.get("contains", "")
    fleets = world.mock.store.fleets(tenant_in_query(world, call))
    found = (described_fleet(each) async for each in fleets if text in each.id or text in (each.name or ""))
    return Reply(200, {"fleets": await first(found, call.query.get("limit"))})


async def first(found: AsyncGenerator[Json], most: int | None) -> list[Json]:
    """Return so many of what is found, all where no number is given."""
    listed: list[Json] = []
    async with aclosing(found):
        async for each in found:
            listed.append(each)
            if len(listed) == most:
                break
    return listed


async def get_fleet(world: World, call: Call) -> Reply:
    return Reply(200, described_fleet(await fleet_named(world, call)))


async def put_fleet(world: World, call: Call) -> Reply:
    entry = named(call, "fleetId")
    require_tenant(world, entry)
    require_none(complaints_of_fleet(entry))
    known = await world.mock.store.fleet(entry["fleetId"])
    fleet = fleet_of({**entry, "fleetId": known.id} if known else entry, tenants_of(world)[0])
    if known and known.tenant != fleet.tenant:
        await require_no_charging_keys(world, known)
    await world.mock.store.put_fleet(fleet)
    return Reply(200 if known else 201, described_fleet(fleet))


def require_none(complaints: Complaints) -> None:
    """Raise Problem for the first of some complaints about a body."""
    for place, words in complaints:
        raise Problem(422, f"{pointer_to(place)}: {words}", pointer_to(place))


async def require_no_charging_keys(world: World, fleet: Fleet) -> None:
    """Raise Problem where charging keys are in a fleet: they would be in one that is not their tenant's."""
    if await first((described_key(each) async for each in world.mock.store.keys(fleet.tenant, fleet.id)), 1):
        raise Problem(
            409,
            f"Charging keys of {fleet.tenant!r} are in this fleet, so it cannot become another tenant's. Move them to "
            "another fleet or to none first (PUT /_mock/charging-keys/…), or give the fleet the tenant that it has.",
            "/tenant",
        )


async def list_codes(world: World, call: Call) -> Reply:
    fleet = await fleet_named(world, call)
    return Reply(200, {"codes": [shown_code(each) for each in fleet.codes]})


async def add_code(world: World, call: Call) -> Reply:
    code = Code(call.body.get("code") or new_code())
    await fleet_named(world, call)
    await world.mock.store.put_code(call.path["fleetId"], code)
    return Reply(201, shown_code(code))


async def revoke_code(world: World, call: Call) -> Reply:
    fleet, text = await fleet_named(world, call), call.path["code"]
    if text not in [each.code for each in fleet.codes]:
        raise Problem(404, "The fleet has no such invitation code.")
    await world.mock.store.put_code(fleet.id, Code(text, active=False))
    return DONE


async def fleet_named(world: World, call: Call) -> Fleet:
    """Return the fleet that a path names; raises Problem."""
    fleet = await world.mock.store.fleet(call.path["fleetId"])
    if fleet is None:
        raise Problem(404, "No fleet has this fleetId.")
    return fleet


def shown_code(code: Code) -> Json:
    return {"code": code.code, "isActive": code.active}


def named(call: Call, id: str) -> Json:
    """Return the entry that a body describes, with the id that the path gives it; raises Problem for another one."""
    if call.body.get(id, call.path[in_path(call)]) != call.path[in_path(call)]:
        raise Problem(422, f"{id} differs from the one in the path. Leave it out.", f"/{id}")
    return {**call.body, id: call.path[in_path(call)]}


def in_path(call: Call) -> str:
    return next(iter(call.path))


# --- charging keys and locations -----------------------------------------------------------------


async def list_all_charging_keys(world: World, call: Call) -> Reply:
    store, tenant, fleet_id = world.mock.store, tenant_in_query(world, call), call.query.get("fleetId")
    if fleet_id is not None and tenant is None:
        fleet = await store.fleet(fleet_id)
        tenant = fleet.tenant if fleet else ""  # which nobody is
    found = (described_key(each) async for each in store.keys(tenant, fleet_id))
    return Reply(200, {"chargingKeys": await first(found, call.query.get("limit"))})


async def put_charging_key(world: World, call: Call) -> Reply:
    entry = named(call, "keyIdentifier")
    require_tenant(world, entry)
    require_none(complaints_of_key(entry))
    key = key_of(entry, tenants_of(world)[0])
    if key.fleet_id is not None:
        fleet = await world.mock.store.fleet(key.fleet_id)
        if fleet is None or fleet.tenant != key.tenant:
            raise Problem(422, "The tenant has no fleet with this fleetId.", "/fleetId")
        key = replace(key, fleet_id=fleet.id)
    await world.mock.store.put_key(key)
    return Reply(200, described_key(key))


async def list_locations(world: World, _: Call) -> Reply:
    return Reply(200, {"locations": [described_location(each) async for each in world.mock.store.locations()]})


async def put_location(world: World, call: Call) -> Reply:
    location = location_of(named(call, "id"))
    location = replace(location, fleet_prices=await prices_of_fleets(world, location.fleet_prices))
    await world.mock.store.put_location(location)
    return Reply(200, described_location(location))


async def prices_of_fleets(world: World, prices: Mapping[str, Json]) -> dict[str, Json]:
    """Return prices by the ids of their fleets as these have them; raises Problem that names the first wrong one."""
    found: dict[str, Json] = {}
    for fleet_id, price in prices.items():
        fleet = await world.mock.store.fleet(fleet_id)
        if fleet is None or fleet.id in found:
            words = "No fleet has this fleetId." if fleet is None else "Another entry has a price for this fleet."
            raise Problem(422, words, pointer_to(["fleetPrices", fleet_id]))
        found[fleet.id] = price
    return found


HANDLERS = (
    get_api_keys,
    change_api_keys,
    list_tenants,
    create_tenant,
    list_fleets,
    get_fleet,
    put_fleet,
    list_codes,
    add_code,
    revoke_code,
    list_all_charging_keys,
    put_charging_key,
    list_locations,
    put_location,
)
