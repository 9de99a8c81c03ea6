"""A run that may not write: reads are judged, nothing else is sent, and the outcome owns up to it."""

import re

import pytest

from fleet_contract.contract_tests.driving.untested import SkipReason
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from fleet_contract.contract_tests.target import target
from fleet_contract.mock_server.parts import Parts
from proof.layers import noting

from .harness import failed, judged, mock, verdicts

READS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def test_without_leave_to_write_only_reads_are_sent_and_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The suite is told that this machine is another one, so that its own rule can be seen at work."""
    monkeypatch.setattr(target, "is_loopback", lambda _: False)
    arrived: list[str] = []

    def listen(parts: Parts) -> None:
        parts.layers.append(noting(lambda call, _: arrived.append(call.method)))

    ledger = tmp_path_factory.mktemp("read-only") / "ledger"
    with mock(edit=listen) as url:
        report = judged(url, "standard", requests_per_second="0", ledger=str(ledger))
    assert set(arrived) <= READS
    assert {exchange.request.method for exchange in report.history.exchanges} <= READS
    assert not report.footprint.fleets_created + report.footprint.keys_created
    assert not ledger.read_text()
    assert not failed(report)
    passed = {id for id, verdict in verdicts(report).items() if verdict == Verdict.PASSED}
    assert passed >= {"invitation.lists-the-codes", "keys.paging-ends", "prices.default-stays", "access.key-is-checked"}
    assert not [id for id in passed if id.startswith("create.")]
    assert SkipReason.WRITES in {ran.kind for ran in report.ran}
    assert report.outcome is Outcome.INCONCLUSIVE
    assert re.search(r"(^|; )\d+ checks need --allow-writes(;|$)", "; ".join(report.reasons))
