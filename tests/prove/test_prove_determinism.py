"""Ten runs against fresh servers send the same requests and come to the same verdicts."""

import pytest

from tests.suite.test_sameness import fresh_runs, require_the_same


@pytest.mark.timeout(600)
@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_ten_runs_are_alike(depth: str) -> None:
    require_the_same(fresh_runs(depth, 10))
