"""Schemas: validators compiled once from the document, and what they find wrong, in words.

Values are never repeated: they may be long, and they may be secrets.
"""

from collections.abc import Callable, Mapping, Set
from functools import lru_cache, reduce
from operator import getitem
from typing import Any, NamedTuple

from jsonschema_rs import Draft4Validator, ValidationError, ValidationErrorKind, validator_for

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.lengths import CODE_POINTS, Unit
from fleet_contract.mock_server.messages import Fault, Json
from fleet_contract.mock_server.refusals import Refusal

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
JSON_TYPES: dict[type, str] = {
    bool: "a boolean",
    str: "a string",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}
TYPES_IN_WORDS = {
    "boolean": "a boolean",
    "string": "a string",
    "number": "a number",
    "array": "an array",
    "object": "an object",
}
# Of several errors the first of these is told: what lacks an id is not refused for its name.
ORDER = (Kind.BAD_BODY, Kind.INVALID_NAME, Kind.UNKNOWN_PROPERTY)
LONGEST_NAME_REPEATED = 40
LENGTHS = ("minLength", "maxLength")
HOLLOW: dict[type, Json] = {list: [], dict: {}}


class Schema:
    """A schema of the document, compiled; lengths are counted in the unit of the dialect."""

    def __init__(self, schema: Mapping[str, Any], unit: Unit = CODE_POINTS) -> None:
        translated = {"$schema": DRAFT_4, **translate(schema)}
        is_usual = unit is CODE_POINTS
        self._validator = Draft4Validator(translated) if is_usual else validator_for(translated, keywords=at_most(unit))
        self._unit = unit
        self.fits: Callable[[Json], bool] = self._validator.is_valid
        self._known = frozenset(translated.get("properties", ()))

    def errors(self, value: Json) -> list["Misfit"]:
        """Return what is wrong with a request's value that does not fit; none of these looks below its members."""
        outlined = outline(value, self._known)
        return [_misfit(error, outlined, self._unit) for error in self._validator.iter_errors(outlined)]


def outline(value: Json, known: Set[str]) -> Json:
    """Return a value without what lies deeper than its members, and of the unknown ones only the first in order.

    The validator copies the whole value for each of its errors, and cannot copy what is nested very deep.
    """
    if not isinstance(value, dict):
        return HOLLOW.get(type(value), value)
    outlined = {name: HOLLOW.get(type(member), member) for name, member in value.items() if name in known}
    if len(outlined) < len(value):
        first = min(value.keys() - known)
        outlined[first] = HOLLOW.get(type(value[first]), value[first])
    return outlined


class Misfit(NamedTuple):
    """A part of a value that does not fit: where it is, which keyword of the schema it breaks, what that asks for.

    Of what there is instead, `found` is no more than is told: its length in `unit` where that is wrong, else its type.
    The name of an unknown property is cut.
    """

    path: tuple[str | int, ...]
    keyword: str
    limit: Any
    found: Any
    unit: Unit = CODE_POINTS


def _misfit(error: ValidationError, value: Json, unit: Unit) -> Misfit:
    path = tuple(error.instance_path)
    kind = error.kind
    keyword, limit = kind.name, kind.value
    if isinstance(kind, ValidationErrorKind.Custom):
        limit = int(kind.message)
    else:
        unit = CODE_POINTS
    there = reduce(getitem, path, value)
    if keyword in LENGTHS:
        return Misfit(path, keyword, limit, unit.length(there), unit)
    if isinstance(limit, list):
        limit = tuple([str(each)[:LONGEST_NAME_REPEATED] for each in limit])
    return Misfit(path, keyword, limit, JSON_TYPES[type(there)])


