"""What goes out: a request as the wire carries it, keys and all, and the same as the journal keeps it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Request
from fleet_contract.contract_tests.kinds import TOKEN, VALUE
from fleet_contract.contract_tests.network.masking import Masker, Secret, revealed
from fleet_contract.contract_tests.network.proxies import proxy_of
from fleet_contract.contract_tests.network.troubles import Unsendable
from fleet_contract.contract_tests.network.wire import Headers
from fleet_contract.contract_tests.target import Target
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


class Dresser:
    """Gives a request its headers and its key, and takes every secret out of what is kept of it."""

    def __init__(self, target: Target, mark: str, masker: Masker) -> None:
        self._target = target
        self._masker = masker
        self._defaults = {
            "Host": target.url.netloc,
            "User-Agent": f"fleet-contract/{_version()}",
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            MARK_HEADER: mark,
            FROM_NO_PAGE: "?1",
        }
        masker.learn(*_secrets(target))

    def key_of(self, caller: Caller) -> str | None:
        """Return the key that a caller sends; raises NoOtherKey."""
        if caller is Caller.OTHER and self._target.other_api_key is None:
            raise NoOtherKey(
                "A request was to carry the key of a second organization, and the target names none. "
                "Expected other_api_key. Add it to the target file, or leave this check untested."
            )
        secrets = {Caller.OWNER: self._target.api_key, Caller.OTHER: self._target.other_api_key}
        secret = secrets.get(caller)
        return secret.reveal() if secret else _KEYS_OF_NOBODY.get(caller)

    def near_keys(self) -> tuple[str, ...]:
        """Return keys that nobody was given: the owner's, changed as careless servers change it; and one unlike it."""
        own = self.key_of(Caller.OWNER) or STRANGERS_KEY
        unlike = sha256(own.encode()).hexdigest()[: max(len(own), 8)]
        given = {own, self.key_of(Caller.OTHER) if self._target.other_api_key else own}
        near = tuple(
            key
            for key in dict.fromkeys((own + "x" * 200, own[:-1], own.swapcase(), unlike, *_careless(own)))
            if key not in {*given, ""}
        )
        self._masker.learn(*near)
        return near

    def dress(
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
        keys = {*([sent_key] if sent_key else []), *(value for name, value in headers if _is_key(name))}
        self._masker.learn(*keys - {STRANGERS_KEY})
        given = self._framed(method, body, tuple(headers))
        kept = self._masker.pairs((name, value) for name, value in headers if not _is_key(name))
        request = Request(method, self._masker.text(path), caller, kept, self._masker.bytes(body), header_name)
        return (*given, *keyed), request

    def _framed(self, method: str, body: bytes, headers: Headers) -> Headers:
        defaults = {name.lower(): (name, value) for name, value in self._defaults.items()}
        defaults |= {name.lower(): (name, revealed(value)) for name, value in self._target.network.headers.items()}
        names = {name.lower() for name, _ in headers}
        if (body or method in WITH_A_BODY) and "transfer-encoding" not in names:
            defaults["content-length"] = ("Content-Length", str(len(body)))
        return (*(pair for name, pair in defaults.items() if name not in names), *headers)


def _careless(key: str) -> tuple[str, ...]:
    other = "0" if key[-1:] != "0" else "1"
    return f'"{key}"', key.replace("-", ""), f"{key} , nobody, {key}", key[:-1] + other, key[:-1] + "%"


def _is_key(name: str) -> bool:
    return name.lower() == KEY_HEADER.lower()


def _secrets(target: Target) -> Iterable[str]:
    yield from (secret.reveal() for secret in (target.api_key, target.other_api_key) if secret)
    for name, value in target.network.headers.items():
        if isinstance(value, Secret) or SECRETIVE.search(name):
            yield from (revealed(value), revealed(value).rpartition(" ")[2])
    proxy = proxy_of(target)
    if proxy:
        yield from proxy.secrets


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
