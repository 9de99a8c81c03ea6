"""Problems: how the control API refuses a request."""

from collections.abc import Mapping, Sequence

from fleet_contract.mock_server.messages import Answer, to_bytes
from fleet_contract.mock_server.refusals import refusal_of, status_of
from fleet_contract.spec.dialect import default_dialect
from fleet_contract.spec.files import Contradiction
from fleet_contract.spec.phrases import PHRASES


class Problem(Exception):
    """A request to the control API that is refused.

    `pointer` leads to the field of the body that is wrong (RFC 6901); `parameter` names that of the query.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        pointer: str | None = None,
        headers: Mapping[str, str] | None = None,
        parameter: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.pointer = pointer
        self.headers = headers or {}
        self.parameter = parameter


def pointer_to(path: Sequence[str | int]) -> str:
    """Return a JSON pointer to a place in a value (RFC 6901, section 3)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def problem_of(wrong: Exception) -> Problem:
    """Return as what an exception is answered; an unforeseen one is logged."""
    if isinstance(wrong, Problem):
        return wrong
    if isinstance(wrong, Contradiction):
        return Problem(422, str(wrong))
    refusal = refusal_of(wrong, None)
    return Problem(status_of(refusal.reason.kind, default_dialect()), refusal.reason.detail, headers=refusal.headers)


def rendered(problem: Problem) -> Answer:
    """Return a problem as it is sent."""
    field = {"pointer": problem.pointer, "parameter": problem.parameter}
    body = {
        "type": "about:blank",
        "title": PHRASES[problem.status],
        "status": problem.status,
        "detail": problem.detail,
        **{name: value for name, value in field.items() if value is not None},
    }
    return Answer(problem.status, {**problem.headers, "content-type": "application/problem+json"}, to_bytes(body))
