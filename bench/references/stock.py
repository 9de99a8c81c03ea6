"""Stock Connexion with our document, its own validation of requests and responses, and fleets in a dictionary."""

import warnings
from typing import Any

from bench.references.keys import with_keys
from fleet_contract.spec.document import document

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion.apps.asynchronous import AsyncApp

PROBLEM = {"Content-Type": "application/problem+json"}

fleets: dict[str, dict[str, Any]] = {
    "acme-corp-001": {"fleetId": "acme-corp-001", "fleetName": "Acme Corporation Fleet"}
}


async def create_fleet(body: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
    if body["fleetId"] in fleets:
        return {"title": "Conflict", "status": 409}, 409, PROBLEM
    fleets[body["fleetId"]] = dict(body)
    return body, 201, {"Content-Type": "application/json"}


async def rename_fleet(fleetId: str, body: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:  # noqa: N803  (Connexion passes it by name)
    if fleetId not in fleets:
        return {"title": "Not Found", "status": 404}, 404, PROBLEM
    fleets[fleetId]["fleetName"] = body["newName"]
    return fleets[fleetId], 200, {"Content-Type": "application/json"}


async def get_invitation_codes(fleetId: str) -> tuple[Any, int, dict[str, str]]:  # noqa: N803  (Connexion passes it by name)
    if fleetId not in fleets:
        return {"title": "Not Found", "status": 404}, 404, PROBLEM
    return [{"code": "FLEET2024ABC"}, {"code": "FLEET2024XYZ"}], 200, {"Content-Type": "application/json"}


async def unused(**_: Any) -> tuple[Any, int]:
    """Stand where the workloads send nothing."""
    return {}, 200


HANDLERS = {each.__name__: each for each in (create_fleet, rename_fleet, get_invitation_codes)}


def handler(operation_id: str) -> Any:
    """Return the coroutine that handles an operation."""
    return HANDLERS.get(operation_id, unused)


app = AsyncApp(__name__)
app.add_api(with_keys(document()), base_path="", resolver=handler, validate_responses=True)
