"""The application: parts become one ASGI application. No other module knows Connexion."""

import re
import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any, cast

from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fleet_contract.mock_server.complaints import TooManyUnits, complaint, in_words
from fleet_contract.mock_server.handlers import Handler
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import NOTHING, Call, Reply, to_bytes
from fleet_contract.mock_server.pages import DOCUMENT_FROM_UI, pages
from fleet_contract.mock_server.parts import Mock, Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.routes import listed
from fleet_contract.mock_server.wire import CALL, Door, Wire, is_for_people

with warnings.catch_warnings():
    # Connexion imports two modules that say they are deprecated; its users can do nothing about it.
    warnings.simplefilter("ignore")
    from connexion.apps.asynchronous import AsyncApp
    from connexion.context import scope as current_scope
    from connexion.datastructures import MediaTypeDict
    from connexion.json_schema import Draft4RequestValidator
    from connexion.lifecycle import ConnexionRequest
    from connexion.middleware.context import ContextMiddleware
    from connexion.middleware.lifespan import LifespanMiddleware
    from connexion.middleware.request_validation import RequestValidationMiddleware
    from connexion.middleware.response_validation import ResponseValidationMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolver
    from connexion.uri_parsing import OpenAPIURIParser
    from connexion.validators.json import JSONRequestBodyValidator, JSONResponseBodyValidator
    from connexion.validators.parameter import ParameterValidator

# The longest that Python reads has 4300 digits, unless its user sets another limit.
JSON_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,999})")
MEDIA_TYPES = {"none": "application/json", "utf-8": "application/json; charset=utf-8"}


def build(parts: Parts) -> ASGIApp:
    """Return the application that these parts make; raises where the document and the handlers do not fit."""
    mock = Mock(parts)
    app = AsyncApp(
        __name__,
        middlewares=[
            partial(PagesForPeople, pages=pages(parts.document, parts.base_path)),
            partial(Door, mock=mock),
            RequestValidationMiddleware,
            ResponseValidationMiddleware,
            LifespanMiddleware,
            ContextMiddleware,
        ],
    )
    app.add_api(
        parts.document,
        base_path="",
        resolver=Resolver({id: endpoint(handler, mock) for id, handler in parts.handlers.items()}.__getitem__),
        validate_responses=parts.validate_responses,
        validator_map=validators(mock),
        uri_parser_class=cast("Any", AsWritten),
        swagger_ui_options=SwaggerUIOptions(
            swagger_ui_template_arguments={"openapi_spec_url": DOCUMENT_FROM_UI}, serve_spec=False
        ),
    )
    # Left to itself, Connexion builds this on the first request, and a document that does not fit starts well.
    app.middleware.app, app.middleware.middleware_stack = app.middleware._build_middleware_stack()
    return Wire(app, mock)


class PagesForPeople(SwaggerUIMiddleware):
    """Shows the Swagger UI, and sees no other request, to which its redirects might apply."""

    def __init__(self, app: ASGIApp, *, pages: Mapping[str, Callable[[], Response]]) -> None:
        super().__init__(app)
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_for_people(scope[CALL]):
            await self.app(scope, receive, send)
            return
        if scope["method"] != "GET":
            raise Refusal(Kind.WRONG_METHOD, "A page is only read.", {"allow": listed({"GET"})})
        page = self._pages.get(scope["path"])
        await (page() if page else super().__call__)(scope, receive, send)


def endpoint(handler: Handler, mock: Mock) -> Callable[[], Awaitable[Response]]:
    """Return a handler as Connexion calls it; Connexion is not asked for arguments, the call has them."""

    async def answer() -> Response:
        return response(await handler(mock, current_scope[CALL]), mock)

    return answer


def response(reply: Reply, mock: Mock) -> Response:
    if reply.body is NOTHING:
        return Response(status_code=reply.status)
    media_type = MEDIA_TYPES[mock.dialect["answer.charset"]]
    return Response(to_bytes(reply.body), reply.status, headers={"content-type": media_type})


def validators(mock: Mock) -> dict[str, Any]:
    """Return the validators that stand in Connexion's places."""
    units = mock.dialect["length.unit"]
    return {
        "parameter": Parameters,
        "body": MediaTypeDict({"*/*": partial(Body, checker=CHECKERS[units])}),
        "response": MediaTypeDict({"*/*": ResponseBody}),
    }


class AsWritten(OpenAPIURIParser):
    """Reads parameters as OpenAPI writes them: an integer as JSON does (RFC 8259, section 6), not as Python does."""

    def resolve_params(self, params: dict[str, Any], _in: str) -> dict[str, Any]:
        """Return the parameters with their values; of one that comes twice the last."""
        return {name: self._value(name, values[-1] if _in == "query" else values) for name, values in params.items()}

    def _value(self, name: str, text: str) -> str | int:
        is_integer = self.param_schemas.get(name, {}).get("type") == "integer"
        return int(text) if is_integer and JSON_INTEGER.fullmatch(text) else text


class Parameters(ParameterValidator):
    """Validates the parameters of a call, and keeps their values in it."""

    def validate(self, scope: Scope) -> None:
        untyped: Any = super()
        request = cast("Any", ConnexionRequest)(scope, uri_parser=self.uri_parser)
        untyped.validate_request(request)
        call: Call = scope[CALL]
        call.query = dict(request.query_params)
        scope["path_params"] = {}  # Connexion would hand them to the endpoint, which takes the call instead.

    @staticmethod
    def validate_parameter(
        parameter_type: str, value: Any, param: dict[str, Any], param_name: str | None = None
    ) -> None:
        """Raise Refusal for a value that is not as the document says."""
        del parameter_type, param_name
        if value is None:
            return
        for error in Draft4Validator(param["schema"]).iter_errors(value):
            kind = Kind.BAD_PAGE_SIZE if error.validator in ("minimum", "maximum") else Kind.BAD_PARAMETER
            raise Refusal(kind, in_words(error, param["name"]))


class Body(JSONRequestBodyValidator):
    """Validates the body of a call, which has been read already."""

    def __init__(self, *, checker: type[Draft4Validator], **settings: Any) -> None:
        super().__init__(**settings)
        self._checker = checker

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Raise Refusal for a body that is not as the document says."""
        refusal = complaint(self._checker(self._schema).iter_errors(scope[CALL].body))
        if refusal is not None:
            raise refusal
        return receive, scope


class ResponseBody(JSONResponseBodyValidator):
    """Validates the body of a response; one without a body has nothing to validate."""

    def _validate(self, body: Any) -> None:
        if body is not None:
            super()._validate(body)


def _at_most_utf_16_units(_: Any, limit: int, instance: Any, schema: Any) -> Iterator[ValidationError]:
    del schema
    if isinstance(instance, str):
        units = len(instance.encode("utf-16-le")) // 2
        if units > limit:
            yield TooManyUnits(f"{units} UTF-16 code units")


CHECKERS = {
    "code-points": Draft4RequestValidator,
    "utf-16": cast("Any", extend)(Draft4RequestValidator, {"maxLength": _at_most_utf_16_units}),
}
