"""The first look at a target: a few reads that tell a wrong address or key from a server to judge."""

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from fleet_contract.contract_tests.exchange import Answer, Cause, Exchange, NotJson
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.network.intermediary import is_html, page_of
from fleet_contract.contract_tests.network.proxies import proxy_url
from fleet_contract.contract_tests.network.recognition import NO_OPERATION, has, is_missing, is_page_of_keys, reads
from fleet_contract.contract_tests.network.transport_errors import ADVICE
from fleet_contract.contract_tests.process.ending import Inconclusive
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.target.detours import redirected, resolved
from fleet_contract.contract_tests.target.entries import ENTRIES
from fleet_contract.contract_tests.target.target import API, Target

PATH = f"{API}/charging-keys?page_size=10"
PLAIN_PATH = f"{API}/charging-keys"
NO_ENTRY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
LET_IN = (
    "If a firewall, a gateway or a login stands in front of the API, let this machine's address through, use the "
    "network or VPN from which the API can be reached, or put the credentials it asks for into network.headers"
)
# The name of a challenge, which stands before its parameters (RFC 9110, section 11.6.1).
_CHALLENGE = re.compile(r"(?:^|,)\s*([A-Za-z][\w.-]*)(?=\s+[\w~+/-]|\s*(?:,|$))")

# How nginx and others that finish the handshake all the same say that a certificate is missing
_WANTS_A_CERTIFICATE = re.compile(rb"(?:SSL|TLS|client) certificate", re.IGNORECASE)


class Unreachable(Inconclusive):
    """No answer of the API came back."""


class KeyRefused(Inconclusive):
    """The server does not take the key under which the run works."""


class NothingAllowed(Inconclusive):
    """A limit was reached before anything could be checked."""


class NotThisApi(Inconclusive):
    """Something answers at the base URL, but not this API."""


def look(get: Callable[[str], Exchange], target: Target, mark: str) -> Exchange:
    """Send a few reads and return the one that lists keys; raises Unreachable, KeyRefused or NotThisApi.

    Any answer of this API, a 500 too, is for the checks to judge.
    """
    listing = get(PATH)
    if _might_be_about_the_query(listing):
        listing = get(PLAIN_PATH)
    _require_an_answer(listing, target)
    if listing.status in NO_ENTRY:
        raise _no_entry(listing, get(NO_OPERATION), target)
    if not has(listing, is_page_of_keys) and listing.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        no_operation = get(NO_OPERATION)
        others = [(get(each.path), each.fits) for each in reads(target.fixtures, mark)]
        if is_missing(no_operation, [(listing, is_page_of_keys), *others]):
            raise _nothing_of_it(listing, target)
    return listing


def _might_be_about_the_query(exchange: Exchange) -> bool:
    """Say whether a server of this API may have refused only the query, with a page instead of JSON."""
    answer = exchange.answer
    return answer is not None and answer.status == HTTPStatus.BAD_REQUEST and is_html(answer)


def _require_an_answer(exchange: Exchange, target: Target) -> None:
    """Raise Unreachable or NotThisApi where something else than an API answered."""
    answer, came_between = exchange.answer, disturbance(exchange)
    if answer is None or came_between:
        cause = Cause.PROXY if exchange.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED else exchange.cause
        todo = LET_IN if exchange.foreign else ADVICE[cause] if cause else _LOOK
        seen = _with_its_page(came_between, exchange.foreign or answer)
        raise Unreachable(f"{_asked(target)}: {seen}. Expected a response from the API. {todo}, and try again.")
    problem = _elsewhere(answer)
    if problem:
        raise NotThisApi(f"{_asked(target)} returned {answer.status} {problem}")


def _no_entry(exchange: Exchange, no_operation: Exchange, target: Target) -> Exception:
    """Return what a 401 or 403 means: that the key is refused, unless it asks for something else than the key."""
    answer = exchange.answer or Answer(exchange.status)
    asks = _other_schemes(answer)
    if asks:
        problem = f", which asks for {' or '.join(asks)} and not for the X-API-Key"
    elif is_html(answer):
        problem = f" with {_shown(answer)} where JSON was expected"
    else:
        return KeyRefused(_refusal(answer, is_missing(no_operation, [(exchange, is_page_of_keys)]), target))
    return Unreachable(
        f"{_asked(target)} returned {answer.status}{problem}. {LET_IN}. If this is how the API itself "
        f"rejects a key, check the key."
    )


