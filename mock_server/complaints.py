"""Complaints: what a schema finds wrong with a body or a parameter, told with field, limit and length.

Values are never repeated: they may be long, and they may be secrets.
"""

from collections.abc import Callable, Iterable
from typing import Any

from jsonschema import ValidationError

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.refusals import Refusal

JSON_TYPES: dict[type, str] = {
    bool: "a boolean",
    str: "a string",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}
# Of several complaints the first of these is made: what lacks an id is not refused for its name.
ORDER = (Kind.BAD_BODY, Kind.INVALID_NAME, Kind.UNKNOWN_PROPERTY)
LONGEST_NAME_REPEATED = 40


class TooManyUnits(ValidationError):
    """A text is too long when its UTF-16 code units are counted; the message is the count."""


def complaint(errors: Iterable[ValidationError]) -> Refusal | None:
    """Return how a body is refused in which a schema finds these errors; None where it finds none."""
    refusals = [Refusal(_kind(error), in_words(error)) for error in errors]
    return min(refusals, key=lambda refusal: ORDER.index(refusal.kind), default=None)


def in_words(error: ValidationError, subject: str = "") -> str:
    """Return what is wrong as a sentence; `subject` is what the value is called where the error has no path."""
    field = ".".join(str(step) for step in error.absolute_path) or subject or "The body"
    words = WORDS.get(str(error.validator))
    return words(field, error) if words else f"{field} is not as the document says."


def _kind(error: ValidationError) -> Kind:
    if error.validator == "additionalProperties":
        return Kind.UNKNOWN_PROPERTY
    return Kind.INVALID_NAME if list(error.absolute_path) == ["fleetName"] else Kind.BAD_BODY


def _wrong_type(field: str, error: ValidationError) -> str:
    if error.validator_value == "integer":
        return f"{field} is no integer as JSON writes one: digits alone, without a plus sign, blanks or leading zeros."
    return f"{field} is {JSON_TYPES[type(error.instance)]}; its type is to be {error.validator_value}."


def _missing(field: str, error: ValidationError) -> str:
    del field
    wanted: list[str] = _of(error.validator_value)
    missing = [name for name in wanted if name not in _of(error.instance)]
    return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."


def _too_long(field: str, error: ValidationError) -> str:
    return f"{field} has {length(error)}; at most {error.validator_value} are allowed."


def _too_short(field: str, error: ValidationError) -> str:
    return f"{field} has {length(error)}; at least {error.validator_value} is needed."


def length(error: ValidationError) -> str:
    """Return how long the value is, as characters; as UTF-16 units where these are what was counted."""
    return error.message if isinstance(error, TooManyUnits) else f"{len(_of(error.instance))} characters"


def _out_of_range(field: str, error: ValidationError) -> str:
    bound = "least" if error.validator == "minimum" else "most"
    return f"{field} must be at {bound} {error.validator_value}."


def _bad_characters(field: str, error: ValidationError) -> str:
    del error
    return f"{field} holds a character that this server does not let into it."


def _unknown(field: str, error: ValidationError) -> str:
    del field
    unknown = sorted(set(_of(error.instance)) - set(_of(error.schema)["properties"]))
    return f"The property {ascii(unknown[0])[1:-1]:.{LONGEST_NAME_REPEATED}} is unknown here."


def _of(value: Any) -> Any:
    """Return a part of an error that jsonschema may leave unset, which it does not here."""
    return value


WORDS: dict[str, Callable[[str, ValidationError], str]] = {
    "type": _wrong_type,
    "required": _missing,
    "maxLength": _too_long,
    "minLength": _too_short,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "pattern": _bad_characters,
    "additionalProperties": _unknown,
}
