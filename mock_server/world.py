"""A world: a mock among several, and what of it may be changed while it runs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from secrets import randbelow
from typing import TypeVar

from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.describing import state_now
from fleet_contract.mock_server.messages import Answer, Call
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS, find
from fleet_contract.mock_server.on_demand import Rule, described, rule_of
from fleet_contract.mock_server.parts import Mock, Parts, habits, require_distinct_fleets, require_room
from fleet_contract.mock_server.patterns import Patterns
from fleet_contract.mock_server.pseudonyms import Secrets
from fleet_contract.mock_server.refusals import refusal_of, rendered
from fleet_contract.mock_server.rules_in_force import Rules
from fleet_contract.mock_server.service import Service
from fleet_contract.mock_server.store import MAIN, OtherTerms, State, StoreUnavailable, TermsDoNotFit
from fleet_contract.mock_server.store.held import Held
from fleet_contract.mock_server.terms import NOW, Terms, are_started_alike, behaving, behaviour, terms
from fleet_contract.spec.dialect import Dialect

MOST_TRIES = 5
MARGIN = 5.0  # seconds that a shared world outlives what mocks know of it: to look at one that is gone makes it anew
LATEST_NEWS = 1.0  # seconds within which the use of a shared world is told
LARGEST_SEED = 2**32
SEED = "/seed"  # under which a shared world keeps its own; no snapshot has this name

Done = TypeVar("Done")


@dataclass(frozen=True)
class Origin:
    """What a world is as long as nobody changes it."""

    seed: State
    dialect: Dialect
    misbehaviours: Sequence[str] = ()
    rules: Sequence[Rule] = ()


class World:
    """A mock among several; `changing` is held by whoever changes how it behaves."""

    def __init__(self, name: str, origin: Origin, patterns: Patterns, of: Mock | None = None) -> None:
        pattern = patterns.of(origin.dialect)
        require_room(origin.seed, pattern.parts.bounds.fleets)
        parts = misbehaving(replace(pattern.parts, seed=origin.seed), origin.misbehaviours)
        self.name = name
        self.origin = origin
        self.mock = Mock(parts, pattern.routes, name, of.store if of else None)
        self.service = Service(self.mock, pattern.plans)
        self._keys = Held()
        self._keys.add(origin.seed.keys)
        self.rule(origin.rules)
        self.used = steady()
        self.changing = asyncio.Lock()
        self._patterns = patterns
        self._told = 0.0  # until when it was told to last
        self._is_shared = bool(parts.store_url)
        self._is_taken_up = name == MAIN or not self._is_shared
        self._taking_up = asyncio.Lock()
        self._agreed: Terms = {}
        if self._is_shared:
            rules = [described(each) for each in origin.rules]
            began = terms(origin.dialect, origin.seed, parts.misbehaviours, rules)
            self._agreed = behaving(began, self._behaviour())
            self.mock.store.adopt(habits(origin.dialect), self._agreed)
        self._seed = self._agreed.get("seed")  # a digest of the one in its origin
        self.answer = self._answer_as_agreed if self._is_shared else self.service.answer

    @property
    def unused_for(self) -> float:
        """For how many seconds no request has been for it."""
        return steady() - self.used

    @property
    def misbehaviours(self) -> list[str]:
        """The names of how it misbehaves."""
        return known_ones(self.mock.parts.misbehaviours)

    async def hold(self, state: State) -> None:
        """Hold a state, and nothing else; raises Contradiction, and then nothing has changed."""
        require_distinct_fleets(state, self.mock.dialect)
        await self.mock.store.replace(state)
        self.know(state.keys)

    def know(self, keys: Mapping[str, str]) -> None:
        """Know these API keys, each of its tenant, and no others."""
        tenants = self.mock.access.tenants  # to which the store looks too
        tenants.clear()
        tenants.update(keys)
        self._keys.add(keys)

    async def secrets(self) -> Secrets:
        """Return the API keys and invitation codes that it holds and has held; raises StoreUnavailable."""
        codes = await self.up_to_date(self.mock.store.codes_held)
        return Secrets(tuple(self._keys), tuple(codes))

    async def speak(self, dialect: Dialect) -> None:
        """Speak a dialect, and hold what was held; raises Contradiction, and then nothing has changed."""
        async with self.mock.store.suspended():  # Or what others write after it was read would be lost.
            await self._become(dialect, await state_now(self.mock))

    def misbehave(self, names: Sequence[str]) -> None:
        """Misbehave in these ways, from their beginning, and in no others; raises Contradiction."""
        self.mock.parts = misbehaving(self.mock.parts, names)
        self.service.begin(self.service.plans)

    # --- rules ---

    @property
    def rules(self) -> Rules:
        """What some of its calls are to meet."""
        return self._rules

    def rule(self, rules: Sequence[Rule], seed: int | None = None) -> None:
        """Let calls meet what these rules say, from their beginning, and nothing else."""
        chosen = next(each for each in (seed, self.mock.parts.chaos_seed, randbelow(LARGEST_SEED)) if each is not None)
        self._rules = Rules(rules, chosen, self.name, is_told=seed is not None)
        self.apply_rules()

    def apply_rules(self) -> None:
        """Let calls meet the rules as they are now; a world without any has none to look at."""
        self.service.rules = self._rules if len(self._rules) else None

    # --- snapshots ---

    async def snapshots(self) -> list[str]:
        """Return the names of its snapshots."""
        return sorted(name for name in await self.mock.store.names() if name != SEED)

    async def take(self, snapshot: str) -> None:
        """Keep what it holds now under a name."""
        async with self.mock.store.suspended():  # Or what others write meanwhile would be there in part.
            await self.mock.store.keep(snapshot, await state_now(self.mock))

    # --- where it began ---

    async def reset(self) -> None:
        """Be again what it was when it was made; its snapshots stay."""
        if self._agreed.get("seed") != self._seed:
            await self._learn_seed()
        await self._become(self.origin.dialect, self.origin.seed)
        self.know(self.origin.seed.keys)
        self.misbehave(self.origin.misbehaviours)
        self.rule(self.origin.rules)

    async def go_over(self, origin: Origin, *, to_its_dialect: bool, to_its_seed: bool) -> None:
        """Have another origin; speak its dialect and hold its seed where asked to, and otherwise go on as it is.

        Raises Contradiction, and then nothing has changed.
        """
        dialect = origin.dialect if to_its_dialect else self.mock.dialect
        if to_its_seed:
            require_room(origin.seed, self.mock.parts.bounds.fleets)
            await self._become(dialect, origin.seed)
            self.know(origin.seed.keys)
        elif dialect != self.mock.dialect:
            await self.speak(dialect)
        self.origin = origin

    async def _become(self, dialect: Dialect, state: State) -> None:
        require_distinct_fleets(state, dialect)
        if dialect == self.mock.dialect:
            await self.mock.store.replace(state)
            return
        pattern = self._patterns.of(dialect)
        parts = misbehaving(replace(pattern.parts, seed=self.origin.seed), self.misbehaviours)
        agreed = behaving(self._agreed, {**self._behaviour(), "dialect": dict(dialect)})
        await self.mock.store.begin(state, habits(dialect), agreed)
        self._agreed = agreed
        self.mock.become(parts, pattern.routes)
        self.service.begin(pattern.plans)

    # --- with other mocks that share it ---

    async def begin(self, *, has_own_seed: bool) -> None:
        """Let all who share this world find it as it was made here; raises StoreUnavailable."""
        for _ in range(MOST_TRIES):
            await self.mock.store.drop()
            with suppress(OtherTerms):  # Another mock was asked for it between, and was faster.
                await self.mock.store.look()
                if self._is_shared and has_own_seed:
                    await self.mock.store.keep(SEED, self.origin.seed)
                return
        raise StoreUnavailable("Other mocks use this world all the time, so it cannot begin anew.")

    async def last(self) -> None:
        """Let a world that was used since this was last called outlive this mock for a while."""
        used = self.used
        if self.name != MAIN and used != self._told:
            await self.mock.store.last(self._rest)
            self._told = used

    async def take_up(self) -> None:
        """Find nothing of a world that has ended and is still in the store, and let one that lives not end in between.

        Raises StoreUnavailable.
        """
        async with self._taking_up:
            if not self._is_taken_up:
                await self.mock.store.take_up(MARGIN - LATEST_NEWS, self._rest)
                self._is_taken_up = True

    @property
    def _rest(self) -> int:
        return ceil(self.mock.parts.bounds.rest + MARGIN)

    async def _answer_as_agreed(self, call: Call, incoming: Incoming) -> Answer:
        """Return what a call is answered by whichever mock; never raises."""
        try:
            return await self.up_to_date(partial(self.service.answer, call, incoming))
        except StoreUnavailable as wrong:
            return self.service.finish(call, rendered(refusal_of(wrong, call.operation_id), self.mock.dialect))

    async def up_to_date(self, do: Callable[[], Awaitable[Done]]) -> Done:
        """Return what is done, again where others have changed the behaviour meanwhile; raises StoreUnavailable."""
        if not self._is_taken_up:
            await self.take_up()
        for _ in range(MOST_TRIES):
            try:
                return await do()
            except OtherTerms as wrong:
                self._catch_up(wrong.held)
        raise StoreUnavailable("Other mocks change how this world behaves, again and again.")

    async def share(self) -> None:
        """Let all mocks behave as this one does now; raises StoreUnavailable, or OtherTerms where another was first.

        Then it behaves as before.
        """
        if not self._is_shared:
            return
        agreed = behaving(self._agreed, self._behaviour())
        if agreed == self._agreed:
            return
        try:
            await self.mock.store.agree(agreed)
        except (OtherTerms, StoreUnavailable):
            self._behave(self._agreed[NOW])
            raise
        self._agreed = agreed

    async def look(self) -> None:
        """Learn how all mocks behave; raises StoreUnavailable."""
        if self._is_shared:
            await self.up_to_date(self.mock.store.look)

    def _behaviour(self) -> Terms:
        parts, rules = self.mock.parts, self._rules
        told = rules.values if rules.is_told else None
        return behaviour(self.mock.dialect, parts.misbehaviours, self.mock.access.tenants, told)

    def _catch_up(self, held: Terms) -> None:
        """Behave as others have agreed on; raises StoreUnavailable where they were started with something else."""
        is_like_others = are_started_alike(held, self._agreed)
        if held.get("layout") != self._agreed["layout"] or not (is_like_others or self.name != MAIN):
            raise TermsDoNotFit
        if not is_like_others:
            rules = [rule_of(each) for each in held["rules"]]
            self.origin = Origin(self.origin.seed, held["dialect"], held["misbehaviours"], rules)
        self.mock.store.adopt(habits(held[NOW]["dialect"]), held)
        self._agreed = held
        self._behave(held[NOW])

    def _behave(self, now: Terms) -> None:
        """Behave as terms say; what is as it was goes on."""
        before = self._behaviour()
        if any(now[each] != before[each] for each in ("dialect", "misbehaviours")):
            pattern = self._patterns.of(now["dialect"])
            parts = misbehaving(replace(pattern.parts, seed=self.origin.seed), now["misbehaviours"])
            self.mock.become(parts, pattern.routes)
            self.service.begin(pattern.plans)
        self.know(now["keys"])
        if now["rules"] is None and self._rules.is_told:
            self.rule(())
        elif now["rules"] != before["rules"]:
            self._rules = Rules.of(now["rules"], self.name)
            self.apply_rules()

    async def _learn_seed(self) -> None:
        """Learn the seed with which another mock made this world; raises StoreUnavailable."""
        seed = await self.mock.store.kept(SEED)
        if seed is None:
            raise StoreUnavailable("Redis has lost the seed of this world. PUT /_mock/worlds/NAME begins it anew.")
        self.origin = replace(self.origin, seed=seed)
        self._seed = self._agreed["seed"]


def misbehaving(parts: Parts, names: Sequence[str]) -> Parts:
    """Return parts of a mock that misbehaves in these ways and in no others; raises Contradiction."""
    distinct = list(dict.fromkeys(names))
    return replace(parts, misbehaviours=distinct, misbehaving=[find(name).around for name in distinct])


def known_ones(names: Sequence[str]) -> list[str]:
    return [name for name in names if name in MISBEHAVIOURS]
