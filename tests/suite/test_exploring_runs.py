"""The runs of an exploration share one budget, for what went wrong too."""

from fleet_contract.contract_tests.exploring.runs import Runs
from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.running.runs import Settings
from fleet_contract.contract_tests.target.target import Limits, Target
from tests.client.servers import RESET, serving


def test_the_troubles_of_a_run_count_for_those_after_it() -> None:
    with serving(lambda _: RESET) as server:
        runs = Runs(Settings(Target(server.url, limits=Limits(timeout_seconds=5))))
        seen = []
        for _ in range(3):
            client = runs.fresh().client
            client.send("OPTIONS", "/")
            seen.append((client.spent(Cost.REQUESTS), client.spent(Cost.RESETS)))
        runs.end()
    assert seen == [(2, 2), (2, 4), (2, 6)]