def _nothing_of_it(exchange: Exchange, target: Target) -> NotThisApi:
    """Return what it means that a list of keys is answered as a path is that is no operation."""
    answer = exchange.answer or Answer(exchange.status)
    let_in = f" {LET_IN}." if is_html(answer) else ""
    return NotThisApi(
        f"No Fleet Management API was found at {target.base_url}{_road(target)}: GET {PLAIN_PATH} returned "
        f"{answer.status} with {_shown(answer)}, {_ALIKE}. {_CHECK_PREFIX} Check also that the API key is one for "
        f"this API.{let_in}"
    )


_ALIKE = "as does any unknown path"
_CHECK_PREFIX = f"Check the prefix: the part of BASE_URL before {API} (such as /drive)."
_LOOK = "Check what stands between this machine and the server"


def _asked(target: Target) -> str:
    return f"GET {target.base_url}{PATH}{_road(target)}"


def _road(target: Target) -> str:
    """Return how a target is reached, where it is not reached directly."""
    network = target.network
    place = redirected(target.place, network.connect_to)
    steps = (
        ("through the proxy", urlsplit(proxy_url(target)).netloc.rpartition("@")[2]),
        ("over the unix socket", network.unix_socket),
        ("to", place if place != target.place and not network.unix_socket else ""),
        ("at", ", ".join(resolved(place, network.resolve))),
    )
    road = ", ".join(f"{how} {where}" for how, where in steps if where)
    return f" ({road})" if road else ""


def _with_its_page(text: str, answer: Answer | None) -> str:
    page = page_of(answer, is_told=True) if answer else None
    return text if page is None or page.shown in text else f"{text}, with {page.shown}"


def _other_schemes(answer: Answer) -> list[str]:
    """Return the schemes by which a response asks for credentials, none where the API's own key is among them."""
    challenges = [value for name, value in answer.headers if name.lower() == "www-authenticate"]
    schemes = [scheme for each in challenges for scheme in _CHALLENGE.findall(each) or [each]]
    is_the_key = any("key" in each.lower() for each in schemes) or "x-api-key" in "".join(challenges).lower()
    return [] if is_the_key else [printable(each, 40) for each in schemes]


def _refusal(answer: Answer, is_everywhere: bool, target: Target) -> str:
    key = f"{ENTRIES['api_key'].variable}, or api_key in the target file, to a key that this server takes."
    if not target.api_key:
        where = f" If that does not help: {_CHECK_PREFIX}" if is_everywhere else ""
        return f"No API key was given: {_asked(target)} returned {answer.status}. Set {key}{where}"
    seen = f"{_asked(target)} with the api_key returned {answer.status}"
    if is_everywhere:
        return f"{seen}, {_ALIKE}. {_CHECK_PREFIX} Set {key}"
    return f"{seen}. Expected the charging keys of its organization. Set {key}"


def _shown(answer: Answer) -> str:
    """Return what a response looks like; of JSON that may be anybody's no values."""
    page = page_of(answer, is_told=True)
    if page:
        return page.shown
    try:
        value = answer.json
    except NotJson:
        return "a body that is not JSON"
    if isinstance(value, dict):
        return f"a JSON object of {printable(', '.join(value), 80)}" if value else "an empty JSON object"
    return "a JSON array" if isinstance(value, list) else "a JSON value"


def _elsewhere(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return (
            f"with {_shown(answer)}. No redirect is followed, so that no key goes astray. "
            f"Give the address at which the API itself answers as BASE_URL. {LET_IN}."
        )
    page = page_of(answer, is_told=True)
    if page and _WANTS_A_CERTIFICATE.search(answer.body):
        return f"with {page.shown}: a client certificate is missing, or is refused. {ADVICE[Cause.CLIENT_CERTIFICATE]}."
    return ""
