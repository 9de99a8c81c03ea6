"""A run: one target, one depth, one client; what its checks came to and what the judges found."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from string import hexdigits

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import Check
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.exchange import Exchange, Request
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import Facts, History
from fleet_contract.contract_tests.judging.judge import Judgement, judge
from fleet_contract.contract_tests.judging.preview import Preview
from fleet_contract.contract_tests.judging.texts import LIMIT
from fleet_contract.contract_tests.marks import digits_of, number_of
from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.disturbance import disturbances
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.network.sending import OnExchange
from fleet_contract.contract_tests.programs.case_files import Case
from fleet_contract.contract_tests.replays.replay import Replay, untried
from fleet_contract.contract_tests.replays.script import script
from fleet_contract.contract_tests.running.verdicts import (
    CheckResult,
    Outcome,
    Result,
    Verdict,
    as_shown,
    doubts,
    fold,
    is_selected,
    judged,
    outcome,
    testable,
    unneeded,
    waivers,
    with_plainest_first,
)
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.earlier import Earlier, Stock
from fleet_contract.contract_tests.target.gate import Gate, Pardon
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.waivers import State, Waiver
from fleet_contract.spec.catalogue import Requirement, catalogue
from fleet_contract.spec.dialect import UNKNOWN, Dialect

_UNREAD: Dialect = dict.fromkeys(catalogue().questions, UNKNOWN)
# The fleets that checks share, and how the id of each ends; whichever check asks first, they are made alike.
ROLES = {"home": "home-01", "neighbour": "neighbour", "abroad": "abroad-A.b é東+&=:".ljust(LIMIT, "0")}
_ALWAYS_NEW = "home"
MARK_BYTES = 4  # the mark is their hexadecimal digits, so that it fits into ids and key identifiers


@dataclass(frozen=True)
class Shown:
    """How much of its report a run prints."""

    verbose: bool = False
    quiet: bool = False
    dialect: bool = False
    github: bool = False


@dataclass(frozen=True)
class Settings:
    """What the user asked for.

    What runs before learnt is `assumed` of the dialect, and their `troubles` count for this one too. `files` are those
    that say all this, over which nothing may be written, `described_by` the target file among them, `caseless` the
    folders that hold no case, and `waiverless` the file of waivers where it has none.
    `earlier` are the fleets of earlier runs that this one may use.
    """

    target: Target
    gate: Gate = field(default_factory=Gate)
    ledger: Path | None = None
    mark: str = ""
    earlier: tuple[Earlier, ...] = ()
    cases: tuple[Case, ...] = ()
    caseless: tuple[Path, ...] = ()
    waiverless: Path | None = None
    assumed: Mapping[str, str] = field(default_factory=dict)
    troubles: Mapping[Cost, float] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    described_by: Path | None = None
    shown: Shown = field(default_factory=Shown)

    @property
    def depth(self) -> Depth:
        return self.gate.depth

    @property
    def only(self) -> tuple[str, ...]:
        return self.gate.only

    @property
    def skip(self) -> tuple[str, ...]:
        return self.gate.skip


@dataclass(frozen=True)
class Report:
    """All that a run came to, as plain data for the reports; or `recorded` traffic, of which nothing was ours."""

    settings: Settings
    outcome: Outcome
    results: Sequence[Result]
    ran: Sequence[CheckResult]
    dialect: Dialect
    footprint: Footprint
    mark: str
    history: History
    cases: str
    disturbances: Sequence[str] = ()
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    replays: Mapping[str, Replay] = field(default_factory=dict)
    replay_requests: int = 0
    recorded: bool = False
    masker: Masker = field(default_factory=Masker)  # of what is told of its exchanges; all else is masked already

    def replay(self, result: Result) -> Replay:
        """Return the replay of a requirement's first failure; as many requests of the footprint went into these."""
        known = self.replays.get(result.requirement.id)
        rate = self.settings.target.rate
        return known or untried(result.failures[0], self.history, rate, about_it=self.recorded)

    def script(self, result: Result) -> list[str]:
        """Return the lines of the script that shows a requirement's first failure; none for what was recorded."""
        if not result.failures or self.recorded:
            return []
        replay = self.replay(result)
        return [self.masker.text(line) for line in script(replay, self.settings.target, replay.mark or self.mark)]

    @property
    def judged(self) -> int:
        return judged(self.results)

    @property
    def reasons(self) -> Sequence[str]:
        """Why the outcome is what no verdict shows; empty where the verdicts show it."""
        if self.outcome is Outcome.BREAKS:
            return unneeded(self.results, self.settings.gate)
        return doubts(self.results, self.ran, self.settings.gate)

    def pardon(self, result: Result) -> Pardon | None:
        """Return why a failure does not fail the gate; None where it does, and where nothing failed."""
        return self.settings.gate.pardon(result.requirement) if result.verdict is Verdict.FAILED else None

    @property
    def waivers(self) -> Mapping[Waiver, State]:
        """What became of each waiver."""
        return waivers(self.results, self.settings.gate)


