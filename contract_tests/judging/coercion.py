"""What a server took the members of a body for, where its answer shows it: an array of one value may be that value.

Some validators unwrap such an array where a text is due (ajv's `coerceTypes: "array"`, which Fastify sets), as others
spell a number. The answer shows it, and every later call agrees: that is a choice, and no fault.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fleet_contract.contract_tests.judging.likeness import NO_NAME, tidied
from fleet_contract.contract_tests.judging.sent import Sent

_SHOWN_AS = {("rename_fleet", "newName"): "fleetName"}  # what an answer calls otherwise than its request


def as_taken(sent: Sent, shows: Any) -> Sent:
    """Return a request with each array of one value as this value where `shows`, the JSON of a success, shows it so."""
    arrays = {name: value for name, value in sent.fields.items() if isinstance(value, list) and len(value) == 1}
    if not arrays or not isinstance(shows, Mapping):
        return sent
    taken = {
        name: only
        for name, (only,) in arrays.items()
        if _is_shown(only, shows.get(_SHOWN_AS.get((sent.operation, name), name), NO_NAME))
    }
    return replace(sent, fields={**sent.fields, **taken})


def _is_shown(value: Any, shown: Any) -> bool:
    if value is None:
        return shown in (NO_NAME, None, "")
    if isinstance(value, str):
        return isinstance(shown, str) and tidied(shown) == tidied(value)
    return shown in (value, json.dumps(value))
