"""The mark of a run in what it sent, in all its spellings, so that a replay has ids of its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from string import hexdigits

from fleet_contract.contract_tests.exchange import Request
from fleet_contract.contract_tests.marks import digits_of, number_of

_SHORTEST = 6  # digits: a shorter number may well be another
Piece = tuple[str, bytes]  # how a piece spells the mark, empty where it does not; and its bytes


def spellings(mark: str) -> Mapping[str, bytes]:
    """Return the mark as it may stand in a request, by what each spelling is called; the longest first."""
    if not mark:
        return {}
    found = {"run": mark, "RUN": mark.upper()}
    if set(mark) <= set(hexdigits):
        found |= {"number": number_of(mark), "digits": digits_of(mark)}  # which may be the same
    found["escaped"] = "".join(f"\\u{ord(each):04x}" for each in mark)
    named = {name: text.encode() for name, text in found.items() if len(text) >= _SHORTEST}
    return {**named, "wide": mark.encode("utf-16-le"), "WIDE": mark.encode("utf-16-be")}


class Marked:
    """Finds a mark in texts and bytes."""

    def __init__(self, mark: str) -> None:
        self._names: dict[bytes, str] = {}
        for name, text in spellings(mark).items():
            self._names.setdefault(text, name)
        ordered = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, ordered))) if mark else re.compile(b"(?!)")

    def spellings(self, request: Request) -> set[str]:
        """Return how a request spells the mark."""
        return {name for data in _texts(request) for name, _ in self.pieces(data) if name}

    def pieces(self, data: bytes) -> Iterator[Piece]:
        """Yield what bytes consist of: the mark in some spelling, and what stands between."""
        end = 0
        for found in self._pattern.finditer(data):
            if found.start() > end:
                yield "", data[end : found.start()]
            yield self._names[found[0]], found[0]
            end = found.end()
        if end < len(data):
            yield "", data[end:]


def _texts(request: Request) -> Iterator[bytes]:
    yield from (request.path.encode(), request.body)
    yield from (value.encode("utf-8", "replace") for _, value in request.headers)


def remarked(request: Request, marked: Marked, mark: str) -> Request:
    """Return a request with another mark in the old one's place."""
    new = spellings(mark)

    def changed(data: bytes) -> bytes:
        return b"".join(new.get(name, piece) for name, piece in marked.pieces(data))

    def text(value: str) -> str:
        return changed(value.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    headers = tuple((name, text(value)) for name, value in request.headers)
    return replace(request, path=text(request.path), headers=headers, body=changed(request.body))
