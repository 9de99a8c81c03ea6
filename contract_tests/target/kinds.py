"""The kinds of values that an entry of the target file can have: what each holds, and how it is read from a text."""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fleet_contract.contract_tests.target.asked import Asked
from fleet_contract.contract_tests.target.authorities import WITHOUT_ASCII
from fleet_contract.contract_tests.target.detours import is_connect_to, is_resolve, with_hosts_in_ascii
from fleet_contract.contract_tests.target.masking import Secret, revealed
from fleet_contract.contract_tests.target.references import (
    Origin,
    expansion_of,
    follow,
    is_reference,
    literal,
    place_of,
)
from fleet_contract.spec.numerals import DECIMAL, WHOLE

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
SENDABLE = re.compile(r"[\x21-\x7e]+(?: +[\x21-\x7e]+)*")
QUOTED = re.compile(r"""(["']).*\1""")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")
RESERVED = ("host", "content-length", "transfer-encoding", "connection", "x-api-key")
# Longer and shorter ones are no waits that an operating system can keep.
LEAST, MOST = 1e-6, 1e6
MOST_COUNTED = 1_000_000_000  # libraries in C take no more than a machine can count
CALLED = re.compile(r"(POST|PUT|PATCH|DELETE) (/[\x21-\x7e]*)")
COMMAND = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+ +)?command:(.*)", re.DOTALL)
ITEM_ENDS = re.compile(r"[,\r\n]")


def _as_it_is(value: Any, _origin: Origin) -> Any:
    return value


class Kind(NamedTuple):
    """What an entry holds, in words; whether a value is that; how a plain text is turned into it; what it comes to.

    `take` follows env: and file: and raises Contradiction. A `hidden` value is never
    shown in a message. `item` says whether a value fits into a list or table of this kind.
    """

    words: str
    fits: Callable[[Any], bool]
    read: Callable[[str], Any] = str
    take: Callable[[Any, Origin], Any] = _as_it_is
    hidden: bool = False
    item: Callable[[Any], bool] | None = None


# --- what a text says ---


def _read_switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError(text)
    return word in TRUE


def _read_whole(text: str) -> int:
    if not WHOLE.fullmatch(text.strip()):
        raise ValueError(text)
    return int(text)


def _read_decimal(text: str) -> float:
    if not DECIMAL.fullmatch(text.strip()):
        raise ValueError(text)
    return float(text)


def read_list(text: str) -> list[str]:
    """Return the items of a text, which commas or line ends separate."""
    return [item.strip() for item in ITEM_ENDS.split(text) if item.strip()]


def _read_headers(text: str) -> dict[str, str]:
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    headers = {name.strip(): value.strip() for name, _, value in lines}
    if not all(colon for _, colon, _ in lines) or len(headers) < len(lines):
        raise ValueError(text)
    return headers


# --- whether a value fits ---


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and (value == 0 or LEAST <= value <= MOST)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_COUNTED


def is_text(value: Any) -> bool:
    """Say whether a value is a text that is not empty."""
    return isinstance(value, str) and value != ""


def is_list(value: Any) -> bool:
    """Say whether a value is a list of texts that are not empty."""
    return isinstance(value, list | tuple) and all(map(is_text, value))


