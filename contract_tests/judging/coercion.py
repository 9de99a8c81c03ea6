"""What a server took the members of a body for, where its answer shows it: an array of one value may be that value.

Some validators unwrap such an array where a text is due (ajv's `coerceTypes: "array"`, which Fastify sets), as others
spell a number. The answer shows it, and every later call agrees: that is a choice, and no fault.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fleet_contract.contract_tests.judging.parsed_request import MISSING, ParsedRequest
from fleet_contract.contract_tests.judging.texts import tidied

_SHOWN_AS = {("rename_fleet", "newName"): "fleetName"}  # what an answer calls otherwise than its request


def as_taken(request: ParsedRequest, shows: Any) -> ParsedRequest:
    """Return a request with each array of one value as this value where `shows`, the JSON of a success, shows it so."""
    arrays = {name: value for name, value in request.fields.items() if isinstance(value, list) and len(value) == 1}
    if not arrays or not isinstance(shows, Mapping):
        return request
    taken = {
        name: only
        for name, (only,) in arrays.items()
        if _is_shown(only, shows.get(_SHOWN_AS.get((request.operation, name), name), MISSING))
    }
    return replace(request, fields={**request.fields, **taken})


def _is_shown(value: Any, shown: Any) -> bool:
    if value is None:
        return shown in (MISSING, None, "")
    if isinstance(value, str):
        return isinstance(shown, str) and tidied(shown) == tidied(value)
    return shown in (value, json.dumps(value))
