"""What goes out: a request as the wire carries it, keys and all, and the same as the journal keeps it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Request
from fleet_contract.contract_tests.network.near_keys import near_keys
from fleet_contract.contract_tests.network.proxies import proxy_of
from fleet_contract.contract_tests.network.transport_errors import Unsendable
from fleet_contract.contract_tests.network.wire import Headers
from fleet_contract.contract_tests.target.asked import Asked
from fleet_contract.contract_tests.target.kinds import TOKEN, VALUE
from fleet_contract.contract_tests.target.masking import Masker, Secret, revealed
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.headers import FROM_NO_PAGE

MARK_HEADER = "X-Fleet-Contract"
STRANGERS_KEY = "nobody-was-given-this"
_KEYS_OF_NOBODY = {Caller.STRANGER: STRANGERS_KEY, Caller.EMPTY: ""}
READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WITH_A_BODY = ("POST", "PUT", "PATCH")
SECRETIVE = re.compile(r"auth|cookie|key|token|secret|password", re.IGNORECASE)
PATH = re.compile(r"/[\x21-\x7e]*")


class NoOtherKey(ValueError):
    """A request was to carry the key of a second organization, and the target has none."""


@dataclass(frozen=True)
class Outgoing:
    """A request as it is sent, and what the journal will say about it."""

    method: str
    path: str
    headers: Headers
    body: bytes
    request: Request
    check: str = ""
    burst: int = 0
    lane: int = 0


class RequestBuilder:
    """Gives a request its headers and its key, and takes every secret out of what is kept of it."""

    def __init__(self, target: Target, mark: str, masker: Masker) -> None:
        self._target = target
        self._masker = masker
        self._defaults = {
            "Host": target.authority,
            "User-Agent": f"fleet-contract/{_version()}",
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            MARK_HEADER: mark,
            FROM_NO_PAGE: "?1",
        }
        masker.learn(*_secrets(target))
        self._asked = {name: each for name, each in target.network.headers.items() if isinstance(each, Asked)}

    def key_of(self, caller: Caller) -> str | None:
        """Return the key that a caller sends; raises NoOtherKey."""
        if caller is Caller.OTHER and self._target.other_api_key is None:
            raise NoOtherKey(
                "A request needs the key of a second organization, but the target names none. "
                "Expected other_api_key. Add it to the target file, or leave this check untested."
            )
        secrets = {Caller.OWNER: self._target.api_key, Caller.OTHER: self._target.other_api_key}
        secret = secrets.get(caller)
        return secret.reveal() if secret else _KEYS_OF_NOBODY.get(caller)

    def renew(self, refused: Headers) -> bool:
        """Ask again for what these headers have of commands; say whether there was any. Raises CommandFailed."""
        sent = {name.lower(): value for name, value in refused}
        for name, each in self._asked.items():
            each.renew(sent.get(name.lower(), ""))
        return bool(self._asked)

    def _revealed(self) -> Headers:
        """Return the headers of the target, each asked for once, with what commands print now masked from here on.

        Raises CommandFailed where one is to be asked and prints nothing.
        """
        given = {name: revealed(value) for name, value in self._target.network.headers.items()}
        self._masker.learn(*(part for name in self._asked for part in _with_its_last_word(given[name])))
        return tuple(given.items())

    def near_keys(self) -> tuple[str, ...]:
        """Return keys that nobody was given, as they are made of the owner's."""
        self._masker.learn(*self._near_keys)
        return tuple(self._near_keys)

    def near_key(self, name: str) -> str:
        """Return the near key of a name."""
        return next(key for key, known in self._near_keys.items() if known == name)

    @cached_property
    def _near_keys(self) -> dict[str, str]:
        """The names of these keys."""
        own = self.key_of(Caller.OWNER) or STRANGERS_KEY
        other = self._target.other_api_key
        return near_keys(own, [other.reveal()] if other else [])

    def build(
        self,
        method: str,
        path: str,
        *,
        caller: Caller = Caller.OWNER,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        key: str | None = None,
        header_name: str = KEY_HEADER,
    ) -> tuple[Headers, Request]:
        """Return the headers that go out, and the request that the journal keeps; raises Unsendable."""
        sent_key = self.key_of(caller) if key is None else key
        keyed = () if sent_key is None else ((header_name, sent_key),)
        _require_sendable(method, path, (*headers, *keyed))
        extra = self._revealed()
        keys = {*([sent_key] if sent_key else []), *(value for name, value in headers if _is_key(name))}
        self._masker.learn(*keys - {STRANGERS_KEY})
        given = self._framed(method, body, tuple(headers), extra)
        kept = self._masker.pairs((name, value) for name, value in headers if not _is_key(name))
        near = self._near_keys.get(key, "") if key else ""
        request = Request(method, self._masker.text(path), caller, kept, self._masker.bytes(body), header_name, near)
        return (*given, *keyed), request

    def _framed(self, method: str, body: bytes, headers: Headers, extra: Headers) -> Headers:
        defaults = {name.lower(): (name, value) for name, value in (*self._defaults.items(), *extra)}
        names = {name.lower() for name, _ in headers}
        if (body or method in WITH_A_BODY) and "transfer-encoding" not in names:
            defaults["content-length"] = ("Content-Length", str(len(body)))
        return (*(pair for name, pair in defaults.items() if name not in names), *headers)


def _is_key(name: str) -> bool:
    return name.lower() == KEY_HEADER.lower()


def _secrets(target: Target) -> Iterable[str]:
    yield from (secret.reveal() for secret in (target.api_key, target.other_api_key) if secret)
    for name, value in target.network.headers.items():
        if isinstance(value, Secret) or SECRETIVE.search(name):
            yield from _with_its_last_word(revealed(value))
    proxy = proxy_of(target)
    if proxy:
        yield from proxy.secrets


def _with_its_last_word(header: str) -> tuple[str, str]:
    """Return what to mask of a header: all of it, and what stands behind a public word such as Bearer."""
    return header, header.rpartition(" ")[2]


def _require_sendable(method: str, path: str, headers: Sequence[tuple[str, str]]) -> None:
    wrong = [
        *([f"the method {method!r}"] if not TOKEN.fullmatch(method) else []),
        *([f"the path {path[:80]!r}"] if not PATH.fullmatch(path) else []),
        *(
            f"the header {name[:40]!r}"
            for name, value in headers
            if not (TOKEN.fullmatch(name) and VALUE.fullmatch(value))
        ),
    ]
    if wrong:
        raise Unsendable(
            f"HTTP has no way to write {', '.join(wrong)}. Expected visible characters, and a path from / "
            f"that is percent-encoded already. Correct the check."
        )


def _version() -> str:
    try:
        return version("fleet-contract")
    except PackageNotFoundError:
        return "0"