@dataclass
class Run:
    """The state of a run while its checks drive."""

    settings: Settings
    client: Client
    api: Api
    facts: Facts
    ran: list[CheckResult] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _fleets: dict[str, str | Untested] = field(default_factory=dict)
    _codes_were_read: bool = False

    @classmethod
    def begin(cls, settings: Settings, watch: OnExchange | None = None) -> "Run":
        """Make the client, which tells `watch` of each exchange; sends nothing.

        Raises Contradiction when the ledger cannot be written.
        """
        target = settings.target
        mark = settings.mark or secrets.token_hex(MARK_BYTES)
        facts = Facts(target.fixtures, mark, target.dialect, settings.assumed, earlier=dict(settings.earlier))
        preview = Preview(facts)
        client = Client(
            target,
            mark=mark,
            ledger=settings.ledger,
            on_exchange=[preview.learn, *([watch] if watch else [])],
            breaks=preview.breaks,
            troubles=settings.troubles,
        )
        return cls(settings, client, Api(client, mark, target.fixtures.location_path, Stock(settings.earlier)), facts)

    def shared_fleet(self, role: str) -> str:
        """Return a fleet that all checks of the run use together; raises Untested, each time, when it was refused."""
        if role not in self._fleets:
            try:
                self._fleets[role] = self._created_once_more_if_disturbed(role)
            except Untested as reason:
                if reason.kind is SkipReason.DISTURBED:
                    raise  # It is no refusal: the next check asks again.
                self._fleets[role] = reason
        fleet = self._fleets[role]
        if isinstance(fleet, Untested):
            raise fleet
        return fleet

    def coded_fleet(self) -> str:
        """Return the fleet with codes that the target file names, whose codes all checks of the run read once together.

        Raises Untested, each time anew, where the reading was disturbed.
        """
        fleet = self.settings.target.fixtures.fleet_with_codes or ""
        if not self._codes_were_read:
            self.api.invitation(fleet)
            self._codes_were_read = True
        return fleet

    def _created_once_more_if_disturbed(self, role: str) -> str:
        check, self.api.check = self.api.check, f"the fleet {role}"
        try:
            return self._made(role)
        except Untested as reason:
            if reason.kind is not SkipReason.DISTURBED:
                raise
            with self.client.second_try():
                return self._made(role)
        finally:
            self.api.check = check

    def _made(self, role: str) -> str:
        """Return a fleet for a role; the first one is always new, so that ids which only resemble it are nobody's."""
        id = self.api.id_of(ROLES[role])[:LIMIT]
        if role != _ALWAYS_NEW:
            return self.api.fleet_like(id)
        # Where few are created, but not only this one, it is without a name: another that has none costs more.
        is_without_name = self.api.spares_fleets and self.settings.depth > Depth.SMOKE
        return id if is_without_name and self.api.create(id).succeeded else self.api.make_fleet(id)

    @property
    def wanted(self) -> dict[str, Requirement]:
        """The requirements that were asked for, and that a client can judge."""
        only, skip, held = self.settings.only, self.settings.skip, self.settings.target.dialect
        return {each.id: each for each in testable(only, skip, held)}

    def is_wanted(self, check: Check) -> bool:
        """Say whether a check reaches a requirement that was asked for."""
        return any(is_selected(id, self.settings.only, self.settings.skip) for id in check.reaches)

    def broken(self, judgement: Judgement) -> list[Finding]:
        """Return the failures among what was asked for, without those that another one may have caused."""
        return [each for each in self._failures(judgement) if each not in judgement.explained]

    def laid(self, judgement: Judgement) -> list[str]:
        """Return the requirements among what was asked for whose failures another one may have caused."""
        return [each.requirement for each in self._failures(judgement) if each in judgement.explained]

    def _failures(self, judgement: Judgement) -> list[Finding]:
        only, skip = self.settings.only, self.settings.skip
        failures = (each for each in judgement.findings if not each.kept)
        return [each for each in failures if is_selected(each.requirement, only, skip)]

    def conclude(self) -> Report:
        """Judge what was sent and answered, and close the connections; where judging breaks, nothing is concluded."""
        self.client.close()
        try:
            judgement = judge(self.client.journal, self.facts)
            self.ran += [
                CheckResult(each.check, (), Reason(SkipReason.DISTURBED, each.trouble)) for each in judgement.excused
            ]
        except BaseException as error:  # noqa: BLE001  (what was created is told whatever happens)
            self.ran.append(CheckResult("the judge", (), error=f"{type(error).__name__}: {error}"))
            judgement = self._unjudged()
        return self._report(judgement)

    def _unjudged(self) -> Judgement:
        return Judgement(History(self.facts), [], _UNREAD)

    def give_up(self, reason: str) -> Report:
        """Return the report of a run that did not come to its first check, and close its connections."""
        self.client.close()
        self.ran.append(CheckResult("the run", tuple(self.wanted), Reason(SkipReason.STOPPED, reason)))
        return self._report(self._unjudged())

    def _report(self, judgement: Judgement) -> Report:
        settings, stock, told = self.settings, self.api.stock, self.client.told
        exchanges, ran = judgement.history.exchanges, [each.masked(told) for each in self.ran]
        folded = fold(self.wanted.values(), judgement.findings, ran, judgement.explained, exchanges, told)
        results = with_plainest_first(as_shown(folded, settings.depth), judgement.history)
        return Report(
            settings=settings,
            outcome=outcome(results, ran, settings.gate),
            results=[each.masked(told) for each in results],
            ran=ran,
            dialect=judgement.dialect,
            footprint=replace(
                self.client.footprint, fleets_reused=tuple(stock.used), fleets_not_found=tuple(stock.lost)
            ),
            mark=self.facts.mark,
            history=judgement.history,
            cases=digest(self.client.journal, self.api.mark),
            disturbances=disturbances(judgement.history.exchanges or self.client.journal, told),
            began=self.began,
            masker=told,
        )


