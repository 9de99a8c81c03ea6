"""The wire: the outermost layer, where a request becomes a call and every answer leaves whole."""

import gzip
from collections.abc import MutableMapping
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet_contract.mock_server import origins, targets
from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.codings import unpacked
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call
from fleet_contract.mock_server.pages import with_policy
from fleet_contract.mock_server.parts import WITHOUT_CONTENT, Mock
from fleet_contract.mock_server.refusals import Refusal, refusal_of, rendered
from fleet_contract.mock_server.routes import listed

CALL = "fleet_mock.call"
INTERVAL_OF_REFUSALS = 97
MOST_PARAMETERS = 100
PAGES_FOR_PEOPLE = ("/ui", "/openapi.json", "/openapi.yaml")


class Wire:
    """An ASGI application around another: limits the rate, answers what is refused, filters and compresses."""

    def __init__(self, app: ASGIApp, mock: Mock) -> None:
        self.app = app
        self.mock = mock
        self.numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call = call_of(scope)
        answer = self.finished(call, await self.answer(call, scope, receive))
        await sent(origins.shared(answer, call, self.mock.parts.origins), send, head=call.method == "HEAD")

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Answer:
        """Return what a call is answered, a refusal included."""
        try:
            return self.own_answer(call, scope) or await collected(self.app, as_located(scope, call), receive)
        except Exception as wrong:  # noqa: BLE001  (whatever it was, the caller gets an answer)
            return rendered(refusal_of(wrong, call.operation_id), self.mock.dialect)

    def own_answer(self, call: Call, scope: Scope) -> Answer | None:
        """Return the answer to what HTTP and browsers ask of any server, None to all else; raises Refusal."""
        require_one_framing(call, scope["http_version"])
        if origins.is_preflight(call):
            return origins.preflight(call, self.mock.parts.origins)
        targets.read_target(call)
        targets.require_below(self.mock.parts.base_path, call)
        if not is_for_people(call):
            self.limit_the_rate()
        return Answer(204, {"allow": self.allowed(call)}) if call.method == "OPTIONS" else None

    def allowed(self, call: Call) -> str:
        """Return the methods that the target of a call has, as Allow lists them; raises Refusal."""
        if call.raw_path == targets.EVERYTHING:
            return self.mock.routes.allowed_anywhere
        return listed({"GET"}) if is_for_people(call) else self.mock.routes.allowed(call.raw_path)

    def limit_the_rate(self) -> None:
        """Refuse one request in many, where the dialect does."""
        limit = self.mock.dialect["rate.limit"]
        if limit != "unseen" and next(self.numbers) % INTERVAL_OF_REFUSALS == 0:
            headers = {"retry-after": "1"} if limit == "retry-after" else {}
            raise Refusal(Kind.TOO_MANY, "Too many requests; try again in a second.", headers)

    def finished(self, call: Call, answer: Answer) -> Answer:
        """Return an answer as the faults and the dialect want it sent."""
        if is_for_people(call):
            return with_policy(answer)
        for operation_id, change in self.mock.parts.filters:
            if operation_id == call.operation_id:
                answer = change(call, answer)
        if self.mock.dialect["answer.compression"] == "gzip" and answer.body and accepts_gzip(call):
            headers = {**answer.headers, "content-encoding": "gzip", "vary": "Accept-Encoding"}
            answer = replace(answer, headers=headers, body=gzip.compress(answer.body, mtime=0))
        return answer


class Door:
    """An ASGI layer that lets in what is meant for an operation, comes with a key and has a readable body."""

    def __init__(self, app: ASGIApp, mock: Mock) -> None:
        self.app = app
        self.mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            call = scope[CALL]
            await self.admit(call, receive)
            scope = as_routed(scope, call)
        await self.app(scope, receive, send)

    async def admit(self, call: Call, receive: Receive) -> None:
        """Fill in a call; raises Refusal. The key comes first, then the path, then the body."""
        mock = self.mock
        misrouted = None
        try:
            mock.routes.match(call, mock.dialect)
        except Refusal as refusal:
            misrouted = refusal
        call.tenant = mock.access.tenant(call)
        if misrouted or call.operation_id is None:
            raise misrouted or Refusal(Kind.UNKNOWN_PATH, "No operation has this path.")
        if call.raw_query.count(b"&") >= MOST_PARAMETERS:  # Connexion reads them in quadratic time
            raise Refusal(Kind.BAD_PARAMETER, f"The query has more than {MOST_PARAMETERS} parameters.")
        if call.operation_id in mock.routes.with_body:
            call.raw_body = await Incoming(receive).whole(call.header("content-length"))
            call.raw_body = unpacked(call)
        for hook in mock.parts.hooks.get(call.operation_id, ()):
            await hook(mock, call)
        if call.operation_id in mock.routes.with_body:
            call.body = mock.parts.read_body(call, mock.dialect)


def call_of(scope: Scope) -> Call:
    """Return a request as a call, its path as it stood on the wire."""
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    return Call(scope["method"], raw_path.decode("latin-1"), headers, raw_query=scope["query_string"])


def require_one_framing(call: Call, version: str) -> None:
    """Raise Refusal for a body that ends in two ways, or in one that its HTTP lacks (RFC 9112, section 6.1)."""
    framings = {name for name, _ in call.headers} & {"content-length", "transfer-encoding"}
    if len(framings) == 2 or (version == "1.0" and "transfer-encoding" in framings):
        detail = "Transfer-Encoding stands beside Content-Length, or in HTTP/1.0; where the body ends is unclear."
        raise Refusal(Kind.BAD_REQUEST, detail, {"connection": "close"})


def is_for_people(call: Call) -> bool:
    """Say whether a call asks for the Swagger UI or the document it shows."""
    return call.raw_path in PAGES_FOR_PEOPLE or call.raw_path.startswith("/ui/")


def as_located(scope: Scope, call: Call) -> Scope:
    """Return a scope for the layers within, which are asked for GET where the caller wants its headers alone."""
    method = "GET" if call.method == "HEAD" else call.method
    return {**scope, "method": method, "path": call.raw_path, CALL: call}


def as_routed(scope: Scope, call: Call) -> Scope:
    """Return a scope that says, in the words of Connexion's routing, which operation was found."""
    headers = [(name, value) for name, value in scope["headers"] if name not in (b"content-type", b"content-length")]
    if call.raw_body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(call.raw_body)).encode())]
    routing = {"api_base_path": "", "operation_id": call.operation_id}
    extensions = {**scope.get("extensions", {}), "connexion_routing": routing}
    return {**scope, "headers": headers, "path_params": dict(call.path), "extensions": extensions}


async def collected(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Return the whole answer of an application."""
    start: MutableMapping[str, Any] = {}
    body = bytearray()

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, collect)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, bytes(body))


async def sent(answer: Answer, send: Send, *, head: bool) -> None:
    """Send an answer whole; without its body to HEAD."""
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    if answer.status in WITHOUT_CONTENT:
        del headers["content-length"]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})


def accepts_gzip(call: Call) -> bool:
    """Say whether the caller takes gzip (RFC 9110, section 12.5.3)."""
    codings = ",".join(value for name, value in call.headers if name == "accept-encoding").lower().replace(" ", "")
    return any(
        coding in ("gzip", "x-gzip", "*") and weight.rstrip("0.") != "q="
        for coding, _, weight in (each.partition(";") for each in codings.split(","))
    )
