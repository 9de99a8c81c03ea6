"""The form of a state file: a head, and a line of JSON for each fleet, charging key and location. Pure.

Before each line stands a checksum of all that was written so far, so that a line that is changed, lost or out of
place is told from the others.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf
from typing import Any, BinaryIO, TypeVar
from zlib import crc32

from fleet_contract.mock_server.seed import Progress, Tell, collector_paused
from fleet_contract.mock_server.store import Location, State
from fleet_contract.mock_server.store.images import StateImage
from fleet_contract.mock_server.store.rows import Rows, fields_of_row, fleet_of_row, key_of_row, row_of_fields

FORMAT = "fleet-mock state"
VERSION = 1
LONGEST_HEAD = 64 * 1024**2  # bytes; a file that is not ours may have no line feed at all
SLICE = 500  # records, which take about a millisecond
KINDS = ("fleets", "charging keys", "locations")

encoded = json.JSONEncoder(separators=(",", ":")).encode
Fields = tuple[Any, ...]
Types = set[tuple[type, ...]]
Made = TypeVar("Made")

# The types that the fields of a record have.
FLEETS: Types = {(str, name, str, list, float) for name in (str, type(None))}
KEYS: Types = {(str, str, str, str, fleet, bool, str, float) for fleet in (str, type(None))}
LOCATIONS: Types = {(str, dict, dict)}


class Damaged(Exception):
    """A file that is not as a mock wrote it; `str` names the place and says what is wrong there."""


def chunks(image: StateImage, keys: Mapping[str, str]) -> Iterator[bytes]:
    """Yield a state as the bytes of its file, about a millisecond's work at a time; `keys` are the API keys."""
    counts = dict(zip(KINDS, (len(image.fleets), len(image.charging_keys), len(image.locations)), strict=True))
    seal = Seal()
    yield seal.sealed([encoded({"format": FORMAT, "version": VERSION, **counts, "API keys": dict(keys)})])
    for table in (image.fleets, image.charging_keys):
        for first in range(0, len(table), SLICE):
            yield seal.sealed([encoded(fields_of_row(row)) for row in table.rows(first, SLICE)])
    for location in image.locations:
        yield seal.sealed([encoded((location.id, location.body, location.fleet_prices))])


class Seal:
    """Gives each line a checksum, which goes on from that of the line before."""

    def __init__(self) -> None:
        self._sum = 0

    def sealed(self, texts: Iterable[str]) -> bytes:
        """Return texts as lines."""
        lines = []
        for text in texts:
            line = text.encode()
            self._sum = crc32(line, self._sum)
            lines.append(b"%08x %b\n" % (self._sum, line))
        return b"".join(lines)

    def opened(self, line: bytes) -> bytes | None:
        """Return what a line says, None where its checksum does not fit it and all lines before."""
        text = line[9:-1]
        self._sum = crc32(text, self._sum)
        return text if line == b"%08x %b\n" % (self._sum, text) else None


def read_state(file: BinaryIO, tell: Tell) -> State:
    """Read a state from a file and tell how far it is; raises Damaged."""
    reader = Reader(file)
    head = reader.head()
    fleets, keys, locations = (head[kind] for kind in KINDS)
    progress = Progress(fleets + keys, tell)
    with collector_paused():
        fleet_rows = list(progress.over(reader.records(fleets, "fleet", FLEETS, fleet_row)))
        key_rows = list(progress.over(reader.records(keys, "charging key", KEYS, key_row)))
    state = State(
        head["API keys"],
        Rows(fleet_rows, fleet_of_row),
        Rows(key_rows, key_of_row),
        list(reader.records(locations, "location", LOCATIONS, location)),
    )
    reader.require_end()
    return state


class Reader:
    """Reads a state file line by line, and knows where it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._seal = Seal()
        self._number = 0
        self._total = 1

    def head(self) -> dict[str, Any]:
        """Return what the first line says; raises Damaged, also where it is of another version."""
        line = self._file.readline(LONGEST_HEAD)
        if not line:
            raise Damaged("It is empty, where line 1 should say that it is a state")
        self._number = 1
        read = _json(line[9:])
        if not isinstance(read, dict) or read.get("format") != FORMAT:
            raise Damaged("Line 1 does not say that it is a state")
        if read.get("version") != VERSION:
            raise Damaged(f"Line 1 says that it is of version {read.get('version')}, where {VERSION} can be read")
        self._require_seal(line)
        keys = read.get("API keys")
        if not all(isinstance(read.get(kind), int) for kind in KINDS) or not isinstance(keys, dict) or not keys:
            raise Damaged("Line 1 does not say what follows")
        self._total += sum(read[kind] for kind in KINDS)
        return read

    def records(self, number: int, what: str, types: Types, make: Callable[[Fields], Made]) -> Iterator[Made]:
        """Yield what is made of so many records, whose fields have certain types; raises Damaged."""
        for _ in range(number):
            fields = _json(self._line())
            try:
                if tuple(map(type, fields)) not in types:
                    raise TypeError
                yield make(tuple(fields))
            except (TypeError, ValueError):
                raise Damaged(f"Line {self._number:,} is no {what}") from None

    def require_end(self) -> None:
        """Raise Damaged where more follows."""
        if self._file.read(1):
            raise Damaged(f"It goes on after line {self._number:,}, which should be its last")

    def _line(self) -> bytes:
        line = self._file.readline()
        self._number += 1
        if not line.endswith(b"\n"):
            raise Damaged(f"It ends in line {self._number:,} of {self._total:,}")
        return self._require_seal(line)

    def _require_seal(self, line: bytes) -> bytes:
        text = self._seal.opened(line)
        if text is None:
            raise Damaged(f"Line {self._number:,} is not as it was written: its checksum is wrong")
        return text


def _json(text: bytes) -> Any:
    """Return what a text says, None where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def fleet_row(fields: Fields) -> bytes:
    id, name, tenant, codes, found_from = fields
    return row_of_fields(
        (id, name, tenant, tuple([(str(code), bool(active)) for code, active in codes]), _now(found_from))
    )


def key_row(fields: Fields) -> bytes:
    return row_of_fields((*fields[:-1], _now(fields[-1])))


def location(fields: Fields) -> Location:
    return Location(*fields)


def _now(time: float) -> float:
    """Return a time of a clock that has ended with its process: now, unless it was never to come."""
    return time if time == inf else 0.0
