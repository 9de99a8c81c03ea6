"""The wire: the outermost layer, where a request becomes a call and every answer leaves whole."""

from collections.abc import MutableMapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet_contract.mock_server import origins, targets
from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.control.service import ROOT, ControlService, is_for_control
from fleet_contract.mock_server.journal import Journal
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Fields
from fleet_contract.mock_server.pages import pages, with_policy
from fleet_contract.mock_server.refusals import Refusal, refusal_of, rendered
from fleet_contract.mock_server.routes import Routes, listed
from fleet_contract.mock_server.sending import sent
from fleet_contract.mock_server.world import World
from fleet_contract.mock_server.worlds import HEADER, Worlds, without_world
from fleet_contract.spec.dialect import Dialect

PAGES_FOR_PEOPLE = ("/ui", "/openapi.json", "/openapi.yaml")
# Fields that are no lists (RFC 9110, section 5.3), by which somebody decides who calls and what a body is.
STANDING_ONCE = {
    each.lower(): f"{each} occurs twice with two values. Send it once."
    for each in ("X-API-Key", "Authorization", "Content-Type", "Origin")
}
STANDING_ONCE[HEADER] = "The request names two worlds. Name one, in Mock-World or in the path."


class Wire:
    """An ASGI application: answers what HTTP and browsers ask of any server, and leaves calls to a world's service."""

    def __init__(
        self,
        worlds: Worlds,
        ui: ASGIApp,
        control: ControlService | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.worlds = worlds
        self.parts = worlds.parts
        self.ui = ui
        self.control = control
        self.note = journal.note if journal else None

    @property
    def dialect(self) -> Dialect:
        """The dialect that the main world speaks at this moment."""
        return self.worlds.main.mock.dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await lifespan(self.worlds, receive, send)
            return
        call = call_of(scope)
        if ROOT in call.raw_path and await self.is_controlled(call, scope, receive, send):
            return
        began = steady()
        answer = origins.shared(await self.answer(call, scope, receive), call, self.parts.origins)
        if self.note is not None:
            self.note(began, call, answer)
        await sent(answer, send, head=call.method == "HEAD", receive=receive)

    async def is_controlled(self, call: Call, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a call of the control API; False where it is none, and then the world that its path names is told."""
        call.raw_path, named = without_world(call.raw_path, self.parts.base_path)
        if named is not None:
            call.headers = Fields(((HEADER, named), *call.headers))
            call.prefix = f"{ROOT}/worlds/{named}"
        asked = replace(call)
        try:
            require_clear_head(asked, scope["http_version"])
            targets.read_target(asked)
            targets.require_below(self.parts.base_path, asked)
        except Refusal:
            return False  # It is refused as any other call is.
        if self.control is None or not is_for_control(asked.raw_path):
            return False
        # Nothing of this is shared with pages of other origins.
        answer = await self.control.answer(asked, Incoming(receive))
        await sent(answer, send, head=call.method == "HEAD")
        return True

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Answer:
        """Return what a request is answered, a refusal included; never raises."""
        world = self.worlds.main
        try:
            name = call.header(HEADER)
            if name is not None:
                if name not in self.worlds:
                    origins.require_no_foreign_page(call, self.parts.origins)
                world = self.worlds.named(name)
                call.world = name
            answer = self.own_answer(call, scope, world.mock.routes)
            if answer is None and is_for_people(call):
                answer = await self.page(call, scope, receive, world)
        except Exception as wrong:  # noqa: BLE001  (whatever it was, the caller gets an answer)
            answer = rendered(refusal_of(wrong, None), world.mock.dialect)
            return answer if is_for_people(call) else world.service.finish(call, answer)
        return answer or await world.answer(call, Incoming(receive))

    def own_answer(self, call: Call, scope: Scope, routes: Routes) -> Answer | None:
        """Return the answer to what HTTP and browsers ask of any server, None to all else; raises Refusal."""
        require_clear_head(call, scope["http_version"])
        if origins.is_preflight(call):
            return origins.preflight(call, self.parts.origins)
        targets.read_target(call)
        targets.require_below(self.parts.base_path, call)
        return Answer(204, {"allow": self.allowed(call, routes)}) if call.method == "OPTIONS" else None

    def allowed(self, call: Call, routes: Routes) -> str:
        """Return the methods that the target of a call has, as Allow lists them; raises Refusal."""
        if call.raw_path == targets.EVERYTHING:
            return routes.allowed_anywhere
        return listed({"GET"}) if is_for_people(call) else routes.allowed(call.raw_path)

    async def page(self, call: Call, scope: Scope, receive: Receive, world: World) -> Answer:
        """Return a page for people; raises Refusal or HTTPException where there is none."""
        if call.method not in ("GET", "HEAD"):
            raise Refusal(Kind.WRONG_METHOD, "This page can only be read.", {"allow": listed({"GET"})})
        base_path, has_control = self.parts.base_path + call.prefix, self.control is not None
        page = pages(world.mock.parts.document, base_path, has_control=has_control).get(call.raw_path)
        # A range means something to GET alone (RFC 9110, section 14.2).
        headers = [each for each in scope["headers"] if call.method == "GET" or each[0] != b"range"]
        scope = {**scope, "method": "GET", "path": call.raw_path, "headers": headers}
        return with_policy(await collected(page() if page else self.ui, scope, receive))


async def lifespan(worlds: Worlds, receive: Receive, send: Send) -> None:
    """Open the worlds before the first request, and close them after the last."""
    while (message := await receive())["type"] != "lifespan.shutdown":
        await worlds.open()
        await send({"type": f"{message['type']}.complete"})
    await worlds.close()
    await send({"type": "lifespan.shutdown.complete"})


def call_of(scope: Scope) -> Call:
    """Return a request as a call, its path as it stood on the wire."""
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = decoded(tuple(scope["headers"]))
    return Call(scope["method"], raw_path.decode("latin-1"), headers, scope["query_string"])


@lru_cache(maxsize=256)
def decoded(headers: tuple[tuple[bytes, bytes], ...]) -> Fields:
    """Return header fields as text; a client sends the same ones again and again."""
    return Fields(tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]))


def require_clear_head(call: Call, version: str) -> None:
    """Raise Refusal for a head of which two readers may think differently."""
    require_one_framing(call, version)
    for name, value in call.headers if call.headers.repeats else ():
        if name in STANDING_ONCE and call.header(name) != value:
            raise Refusal(Kind.BAD_REQUEST, STANDING_ONCE[name])


def require_one_framing(call: Call, version: str) -> None:
    """Raise Refusal for a body that ends in two ways, or in one that its HTTP lacks (RFC 9112, section 6.1)."""
    if call.header("transfer-encoding") is None:
        return
    if version == "1.0" or call.header("content-length") is not None:
        detail = "Transfer-Encoding occurs with Content-Length or in HTTP/1.0, so the end of the body is ambiguous."
        raise Refusal(Kind.BAD_REQUEST, detail, {"connection": "close"})


def is_for_people(call: Call) -> bool:
    """Say whether a call asks for the Swagger UI, the document it shows, or where to find them."""
    path = call.raw_path
    return path in PAGES_FOR_PEOPLE or path.startswith("/ui/") or path == "/"


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
