"""Wording: what JSON Schema finds wrong with what somebody wrote, in words by the keyword that it breaks.

Values are never repeated: they may be long, and they may be secrets. Of a member that is unknown the name is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any, NamedTuple

from jsonschema_rs import ValidationError, validator_for

from fleet_contract.mock_server.schemas import JSON_TYPES, TYPES_IN_WORDS
from fleet_contract.spec.files import suggestion

Place = tuple[str | int, ...]
Schema = dict[str, Any]

MOST_LISTED = 50
LONGEST_NAME = 100
NAMES_OF_TYPES = {**TYPES_IN_WORDS, "integer": "a whole number", "null": "null"}
PARTS: dict[type, str] = {str: "characters", list: "entries", dict: "members"}


class Complaint(NamedTuple):
    """What is wrong with a value: where, and in words that follow the name of that place."""

    place: Place
    words: str


class Form:
    """What a value has to fit: a JSON Schema without references, compiled."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._validator = validator_for(schema)

    def fits(self, value: Any) -> bool:
        return self._validator.is_valid(value)

    def complaints(self, value: Any) -> Iterator[Complaint]:
        """Yield what is wrong with a value of JSON; raises RecursionError for one that is nested too deeply."""
        try:
            errors = self._validator.iter_errors(value)
        except ValueError:  # It reads all of JSON but what is nested more than 255 deep.
            raise RecursionError from None
        return (_complaint(error, self._schema) for error in errors)


class Misfit(NamedTuple):
    """A value that does not fit: what its keyword asks for, and the schemas that it lies in, its own last."""

    value: Any
    limit: Any
    schemas: Sequence[Schema]

    @property
    def schema(self) -> Schema:
        return self.schemas[-1]


def _complaint(error: ValidationError, schema: Schema) -> Complaint:
    steps, place, keyword = error.schema_path, tuple(error.instance_path), error.kind.name
    around = [_at(schema, steps[:length]) for length in range(len(steps))]
    misfit = Misfit(error.instance, error.kind.value, around)
    of_a_member = MEMBER_WORDS.get(keyword)
    if of_a_member:
        member, words = of_a_member(misfit)
        return Complaint((*place, member), words)
    return Complaint(place, WORDS[keyword](misfit))


def _at(value: Any, path: Sequence[str | int]) -> Any:
    return reduce(getitem, path, value)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them; of very many the first."""
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


# --- what is wrong with a value ------------------------------------------------------------------


def _wrong_type(misfit: Misfit) -> str:
    wanted = " or ".join(NAMES_OF_TYPES[each] for each in sorted(misfit.limit, key="null".__eq__))
    members = misfit.schema.get("properties")
    with_members = f" with some of the members {listed(list(members))}" if members else ""
    meaning = misfit.schema.get("description", "") if len(misfit.schemas) > 1 else ""
    return f"this is {JSON_TYPES[type(misfit.value)]}; expected {wanted}{with_members}. {meaning}".rstrip()


def _not_listed(misfit: Misfit) -> str:
    near = suggestion(misfit.value, misfit.limit) if isinstance(misfit.value, str) else ""
    return f"expected one of {listed(misfit.limit)}.{near}"


def _too_little(misfit: Misfit) -> str:
    return f"this has {len(misfit.value)} {PARTS[type(misfit.value)]}; expected at least {misfit.limit}."


def _too_much(misfit: Misfit) -> str:
    return f"this has {len(misfit.value)} {PARTS[type(misfit.value)]}; at most {misfit.limit} are allowed."


def _too_small(misfit: Misfit) -> str:
    return f"expected a number that is at least {misfit.limit}."


def _too_large(misfit: Misfit) -> str:
    return f"expected a number that is at most {misfit.limit}."


WORDS: Mapping[str, Callable[[Misfit], str]] = {
    "type": _wrong_type,
    "enum": _not_listed,
    "minLength": _too_little,
    "minItems": _too_little,
    "minProperties": _too_little,
    "maxLength": _too_much,
    "maxItems": _too_much,
    "maxProperties": _too_much,
    "minimum": _too_small,
    "maximum": _too_large,
}


# --- what is wrong with the members of an object, which are told by the name of the first --------


def _missing(misfit: Misfit) -> tuple[str, str]:
    first, *others = [name for name in misfit.schema["required"] if name not in misfit.value]
    also = f", and so {'is' if len(others) == 1 else 'are'} {listed(others)}" if others else ""
    return first, f"this member is missing{also}."


def _unknown(misfit: Misfit) -> tuple[str, str]:
    known = list(misfit.schema["properties"])
    name = next(each for each in misfit.value if each not in known)
    hint = _home(name, misfit.schemas) or suggestion(name, known)
    return name, f"this member is unknown.{hint} Expected some of {listed(known)}."


def _home(name: str, schemas: Sequence[Schema]) -> str:
    """Return as a sentence in which member an unknown one belongs, or that it belongs further out, or nothing."""
    for member, below in schemas[-1]["properties"].items():
        if name in below.get("properties", ()):
            return f" It belongs in {member!r}."
        if name in below.get("items", {}).get("properties", ()):
            return f" It belongs in the entries of {member!r}."
    is_further_out = any(name in each.get("properties", ()) for each in schemas[:-1])
    return f" {name!r} belongs further out." if is_further_out else ""


MEMBER_WORDS: Mapping[str, Callable[[Misfit], tuple[str, str]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
}
