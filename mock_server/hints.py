"""Hints: what a refusal as terse as a server's cannot say, for the header Mock-Hint, in every dialect."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.store import Fleet, Store, StoreUnavailable
from fleet_contract.spec.dialect import Dialect

LONGEST_NAME = 60

Hint = Callable[[Call, Fleet | None], str]


def of_a_fleet(call: Call, fleet: Fleet | None) -> str:
    """Say what is known of the fleet that a call names and does not find."""
    if fleet is None:
        return f"No tenant has a fleet with this id in world {call.world}."
    if fleet.tenant != call.tenant:
        return f"This fleet belongs to tenant {shown(fleet.tenant)}, and X-API-Key to tenant {shown(call.tenant)}."
    return "This fleet exists and cannot be found yet: the dialect delays reads (read.delay)."


def of_codes(_: Call, fleet: Fleet | None) -> str:
    state = "has no active invitation code any more" if fleet and fleet.codes else "never had an invitation code"
    return f"This fleet exists, but {state}. POST /_mock/fleets/ID/codes adds one."


def of_a_taken_id(call: Call, fleet: Fleet | None) -> str:
    if fleet is None or fleet.tenant == call.tenant:
        return "This tenant has the fleet already. POST /_mock/reset begins anew."
    return f"The fleet with this id belongs to tenant {shown(fleet.tenant)}; ids are unique among all tenants."


def of_room(_: Call, __: Fleet | None) -> str:
    return "POST /_mock/reset begins anew, and --max-fleets allows more."


HINTS: Mapping[Kind, Hint] = MappingProxyType(
    {
        Kind.UNKNOWN_FLEET: of_a_fleet,
        Kind.FLEET_WITHOUT_KEYS: of_a_fleet,
        Kind.FLEET_WITHOUT_PRICES: of_a_fleet,
        Kind.FOREIGN_FLEET: of_a_fleet,
        Kind.FOREIGN_FLEET_RENAMED: of_a_fleet,
        Kind.FOREIGN_FLEET_WITHOUT_CODES: of_a_fleet,
        Kind.TOO_MANY_FLEETS: of_room,
        Kind.NO_CODES: of_codes,
        Kind.FLEET_ID_TAKEN: of_a_taken_id,
    }
)


async def hint_of(kind: Kind, call: Call, store: Store, dialect: Dialect) -> str:
    """Return what a developer may want to know of a refusal, empty where there is nothing more to say."""
    hint = HINTS.get(kind)
    id = named(call)
    if hint is None or not isinstance(id, str):
        return ""
    with suppress(StoreUnavailable, UnicodeEncodeError):
        return hint(call, await store.fleet(forms.tidy_id(id, dialect)))
    return ""


def named(call: Call) -> Any:
    """Return the id of the fleet that a call names, None where it names none."""
    in_body = call.body.get("fleetId") if isinstance(call.body, dict) else None
    return call.path.get("fleetId") or call.query.get("fleetId") or in_body


def shown(tenant: str) -> str:
    """Return the name of a tenant as a header field carries it."""
    return ascii(tenant)[:LONGEST_NAME]
