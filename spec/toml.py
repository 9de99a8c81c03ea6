"""Reading TOML that a user wrote, and saying in plain words what is wrong with it."""

import re
import tomllib
from typing import Any

from fleet_contract.spec.files import Contradiction

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
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_ENTRY = re.compile(r"\s*([\w.-]+)\s*=\s*[^\s=]")


def parse_toml(text: str, what: str, expected: str) -> dict[str, Any]:
    """Return the table that a text describes; raises Contradiction that calls the text `what`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        problem = _problem(str(wrong), text)
    except (ValueError, RecursionError):
        problem = "a number is too long, or lists are nested too deeply"
    raise Contradiction(f"{what} is not TOML: {problem}. {expected}")


def _problem(message: str, text: str) -> str:
    place = _PLACE.search(message)
    words = _PLACE.sub("", message)
    reason = next((plain for start, plain in _REASONS.items() if message.startswith(start)), words)
    lines = text.rstrip().splitlines() or [""]
    number = int(place[1]) if place and place[1] else len(lines)
    entry = _ENTRY.match(lines[min(number, len(lines)) - 1])
    return f"line {number}{f' ({entry[1]})' if entry else ''}: {reason}"
