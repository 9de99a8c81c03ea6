"""The URL of a Redis: what it names, without the secrets in it."""

import re
from urllib.parse import urlsplit

from fleet_contract.spec.contradiction import Contradiction

NOT_REDIS = (
    "The store does not name a Redis. Expected redis://[user:password@]host[:port][/database], "
    "rediss://… for TLS, or unix://[user:password@]/path[?db=database]."
)
WRONG_PARAMETERS = (
    "The store's URL has parameters after the question mark that cannot be used. "
    "Expected redis://host, or parameters of redis-py such as rediss://host?ssl_cert_reqs=none. Correct them."
)
DEFAULT_PORT = 6379
DATABASE = re.compile(r"(/\d*)?")


def place_of(url: str) -> str:
    """Return where a URL of Redis leads, without the secrets in it; raises Contradiction."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise Contradiction(NOT_REDIS) from None
    if parts.scheme == "unix" and parts.path:
        return f"unix://{parts.path}"
    if parts.scheme in ("redis", "rediss") and parts.hostname and DATABASE.fullmatch(parts.path):
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}:{port}{parts.path}"
    raise Contradiction(NOT_REDIS)
