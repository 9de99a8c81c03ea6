"""Starlette with fleets in a dictionary and checks by hand: what most people would write."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LIMIT = 100
KEY = "demo-key"
CODES = [{"code": "FLEET2024ABC"}, {"code": "FLEET2024XYZ"}]

fleets: dict[str, str | None] = {"acme-corp-001": "Acme Corporation Fleet"}


def problem(status: int, title: str) -> Response:
    return JSONResponse({"title": title, "status": status}, status, media_type="application/problem+json")


async def read(request: Request) -> dict[str, Any]:
    if request.headers.get("x-api-key") != KEY:
        raise HTTPException(401)
    value: dict[str, Any] = await request.json() if request.method != "GET" else {}
    return value


def is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LIMIT


async def create(request: Request) -> Response:
    value = await read(request)
    id: Any = value.get("fleetId")
    name: Any = value.get("fleetName")
    if not is_text(id) or not (name is None or is_text(name)):
        return problem(400, "Bad Request")
    if id in fleets:
        return problem(409, "Conflict")
    fleets[id] = name
    return JSONResponse({"fleetId": id, "fleetName": name}, 201)


async def rename(request: Request) -> Response:
    value = await read(request)
    id, name = request.path_params["id"], value.get("newName")
    if not is_text(name):
        return problem(400, "Bad Request")
    if id not in fleets:
        return problem(404, "Not Found")
    fleets[id] = name
    return JSONResponse({"fleetId": id, "fleetName": name})


async def invitation(request: Request) -> Response:
    await read(request)
    return JSONResponse(CODES) if request.path_params["id"] in fleets else problem(404, "Not Found")


app = Starlette(
    routes=[
        Route("/emp/v1/fleets", create, methods=["POST"]),
        Route("/emp/v1/fleets/{id}/rename", rename, methods=["PUT"]),
        Route("/emp/v1/fleets/{id}/invitation", invitation),
    ]
)
