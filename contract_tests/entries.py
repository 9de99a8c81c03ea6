"""The entries of a target file: which there are, of what kind each is, and how each is read and checked."""

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fleet_contract.contract_tests.network.masking import Secret
from fleet_contract.spec.files import Contradiction, suggestion

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
SENDABLE = re.compile(r"[\x21-\x7e]+(?: +[\x21-\x7e]+)*")


class Kind(NamedTuple):
    """What an entry holds, in words; whether a TOML value is that; and how a plain text is turned into it."""

    words: str
    fits: Callable[[Any], bool]
    read: Callable[[str], Any]


def _read_switch(text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise ValueError(text)
    return text.lower() in TRUE


def _read_headers(text: str) -> dict[str, str]:
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    if not all(colon for _, colon, _ in lines):
        raise ValueError(text)
    return {name.strip(): value.strip() for name, _, value in lines}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


TEXT = Kind("a text that is not empty", _is_text, str)
URL = Kind("a URL, or an empty text for no proxy at all", lambda value: isinstance(value, str), str)
FILE = Kind("the path of a file", _is_text, str)
SECRET = Kind("env:NAME, file:PATH or a text", _is_text, str)
SWITCH = Kind("true or false", lambda value: isinstance(value, bool), _read_switch)
COUNT = Kind("a whole number from 0", lambda value: type(value) is int and value >= 0, int)
NUMBER = Kind("a number from 0", _is_number, float)
SPAN = Kind("a number above 0", lambda value: _is_number(value) and value > 0, float)
SIZE = Kind("a whole number from 1", lambda value: type(value) is int and value > 0, int)
LIST = Kind(
    "a list of texts (in an environment variable: parted by commas)",
    lambda value: isinstance(value, list | tuple) and all(map(_is_text, value)),
    lambda text: [item.strip() for item in text.split(",") if item.strip()],
)
HEADERS = Kind(
    "a table of header names and values (in an environment variable: lines of `Name: value`)",
    lambda value: isinstance(value, dict) and all(_is_text(text) for text in (*value, *value.values())),
    _read_headers,
)

ENTRIES: Mapping[str, Kind] = {
    "base_url": TEXT,
    "api_key": SECRET,
    "other_api_key": SECRET,
    "allow_writes": SWITCH,
    "fixtures.fleet_with_codes": TEXT,
    "fixtures.active_codes": LIST,
    "fixtures.inactive_codes": LIST,
    "fixtures.fleet_without_codes": TEXT,
    "fixtures.foreign_fleet": TEXT,
    "fixtures.fleet_with_keys": TEXT,
    "fixtures.location": TEXT,
    "fixtures.location_path": TEXT,
    "fixtures.priced_fleet": TEXT,
    "limits.requests_per_second": NUMBER,
    "limits.max_requests": COUNT,
    "limits.max_fleets": COUNT,
    "limits.max_keys": COUNT,
    "limits.max_seconds": SPAN,
    "limits.settle_seconds": NUMBER,
    "limits.timeout_seconds": SPAN,
    "limits.max_timeouts": SIZE,
    "limits.max_answer_bytes": SIZE,
    "network.ca_file": FILE,
    "network.proxy": URL,
    "network.headers": HEADERS,
}
TABLES = ("fixtures", "limits", "network", "dialect")


def variable(entry: str) -> str:
    """Return the environment variable of an entry: `limits.max_fleets` has FLEET_MAX_FLEETS."""
    return f"FLEET_{entry.rpartition('.')[2].upper()}"


def flag(entry: str) -> str:
    """Return how messages name the flag of an entry."""
    return f"the flag --{entry.rpartition('.')[2].replace('_', '-')}"


class Source(NamedTuple):
    """Where a value came from, for messages; what its relative paths and its env: start from."""

    name: str
    folder: Path
    environment: Mapping[str, str]
    secrets_may_be_literal: bool = True


def flatten(table: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return `limits.max_fleets` for [limits] max_fleets, without [dialect]; raises Contradiction for unknown words."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if key not in TABLES:
            flat[key] = value
        elif not isinstance(value, Mapping):
            raise Contradiction(
                f"{source}: {key} is {_type(value)}, and was expected to be a table. Write [{key}] above its entries."
            )
        elif key != "dialect":
            flat.update({f"{key}.{name}": inner for name, inner in value.items()})
    for entry in flat:
        if entry not in ENTRIES:
            raise unknown(entry, source)
    return flat


def unknown(entry: str, source: str) -> Contradiction:
    """Return what to raise for an entry that does not exist: the same word in another table is the nearest."""
    last = entry.rpartition(".")[2]
    homes = [known for known in ENTRIES if known.rpartition(".")[2] == last]
    hint = f" Did you mean {homes[0]!r}?" if homes else suggestion(entry, ENTRIES)
    return Contradiction(
        f"{source}: there is no entry {entry!r}.{hint} Remove it, or take one of: {', '.join(ENTRIES)}."
    )


def checked(entry: str, value: Any, source: Source) -> Any:
    """Return the value of an entry; raises Contradiction when it is of another kind."""
    kind = ENTRIES[entry]
    if not kind.fits(value):
        given = "" if kind is SECRET else f", {str(value)[:80]!r}"
        raise Contradiction(
            f"{source.name}: {entry} is {_type(value)}{given}, and was expected to be {kind.words}. Correct it there."
        )
    if kind is SECRET:
        return _secret(entry, value, source)
    if kind is FILE:
        return source.folder / Path(value).expanduser()
    return tuple(value) if kind is LIST else value


def plain(entry: str, text: str, source: Source) -> Any:
    """Return the value of an entry that came as a plain text, from a flag or the environment."""
    try:
        value = ENTRIES[entry].read(text)
    except ValueError:
        value = text
    return checked(entry, value, source)


def _type(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), f"a {type(value).__name__}")


def _secret(entry: str, value: str, source: Source) -> Secret:
    scheme, _, rest = value.partition(":")
    if scheme == "env":
        text, found = source.environment.get(rest, ""), f"the environment variable {rest}"
    elif scheme == "file":
        text, found = _first_line(entry, source, rest), f"the file {rest}"
    elif source.secrets_may_be_literal:
        text, found = value, "the text"
    else:
        raise Contradiction(
            f"{source.name}: {entry} is given in the open, where every process list shows it. "
            f"Expected env:NAME or file:PATH. Put the key into a variable or a file and name that."
        )
    if not SENDABLE.fullmatch(text):
        wrong = "holds a character that no header can carry" if text else "is empty or not set"
        raise Contradiction(
            f"{source.name}: {entry} was looked for in {found}, which {wrong}. "
            f"Expected a key of visible ASCII characters. Set it, or leave {entry} out."
        )
    return Secret(text)


def _first_line(entry: str, source: Source, rest: str) -> str:
    try:
        return (source.folder / Path(rest).expanduser()).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8"
        raise Contradiction(
            f"{source.name}: {entry} is looked for in the file {rest}, which cannot be read: {reason}. "
            f"Expected a file that holds the key and nothing else. Correct the path."
        ) from None
