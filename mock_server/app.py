"""The application: parts become one ASGI application. No other module knows Connexion.

Connexion loads and resolves the document and its operations once, and serves the Swagger UI; no call of an operation
passes through it.
"""

import json
import warnings
from functools import cache, lru_cache
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from fleet_contract.mock_server.control.service import ControlService
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.journal import Journal
from fleet_contract.mock_server.lengths import UNITS, Unit
from fleet_contract.mock_server.pages import DOCUMENT_FROM_UI
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.plan import Plan, parameters
from fleet_contract.mock_server.schemas import Schema
from fleet_contract.mock_server.wire import Wire
from fleet_contract.mock_server.worlds import Worlds
from fleet_contract.spec.document import operations

with warnings.catch_warnings():
    # Connexion imports two modules that say they are deprecated; its users can do nothing about it.
    warnings.simplefilter("ignore")
    from connexion.middleware.main import ConnexionMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations.openapi import OpenAPIOperation
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolver
    from connexion.spec import Specification


def build(parts: Parts) -> Wire:
    """Return the application that these parts make; raises where the document and the handlers do not fit."""
    journal = Journal(parts.bounds.journal, parts.listener)
    worlds = Worlds(parts, plans, journal.clear)
    control = None if parts.control is None else ControlService(worlds, journal)
    is_written = parts.bounds.journal or parts.listener
    return Wire(worlds, swagger_ui(parts.document), control, journal if is_written else None)


def swagger_ui(document: dict[str, Any]) -> ASGIApp:
    """Return an application that serves the Swagger UI, and raises HTTPException for what is no page of it.

    It is made when somebody looks at it: Connexion validates the document for it once more, and few ever look.
    """

    @cache
    def application() -> ASGIApp:
        made = ConnexionMiddleware(no_page, import_name=__name__, middlewares=[cast("ASGIApp", SwaggerUIMiddleware)])
        urls = {"openapi_spec_url": DOCUMENT_FROM_UI}
        options = SwaggerUIOptions(swagger_ui_template_arguments=urls, serve_spec=False)
        made.add_api(document, base_path="", swagger_ui_options=options)
        return made

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (await run_in_threadpool(application))(scope, receive, send)

    return serve


async def no_page(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive, send
    raise HTTPException(404)


def plans(parts: Parts) -> dict[str, Plan]:
    """Return the plan of each operation by its id; raises where an operation has no handler."""
    specification = specified(json.dumps(parts.document))
    resolver = Resolver(HANDLERS.__getitem__)
    resolved = [
        cast("Any", OpenAPIOperation).from_spec(
            specification, path=each.path, method=each.method.lower(), resolver=resolver
        )
        for each in operations(parts.document)
    ]
    return {operation.operation_id: plan(operation, parts) for operation in resolved}


@lru_cache(16)  # documents of dialects and mutants: nothing else that makes a mock takes as long as validating one
def specified(document: str) -> Any:
    """Return what Connexion reads in a document."""
    return cast("Any", Specification).from_dict(json.loads(document))


def plan(operation: Any, parts: Parts) -> Plan:
    """Return the plan of an operation that Connexion resolved."""
    id, unit = operation.operation_id, UNITS[parts.dialect["length.unit"]]
    return Plan(
        id=id,
        handler=operation.function,
        hooks=tuple(parts.hooks.get(id, ())),
        parameters=parameters(operation.parameters),
        body=Schema(operation.body_schema(), unit) if operation.request_body else None,
        responses=response_schemas(operation.responses, unit) if parts.validate_responses else {},
        described=operation.responses,
    )


def response_schemas(responses: dict[str, Any], unit: Unit) -> dict[int, Schema]:
    """Return the schema of each status that is documented with a body of JSON."""
    return {
        int(status): Schema(described["content"]["application/json"]["schema"], unit)
        for status, described in responses.items()
        if "application/json" in described.get("content", {})
    }
