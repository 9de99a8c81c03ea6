"""Mutants as rows of tables: what each is called, does and breaks, when it fires and with which effect."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.parts import Proceed as Within
from fleet_contract.mock_server.service import Service
from proof.effects import Afterwards, Effect, Overlooks, status
from proof.layers import Watched
from proof.moments import Moment, Proceed
from proof.triggers.classes import Class

# By the requirement that they break, or the requirements, then by their name. Those of one requirement stand from the
# plainest to the subtlest (law 7). A row that ends with a depth is caught from that depth on.
Row = tuple[str, Class, Effect] | tuple[str, Class, Effect, Depth]
Table = Mapping[str | tuple[str, ...], Mapping[str, Row]]


def answered(whose: str, when: Class, code: int) -> Row:
    """Return the mutant that answers some calls with another status and says nothing else; `whose` ends with a verb."""
    return f"{whose} answered {code}{' with a problem for a body' if code == 200 else ''}.", when, status(code)


@dataclass(frozen=True)
class Mutant:
    """A fault of the mock: its name, the requirements it breaks, its sentence, and on which calls it does what.

    `depth` is the first of standard and deep that catches it.
    """

    name: str
    breaks: frozenset[str]
    text: str
    when: Class
    effect: Effect
    depth: Depth = Depth.STANDARD

    def spoil(self, parts: Parts) -> None:
        """Make the mock of these parts misbehave."""
        if isinstance(self.effect, Overlooks):
            parts.rewrite = self.effect.rewrite
        else:
            parts.layers.append(self.around)
        parts.misbehaviours.append(self.name)

    def around(self, service: Service, within: Within) -> Watched:
        """Return this mutant around an honest service."""
        return Watched(service, within, self.behave)

    async def behave(self, moment: Moment, proceed: Proceed) -> Answer:
        """Return the answer to a call: the honest mock's where this mutant does not fire."""
        if isinstance(self.effect, Overlooks):
            return await proceed(moment.call)
        if isinstance(self.effect, Afterwards):
            moment.given = await proceed(moment.call)
            moment.fired = bool(self.when.holds(moment))
            return self.effect.change(moment) if moment.fired else moment.given
        moment.fired = bool(self.when.holds(moment))
        return await (self.effect.act(moment, proceed) if moment.fired else proceed(moment.call))


def mutants(tables: Iterable[Table]) -> Iterator[Mutant]:
    """Yield the mutants of some tables."""
    for table in tables:
        for broken, rows in table.items():
            breaks = frozenset({broken} if isinstance(broken, str) else broken)
            for name, row in rows.items():
                yield Mutant(name, breaks, *row)
