"""The commands that the mock suggests when it starts, safe to paste into any POSIX shell."""

import json
import shlex
from collections.abc import Iterable, Sequence
from itertools import count
from urllib.parse import quote

from fleet_contract.mock_server.store import Fleet


def curl_lines(url: str, key: str, tenant: str, fleets: Sequence[Fleet], trusted: str = "") -> list[str]:
    """Return commands that a mock at `url` answers with success: for `key`, its `tenant` and the `fleets` of a seed.

    `trusted` is the file of the certificate that curl is to trust, if any.
    """
    new = _free("new-fleet-{:03}", (fleet.id for fleet in fleets))
    # Whatever percent-encodes them, clients take . and .. out of a path.
    own = [fleet for fleet in fleets if fleet.tenant == tenant and fleet.id.strip(".")]
    with_codes = [fleet.id for fleet in own if any(code.active for code in fleet.codes)]
    with_keys = next(iter([*with_codes, *(fleet.id for fleet in own)]), new)
    body = json.dumps({"fleetId": new, "fleetName": _free("My fleet {}", (fleet.name or "" for fleet in fleets))})
    call = ["curl", "-sS", *(["--cacert", trusted] if trusted else []), "-H", f"X-API-Key: {key}"]
    commands = [
        [*call, "-H", "Content-Type: application/json", "-d", body, f"{url}/emp/v1/fleets"],
        *([*call, f"{url}/emp/v1/fleets/{quote(id, safe='')}/invitation"] for id in with_codes[:1]),
        [*call, f"{url}/emp/v1/charging-keys?fleetId={quote(with_keys, safe='')}&page_size=10"],
    ]
    return [shlex.join(command) for command in commands]


def _free(pattern: str, taken: Iterable[str]) -> str:
    """Return the first text of a numbered pattern that is not taken, in whatever dialect texts are compared."""
    compared = {text.strip().lower() for text in taken}
    return next(text for number in count(1) if (text := pattern.format(number)).lower() not in compared)
