"""The generated requests of standard depth: some of each operation, kept in a file as Schemathesis made them.

So that a run of a second spends none of it on Schemathesis, and sends the same whatever its version. `make cases`
writes the file anew.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib import resources
from math import ceil
from typing import Any

from fleet_contract.contract_tests.driving.generated import GeneratedCase, can_be_marked
from fleet_contract.spec.document import operations

FILE = "kept_cases.json"
_MOST = 6  # of one operation, taken evenly from all


def kept_cases() -> list[GeneratedCase]:
    """Return the requests that are kept, by operation in the document's order."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return [_case(each) for each in json.loads(text)]


def some_of(cases: Iterable[GeneratedCase]) -> list[GeneratedCase]:
    """Return the cases that are kept of all that were generated."""
    markable = [each for each in cases if can_be_marked(each)]
    of_each = ([each for each in markable if each.operation == operation.id] for operation in operations())
    return [each for cases in of_each for each in cases[:: ceil(len(cases) / _MOST)]]


def text_of(cases: Iterable[GeneratedCase]) -> str:
    """Return the text of a file that keeps these cases, a line for each."""
    lines = ",\n".join(json.dumps(_entry(each)) for each in cases)
    return f"[\n{lines}\n]\n"


def _entry(case: GeneratedCase) -> dict[str, Any]:
    return {**asdict(case), "body": case.body.decode()}


def _case(entry: dict[str, Any]) -> GeneratedCase:
    headers = tuple((name, value) for name, value in entry["headers"])
    return GeneratedCase(**{**entry, "headers": headers, "body": entry["body"].encode()})
