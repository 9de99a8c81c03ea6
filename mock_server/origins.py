"""Origins: which web pages may use the mock from a browser (CORS, as the Fetch standard defines it).

Pages of this machine may, and those of the origins that the user names.
"""

import re
from collections.abc import Set
from functools import lru_cache

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.files import Contradiction

ANY = "*"
# Methods that no path has are allowed too: a page is to see the 405 rather than a failed preflight.
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
EXPOSED = "Allow, Location, Mock-Hint, Retry-After"
SECONDS_TO_REMEMBER = "600"
VARYING = {"vary": "Origin"}  # what `shared` adds to every answer that has it not yet
NOT_ALLOWED = "Pages of this origin may not use this mock. To allow them, use --cors ORIGIN."
_OF_THIS_MACHINE = re.compile(
    r"https?://(localhost|([a-z0-9-]+\.)+localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?"
)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?P<authority>([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)")
_USUAL_PORT = re.compile(r"(?<=^http)(://.*):80$|(?<=^https)(://.*):443$")


def read_origin(text: str) -> str:
    """Return an origin as browsers send it, or `*` for any; raises Contradiction."""
    origin = text.lower().removesuffix("/")
    if origin not in (ANY, "null") and not _ORIGIN.fullmatch(origin):
        raise Contradiction(
            f"--cors {text!r} is not an origin. Expected what a browser sends as Origin, such as https://app.example "
            "or http://192.168.1.5:3000, without a path, or * for every origin."
        )
    return _USUAL_PORT.sub(lambda found: found[1] or found[2], origin)


def authority_of(origin: str) -> str | None:
    """Return the host and the port of an origin, None for what has none: `null`, and what no browser sends."""
    found = _ORIGIN.fullmatch(origin.lower())
    return found["authority"] if found else None


def is_allowed(origin: str, named: Set[str]) -> bool:
    """Say whether pages of an origin may read responses."""
    return ANY in named or origin in named or _OF_THIS_MACHINE.fullmatch(origin) is not None


def require_no_foreign_page(call: Call, named: Set[str]) -> None:
    """Raise Refusal where a page sends a call that may not read the response: it could still make worlds."""
    if call.header("sec-fetch-site") == "cross-site" and not is_allowed(call.header("origin") or "", named):
        raise Refusal(Kind.FOREIGN_ORIGIN, NOT_ALLOWED)


def is_preflight(call: Call) -> bool:
    """Say whether a browser asks on behalf of a page what it may send."""
    return (
        call.method == "OPTIONS"
        and call.header("origin") is not None
        and call.header("access-control-request-method") is not None
    )


def preflight(call: Call, named: Set[str]) -> Answer:
    """Return what a preflight is answered, whatever its path: browsers send it without a key. Raises Refusal."""
    if not is_allowed(call.header("origin") or "", named):
        raise Refusal(Kind.FOREIGN_ORIGIN, NOT_ALLOWED)
    headers = {
        "access-control-allow-methods": METHODS,
        "access-control-max-age": SECONDS_TO_REMEMBER,
        "vary": "Access-Control-Request-Headers",
    }
    wanted = call.header("access-control-request-headers")
    if wanted:
        headers["access-control-allow-headers"] = wanted
    if call.header("access-control-request-private-network") == "true":
        headers["access-control-allow-private-network"] = "true"
    return Answer(204, headers)


@lru_cache(maxsize=64)
def varying(varies: str, member: str) -> str:
    """Return the value of Vary with one more member, which stands there once."""
    members = {each.strip().lower() for each in varies.split(",")}
    return varies if {member.lower(), "*"} & members else ", ".join(filter(None, [varies, member]))


def shared(answer: Answer, call: Call, named: Set[str]) -> Answer:
    """Return an answer that says whether the page that asked may read it."""
    varies, origin = answer.headers.get("vary", ""), call.header("origin")
    if origin is None and varies == "Origin":
        return answer
    headers = {**answer.headers, "vary": varying(varies, "Origin")}
    if origin is not None and is_allowed(origin, named):
        headers["access-control-allow-origin"] = origin
        headers["access-control-expose-headers"] = EXPOSED
    return answer.with_headers(headers)
