"""Pages for people: the document as the Swagger UI and tools load it.

Every URL in it is relative, so that it holds below a base path and behind a proxy that adds or takes away a prefix.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from starlette.responses import RedirectResponse, Response

from fleet_contract.mock_server.messages import Answer, to_bytes
from fleet_contract.spec.files import to_yaml

DOCUMENT_FROM_UI = "../openapi.json"
# What a page may load and who may show it (Content Security Policy 3): nothing of another host, and nobody.
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
WELCOME = """\
This is fleet-mock, a mock of the Drive API's Fleet Management.

{base}/emp/v1/             the API; send a key as X-API-Key
{base}/ui/                 the Swagger UI, to try it
{base}/openapi.json        its document, for tools
"""
OF_THE_CONTROL_API = """\
{base}/_mock/ui            what was sent and why it was answered so, fleets, switches: a page
{base}/_mock               state, dialect, misbehaviours, worlds: what may be seen and changed
{base}/_mock/openapi.json  the document of that
"""
INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def pages(
    document: dict[str, Any], base_path: str, *, has_control: bool = True
) -> Mapping[str, Callable[[], Response]]:
    """Return what makes each of the pages that show a document, by path."""
    shown = {**document, "servers": [{"url": own_url(base_path), "description": "This mock."}]}
    return {
        "/": lambda: Response(
            (WELCOME + OF_THE_CONTROL_API * has_control).format(base=base_path), media_type="text/plain"
        ),
        "/openapi.json": lambda: Response(to_bytes(shown), media_type="application/json"),
        "/openapi.yaml": lambda: Response(to_yaml(shown), media_type="application/yaml"),
        "/ui": lambda: RedirectResponse("ui/"),
    }


def own_url(base_path: str) -> str:
    """Return the URL of what is below a base path, relative to the document there.

    It names the base path, where `.` would do, for tools that read a relative URL as one below the host.
    """
    return "../" * base_path.count("/") + base_path.removeprefix("/") or "."


def with_policy(page: Answer) -> Answer:
    """Return a page that runs its own scripts and no others, whatever the text of a document talks it into."""
    if not page.headers.get("content-type", "").startswith("text/html"):
        return page
    hashes = [b64encode(sha256(script).digest()).decode() for script in INLINE_SCRIPT.findall(page.body)]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return replace(page, headers={**page.headers, "content-security-policy": POLICY.format(scripts=scripts)})
