"""The rows: what each hostile server does, the exit code that is right, and the words that name the true cause."""

from collections.abc import Mapping
from dataclasses import dataclass

from .servers import Handle, Response, Spoil


def honest(response: Response) -> bytes:
    return response.wire()


@dataclass(frozen=True)
class Row:
    """A server that spoils responses, or with `handle` one that answers by itself; `breaks` is all that may fail.

    `says` is a pattern that the output has: the cause, in the words of the report. `breaks`
    of a star lets anything fail: what such a server does to its values breaks much.
    """

    says: str
    spoil: Spoil = honest
    handle: Handle | None = None
    code: int = 3
    breaks: frozenset[str] = frozenset()
    scheme: str = "http"
    options: tuple[str, ...] = ()


Rows = Mapping[str, Row]


def later(spoil: Spoil, after: int = 20) -> Spoil:
    """Spoil only what comes after so many responses, so that the run gets somewhere first."""
    return lambda response: spoil(response) if response.request.number > after else response.wire()
