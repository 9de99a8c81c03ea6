"""The replays of all failures of a run, shortened within a budget of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from fleet_contract.contract_tests.driving.untested import SkipReason
from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.dialect.reading import decided
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.process.ending import ending_of
from fleet_contract.contract_tests.process.signals import armed, watching
from fleet_contract.contract_tests.replays.replay import Known, Replay, untried
from fleet_contract.contract_tests.replays.resending import Resender
from fleet_contract.contract_tests.replays.shortening import Shortener
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Result
from fleet_contract.contract_tests.target.target import Target

_MOST_OF_ONE = 800  # requests for one requirement
_MOST_SECONDS = 60.0


class Follower(Protocol):
    """Who wants to know how far it is."""

    def planned(self, checks: int) -> None:
        """Be told of how many failures are sent again."""

    def ended(self) -> None:
        """Be told that another one is through."""

    def exchanged(self, exchange: Exchange) -> None:
        """Be told of each request."""


def replayable(report: Report) -> list[Result]:
    """Return what failed and may be sent again."""
    if not report.settings.target.replay_requests or any(each.kind is SkipReason.STOPPED for each in report.ran):
        return []
    return [each for each in report.results if each.failures]


def with_replays(report: Report, follower: Follower | None = None) -> Report:
    """Return a report with the shortest replay of each failure that could be found; what it cost is in the footprint.

    Nothing that is sent here is judged for the report, and where nothing can be sent, such as without the ledger, the
    report says why.
    """
    failed = replayable(report)
    if not failed:
        return report
    try:
        client = _client(report, follower)
    except Exception as error:  # noqa: BLE001  (what the checks came to is reported all the same)
        why = report.masker.text(ending_of(error)[1])
        return replace(report, disturbances=[*report.disturbances, f"nothing that failed was sent again: {why}"])
    with client:
        replays = _replays(report, failed, client, follower)
    footprint = report.footprint + client.footprint  # with what was under way until it was closed
    requests = client.spent(Cost.REQUESTS)
    results = [_with_first(each, replays) for each in report.results]
    return replace(report, results=results, replays=replays, footprint=footprint, replay_requests=requests)


def _client(report: Report, follower: Follower | None) -> Client:
    return Client(
        _bounded(report),
        mark=report.mark,
        ledger=report.settings.ledger,
        on_exchange=[follower.exchanged] if follower else [],
        told=report.masker,
    )


def _replays(report: Report, failed: list[Result], client: Client, follower: Follower | None) -> dict[str, Replay]:
    target, budget = report.settings.target, report.settings.target.replay_requests
    if follower:
        follower.planned(len(failed))
    earlier = report.history.facts.earlier
    facts = Facts(target.fixtures, report.mark, target.dialect, decided(report.dialect), report.history.taken, earlier)
    shortener = Shortener(Resender(client, facts, report.mark), report.history, target.rate)
    found = dict[str, Replay]()
    try:
        with watching(), armed(client.stop):
            for number, result in enumerate(failed):
                left = budget - client.spent(Cost.REQUESTS)
                share = min(left // (len(failed) - number), _MOST_OF_ONE)
                replay = _replay(shortener, result, share, report)
                found[result.requirement.id] = replace(replay, finding=replay.finding.masked(client.told))
                if follower:
                    follower.ended()
    except KeyboardInterrupt:
        client.stop()
    return found


def _replay(shortener: Shortener, result: Result, requests: int, report: Report) -> Replay:
    try:
        return shortener.replay(result.failures, requests)
    except Exception:  # noqa: BLE001  (what failed is reported all the same, and says so)
        rate = report.settings.target.rate
        return replace(untried(result.failures[0], report.history, rate), known=Known.BROKE)


def _bounded(report: Report) -> Target:
    """Return the target with the limits of the replays.

    The time is what the run has left of what was asked for; where nothing was asked for, it is short.
    """
    target, limits = report.settings.target, report.settings.target.limits
    seconds = None if limits.replay_requests else _MOST_SECONDS
    if limits.max_seconds is not None:
        seconds = max(limits.max_seconds - report.footprint.seconds, 1e-6)
    budget = target.replay_requests
    return replace(
        target, limits=replace(limits, max_requests=budget, max_fleets=None, max_keys=None, max_seconds=seconds)
    )


def _with_first(result: Result, replays: Mapping[str, Replay]) -> Result:
    """Return a result with the failure first that the replay shows, in its words."""
    replay = replays.get(result.requirement.id)
    if replay is None:
        return result
    first = replay.finding
    return replace(result, failures=(first, *(each for each in result.failures if each.exchanges != first.exchanges)))
