"""Stock Connexion around the mock's own handlers: its routing, parsing, validation and errors, as it comes."""

import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp

from fleet_contract.mock_server.handlers import HANDLERS, Handler
from fleet_contract.mock_server.messages import NOTHING, Call, Fields, to_bytes
from fleet_contract.mock_server.parts import Mock, parts
from fleet_contract.mock_server.refusals import refusal_of, rendered

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion.apps.asynchronous import AsyncApp
    from connexion.context import request as current

TENANT = "demo"


def stock() -> ASGIApp:
    """Return an application of stock Connexion that serves our document by our handlers, with a store of its own."""
    made = parts()
    mock = Mock(made)
    for scheme in made.document["components"]["securitySchemes"].values():
        scheme["x-apikeyInfoFunc"] = f"{__name__}.tenant_of"
    app = AsyncApp(__name__, pythonic_params=False)
    resolver = {id: endpoint(id, handler, mock) for id, handler in HANDLERS.items()}.__getitem__
    app.add_api(made.document, base_path="", resolver=resolver, validate_responses=True)
    return app


def tenant_of(key: str, **_: Any) -> dict[str, str] | None:
    """Return whose key this is, in the words of Connexion's security."""
    tenant = {"demo-key": "demo", "other-key": "other"}.get(key)
    return {"sub": tenant} if tenant else None


def endpoint(id: str, handler: Handler, mock: Mock) -> Callable[..., Awaitable[Response]]:
    """Return a handler as Connexion calls it."""

    async def respond(**arguments: Any) -> Response:
        request: Any = current
        call = Call(request.method, "", Fields(), operation_id=id, tenant=arguments.get("user") or TENANT)
        call.body = arguments.pop("body", None)
        call.path = {name: value for name, value in arguments.items() if name in request.path_params}
        call.query = {name: value for name, value in arguments.items() if name in request.query_params}
        try:
            reply = await handler(mock, call)
        except Exception as wrong:  # noqa: BLE001  (the handler's refusals, as the mock words them)
            answer = rendered(refusal_of(wrong, id), mock.dialect)
            return Response(answer.body, answer.status, headers=dict(answer.headers))
        if reply.body is NOTHING:
            return Response(status_code=reply.status)
        return Response(to_bytes(reply.body), reply.status, headers={"content-type": "application/json"})

    return respond
