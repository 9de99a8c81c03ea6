"""Pages for people: the document as the Swagger UI and tools load it.

Every URL in it is relative, so that it holds below a base path and behind a proxy that adds or takes away a prefix.
"""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from fleet_contract.mock_server.messages import to_bytes
from fleet_contract.spec.files import to_yaml

DOCUMENT_FROM_UI = "../openapi.json"


def pages(document: dict[str, Any], base_path: str) -> Mapping[str, Callable[[], Response]]:
    """Return what makes each of the pages that show a document, by path."""
    shown = {**document, "servers": [{"url": own_url(base_path), "description": "This mock."}]}
    return {
        "/openapi.json": lambda: Response(to_bytes(shown), media_type="application/json"),
        "/openapi.yaml": lambda: Response(to_yaml(shown), media_type="application/yaml"),
        "/ui": lambda: RedirectResponse("ui/"),
    }


def own_url(base_path: str) -> str:
    """Return the URL of what is below a base path, relative to the document there.

    It names the base path, where `.` would do, for tools that read a relative URL as one below the host.
    """
    return "../" * base_path.count("/") + base_path.removeprefix("/") or "."
