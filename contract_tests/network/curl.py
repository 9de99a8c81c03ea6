"""A request as one line of shell that replays it; no key is ever in it."""

import re
import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.network.outgoing import STRANGERS_KEY, WITH_A_BODY
from fleet_contract.contract_tests.network.proxies import proxy_of_curl, proxy_url
from fleet_contract.contract_tests.target import Target

KEYS = {
    Caller.OWNER: "$FLEET_API_KEY",
    Caller.OTHER: "$FLEET_OTHER_API_KEY",
    Caller.STRANGER: STRANGERS_KEY,
    Caller.EMPTY: "",
}
PLAIN = re.compile(r"[ -~]*")
QUOTED = frozenset(b"%\\'-")  # what printf, or the quotes around its words, would take for something else
LONGEST_WORD = 100_000  # a shell passes no longer ones to a program; printf is part of the shell


def curl(request: Request, base_url: str, road: Sequence[str] = ()) -> str:
    """Return a command for any POSIX shell that sends this request once more, by the same road.

    A body that holds other than visible ASCII is written by printf, since no
    argument can hold a NUL, nor every shell's quotes a byte that is not UTF-8.
    """
    words = ["curl", "-i", "--path-as-is", "--globoff", *road]
    words += ["--head"] if request.method == "HEAD" else ["-X", shlex.quote(request.method)]
    if request.caller in KEYS:
        words += ["-H", _key(request.key_header, KEYS[request.caller])]
    words += [word for name, value in request.headers for word in ("-H", _header(name, value))]
    before, data = _data(request)
    if data and request.header("content-type") is None:
        words += ["-H", "'Content-Type:'"]  # or curl would send the type of an HTML form
    return before + " ".join([*words, *data, *_url(request, base_url)])


def road_to(target: Target) -> list[str]:
    """Return the options by which curl takes the road that the client takes, quoted for a shell; none holds a login."""
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
    return words + _proxy(target)


def _proxy(target: Target) -> list[str]:
    taken = proxy_url(target)
    if taken == proxy_of_curl(target):
        return []  # curl finds it, or its absence, as we did
    login = "@" in urlsplit(taken).netloc
    return ["--proxy", '"$FLEET_PROXY"' if login else shlex.quote(taken)] if taken else ["--noproxy", "'*'"]


def _url(request: Request, base_url: str) -> list[str]:
    if "#" not in request.path:
        return [shlex.quote(base_url + request.path)]
    # In a URL curl takes it for the beginning of a fragment, which is never sent.
    return ["--request-target", shlex.quote(urlsplit(base_url).path + request.path), shlex.quote(base_url)]


def _key(name: str, key: str) -> str:
    return f'"{name}: {key}"' if key else f"'{name};'"


def _header(name: str, value: str) -> str:
    return shlex.quote(f"{name}: {value}" if value else f"{name};")


def _data(request: Request) -> tuple[str, list[str]]:
    text = request.body.decode("latin-1")
    if not text and request.method not in WITH_A_BODY:
        return "", []
    if PLAIN.fullmatch(text) and not text.startswith("@") and len(text) < LONGEST_WORD:
        return "", ["--data-binary", shlex.quote(text)]
    octal = "".join(
        each if PLAIN.fullmatch(each) and ord(each) not in QUOTED else f"\\{ord(each):03o}" for each in text
    )
    return f"printf '{octal}' | ", ["--data-binary", "@-"]
