"""JSON Schemas, read as they are meant and not as Python reads a pattern."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend


def validator_of(schema: Mapping[str, Any]) -> Validator:
    """Return what finds the mistakes of a value."""
    reading: type[Validator] = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    return reading(schema)


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Hold a text to a pattern as JSON Schema reads it: `$` is its end, and not before a line feed there."""
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")
