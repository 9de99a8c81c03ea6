"""Pages for people: the document as the Swagger UI and tools load it.

Every URL in it is relative, so that it holds below a base path and behind a proxy that adds or takes away a prefix.
"""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from fleet_contract.mock_server.messages import to_bytes
from fleet_contract.spec.files import to_yaml

DOCUMENT_FROM_UI = "../openapi.json"
SERVERS = [{"url": ".", "description": "This mock."}]


def pages(document: dict[str, Any]) -> Mapping[str, Callable[[], Response]]:
    """Return what makes each of the pages that show a document, by path."""
    shown = {**document, "servers": SERVERS}
    return {
        "/openapi.json": lambda: Response(to_bytes(shown), media_type="application/json"),
        "/openapi.yaml": lambda: Response(to_yaml(shown), media_type="application/yaml"),
        "/ui": lambda: RedirectResponse("ui/"),
    }
