"""A client of a mock in the same process, which holds every answer against the document."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30ReadValidator

from fleet_contract.mock_server import clock, heads
from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.control.document import resolved
from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.document import document, operations

DOCUMENT = resolved(document(), document())
OPERATIONS = {
    (operation.method, re.compile(re.sub(r"{\w+}", "[^/]+", operation.path))): operation
    for operation in operations(DOCUMENT)
}
UNSET: Any = object()


class Client:
    """Calls a mock; an answer of a documented operation that the document does not allow fails the test."""

    def __init__(self, made: Parts, key: str | None = "demo-key") -> None:
        self.app = build(made)
        self.key = key
        self.is_honest = not made.misbehaviours

    def __call__(self, method: str, path: str, json: Any = UNSET, **more: Any) -> httpx.Response:
        key = more.pop("key", self.key)
        headers = {"X-API-Key": key} if key is not None else {}
        headers.update(more.pop("headers", {}))
        if json is not UNSET:
            more["json"] = json
        answer = asyncio.run(self._call(method, path, headers=headers, **more))
        if self.is_honest:
            require_documented(method, path, answer)
        return answer

    async def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            return await client.request(method, path, **more)

    def create(self, id: Any, *name: Any, **more: Any) -> httpx.Response:
        body = {"fleetId": id, **({"fleetName": name[0]} if name else {})}
        return self("POST", "/emp/v1/fleets", body, **more)

    def rename(self, id: str, name: Any, **more: Any) -> httpx.Response:
        return self("PUT", f"/emp/v1/fleets/{id}/rename", {"newName": name}, **more)

    def codes(self, id: str, **more: Any) -> httpx.Response:
        return self("GET", f"/emp/v1/fleets/{id}/invitation", **more)

    def create_key(self, identifier: str = "04AA", **fields: Any) -> httpx.Response:
        body = {"keyIdentifier": identifier, "visualNumber": "V-1", "contractId": "C-1", **fields}
        return self("POST", "/emp/v1/charging-keys", body)

    def keys(self, query: str = "", **more: Any) -> httpx.Response:
        return self("GET", f"/emp/v1/charging-keys{query}", **more)


def require_documented(method: str, path: str, answer: httpx.Response) -> None:
    """Fail unless the document has the status of an answer, and its body where it describes one."""
    raw = path.split("?", maxsplit=1)[0]
    found = [each for (verb, pattern), each in OPERATIONS.items() if verb == method and pattern.fullmatch(raw)]
    if not found:
        return
    responses = found[0].description["responses"]
    assert str(answer.status_code) in responses, f"{found[0].id} answered {answer.status_code}"
    content = responses[str(answer.status_code)].get("content", {})
    if content and answer.content:
        media_type = answer.headers["content-type"].split(";")[0]
        described = content.get(media_type) or content["*/*"]
        if "schema" in described:
            OAS30ReadValidator(described["schema"]).validate(answer.json())


@pytest.fixture
def call() -> Client:
    return Client(parts())


@pytest.fixture
def speak() -> Callable[..., Client]:
    return lambda chosen: Client(parts(chosen))


@pytest.fixture(scope="module", params=["httptools and uvloop", "h11 and asyncio"])
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let mocks be served as they are where these packages are installed, and as they are where they are not."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "h11 and asyncio":
            patch.setattr(heads, "httptools", None)
            patch.setattr(clock, "uvloop", None)
        yield


@pytest.fixture(scope="module")
def url(engine: None) -> Iterator[str]:
    del engine
    with serving() as served:
        yield served