def _is_table_of_headers(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return all(map(is_text, value)) and all(map(_is_header, value.values()))


def _is_header(value: Any) -> bool:
    return is_text(value) or _is_asked(value)


def _is_asked(value: Any) -> bool:
    """Say whether a value is a table that names a command."""
    if not isinstance(value, dict) or not {"command"} <= value.keys() <= {"command", "scheme", "expires_in"}:
        return False
    is_command = bool(value["command"]) and is_list(value["command"])
    word, seconds = value.get("scheme", "Bearer"), value.get("expires_in", MOST)
    return is_command and isinstance(word, str) and TOKEN.fullmatch(word) is not None and _is_span(seconds)


def _is_span(value: Any) -> bool:
    return _is_number(value) and value > 0


# --- what it comes to ---


def _take_key(value: str, origin: Origin) -> Secret:
    value = value.strip()
    if origin.source.is_public and not is_reference(value):
        raise origin.wrong(
            "is passed literally, so that a process list or the source of a program shows it",
            "Expected env:NAME or file:PATH. Put the key into a variable or a file, and pass its name.",
        )
    text = follow(value, origin)
    if not SENDABLE.fullmatch(text):
        raise origin.wrong(
            f"contains {_odd_one(text)}, which no header can carry",
            "Expected a key of visible ASCII characters. Correct it, or omit the entry.",
        )
    if QUOTED.fullmatch(text):
        raise origin.wrong("is in quotes, which would be sent too", "Expected the key alone. Remove the quotes.")
    return Secret(text, expansion_of(value, origin) if is_reference(value) else "")


def _odd_one(text: str) -> str:
    """Name the character that a key may not hold, without the key."""
    number, character = next((each for each in enumerate(text, start=1) if not " " <= each[1] <= "~"), (0, ""))
    return f"U+{ord(character):04X} as character {number}" if number else "nothing but blanks"


def _take_path(value: str, origin: Origin) -> Path:
    """Return a path, which a variable may hold; `file:` before it says nothing more."""
    is_of_a_file = value.lower().startswith("file:")
    path = value[len("file:") :].strip() if is_of_a_file else follow(value, origin)
    return place_of(path, origin)


def _take_rules(value: list[str], origin: Origin) -> tuple[str, ...]:
    rules = tuple(map(with_hosts_in_ascii, value))
    odd = next((rule for rule in rules if not rule.isascii()), None)
    if odd is not None:
        raise origin.wrong(f"{WITHOUT_ASCII} ({odd})", "Correct the rule.")
    return rules


def _take_codes(value: list[str], origin: Origin) -> tuple[str, ...]:
    return tuple(follow(code, origin) for code in value)


def _take_headers(value: Mapping[str, Any], origin: Origin) -> dict[str, str | Secret]:
    names = [name.lower() for name in value]
    for name in value:
        if not TOKEN.fullmatch(name) or name.lower() in RESERVED:
            raise origin.wrong(
                f"has the name {name!r}, which cannot be used",
                f"Expected a valid header name, but not {', '.join(RESERVED)}, which the suite sends itself. "
                f"Correct or remove it.",
            )
        if names.count(name.lower()) > 1:
            raise origin.wrong(f"names {name!r} twice", "Expected each header once. Remove one.")
    return {name: _take_header(text, origin._replace(entry=f"{origin.entry}.{name}")) for name, text in value.items()}


def _take_header(given: Any, origin: Origin) -> str | Secret:
    """Return the value of a header; only one that stands elsewhere is kept as a secret."""
    if isinstance(given, dict):
        word = f"{given['scheme']} " if "scheme" in given else ""
        return _asked(given["command"], word, given.get("expires_in"), origin)
    text = given.strip()
    line = COMMAND.fullmatch(text)
    if line:
        return _asked(_words(line[2], origin), line[1] or "", None, origin)
    scheme, _, rest = text.partition(" ")
    if is_reference(text):
        value: str | Secret = Secret(follow(text, origin), expansion_of(text, origin))
    elif TOKEN.fullmatch(scheme) and is_reference(rest.lstrip()):
        rest = rest.lstrip()
        value = Secret(follow(rest, origin), expansion_of(rest, origin), f"{scheme} ")
    else:
        value = literal(text, origin)
    if not VALUE.fullmatch(revealed(value)):
        raise origin.wrong(
            "contains a character that no header can carry", "Expected visible characters and blanks. Correct it."
        )
    return value


def _asked(command: list[str], word: str, expires_in: float | None, origin: Origin) -> Asked:
    return Asked(origin.entry, command, origin.source.folder, scheme=word, expires_in=expires_in)


def _words(line: str, origin: Origin) -> list[str]:
    """Return the words of a command line, which quotes may hold together; no shell reads it."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if not words:
        raise origin.wrong(
            "names no command after command:", "Expected a program with its arguments, such as `get-token`."
        )
    return words


TEXT = Kind("a non-empty string, env:NAME or file:PATH", is_text, take=follow)
URL = Kind("a URL, env:NAME or file:PATH", is_text, take=follow, hidden=True)
PROXY = Kind(
    "a URL, env:NAME or file:PATH; an empty string for no proxy",
    lambda value: isinstance(value, str),
    take=follow,
    hidden=True,
)
FILE = Kind("the path of a file, or env:NAME", is_text, take=_take_path)
CONNECT_TO = Kind(
    "a list of HOST1:PORT1:HOST2:PORT2 (in an environment variable: separated by blanks)",
    lambda value: is_list(value) and all(map(is_connect_to, value)),
    str.split,
    _take_rules,
    item=lambda value: is_text(value) and is_connect_to(value),
)
RESOLVE = Kind(
    "a list of HOST:PORT:ADDRESS[,ADDRESS], each a numeric address (in an environment variable: separated by blanks)",
    lambda value: is_list(value) and all(map(is_resolve, value)),
    str.split,
    _take_rules,
    item=lambda value: is_text(value) and is_resolve(value),
)
SECRET = Kind("env:NAME, file:PATH or a string", is_text, take=_take_key, hidden=True)
SWITCH = Kind("true or false", lambda value: isinstance(value, bool), _read_switch)
COUNT = Kind(f"a whole number from 0 to {MOST_COUNTED:,}, in digits", _is_count, _read_whole)
SIZE = Kind(
    f"a whole number from 1 to {MOST_COUNTED:,}, in digits", lambda value: _is_count(value) and value > 0, _read_whole
)
NUMBER = Kind("a number from 0 to 1,000,000", _is_number, _read_decimal)
SPAN = Kind("a number greater than 0, at most 1,000,000", _is_span, _read_decimal)
CODES = Kind(
    "a list of strings, each of which may be env:NAME or file:PATH (in an environment variable: separated by commas)",
    is_list,
    read_list,
    _take_codes,
    hidden=True,
    item=is_text,
)
CALL = Kind(
    "a method and a path, such as PUT /emp/v1/charging-keys/{keyIdentifier}/disable",
    lambda value: isinstance(value, str) and CALLED.fullmatch(value) is not None,
)
TEXTS = CODES._replace(hidden=False)
HEADERS = Kind(
    "a table of names and values, which may be or end in env:NAME, file:PATH or command:LINE, or be a table with a "
    "command (in an environment variable: lines of `Name: value`)",
    _is_table_of_headers,
    _read_headers,
    _take_headers,
    hidden=True,
    item=_is_header,
)
