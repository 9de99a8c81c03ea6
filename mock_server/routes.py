"""Routes: which operation a method and a raw path mean.

The path is matched as it stood on the wire, so that an id which holds an encoded slash stays one segment,
and its parameters are decoded here, once.
"""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote_to_bytes

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.dialect import Dialect
from fleet_contract.spec.document import operations

PARAMETER = re.compile(r"\{(\w+)\}")


class Routes:
    """The operations of a document by path and method."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._methods: dict[str, dict[str, str]] = {}
        for operation in operations(document):
            self._methods.setdefault(operation.path, {})[operation.method] = operation.id
        self._plain = {path: methods for path, methods in self._methods.items() if not PARAMETER.search(path)}
        self._patterns = {template: _pattern(template) for template in self._methods if template not in self._plain}

    def match(self, call: Call, dialect: Dialect) -> None:
        """Fill in which operation a call means, and the parameters in its path; raises Refusal where it means none."""
        methods, parameters = self._found(call.raw_path)
        call.operation_id = methods.get(call.method) or self._operation(call, methods, dialect)
        if parameters:
            call.path = {name: _decoded(name, segment) for name, segment in parameters.items()}

    def allowed(self, raw_path: str) -> str:
        """Return the methods of a path as Allow lists them; raises Refusal where it is no operation's."""
        return listed(self._found(raw_path)[0])

    @property
    def allowed_anywhere(self) -> str:
        """The methods of all paths as Allow lists them."""
        return listed({method for methods in self._methods.values() for method in methods})

    def _found(self, raw_path: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the operations of a path by method, and the parameters in it; raises Refusal."""
        methods = self._plain.get(raw_path)
        if methods is not None:
            return methods, {}
        for template, pattern in self._patterns.items():
            found = pattern.fullmatch(raw_path)
            if found is not None:
                return self._methods[template], found.groupdict()
        raise Refusal(Kind.UNKNOWN_PATH, "No operation has this path.")

    @staticmethod
    def _operation(call: Call, methods: dict[str, str], dialect: Dialect) -> str:
        method = "GET" if call.method == "HEAD" else call.method  # RFC 9110, section 9.3.2
        if method in methods:
            return methods[method]
        headers = {"allow": listed(methods)} if dialect.get("http.allow") == "listed" else {}
        raise Refusal(Kind.WRONG_METHOD, f"This path supports only {listed(methods)}.", headers)


def listed(methods: Collection[str]) -> str:
    """Return methods as Allow lists them, with those that come with them: OPTIONS everywhere, HEAD beside GET."""
    return ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))


def _pattern(template: str) -> re.Pattern[str]:
    literals = [re.escape(literal) for literal in PARAMETER.split(template)[::2]]
    names = PARAMETER.findall(template)
    return re.compile(
        literals[0] + "".join(f"(?P<{n}>[^/]++){after}" for n, after in zip(names, literals[1:], strict=True))
    )


def _decoded(name: str, segment: str) -> str:
    if "%" not in segment and segment.isascii():
        return segment
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        kind = Kind.UNKNOWN_FLEET if name == "fleetId" else Kind.UNKNOWN_LOCATION
        raise Refusal(kind, "The id in the path is not UTF-8, so nothing has it.") from None
