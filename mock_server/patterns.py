"""Patterns: what all worlds of one dialect share, worked out once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.parts import parts as honest_parts
from fleet_contract.mock_server.plan import Plan
from fleet_contract.mock_server.routes import Routes
from fleet_contract.spec.dialect import Dialect

MOST_PATTERNS = 50

PlansOf = Callable[[Parts], Mapping[str, Plan]]


@dataclass(frozen=True)
class Pattern:
    """What all worlds of one dialect share."""

    parts: Parts
    routes: Routes
    plans: Mapping[str, Plan]


class Patterns:
    """The patterns of the dialects that are spoken, each worked out once."""

    def __init__(self, base: Parts, plans_of: PlansOf) -> None:
        self._base = base
        self._plans_of = plans_of
        self._known = {key_of(base.dialect): self._worked_out(base)}

    def of(self, dialect: Dialect) -> Pattern:
        """Return the pattern of a dialect."""
        key = key_of(dialect)
        if key not in self._known:
            if len(self._known) >= MOST_PATTERNS:
                self._known.pop(next(iter(self._known)))
            made = honest_parts(dialect)
            parts = replace(self._base, document=made.document, dialect=made.dialect, hooks=made.hooks)
            self._known[key] = self._worked_out(parts)
        return self._known[key]

    def _worked_out(self, parts: Parts) -> Pattern:
        return Pattern(parts, Routes(parts.document), self._plans_of(parts))


def key_of(dialect: Dialect) -> frozenset[tuple[str, str]]:
    return frozenset(dialect.items())
