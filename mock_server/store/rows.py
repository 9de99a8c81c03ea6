"""Rows: records as bytes, which take a third of the memory and into which no garbage collector looks."""

import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar, overload

from fleet_contract.mock_server.store.records import ChargingKey, Code, Fleet

# Later versions of the format look for values that are shared, which takes as long as all the rest.
VERSION = 2

Record = TypeVar("Record")


def row_of_fields(fields: tuple[Any, ...]) -> bytes:
    return marshal.dumps(fields, VERSION)


def fields_of_row(row: bytes) -> tuple[Any, ...]:
    fields: tuple[Any, ...] = marshal.loads(row)  # noqa: S302  (bytes of our own)
    return fields


def row_of_fleet(fleet: Fleet) -> bytes:
    codes = tuple([(code.code, code.active) for code in fleet.codes])
    return marshal.dumps((fleet.id, fleet.name, fleet.tenant, codes, fleet.found_from), VERSION)


def fleet_of_row(row: bytes) -> Fleet:
    id, name, tenant, codes, found_from = marshal.loads(row)  # noqa: S302  (bytes of our own)
    return Fleet(id, name, tenant, codes and tuple([Code(*code) for code in codes]), found_from)


# The same fleets are asked for again and again, and a fleet that is read once may be given to all who ask.
known_fleet = lru_cache(maxsize=256)(fleet_of_row)


def row_of_key(key: ChargingKey) -> bytes:
    return marshal.dumps(
        (
            key.identifier,
            key.visual_number,
            key.contract_id,
            key.tenant,
            key.fleet_id,
            key.enabled,
            key.valid_to,
            key.listed_from,
        ),
        VERSION,
    )


def key_of_row(row: bytes) -> ChargingKey:
    return ChargingKey(*marshal.loads(row))  # noqa: S302  (bytes of our own)


class Rows(Sequence[Record]):
    """Records kept as rows, each read anew whenever it is asked for."""

    def __init__(self, raw: list[bytes], read: Callable[[bytes], Record]) -> None:
        self.raw = raw
        self._read = read

    def __len__(self) -> int:
        return len(self.raw)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> "Rows[Record]": ...
    def __getitem__(self, place: int | slice) -> "Record | Rows[Record]":
        return Rows(self.raw[place], self._read) if isinstance(place, slice) else self._read(self.raw[place])

    def __iter__(self) -> Iterator[Record]:
        return map(self._read, self.raw)


def rows_of(records: Iterable[Record], write: Callable[[Record], bytes]) -> Iterable[bytes]:
    """Return records as rows: the very ones where they are kept as such."""
    return records.raw if isinstance(records, Rows) else map(write, records)
