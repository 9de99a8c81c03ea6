"""Redirects: whether one leads to what was asked for, in another spelling of its path (RFC 3986, section 6.2.2)."""

from urllib.parse import parse_qsl, unquote, urlsplit

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.paths import resolved

_KEEPS_THE_METHOD = (301, 307, 308)  # 301 of anything but a POST (RFC 9110, section 15.4.2)


def leads_to_another_spelling(exchange: Exchange) -> bool:
    """Say whether an answer redirects to the very same, spelled otherwise: decoded, without empty and dot segments."""
    location = exchange.answer.header("location") if exchange.answer else None
    if exchange.status not in _KEEPS_THE_METHOD or location is None:
        return False
    try:
        there, here = urlsplit(location), urlsplit(exchange.request.path)
    except ValueError:
        return False
    same_query = parse_qsl(there.query, keep_blank_values=True) == parse_qsl(here.query, keep_blank_values=True)
    # Location has whatever stands before our paths.
    is_same_path = _tidied(there.path).endswith(_tidied(here.path))
    return same_query and is_same_path and not there.path.endswith(here.path)


def _tidied(path: str) -> str:
    bytes_as_text = unquote(path, "latin-1")  # which need not be UTF-8
    return "/" + "/".join(resolved(bytes_as_text.split("/")))
