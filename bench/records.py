"""Records: what each run came to, kept as JSON lines, so that a comparison can be stopped and taken up again."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from bench.subjects import Kind, is_known
from fleet_contract.spec.files import Contradiction


class Ending(StrEnum):
    """How a run ended; only one that finished can have caught something."""

    FINISHED = "finished"
    INCONCLUSIVE = "inconclusive"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"


Key = tuple[str, Kind, str]  # the name of the contestant, and of the subject


@dataclass(frozen=True)
class Record:
    """What came of a contestant on a subject, in so many runs; `why` says what kept it from a verdict.

    `commit` is that of the checkout, which the mock and our suite are of; early records have none.
    """

    contestant: str
    version: str
    kind: Kind
    subject: str
    section: str
    ending: Ending
    tests: int
    failed: tuple[str, ...]
    seconds: float
    requests: int
    fleets: int
    keys: int
    why: str = ""
    runs: int = 1
    commit: str = ""

    @property
    def key(self) -> Key:
        return (self.contestant, self.kind, self.subject)

    def confirmed_by(self, other: "Record") -> "Record":
        """Return this record with only those failures that another run has too; without a verdict if that has none."""
        runs = self.runs + other.runs
        if other.ending is not Ending.FINISHED:
            return replace(other, runs=runs)
        return replace(self, failed=tuple(name for name in self.failed if name in other.failed), runs=runs)


def append(file: Path, record: Record) -> None:
    """Write a record down at once: what ran for minutes is not lost with what comes after it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(to_line(record))


def read(file: Path) -> list[Record]:
    """Return the records of a file, of runs that were made again the last; none where there is no file.

    Raises Contradiction for what is no record.
    """
    return list({record.key: record for record in _read(file)}.values()) if file.exists() else []


def of_known_subjects(records: Iterable[Record]) -> list[Record]:
    """Return the records without those of faults and answers that are no more."""
    return [each for each in records if is_known(each.kind, each.subject)]


def baseline(of: str, among: Iterable[Record]) -> frozenset[str]:
    """Return what a contestant failed on the honest default mock, in any run."""
    honest = (each for each in among if each.contestant == of and each.kind is Kind.HONEST)
    return frozenset[str]().union(*(each.failed for each in honest))


def to_line(record: Record) -> str:
    return json.dumps(asdict(record), ensure_ascii=False) + "\n"


def from_line(line: str) -> Record:
    """Return the record of a line; raises ValueError, TypeError or KeyError for what is none."""
    value = json.loads(line)
    said = {"kind": Kind(value["kind"]), "ending": Ending(value["ending"]), "failed": tuple(value["failed"])}
    return Record(**{**value, **said})


def _read(file: Path) -> Iterator[Record]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield from_line(line)
        except (ValueError, TypeError, KeyError) as wrong:
            raise Contradiction(
                f"{file}, line {number} is no record: {wrong}. Remove the line; it is run again."
            ) from None
