"""Calls: what faults look for in the body of a call."""

from urllib.parse import parse_qsl

from fleet_contract.mock_server.messages import Call, Json
from fleet_contract.mock_server.parts import Condition

LIMIT = 100
UP_TO_A_LINE_FEED = r"^[\s\S]{1,100}\n?(?![\s\S])"  # what ^.{1,100}$ means where a dot is any character


def body_of(call: Call) -> dict[str, Json]:
    """Return the object that a call carries; an empty one where it carries none."""
    return call.body if isinstance(call.body, dict) else {}


def lacks(field: str) -> Condition:
    """Return the condition that a call carries an object without a member."""
    return lambda call: isinstance(call.body, dict) and field not in call.body


def query_of(call: Call) -> dict[str, str]:
    """Return the parameters of a call, those that its operation does not know among them."""
    return dict(parse_qsl(call.raw_query.decode("latin-1")))


def is_overlong(field: str) -> Condition:
    """Return the condition that a member of the object that a call carries is longer than is allowed."""
    return lambda call: len(str(body_of(call).get(field))) > LIMIT
