"""Calls: what faults look for in the body of a call."""

from fleet_contract.mock_server.messages import Call, Json
from fleet_contract.mock_server.parts import Condition

LIMIT = 100


def body_of(call: Call) -> dict[str, Json]:
    """Return the object that a call carries; an empty one where it carries none."""
    return call.body if isinstance(call.body, dict) else {}


def lacks(field: str) -> Condition:
    """Return the condition that a call carries an object without a member."""
    return lambda call: isinstance(call.body, dict) and field not in call.body


def is_overlong(field: str) -> Condition:
    """Return the condition that a member of the object that a call carries is longer than is allowed."""
    return lambda call: len(str(body_of(call).get(field))) > LIMIT
