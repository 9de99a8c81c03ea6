"""The entries of a target file: which there are, what each is called elsewhere, and how its value is taken."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, NamedTuple, get_type_hints

from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.kinds import Kind
from fleet_contract.contract_tests.target.options import OPTIONS
from fleet_contract.contract_tests.target.references import Origin, Source
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.files import Contradiction, suggestion

REQUIRED = object()
DIALECT_VARIABLE = "FLEET_DIALECT"
ARGUMENT = "BASE_URL"  # the one entry that is an argument and no option


class Entry(NamedTuple):
    """One entry: its name with its table, what it holds and means, and its default, which may be REQUIRED."""

    name: str
    kind: Kind
    meaning: str
    default: Any

    @property
    def variable(self) -> str:
        """The environment variable: `limits.max_fleets` has FLEET_MAX_FLEETS."""
        return f"FLEET_{self.name.rpartition('.')[2].upper()}"

    @property
    def flag(self) -> str:
        """The flag or argument of the command that sets it, or nothing."""
        flags = (f"--{option.name}" for option in OPTIONS if option.entry == self.name)
        return ARGUMENT if self.name == "base_url" else next(flags, "")


def _entries(owner: type, table: str = "") -> Iterator[Entry]:
    hints = get_type_hints(owner, include_extras=True)
    for field in fields(owner):
        hint = hints[field.name]
        if is_dataclass(hint) and isinstance(hint, type):
            yield from _entries(hint, f"{field.name}.")
        elif hasattr(hint, "__metadata__"):
            kind, meaning = hint.__metadata__
            yield Entry(f"{table}{field.name}", kind, meaning, _default(field))


def _default(field: Field[Any]) -> Any:
    """Return the default of a field, REQUIRED where it has none."""
    if field.default_factory is not MISSING:
        return field.default_factory()
    return REQUIRED if field.default is MISSING else field.default


ENTRIES: Mapping[str, Entry] = {entry.name: entry for entry in (*_entries(Target), *_entries(Gate))}
VARIABLES = (*(entry.variable for entry in ENTRIES.values()), DIALECT_VARIABLE)
SECRET_VARIABLES = frozenset(entry.variable for entry in ENTRIES.values() if entry.kind.hidden)
_NEGATIVE = re.compile(r"-(?:[0-9.]+(?:e[+-]?[0-9]+)?|inf)")
_SHOWN = 80  # characters of a value
TABLES = (*dict.fromkeys(name.partition(".")[0] for name in ENTRIES if "." in name), "dialect")


def flatten(table: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return `limits.max_fleets` for [limits] max_fleets, without [dialect]; raises Contradiction for unknown words."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if key not in TABLES:
            flat[key] = value
        elif not isinstance(value, Mapping):
            raise Contradiction(
                f"{source}: {key} is {_type(value)}. Expected a table. Write [{key}] above its entries."
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
    hint = f" Did you mean {homes[0]!r}, which stands {_home(homes[0])}?" if homes else suggestion(entry, ENTRIES)
    return Contradiction(
        f"{source}: unknown entry {entry!r}.{hint} Correct or remove it; `fleet-contract entries` lists all entries."
    )


def _home(entry: str) -> str:
    table, dot, _ = entry.partition(".")
    return f"below [{table}]" if dot else "above the first table"


def value_of(entry: Entry, value: Any, source: Source) -> Any:
    """Return what a value of a file, a flag or the environment comes to; raises Contradiction when it does not fit.

    A text of a flag or of the environment is read as the entry's kind says.
    """
    origin, value = Origin(entry.name, source), _trimmed(value)
    if isinstance(value, str) and source.is_plain:
        _require_characters(value, origin)
        value = _read(entry.kind, value)
    if not entry.kind.fits(value):
        name, odd = _odd_part(entry.name, value, entry.kind)
        raise origin._replace(entry=name).wrong(
            f"is {_described(odd, entry.kind)}", f"Expected {entry.kind.words}. Correct it there."
        )
    return entry.kind.take(value, origin)


def _odd_part(name: str, value: Any, kind: Kind) -> tuple[str, Any]:
    """Return the first item of a value that does not fit into it, by what it is called; else the value itself."""
    items = {f"{name}.{key}": item for key, item in value.items()} if isinstance(value, dict) else {}
    if isinstance(value, list):
        items = {f"item {number} of {name}": item for number, item in enumerate(value, start=1)}
    return next((each for each in items.items() if kind.item and not kind.item(each[1])), (name, value))


def _described(value: Any, kind: Kind) -> str:
    is_negative = kind.fits(1) and _NEGATIVE.fullmatch(str(value))
    what = "negative" if is_negative else _type(value)
    return what if kind.hidden else f"{what}, {str(value)[:_SHOWN]!r}"


def _require_characters(text: str, origin: Origin) -> None:
    """Refuse what Python makes of bytes of the environment, or of an argument, that are no text: half characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise origin.wrong("contains bytes that are not UTF-8", "Expected text. Correct it there.") from None


def _read(kind: Kind, text: str) -> Any:
    try:
        return kind.read(text)
    except ValueError:
        return text


def _trimmed(value: Any) -> Any:
    """Return a value without the line ends around its texts: editors, `echo` and secret stores leave them there."""
    if isinstance(value, str):
        return value.strip("\r\n")
    if isinstance(value, list | tuple):
        return [_trimmed(item) for item in value]
    return {name: _trimmed(text) for name, text in value.items()} if isinstance(value, dict) else value


def _type(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "a whole number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a table",
    }
    return "an empty string" if value == "" else names.get(type(value), f"a {type(value).__name__}")
