"""What a request asks for, whichever of the forms of RFC 9112, 3.2, its first line has."""

import re

import h11

from fleet_contract.contract_tests.network.route import WHOLE_SERVER

_PATH = re.compile(r"/[\x21-\x7e]*")
_URL = re.compile(r"https?://[^/?#]+((?:[/?][\x21-\x7e]*)?)", re.IGNORECASE)  # as a proxy is told it


def asked_for(request: h11.Request) -> str | None:
    """Return the path that is asked for, query included, or `*` for the whole server; None where it is neither."""
    target, is_for_all = request.target.decode("ascii"), request.method == b"OPTIONS"
    if target == WHOLE_SERVER and is_for_all:
        return target
    url = _URL.fullmatch(target)
    if url is None:
        return target if _PATH.fullmatch(target) else None
    below = url[1] or (WHOLE_SERVER if is_for_all else "/")
    return f"/{below}" if below.startswith("?") else below
