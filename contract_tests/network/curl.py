"""A request as one line of shell that replays it; no key and no other secret is ever in it."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.network.masking import Secret, revealed
from fleet_contract.contract_tests.network.outgoing import SECRETIVE, STRANGERS_KEY, WITH_A_BODY
from fleet_contract.contract_tests.network.proxies import proxy_of_curl, proxy_url
from fleet_contract.contract_tests.network.shell import LONG, PLAIN, followed, word, written
from fleet_contract.contract_tests.target import Target
from fleet_contract.spec.headers import FROM_NO_PAGE

KEYS = {
    Caller.OWNER: "$FLEET_API_KEY",
    Caller.OTHER: "$FLEET_OTHER_API_KEY",
    Caller.STRANGER: STRANGERS_KEY,
    Caller.EMPTY: "",
}


@dataclass(frozen=True)
class Road:
    """The options by which curl takes the road that the client takes, and the headers that it sends on it.

    Both are quoted for a shell, and hold no secret; `headers` has whole fields, by their
    names in lower case.
    """

    options: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


NO_ROAD = Road()


def curl(request: Request, base_url: str, road: Road = NO_ROAD) -> str:
    """Return a command for any POSIX shell that sends this request once more, by the same road.

    A body that holds other than visible ASCII is piped, since no argument can hold a
    NUL, nor every shell's quotes a byte that is not UTF-8; and so is a long one.
    """
    words = ["curl", "-i", "--path-as-is", "--globoff", *road.options]
    words += ["--head"] if request.method == "HEAD" else ["-X", shlex.quote(request.method)]
    if request.caller in KEYS:
        words += ["-H", _key(request.key_header, KEYS[request.caller])]
    headers = {**road.headers, **{name.lower(): _header(name, value) for name, value in request.headers}}
    words += [each for header in headers.values() for each in ("-H", header)]
    before, data = _data(request)
    if data and request.header("content-type") is None:
        words += ["-H", "'Content-Type:'"]  # or curl would send the type of an HTML form
    return before + " ".join([*words, *data, *_url(request, base_url)])


def road_to(target: Target) -> Road:
    """Return the road to a target."""
    network = target.network
    files = (
        ("--cacert", network.ca_file),
        ("--proxy-cacert", network.ca_file if proxy_url(target).startswith("https:") else None),
        ("--cert", network.client_cert),
        ("--key", network.client_key),
        ("--unix-socket", network.unix_socket),
    )
    words = [word for option, file in files if file for word in (option, shlex.quote(str(file)))]
    words += [word for rule in network.connect_to for word in ("--connect-to", shlex.quote(rule))]
    words += [word for rule in network.resolve for word in ("--resolve", shlex.quote(rule))]
    headers = {name.lower(): _header_of_the_target(name, value) for name, value in network.headers.items()}
    if _may_be_a_mock_that_guards_itself(target):
        headers[FROM_NO_PAGE.lower()] = _header(FROM_NO_PAGE, "?1")
    return Road((*words, *_proxy(target)), headers)


def _proxy(target: Target) -> list[str]:
    taken = proxy_url(target)
    if taken == proxy_of_curl(target):
        return []  # curl finds it, or its absence, as we did
    login = "@" in urlsplit(taken).netloc
    return ["--proxy", '"$FLEET_PROXY"' if login else shlex.quote(taken)] if taken else ["--noproxy", "'*'"]


def _url(request: Request, base_url: str) -> list[str]:
    if "#" not in request.path:
        return [word(base_url + request.path)]
    # In a URL curl takes it for the beginning of a fragment, which is never sent.
    return ["--request-target", word(urlsplit(base_url).path + request.path), shlex.quote(base_url)]


def _key(name: str, key: str) -> str:
    return f'"{name}: {key}"' if key else f"'{name};'"


def _header(name: str, value: str) -> str:
    return shlex.quote(f"{name}: {value}" if value else f"{name};")


def _header_of_the_target(name: str, value: str | Secret) -> str:
    """Return a header that a user gave; a secret one as what the shell finds where the user keeps it.

    One that stands in the target file itself is a variable of the header's name.
    """
    if isinstance(value, Secret) and value.expansion:
        return followed(f"{name}: {value.scheme}", value.expansion)
    if isinstance(value, Secret) or SECRETIVE.search(name):
        return followed(f"{name}: ", "$" + re.sub(r"\W", "_", name.upper(), flags=re.ASCII))
    return _header(name, revealed(value))


def _may_be_a_mock_that_guards_itself(target: Target) -> bool:
    """Say whether a mock may be there, which speaks no TLS, under a name that a page elsewhere could give it."""
    if target.url.scheme != "http" or target.host == "localhost":
        return False
    try:
        ip_address(target.host)
    except ValueError:
        return True
    return False


def _data(request: Request) -> tuple[str, list[str]]:
    body = request.body
    if not body and request.method not in WITH_A_BODY:
        return "", []
    text = body.decode("latin-1")
    if PLAIN.fullmatch(text) and not text.startswith("@") and len(text) < LONG:
        return "", ["--data-binary", shlex.quote(text)]
    return f"{written(body)} | ", ["--data-binary", "@-"]
