"""The OpenAPI document, loaded once."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from fleet_contract.spec.files import load_ours

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Operation(NamedTuple):
    """One operation: its id, method (upper case), path template below the base URL, and description."""

    id: str
    method: str
    path: str
    description: dict[str, Any]


@cache
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = load_ours("openapi.yaml")
    return loaded


def document() -> dict[str, Any]:
    """Return a copy of the OpenAPI document that the caller may change."""
    return deepcopy(_document())


def operations(of: dict[str, Any] | None = None) -> Iterator[Operation]:
    """Yield every operation of a document; of ours unless another is given."""
    for path, item in (of or _document())["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(item[method]["operationId"], method.upper(), path, item[method])
