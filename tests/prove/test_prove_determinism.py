"""Ten runs against fresh servers send the same requests and come to the same verdicts.

Three against one server come to the same verdicts too, and at quick depth they send the same requests: standard depth
turns the pages of what the runs before it left.
"""

import pytest

from tests.runs.test_sameness import fresh_runs, require_the_same
from tests.suite.harness import ended_early, failed, judged, lasting, mock


@pytest.mark.timeout(600)
@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_ten_runs_are_alike(depth: str) -> None:
    require_the_same(fresh_runs(depth, 10))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("depth", ["quick", "standard"])
@pytest.mark.parametrize(
    "dialect",
    [
        {"json.scalars": "as-string", "duplicate.status": "400"},
        {"json.scalars": "as-string", "duplicate.status": "400", "name.taken": "400", "id.case": "ignored"},
        {"name.taken": "409", "name.blanks": "trimmed", "id.blanks": "trimmed", "invitation.new-fleet": "some"},
    ],
)
def test_what_a_run_leaves_behind_changes_no_later_verdict(dialect: dict[str, str], depth: str) -> None:
    with mock(settings=dialect) as url:
        reports = [judged(url, depth) for _ in range(3)]
    if depth == "quick":
        assert len({report.cases for report in reports}) == 1
    assert not any(failed(report) or ended_early(report) for report in reports)
    for report in reports:
        assert lasting(report) == lasting(reports[0])
    for report in reports:
        assert report.dialect == reports[0].dialect