def digest(journal: Sequence[Exchange], mark: str) -> str:
    """Return a digest of what was sent, the run's mark aside, so that a changed set of cases is seen."""
    sent = sha256()
    # It is sent in other cases too, as a number, and with each character escaped.
    # As a number it may have zeros before it, or lack its first digit where there is room for twelve.
    numbers = (number_of(mark), digits_of(mark)[1:].lstrip("0")) if set(mark) <= set(hexdigits) else ()
    escaped = "".join(f"\\u{ord(each):04x}" for each in mark)
    forms = [*map(re.escape, (mark, escaped)), *(f"0*{number}" for number in numbers)]
    marked = re.compile("|".join(forms).encode(), re.IGNORECASE)
    for request in _in_order(journal):
        for part in (request.method, request.path, request.caller, repr(request.headers)):
            sent.update(marked.sub(b"mark", part.encode()) + b"\0")
        sent.update(marked.sub(b"mark", request.body) + b"\1")
    return sent.hexdigest()[:16]


def _in_order(journal: Sequence[Exchange]) -> list[Request]:
    """Return what was sent, in order; what was sent at once, in an order that the network does not decide."""
    bursts: dict[int, int] = {}
    places = [bursts.setdefault(each.burst or -each.number, each.number) for each in journal]
    requests = [each.request for each in journal]
    said = [(each.path, each.caller.value, each.body) for each in requests]
    return [request for _, _, request in sorted(zip(places, said, requests, strict=True), key=lambda each: each[:2])]
