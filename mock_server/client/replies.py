"""Replies: what a response of the control API says, or why there is none that says anything."""

import json
from typing import Any, TypeVar

from fleet_contract.mock_server.client.asks import Ask

T = TypeVar("T")
FIRST_ERROR = 400
NO_CONTENT = 204
# of a problem of the control API; one of the Drive API, which stands in its place under --no-control, has others too.
MEMBERS = {"type", "title", "status", "detail", "pointer", "parameter"}


class ControlError(Exception):
    """The control API could not be asked, or something else answered in its place."""


class ControlRefused(ControlError):
    """The control API refused a call, which then has changed nothing.

    `pointer` leads to the field of the body that is wrong, `parameter` names that of the query.
    """

    def __init__(self, call: str, problem: dict[str, Any]) -> None:
        self.status: int = problem["status"]
        self.detail: str = problem["detail"]
        self.pointer: str | None = problem.get("pointer")
        self.parameter: str | None = problem.get("parameter")
        field = f" ({self.pointer})" if self.pointer else ""
        super().__init__(f"{call} was answered {self.status}: {self.detail}{field}")


def read(ask: Ask[T], url: str, status: int, content: bytes) -> T:
    """Return what a response says; raises ControlRefused, or ControlError where something else responds."""
    call = f"{ask.method} {url}{ask.path}"
    if status == NO_CONTENT:
        return ask.read(None)
    try:
        value = json.loads(content)
        if status < FIRST_ERROR:
            return ask.read(value)
        if value.keys() <= MEMBERS:
            raise ControlRefused(call, value)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise ControlError(
        f"{call} was answered {status}, which is not how the control API answers. "
        "Expected the URL of a fleet-mock that was started without --no-control."
    )
