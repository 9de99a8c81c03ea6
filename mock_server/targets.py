"""Request targets: which path a request line names, in each form that HTTP has (RFC 9112, section 3.2)."""

import re

from fleet_contract.mock_server.authorities import is_authority
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Fields
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.files import Contradiction

EVERYTHING = "*"  # the target of an OPTIONS that asks about the server as a whole
_ABSOLUTE = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#@]+)(/.*)?", re.IGNORECASE | re.DOTALL)
_BASE_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def authority_and_path(target: str) -> tuple[str, str] | None:
    """Return the parts of a target in absolute form, without a query; None of one in another form."""
    found = _ABSOLUTE.fullmatch(target)
    return (found[1], found[2] or "") if found else None


def read_target(call: Call) -> None:
    """Give a call the path that its target names and, where it names one, the host in place of the header's.

    Raises Refusal for a target in none of HTTP's forms. Whether the host is one to serve is the guard's question.
    """
    if call.raw_path.startswith("/"):
        return
    absolute = authority_and_path(call.raw_path)
    if absolute is not None:
        host, path = absolute
        if not is_authority(host.encode("latin-1")):
            raise Refusal(Kind.BAD_REQUEST, "The request target names no host with or without a port.")
        call.headers = Fields((("host", host), *(each for each in call.headers if each[0] != "host")))
        call.raw_path = path or (EVERYTHING if call.method == "OPTIONS" else "/")
    if not call.raw_path.startswith("/") and (call.method, call.raw_path) != ("OPTIONS", EVERYTHING):
        raise Refusal(Kind.BAD_REQUEST, "The request target is neither a path nor a URL.")


def require_below(base_path: str, call: Call) -> None:
    """Take the base path off a call's path; raises Refusal for what is not below it."""
    if not base_path or call.raw_path == EVERYTHING:
        return
    if call.raw_path != base_path and not call.raw_path.startswith(f"{base_path}/"):
        raise Refusal(Kind.UNKNOWN_PATH, f"Nothing has this path; all paths begin with {base_path}.")
    call.raw_path = call.raw_path.removeprefix(base_path) or "/"


def read_base_path(text: str) -> str:
    """Return a base path without a slash at its end, the empty one for the root; raises Contradiction."""
    path = text.removesuffix("/")
    if not _BASE_PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise Contradiction(
            f"--base-path {text!r} is not a base path. Expected a path such as /drive: a slash before each segment, "
            "and only letters, digits and - . _ ~ in the segments."
        )
    return path
