"""Which fleets and keys a request may name to a server, however leniently that reads paths, and members of bodies."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import unquote

from fleet_contract.contract_tests.exchange import Request
from fleet_contract.contract_tests.judging.bodies import read_body
from fleet_contract.contract_tests.paths import resolved

_COLLECTIONS = ("fleet", "charging-key")  # what stands below a segment with such a word may be one
_BETWEEN = re.compile(r"[/\\]")
_MEMBER = "fleetid"


def named_in(request: Request) -> Iterator[str]:
    """Yield what a request may name: in its path, though no operation has that, in its query, and in its body."""
    for segments in _readings(request.path.partition("?")[0]):
        for above, each in pairwise(segments):
            if any(word in above.casefold() for word in _COLLECTIONS):
                yield unquote(each)
    members = (*request.query, *read_body(request.body).fields.items())
    yield from (value for name, value in members if name.casefold() == _MEMBER and isinstance(value, str))


def _readings(path: str) -> Iterator[Sequence[str]]:
    """Yield the segments of a path as it is, and without its empty and dot segments, decoded ever further."""
    yield _segments(path)
    decoded = ""
    while decoded != path:
        yield resolved(_segments(path))
        decoded, path = path, unquote(path)


def _segments(path: str) -> list[str]:
    return [each for each in _BETWEEN.split(path) if each]
