"""Another OpenAPI document of this API, in 3.0 or 3.1, and in what it differs from ours. Pure but for reading it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.document import METHODS, document
from fleet_contract.spec.files import Contradiction, NotYaml, load_ours, load_yaml, read_text

Document = Mapping[str, Any]
_WHAT = "The document"
_EXPECTED = "Expected an OpenAPI document of version 3.0 or 3.1, as JSON or YAML."
_LARGEST = 16 * 1024 * 1024  # bytes
_PATIENCE = 30.0  # seconds
_DEEPEST = 6  # members within members that are compared
_OF_CONNECTIONS = ("408", "421", "425", "431", "501", "505")  # statuses that say nothing about an operation
_LIMITS = ("type", "format", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum", "minItems", "default")
_HOSTS = ("http://", "https://")
ABSENT = "absent"


@dataclass(frozen=True)
class Difference:
    """A place of an operation of which the two documents say something else, and what of the catalogue it is about."""

    operation: str
    place: str
    ours: str
    theirs: str
    touches: tuple[str, ...]


def read_document(where: str) -> Document:
    """Return a document from a file or a URL, to which nothing of ours is sent; raises Contradiction."""
    text = _fetched(where) if where.lower().startswith(_HOSTS) else read_text(Path(where), _WHAT, _EXPECTED)
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else load_yaml(text)
    except (ValueError, NotYaml, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("paths"), dict):
        raise Contradiction(f"{_WHAT} {where} has no paths. {_EXPECTED}")
    if not re.match(r"3\.[01](\.|$)", str(value.get("openapi", ""))):
        raise Contradiction(f"{_WHAT} {where} is of version {value.get('openapi', 'unknown')!r}. {_EXPECTED}")
    return value


def _fetched(url: str) -> str:
    import urllib.request  # with it TLS is loaded, which no file needs

    try:
        with closing(urllib.request.urlopen(url, timeout=_PATIENCE)) as response:  # noqa: S310  (http or https)
            data: bytes = response.read(_LARGEST + 1)
    except (OSError, ValueError) as wrong:
        raise Contradiction(f"{_WHAT} {url} cannot be read: {getattr(wrong, 'reason', wrong)}. {_EXPECTED}") from None
    if len(data) > _LARGEST:
        raise Contradiction(f"{_WHAT} {url} is larger than {_LARGEST:,} bytes. {_EXPECTED}")
    return data.decode("utf-8", "replace")


def differences(theirs: Document) -> list[Difference]:
    """Return in what another document differs from ours: in operations, parameters, fields, limits and statuses."""
    ours = document()
    others = {_key(path, method): facts for path, method, facts in _operations(theirs)}
    found = list[Difference]()
    for path, method, facts in _operations(ours):
        operation = ours["paths"][path][method]["operationId"]
        name = f"{method.upper()} {path}"
        other = _matching(others, _key(path, method))
        if other is None:
            found.append(Difference(name, "operation", "present", ABSENT, touched(operation, "")))
            continue
        for place in dict.fromkeys([*facts, *other]):
            one, two = facts.get(place, ABSENT), other.get(place, ABSENT)
            if one != two:
                found.append(Difference(name, place, one, two, touched(operation, place)))
    return found


def unknown_operations(theirs: Document) -> list[str]:
    """Return the operations of another document that ours does not have."""
    known = {_key(path, method) for path, method, _ in _operations(document())}
    return [
        f"{method.upper()} {path}"
        for path, method, _ in _operations(theirs)
        if not any(_is_same(each, _key(path, method)) for each in known)
    ]


def touched(operation: str, place: str) -> tuple[str, ...]:
    """Return the ids of the requirements and questions that a place of an operation is about."""
    table = _touches()[operation]
    words = place.split()
    for end in range(len(words), 0, -1):
        ids = table.get(" ".join(words[:end])) or (table.get(f"status {words[1][0]}") if words[0] == "status" else None)
        if ids:
            return tuple(ids)
    return tuple(table[""])


@cache
def _touches() -> Mapping[str, Mapping[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = load_ours("touches.yaml")
    known = {*catalogue().requirements, *catalogue().questions}
    for id in (id for places in table.values() for ids in places.values() for id in ids):
        if id not in known:
            raise Contradiction(f"touches.yaml: nothing has the id {id!r}.")
    return table


# --- what a document says, place by place ---


def _operations(of: Document) -> Iterator[tuple[str, str, dict[str, str]]]:
    for path, found in of["paths"].items():
        item = _resolved(found, of)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield path, method, dict(_facts(item[method], item, of))


def _key(path: str, method: str) -> tuple[str, str]:
    return method, re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _matching(others: Mapping[tuple[str, str], dict[str, str]], key: tuple[str, str]) -> dict[str, str] | None:
    return next((facts for other, facts in others.items() if _is_same(key, other)), None)


def _is_same(ours: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Say whether two operations are one; the other document may write a prefix before its paths."""
    return ours[0] == theirs[0] and theirs[1].endswith(ours[1])


