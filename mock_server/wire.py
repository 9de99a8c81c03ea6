"""The wire: the outermost layer, where a request becomes a call and every answer leaves whole."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet_contract.mock_server import origins, targets
from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import WITHOUT_CONTENT, Answer, Call
from fleet_contract.mock_server.pages import with_policy
from fleet_contract.mock_server.refusals import Refusal, refusal_of, rendered
from fleet_contract.mock_server.routes import listed
from fleet_contract.mock_server.service import Service
from fleet_contract.mock_server.store import Store

PAGES_FOR_PEOPLE = ("/ui", "/openapi.json", "/openapi.yaml")


class Wire:
    """An ASGI application: answers what HTTP and browsers ask of any server, and leaves calls to the service."""

    def __init__(self, service: Service, pages: Mapping[str, Callable[[], Response]], ui: ASGIApp) -> None:
        self.service = service
        self.mock = service.mock
        self.pages = pages
        self.ui = ui

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await lifespan(self.mock.store, receive, send)
            return
        call = call_of(scope)
        answer = await self.answer(call, scope, receive)
        await sent(origins.shared(answer, call, self.mock.parts.origins), send, head=call.method == "HEAD")

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Answer:
        """Return what a request is answered, a refusal included; never raises."""
        try:
            answer = self.own_answer(call, scope)
            if answer is None and is_for_people(call):
                answer = await self.page(call, scope, receive)
        except Exception as wrong:  # noqa: BLE001  (whatever it was, the caller gets an answer)
            answer = rendered(refusal_of(wrong, None), self.mock.dialect)
            return answer if is_for_people(call) else self.service.finish(call, answer)
        return answer or await self.service.answer(call, Incoming(receive))

    def own_answer(self, call: Call, scope: Scope) -> Answer | None:
        """Return the answer to what HTTP and browsers ask of any server, None to all else; raises Refusal."""
        require_one_framing(call, scope["http_version"])
        if origins.is_preflight(call):
            return origins.preflight(call, self.mock.parts.origins)
        targets.read_target(call)
        targets.require_below(self.mock.parts.base_path, call)
        return Answer(204, {"allow": self.allowed(call)}) if call.method == "OPTIONS" else None

    def allowed(self, call: Call) -> str:
        """Return the methods that the target of a call has, as Allow lists them; raises Refusal."""
        if call.raw_path == targets.EVERYTHING:
            return self.mock.routes.allowed_anywhere
        return listed({"GET"}) if is_for_people(call) else self.mock.routes.allowed(call.raw_path)

    async def page(self, call: Call, scope: Scope, receive: Receive) -> Answer:
        """Return a page for people; raises Refusal or HTTPException where there is none."""
        if call.method not in ("GET", "HEAD"):
            raise Refusal(Kind.WRONG_METHOD, "This page can only be read.", {"allow": listed({"GET"})})
        page = self.pages.get(call.raw_path)
        # A range means something to GET alone (RFC 9110, section 14.2).
        headers = [each for each in scope["headers"] if call.method == "GET" or each[0] != b"range"]
        scope = {**scope, "method": "GET", "path": call.raw_path, "headers": headers}
        return with_policy(await collected(page() if page else self.ui, scope, receive))


async def lifespan(store: Store, receive: Receive, send: Send) -> None:
    """Open the store before the first request, and close it after the last."""
    while (message := await receive())["type"] != "lifespan.shutdown":
        await store.open()
        await send({"type": f"{message['type']}.complete"})
    await store.close()
    await send({"type": "lifespan.shutdown.complete"})


def call_of(scope: Scope) -> Call:
    """Return a request as a call, its path as it stood on the wire."""
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Call(scope["method"], raw_path.decode("latin-1"), headers, raw_query=scope["query_string"])


def require_one_framing(call: Call, version: str) -> None:
    """Raise Refusal for a body that ends in two ways, or in one that its HTTP lacks (RFC 9112, section 6.1)."""
    if call.header("transfer-encoding") is None:
        return
    if version == "1.0" or call.header("content-length") is not None:
        detail = "Transfer-Encoding occurs with Content-Length or in HTTP/1.0, so the end of the body is ambiguous."
        raise Refusal(Kind.BAD_REQUEST, detail, {"connection": "close"})


def is_for_people(call: Call) -> bool:
    """Say whether a call asks for the Swagger UI or the document it shows."""
    return call.raw_path in PAGES_FOR_PEOPLE or call.raw_path.startswith("/ui/")


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
    """Send an answer whole, unless it has a delivery of its own; without its body to HEAD."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.status not in WITHOUT_CONTENT:
        raw.append((b"content-length", b"%d" % len(answer.body)))
    start = {"type": "http.response.start", "status": answer.status, "headers": raw}
    body = b"" if head else answer.body
    if answer.deliver is not None:
        await answer.deliver(send, start, body)
        return
    await send(start)
    await send({"type": "http.response.body", "body": body})
