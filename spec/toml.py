"""Reading TOML that a user wrote, and saying in plain words what is wrong with it."""

import re
import tomllib
from collections.abc import Iterable
from typing import Any

from fleet_contract.spec.files import Contradiction
from fleet_contract.spec.nesting import DEEPEST

# What tomllib says, and what people who wrote that did.
_REASONS = {
    "Cannot overwrite a value": "an entry occurs twice. Keep one",
    "Duplicate inline table key": "an entry occurs twice. Keep one",
    "Cannot declare": "a table occurs twice. Put its entries below one [table]",
    "Invalid value": "a value is not a quoted string, a number, true, false or a list. Put strings into quotes",
    "Unescaped '\\'": "a string contains a backslash. Put paths with backslashes into 'single quotes'",
    "Invalid hex value": "a string contains a backslash. Put paths with backslashes into 'single quotes'",
    "Unterminated string": "a string has no closing quote",
    "Illegal character": "a string has no closing quote on its line",
    "Unclosed array": "a list has no closing ]",
}
_LONG = "a number is too long, or values are nested too deeply"
_INTEGERS = range(-(2**63), 2**63)  # that TOML asks any reader to take; Python writes none of thousands of digits
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_ENTRY = re.compile(r"\s*([\w.-]+)\s*=\s*[^\s=]")


def parse_toml(text: str, what: str, expected: str) -> dict[str, Any]:
    """Return the table that a text describes; raises Contradiction that calls the text `what`."""
    try:
        table = tomllib.loads(text)
        if not _is_beyond(table):
            return table
        problem = _LONG
    except tomllib.TOMLDecodeError as wrong:
        problem = _problem(str(wrong), text)
    except (ValueError, RecursionError):
        problem = _LONG
    raise Contradiction(f"{what} is not TOML: {problem}. {expected}")


def _is_beyond(table: dict[str, Any]) -> bool:
    """Say whether a table has values that are longer or deeper than those who are given it can take."""
    level: list[Any] = [table]
    for _ in range(DEEPEST + 1):
        if any(type(value) is int and value not in _INTEGERS for value in level):
            return True
        level = [inner for value in level for inner in _inside(value)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _problem(message: str, text: str) -> str:
    place = _PLACE.search(message)
    words = _PLACE.sub("", message)
    reason = next((plain for start, plain in _REASONS.items() if message.startswith(start)), words)
    lines = text.rstrip().splitlines() or [""]
    number = int(place[1]) if place and place[1] else len(lines)
    entry = _ENTRY.match(lines[min(number, len(lines)) - 1])
    return f"line {number}{f' ({entry[1]})' if entry else ''}: {reason}"
