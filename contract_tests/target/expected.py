"""Expectations: which requirements a run must judge, one id a line, as an earlier run wrote them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fleet_contract.contract_tests.target.kinds import FILE, Kind
from fleet_contract.contract_tests.target.references import Origin
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.files import Contradiction, read_text, suggestion

_WHAT = "The file of expected requirements"
_EXPECTED = "Expected one id per line, as --write-expect writes them."


@dataclass(frozen=True)
class Expected:
    """The requirements that a file says must be judged."""

    file: Path
    ids: tuple[str, ...]


def _take(value: str, origin: Origin) -> Expected:
    path = FILE.take(value, origin)
    lines = (line.partition("#")[0].strip() for line in read_text(path, _WHAT, _EXPECTED).splitlines())
    ids = tuple(dict.fromkeys(filter(None, lines)))
    if not ids:
        raise Contradiction(f"{_WHAT} {path} lists no id. {_EXPECTED} Write it again, or omit it.")
    known = catalogue().requirements
    for id in ids:
        if id not in known or known[id].untestable:
            raise Contradiction(
                f"{_WHAT} {path}: no requirement that can be judged has the id {id!r}."
                f"{suggestion(id, known)} {_EXPECTED}"
            )
    return Expected(path, ids)


def written(ids: Iterable[str]) -> str:
    """Return the text of such a file."""
    return "".join(["# What a run must judge: fleet-contract run --expect FILE\n", *(f"{id}\n" for id in ids)])


EXPECTED = Kind("the path of a file, or env:NAME", FILE.fits, take=_take)
