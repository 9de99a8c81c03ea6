"""Access to the control API: no page of another site gets through, and beyond loopback nobody without the token."""

from collections.abc import Collection
from hmac import compare_digest

from fleet_contract.mock_server.control.problems import Problem
from fleet_contract.mock_server.guard import ANY_HOST, MARK, PRIVATE_HOST, host_of, not_this_machine
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.origins import authority_of
from fleet_contract.mock_server.parts import Control

# What a browser says of a request by a page of the same site, or by its reader (Fetch Metadata Request Headers).
OWN_SITE = ("same-origin", "none")
FREE = ("get_health", "get_readiness")  # which tell nothing, and are asked for by what starts containers
OPEN = ("get_page", "get_page_file")  # which are the same everywhere, and ask for the token


def require_access(call: Call, control: Control, allowed_hosts: Collection[str]) -> None:
    """Raise Problem unless a call may be answered."""
    if call.operation_id in OPEN:
        return
    _require_own_page(call)
    if call.operation_id in FREE:
        return
    if control.token:
        _require_token(call, control.token)
    elif control.is_open_to_others:
        raise Problem(
            403,
            "Other machines can reach this mock, and it was started without --control-token, so nobody may control it. "
            "Start it with --control-token, and send that token.",
        )
    else:
        _require_own_host(call, allowed_hosts)


def _require_own_page(call: Call) -> None:
    origin, site = call.header("origin"), call.header("sec-fetch-site")
    is_foreign = origin is not None and authority_of(origin) != (call.header("host") or "").lower()
    if is_foreign or (site is not None and site not in OWN_SITE):
        raise Problem(
            403,
            "A page of another site may not control this mock. Its own page may, at /_mock/ui, and any program that "
            "sends no Origin.",
        )


def _require_token(call: Call, token: str) -> None:
    scheme, _, given = (call.header("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), token.encode()):
        raise Problem(
            401,
            "The control token is missing or wrong; expected the header Authorization: Bearer TOKEN.",
            headers={"www-authenticate": 'Bearer realm="fleet-mock control"'},
        )


def _require_own_host(call: Call, allowed_hosts: Collection[str]) -> None:
    """Raise Problem for a name that anybody may have given this machine's address, whatever hosts the API allows."""
    host = host_of(call.header("host") or "")
    named = {host_of(name) for name in allowed_hosts} - {ANY_HOST}
    is_from_no_page = call.header(MARK.decode()) is not None
    if not (PRIVATE_HOST.fullmatch(host) or host in named or is_from_no_page):
        raise Problem(421, f"{not_this_machine(host)} So would a --control-token that the request sends.")
