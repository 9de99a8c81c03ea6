"""Pages for people: the document as the Swagger UI and tools load it.

Every URL in it is relative, so that it holds below a base path and behind a proxy that adds or takes away a prefix.
"""

from collections.abc import Mapping
from typing import Any

import yaml
from starlette.responses import RedirectResponse, Response

from fleet_contract.mock_server.messages import to_bytes

DOCUMENT_FROM_UI = "../openapi.json"
SERVERS = [{"url": ".", "description": "This mock."}]


def pages(document: dict[str, Any]) -> Mapping[str, Response]:
    """Return the pages that show a document, by path."""
    shown = {**document, "servers": SERVERS}
    text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)
    return {
        "/openapi.json": Response(to_bytes(shown), media_type="application/json"),
        "/openapi.yaml": Response(text, media_type="application/yaml"),
        "/ui": RedirectResponse("ui/"),
    }
