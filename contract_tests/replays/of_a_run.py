"""The replays of all failures of a run, shortened within a budget of their own."""

from collections.abc import Mapping
from dataclasses import replace

from fleet_contract.contract_tests.judging.dialect.reading import decided
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.replays.replay import Known, Replay, untried
from fleet_contract.contract_tests.replays.resending import Resender
from fleet_contract.contract_tests.replays.shortening import Shortener
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.signals import armed, watching
from fleet_contract.contract_tests.target import Limits, Target
from fleet_contract.contract_tests.untested import Lack
from fleet_contract.contract_tests.verdicts import Result

_MOST_OF_ONE = 800  # requests for one requirement


def with_replays(report: Report) -> Report:
    """Return a report with the shortest replay of each failure that could be found; what it cost is in the footprint.

    Nothing that is sent here is judged for the report.
    """
    failed = [each for each in report.results if each.failures]
    budget = report.settings.target.replay_requests
    if not failed or not budget or any(each.lack is Lack.STOPPED for each in report.ran):
        return report
    target = _bounded(report, budget)
    with Client(target, mark=report.mark, ledger=report.settings.ledger) as client:
        replays = _replays(report, failed, client, budget)
        footprint = report.footprint + client.footprint
        requests = client.spent(Cost.REQUESTS)
    results = [_with_first(each, replays) for each in report.results]
    return replace(report, results=results, replays=replays, footprint=footprint, replay_requests=requests)


def _replays(report: Report, failed: list[Result], client: Client, budget: int) -> dict[str, Replay]:
    target = report.settings.target
    facts = Facts(target.fixtures, report.mark, target.dialect, decided(report.dialect), report.history.taken)
    shortener = Shortener(Resender(client, facts, report.mark), report.history, target.rate)
    found = dict[str, Replay]()
    try:
        with watching(), armed(client.stop):
            for number, result in enumerate(failed):
                left = budget - client.spent(Cost.REQUESTS)
                share = min(left // (len(failed) - number), _MOST_OF_ONE)
                found[result.requirement.id] = shortener.replay(result.failures, share)
    except KeyboardInterrupt:
        client.stop()
    except Exception:  # noqa: BLE001  (what failed is reported all the same)
        for each in failed:
            broken = replace(untried(each.failures[0], report.history, target.rate), known=Known.BROKE)
            found.setdefault(each.requirement.id, broken)
    return found


def _bounded(report: Report, budget: int) -> Target:
    """Return the target with the limits of the replays; the time is what the run has left of what was asked for."""
    target = report.settings.target
    seconds = target.limits.max_seconds
    left = None if seconds is None else max(seconds - report.footprint.seconds, 1e-6)
    limits: Limits = replace(
        target.limits, max_requests=budget, max_fleets=None, max_keys=None, max_seconds=left, settle_seconds=0.0
    )
    return replace(target, limits=limits)


def _with_first(result: Result, replays: Mapping[str, Replay]) -> Result:
    """Return a result with the failure first that the replay shows, in its words."""
    replay = replays.get(result.requirement.id)
    if replay is None:
        return result
    first = replay.finding
    return replace(result, failures=(first, *(each for each in result.failures if each.exchanges != first.exchanges)))