def _facts(operation: Mapping[str, Any], item: Mapping[str, Any], of: Document) -> Iterator[tuple[str, str]]:
    for found in (*item.get("parameters", ()), *operation.get("parameters", ())):
        parameter = _resolved(found, of)
        where, schema = parameter.get("in"), _schema(parameter.get("schema", {}), of)
        if where == "query":  # those of the path are named as anybody likes, and the key has a scheme of its own
            place = f"query {parameter.get('name')}"
            yield f"{place} required", _word(parameter.get("required", False))
            yield from _limits(place, schema)
    body = _resolved(operation.get("requestBody", {}), of)
    yield from _fields("body", _schema(_json(body), of), of)
    for status, response in operation.get("responses", {}).items():
        if str(status) in _OF_CONNECTIONS:
            continue
        yield f"status {status}", "present"
        if str(status).startswith("2"):
            yield from _fields("response", _schema(_json(_resolved(response, of)), of), of)


def _fields(place: str, schema: Mapping[str, Any], of: Document, depth: int = 0) -> Iterator[tuple[str, str]]:
    if "items" in schema:
        yield from _fields(place, _schema(schema["items"], of), of, depth + 1)
    if depth >= _DEEPEST:
        return
    for name, member in schema.get("properties", {}).items():
        inner, within = _schema(member, of), f"{place} {name}"
        yield f"{within} required", _word(name in schema.get("required", ()))
        yield f"{within} nullable", _word(inner.get("nullable", False))
        yield from _limits(within, inner)
        yield from _fields(within, inner, of, depth + 1)


def _limits(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((f"{place} {name}", _word(schema[name])) for name in _LIMITS if schema.get(name) is not None)


def _json(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of what is JSON in a body or a response."""
    content: Mapping[str, Any] = part.get("content") or {}
    of_json = (each for name, each in content.items() if name.partition(";")[0].strip() == "application/json")
    media: Mapping[str, Any] | None = next(of_json, {})
    schema: Mapping[str, Any] = (media or {}).get("schema", {})
    return schema


def _schema(schema: Any, of: Document) -> dict[str, Any]:
    """Return a schema as 3.0 would write it, with what it refers to and all that it consists of."""
    found = dict(_resolved(schema, of)) if isinstance(schema, Mapping) else {}
    for part in found.pop("allOf", ()):
        inner = _schema(part, of)
        properties = {**found.get("properties", {}), **inner.get("properties", {})}
        required = [*found.get("required", ()), *inner.get("required", ())]
        found = {**inner, **found, **({"properties": properties} if properties else {}), "required": required}
    kinds = found.get("type")
    if isinstance(kinds, list):  # 3.1
        others = [each for each in kinds if each != "null"]
        found |= {"type": others[0] if len(others) == 1 else others, "nullable": "null" in kinds}
    return found


def _resolved(value: Any, of: Document, seen: tuple[str, ...] = ()) -> Any:
    reference = value.get("$ref") if isinstance(value, Mapping) else None
    if not isinstance(reference, str):
        return value if isinstance(value, Mapping) else {}
    if not reference.startswith("#/") or reference in seen:
        return {}
    found: Any = of
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return _resolved(found, of, (*seen, reference))


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
