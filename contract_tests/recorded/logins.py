"""What a request shows of keys, logins and sessions, whichever field of its head holds it, and in whichever part."""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from fleet_contract.contract_tests.exchange import KEY_HEADER
from fleet_contract.contract_tests.network.outgoing import SECRETIVE
from fleet_contract.contract_tests.recorded.archives import Entry
from fleet_contract.contract_tests.target.target import API
from fleet_contract.spec.escapes import LONG

_LOGINS = ("authorization", "proxy-authorization")
_KEYS = (KEY_HEADER.lower(), *_LOGINS)
_BETWEEN = re.compile(r"[,;]")
_BLANKS = ' \t"'


def keys_in(entries: Iterable[Entry]) -> set[str]:
    """Return the keys and logins that requests carried, wherever else they may stand."""
    fields = ((name.lower(), value) for each in entries for name, value in each.headers if name.lower() in _KEYS)
    return {
        secret
        for name, value in fields
        for secret in (*(_logins(value) if name in _LOGINS else _parts(value)), *_named(value), *_of_users(value))
        if secret
    }


def carried_in(entry: Entry) -> set[str]:
    """Return the values in which a request carried keys and logins, each of them once and as a whole."""
    return {value.strip(_BLANKS) for name, value in entry.headers if name.lower() in _KEYS} - {""}


def sessions_in(entry: Entry) -> set[str]:
    """Return what a request carried in cookies and tokens that is long enough to be no ordinary word.

    They may change with each request, so that only its own exchange is searched for them.
    """
    values = [value for name, value in entry.headers if SECRETIVE.search(name) and name.lower() not in _KEYS]
    found = (part for value in values for part in (*_parts(value), *_named(value)))
    return {part for part in found if _is_telling(part)}


def _logins(value: str) -> Iterator[str]:
    """Yield a login and what follows its scheme, however short, and those of its parts that are no ordinary words.

    Its parameters say things that stand in any request, such as `qop=auth` or `SignedHeaders=accept;host`.
    """
    whole = value.strip(_BLANKS)
    yield from (whole, whole.partition(" ")[2].strip(_BLANKS))
    yield from filter(_is_telling, _parts(value))


def _parts(value: str) -> Iterator[str]:
    """Yield a value, the members of a list in it, and what follows the scheme of each."""
    for part in (value, *_BETWEEN.split(value)):
        yield from (part.strip(_BLANKS), part.strip(_BLANKS).rpartition(" ")[2])


def _named(value: str) -> Iterator[str]:
    """Yield the values of parameters and cookies, some of which say things that stand in any request."""
    values = (part.partition("=")[2].strip(_BLANKS) for part in _BETWEEN.split(value))
    yield from filter(_is_telling, values)


def _is_telling(text: str) -> bool:
    """Say whether a text is no ordinary word; a path of the API, as in Digest, is in all that is judged."""
    return len(text) >= LONG and API not in unquote(text)


def _of_users(value: str) -> Iterator[str]:
    """Yield the password of a Basic login (RFC 7617), and its user where that is no ordinary word."""
    scheme, _, packed = value.strip().partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        login = base64.b64decode(f"{packed}==").decode()
    except ValueError:
        return
    user, _, password = login.partition(":")
    yield from (login, password, *filter(_is_telling, [user]))