def translate(schema: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as draft 4 writes it: what is nullable has null among its types."""
    if isinstance(schema, list):
        return [translate(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    translated = {name: translate(value) for name, value in schema.items() if name not in ("nullable", "example")}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        translated["type"] = [schema["type"], "null"]
    return translated


def at_most(unit: Unit) -> dict[str, Any]:
    """Return the keyword maxLength as a server means it that counts in another unit than JSON Schema."""

    class AtMost:
        def __init__(self, parent_schema: dict[str, Any], value: Any, schema_path: list[str | int]) -> None:
            del parent_schema, schema_path
            self._limit = value

        def validate(self, instance: Any) -> None:
            """Raise ValueError for a text that has more; it says how many are allowed."""
            if isinstance(instance, str) and unit.length(instance) > self._limit:
                raise ValueError(str(self._limit))

    return {"maxLength": AtMost}


def body_refusal(misfits: list[Misfit]) -> Refusal:
    """Return how a body is refused in which a schema finds these, at least one."""
    kind, detail, fault = told(*misfits)
    return Refusal(kind, detail, None, fault)


@lru_cache(maxsize=256)
def told(*misfits: Misfit) -> tuple[Kind, str, Fault]:
    """Return what is told of misfits, of several the first in order; few occur, again and again."""
    first = min(misfits, key=lambda misfit: ORDER.index(_kind(misfit)))
    missing = [misfit.limit for misfit in misfits if misfit.keyword == "required"]
    is_one_of_several = first.keyword == "required" and len(missing) > 1
    detail = f"{', '.join(missing)} are missing." if is_one_of_several else in_words(first)
    return _kind(first), detail, fault_of(first)


def fault_of(misfit: Misfit) -> Fault:
    """Return what a misfit says of a field of the body, for programs."""
    path = misfit.path
    if misfit.keyword == "required":
        path = (*path, misfit.limit)
    elif misfit.keyword == "additionalProperties":
        path = (*path, min(misfit.limit))
    pointer = "".join(["/" + escaped(str(step)[:LONGEST_NAME_REPEATED]) for step in path])
    if misfit.keyword not in LENGTHS:
        return Fault(pointer, keyword=misfit.keyword)
    return Fault(pointer, keyword=misfit.keyword, limit=misfit.limit, length=misfit.found, unit=misfit.unit.name)


def escaped(step: str) -> str:
    """Return a step of a JSON pointer (RFC 6901, section 3) with no lone surrogate."""
    shown = step.encode("ascii", "backslashreplace").decode()
    return shown.replace("~", "~0").replace("/", "~1")


def _kind(misfit: Misfit) -> Kind:
    if misfit.keyword == "additionalProperties":
        return Kind.UNKNOWN_PROPERTY
    return Kind.INVALID_NAME if misfit.path == ("fleetName",) else Kind.BAD_BODY


def in_words(misfit: Misfit, subject: str = "The body") -> str:
    """Return what is wrong as a sentence; `subject` is what the value is called where it is the whole."""
    field = ".".join(map(str, misfit.path)) or subject
    words = WORDS.get(misfit.keyword)
    return words(field, misfit) if words else f"{field} does not match the document."


def _wrong_type(field: str, misfit: Misfit) -> str:
    if "integer" in misfit.limit:
        return f"{field} is not an integer; expected digits only, without a plus sign, blanks or leading zeros."
    wanted = [TYPES_IN_WORDS[each] for each in misfit.limit if each != "null"]
    return f"{field} is {misfit.found}; expected {' or '.join(wanted)}."


def _missing(field: str, misfit: Misfit) -> str:
    del field
    return f"{misfit.limit} is missing."


def _too_long(field: str, misfit: Misfit) -> str:
    return f"{field} has {misfit.found} {misfit.unit.in_words}; at most {misfit.limit} are allowed."


def _too_short(field: str, misfit: Misfit) -> str:
    return f"{field} has {misfit.found} characters; expected at least {misfit.limit}."


def _out_of_range(field: str, misfit: Misfit) -> str:
    return f"{field} must be at {'least' if misfit.keyword == 'minimum' else 'most'} {misfit.limit}."


def _bad_characters(field: str, misfit: Misfit) -> str:
    del misfit
    return f"{field} contains a character that this server does not allow."


def _unknown(field: str, misfit: Misfit) -> str:
    del field
    return f"The property {ascii(min(misfit.limit))[1:-1]:.{LONGEST_NAME_REPEATED}} is unknown."


WORDS: dict[str, Callable[[str, Misfit], str]] = {
    "type": _wrong_type,
    "required": _missing,
    "maxLength": _too_long,
    "minLength": _too_short,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "pattern": _bad_characters,
    "additionalProperties": _unknown,
}
