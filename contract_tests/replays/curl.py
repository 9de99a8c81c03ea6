"""A request as words of curl that send it once more, by the same road; no key and no other secret is in them.

What is secret reaches curl through a file descriptor, since every process list shows its arguments.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Request
from fleet_contract.contract_tests.network.near_keys import NEAR_KEYS
from fleet_contract.contract_tests.network.outgoing import SECRETIVE, STRANGERS_KEY, WITH_A_BODY
from fleet_contract.contract_tests.network.proxies import proxy_of_curl, proxy_url
from fleet_contract.contract_tests.replays.marks import Marked
from fleet_contract.contract_tests.replays.shell import LONG, PLAIN, followed, word, written
from fleet_contract.contract_tests.target.masking import Secret, revealed
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.headers import FROM_NO_PAGE

# What bash expands to each key, where the target does not say where it is.
KEYS: Mapping[Caller, str] = {Caller.OWNER: "$FLEET_API_KEY", Caller.OTHER: "$FLEET_OTHER_API_KEY"}
_PUBLIC_KEYS = {Caller.STRANGER: STRANGERS_KEY, Caller.EMPTY: ""}
_MOST_WITHOUT_ASKING = 1024 * 1024  # bytes of a body; of a longer one curl asks whether it may come


@dataclass(frozen=True)
class Road:
    """The options by which curl takes the road that the client takes, and the headers that it sends on it.

    All are words of bash, and hold no secret; `headers` has options, by the names of the headers in lower case.
    """

    options: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


NO_ROAD = Road()


def words_of(request: Request, base_url: str, road: Road, marked: Marked) -> list[str]:
    """Return the words that send this request, behind `curl` or `--next`; `$url` stands for the base URL.

    A body that holds other than visible ASCII is written by a command, since no argument can hold a NUL, nor every
    shell's quotes a byte that is not UTF-8; and so is a long one.
    """
    data = _data(request, marked)
    words = [*road.options, *_method(request, has_data=bool(data))]
    words += [*_key(request)]
    headers = {name.lower(): f"-H {_field(name, value, marked)}" for name, value in request.headers}
    words += ({**road.headers, **headers}).values()
    if data and request.header("content-type") is None:
        words += ["-H 'Content-Type:'"]  # or curl would send the type of an HTML form
    if len(request.body) > _MOST_WITHOUT_ASKING:
        words += ["-H 'Expect:'"]
    return [*words, *data, *_url(request, base_url, marked)]


def keys_of(target: Target | None = None) -> dict[Caller, str]:
    """Return what bash expands to the key of each caller who has one: where the target takes it, else a variable."""
    given = {Caller.OWNER: target.api_key, Caller.OTHER: target.other_api_key} if target else {}
    expansions = {caller: key.expansion for caller, key in given.items() if key and key.expansion}
    return {**KEYS, **expansions}


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
    words = [f"{option} {shlex.quote(str(file))}" for option, file in files if file]
    words += [f"--connect-to {shlex.quote(rule)}" for rule in network.connect_to]
    words += [f"--resolve {shlex.quote(rule)}" for rule in network.resolve]
    words += ["--http1.1"] if target.url.scheme == "https" else []
    headers = {name.lower(): _header_of_the_target(name, value) for name, value in network.headers.items()}
    if _may_be_a_mock_that_guards_itself(target):
        headers[FROM_NO_PAGE.lower()] = f"-H {_field(FROM_NO_PAGE, '?1')}"
    return Road((*words, *_proxy(target)), headers)


def _method(request: Request, *, has_data: bool) -> list[str]:
    if request.method == "HEAD":
        return ["--head"]
    usual = "POST" if has_data else "GET"
    return [] if request.method == usual else [f"-X {shlex.quote(request.method)}"]


def _key(request: Request) -> list[str]:
    name = request.key_header
    if request.near_key:
        return [f"-H @<({function_of(request)})"]
    if request.caller in KEYS:
        return [f"-H @<({request.caller}{'' if name == KEY_HEADER else f' {shlex.quote(name)}'})"]
    return [f"-H {_field(name, _PUBLIC_KEYS[request.caller])}"] if request.caller in _PUBLIC_KEYS else []


def function_of(request: Request) -> str:
    """Return the function of a script that prints the header with a request's key, empty where it needs none."""
    if request.near_key:
        return f"key-{request.near_key}"
    return request.caller.value if request.caller in KEYS else ""


def functions(requests: list[Request], keys: Mapping[Caller, str]) -> list[str]:
    """Return the definitions of the functions that requests need."""
    found = dict[str, str]()
    for each in requests:
        name = function_of(each)
        if each.near_key:
            near = NEAR_KEYS[each.near_key].in_bash
            found[name] = f'{name}() {{ local KEY="{keys[Caller.OWNER]}"; printf \'{KEY_HEADER}: %s\\n\' "{near}"; }}'
        elif name:
            found[name] = f'{name}() {{ printf \'%s: %s\\n\' "${{1:-{KEY_HEADER}}}" "{keys[each.caller]}"; }}'
    return list(found.values())


def _proxy(target: Target) -> list[str]:
    taken = proxy_url(target)
    if taken == proxy_of_curl(target):
        return []  # curl finds it, or its absence, as we did
    if "@" in urlsplit(taken).netloc:
        return ['-K <(printf \'proxy = "%s"\\n\' "$FLEET_PROXY")']
    return [f"--proxy {shlex.quote(taken)}" if taken else "--noproxy '*'"]


def _url(request: Request, base_url: str, marked: Marked) -> list[str]:
    if "#" not in request.path:
        return [f'"$url"{word(request.path, marked)}']
    # In a URL curl takes it for the beginning of a fragment, which is never sent.
    return [f'--request-target {word(urlsplit(base_url).path + request.path, marked)} "$url"']


def _field(name: str, value: str, marked: Marked | None = None) -> str:
    text = f"{name}: {value}" if value else f"{name};"
    return word(text, marked) if marked else shlex.quote(text)


def _header_of_the_target(name: str, value: str | Secret) -> str:
    """Return a header that a user gave; a secret one as what the shell finds where the user keeps it.

    One that stands in the target file itself is a variable of the header's name.
    """
    if isinstance(value, Secret) and value.expansion:
        return _printed(followed(f"{name}: {value.scheme}", value.expansion))
    if isinstance(value, Secret) or SECRETIVE.search(name):
        return _printed(followed(f"{name}: ", "$" + re.sub(r"\W", "_", name.upper(), flags=re.ASCII)))
    return f"-H {_field(name, revealed(value))}"


def _printed(field: str) -> str:
    return f"-H @<(printf '%s\\n' {field})"


def _may_be_a_mock_that_guards_itself(target: Target) -> bool:
    """Say whether a mock may be there, which speaks no TLS, under a name that a page elsewhere could give it."""
    if target.url.scheme != "http" or target.host == "localhost":
        return False
    try:
        ip_address(target.host)
    except ValueError:
        return True
    return False


def _data(request: Request, marked: Marked) -> list[str]:
    body = request.body
    if not body and request.method not in WITH_A_BODY:
        return []
    text = body.decode("latin-1")
    if PLAIN.fullmatch(text) and not text.startswith("@") and len(text) < LONG and not _is_wide(body, marked):
        return [f"--data-binary {word(text, marked)}"]
    return [f"--data-binary @<({written(body, marked)})"]


def _is_wide(body: bytes, marked: Marked) -> bool:
    return any(name.lower() == "wide" for name, _ in marked.pieces(body))
