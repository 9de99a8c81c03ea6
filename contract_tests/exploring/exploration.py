"""An exploration from begin to end: the dialect, the hunt, the cases that are saved, and what it comes to."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fleet_contract.contract_tests.exploring.hunting import Allowance, Hunt
from fleet_contract.contract_tests.exploring.records import Sighting
from fleet_contract.contract_tests.exploring.runs import Runs
from fleet_contract.contract_tests.hidden import masker_of
from fleet_contract.contract_tests.judging.dialect.reading import decided
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.process.ending import Inconclusive, ending_of
from fleet_contract.contract_tests.process.signals import armed, held, watching
from fleet_contract.contract_tests.programs.case_files import Case, save_case
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.running.runs import Settings
from fleet_contract.contract_tests.running.settings import at_most
from fleet_contract.contract_tests.running.verdicts import HIDDEN, Outcome, is_selected
from fleet_contract.contract_tests.session.session import begin, run_checks
from fleet_contract.contract_tests.target.depths import PRICES, Depth
from fleet_contract.contract_tests.target.gate import Gate, Pardon
from fleet_contract.contract_tests.target.options import CASES_FOLDER
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import complete
from fleet_contract.spec.files import Contradiction

SEED_BITS = 32
_LAID = f"something may be broken because of {HIDDEN}"
_WRITES = "it sent reads only, since writes need --allow-writes"


@dataclass(frozen=True)
class Asked:
    """What the user asked for; at least one of `minutes` and `programs` is given."""

    settings: Settings
    seed: int
    minutes: float | None = None
    programs: int | None = None
    save: Path = CASES_FOLDER


@dataclass(frozen=True)
class Explored:
    """What an exploration came to; `files` are those of the sightings, `gate` what the first checks saw broken.

    A file is None where it could not be saved; `unsaved` says why. `why` says what makes
    it inconclusive, empty where nothing does.
    """

    asked: Asked
    sightings: Sequence[Sighting]
    files: Sequence[Path | None]
    unsaved: Sequence[str]
    gate: Sequence[str]
    programs: int
    footprint: Footprint
    ended: str
    why: str

    @property
    def broken(self) -> Mapping[str, Pardon | None]:
        """The requirements that were seen broken, each with why that does not count; None where it does."""
        ids = dict.fromkeys([*self.gate, *(each.finding.requirement for each in self.sightings)])
        return {id: self.asked.settings.gate.pardon(catalogue().requirement(id)) for id in ids}

    @property
    def outcome(self) -> Outcome:
        if None in self.broken.values():
            return Outcome.BREAKS
        return Outcome.INCONCLUSIVE if self.why else Outcome.CONFORMS


@dataclass
class _State:
    """What is known while an exploration goes on, so that an interrupt loses nothing."""

    runs: Runs
    hunt: Hunt
    gate: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()  # which the first checks left so, because of a failure
    broke: str = ""

    def explore(self) -> None:
        """Read the dialect, hunt, and send once more what was found and not tried again."""
        self._read_dialect()
        self.hunt.hunt()
        for sighting in self.hunt.records.untold():
            self.hunt.confirm(sighting)

    def _read_dialect(self) -> None:
        """Run the quick checks, since the judges go by the dialect; only look at a server whose dialect is held."""
        settings = self.runs.settings()
        target = settings.target
        if complete(target.dialect).keys() <= target.dialect.keys():
            self.runs.take(begin(settings, open_console(quiet=True)))
            return
        quick = replace(settings, target=at_most(target, PRICES[Depth.QUICK]), gate=Gate(Depth.QUICK))
        run = self.runs.take(begin(quick, open_console(quiet=True)))
        report = run_checks(run)
        failed = [each.requirement.id for each in report.results if each.failures]
        laid = [each.requirement.id for each in report.results if each.causes]
        self.gate, self.untested = (
            tuple(id for id in ids if is_selected(id, settings.only, settings.skip)) for ids in (failed, laid)
        )
        self.runs.assume(decided(report.dialect))
        broke = [f"{each.name} of the quick checks failed: {each.error}" for each in report.ran if each.error]
        self.broke = next(iter(broke), "")
        if run.client.stopped:
            raise KeyboardInterrupt

    def why_inconclusive(self, settings: Settings) -> str:
        reasons = (
            (bool(self.runs.stopped), self.runs.stopped),
            (bool(self.broke), self.broke),
            (self.hunt.is_disturbed, self.hunt.ended),
            (not self.hunt.judged, self.hunt.ended or "no response could be judged"),
            (not settings.target.may_write, _WRITES),
            (bool(unaccepted := self._unaccepted(settings.gate)), f"{_LAID}: {', '.join(unaccepted)}"),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def _unaccepted(self, gate: Gate) -> list[str]:
        """Return what may be broken because of another failure: where none counts, something is wrong all the same."""
        laid = dict.fromkeys([*self.untested, *self.hunt.records.laid(self.gate)])
        return [id for id in laid if id not in gate.waived and id not in self.gate]


def explore(asked: Asked, tell: Callable[[Hunt], None]) -> Explored:
    """Explore a server until what was asked for is spent, and save what was found; `tell` is called after each program.

    Raises Contradiction, Unreachable, KeyRefused, NotThisApi or NothingAllowed.
    """
    _require_place(asked.save)
    until = None if asked.minutes is None else time.monotonic() + 60 * asked.minutes
    runs = Runs(asked.settings)
    state = _State(runs, Hunt(runs, asked.seed, Allowance(asked.programs, until), tell))
    with held():
        try:
            with watching(), armed(runs.stop):
                state.explore()
        except KeyboardInterrupt:
            runs.stop()
        except (Contradiction, Inconclusive):
            raise
        except BaseException as error:  # noqa: BLE001  (what was found before stands, so it is told with it)
            state.broke = ending_of(error)[1]
        finally:
            runs.end()
        sightings = state.hunt.records.unexplained(state.gate)
        files, unsaved = _saved([_case(each, asked.seed) for each in sightings], asked.save)
        return Explored(
            asked=asked,
            sightings=sightings,
            files=files,
            unsaved=unsaved,
            gate=state.gate,
            programs=state.hunt.programs,
            footprint=runs.footprint(),
            ended=state.broke or state.hunt.ended,
            why=state.why_inconclusive(asked.settings),
        )


def _saved(cases: Sequence[Case], folder: Path) -> tuple[list[Path | None], list[str]]:
    """Save cases and return their files, None for one that could not be written, and why they could not."""
    files, unsaved = list[Path | None](), dict[str, None]()
    for case in cases:
        try:
            files.append(save_case(case, folder))
        except Contradiction as wrong:
            files.append(None)
            unsaved[str(wrong)] = None
    return files, list(unsaved)


def _case(sighting: Sighting, seed: int) -> Case:
    facts = sighting.history.facts
    found = sighting.finding.masked(masker_of(facts.fixtures, sighting.history.exchanges))
    message = f"expected {found.expected}, was answered {found.got}"
    return Case(sighting.program, found.requirement, message, seed)


def _require_place(folder: Path) -> None:
    """Raise Contradiction rather now than when the fleets are spent."""
    try:
        place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        is_writable = place.is_dir() and os.access(place, os.W_OK)
    except OSError:  # The working directory is gone, or no folder can have that name.
        place, is_writable = folder, False
    if not is_writable:
        raise Contradiction(
            f"Cases cannot be saved in {folder}: {place} is not a writable folder. "
            f"Expected one, or a path where one can be created. Choose another with --save."
        )
