"""Lists of charging keys that never end."""

import json
from dataclasses import replace

from .rows import Row, Rows
from .servers import Response


def _lists(response: Response) -> bool:
    return response.request.method == "GET" and "/charging-keys" in response.request.path and response.status == 200


def empty_without_end(response: Response) -> bytes:
    """Answer every list with an empty page that leads on."""
    page = json.dumps({"keys": [], "cursor": f"c{response.request.number}"}).encode()
    return replace(response, body=page).wire() if _lists(response) else response.wire()


def full_without_end(response: Response) -> bytes:
    """Let every page lead on, whatever is on it."""
    if not _lists(response):
        return response.wire()
    page = {**json.loads(response.body), "cursor": f"c{response.request.number}"}
    return replace(response, body=json.dumps(page).encode()).wire()


ROWS: Rows = {
    "empty pages without end": Row(
        "keys.paging-ends", empty_without_end, code=1, breaks=frozenset({"keys.paging-ends"})
    ),
    "pages without end": Row("keys.paging-ends", full_without_end, code=1, breaks=frozenset({"keys.paging-ends"})),
}
