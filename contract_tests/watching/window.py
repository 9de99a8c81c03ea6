"""The last exchanges of live traffic, and what they broke: each is judged by what it shows beside those before it."""

from collections import Counter, deque
from dataclasses import replace

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.content.fleets import laid_to_spelling
from fleet_contract.contract_tests.judging.dialect.reading import read_dialect
from fleet_contract.contract_tests.judging.explanations import explanations
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import Facts, History
from fleet_contract.contract_tests.judging.judge import Judgement, judged_last
from fleet_contract.contract_tests.network.disturbance import disturbance

MOST_BYTES = 64 * 1024 * 1024  # of the bodies of all exchanges that are kept
MOST_FINDINGS = 100  # of each requirement, kept or broken; of the broken ones the exchanges are kept, too


class Window:
    """Keeps the last `most` exchanges, and those that show failures: however long it lasts, its memory is bounded."""

    def __init__(self, facts: Facts, most: int) -> None:
        self._facts, self._most = facts, most
        self._recent: deque[Exchange] = deque()
        self._bytes = self._shown_bytes = self._forgotten = 0
        self._shown: dict[int, Exchange] = {}  # what shows a failure
        self._findings: list[Finding] = []
        self._counted: Counter[tuple[str, bool]] = Counter()
        self._history = History(facts)
        self.judged = 0
        self.disturbed: Counter[str] = Counter()  # what came between, which is not judged

    def add(self, exchange: Exchange) -> list[Finding]:
        """Judge one more exchange, and return what it broke and nothing else explains."""
        self.judged += 1
        self._history.add(exchange)
        findings, exchange_kept = judged_last(self._history)
        self.disturbed.update(filter(None, [disturbance(exchange_kept)]))
        self._recent.append(exchange_kept)
        self._bytes += _size(exchange_kept)
        for each in findings:
            self._keep(each, exchange_kept)
        self._forget(is_changed=exchange_kept is not exchange)
        return self._told(exchange_kept) if any(not each.kept for each in findings) else []

    def _told(self, exchange: Exchange) -> list[Finding]:
        judgement = self._judgement(self._history)
        broken = [each for each in judgement.findings if not each.kept and each.exchanges == (exchange.number,)]
        return [each for each in broken if each not in judgement.explained]

    def judgement(self) -> Judgement:
        """Return what all exchanges showed; of the history only what is kept of it."""
        history = History(self._facts, self._kept())
        return replace(self._judgement(history), dialect=read_dialect(history))

    def _judgement(self, history: History) -> Judgement:
        findings = list(dict.fromkeys(laid_to_spelling(self._findings, history)))
        return Judgement(history, findings, {}, explanations(findings, history))

    def _keep(self, finding: Finding, exchange: Exchange) -> None:
        counted = (finding.requirement, finding.kept)
        is_first, is_full = not self._counted[counted], self._shown_bytes > MOST_BYTES and not finding.kept
        if self._counted[counted] >= MOST_FINDINGS or (is_full and not is_first):
            return
        self._counted[counted] += 1
        self._findings.append(finding)
        if not finding.kept and exchange.number not in self._shown:
            self._shown[exchange.number] = exchange
            self._shown_bytes += _size(exchange)

    def _forget(self, *, is_changed: bool) -> None:
        """Leave out the oldest exchanges; what is looked up in them is made anew now and then."""
        while self._recent and (len(self._recent) > self._most or self._bytes > MOST_BYTES):
            forgotten = _size(self._recent.popleft())
            self._bytes -= forgotten
            self._forgotten += forgotten
        is_long = len(self._history.exchanges) > 2 * self._most + len(self._shown)
        if is_long or is_changed or self._forgotten > MOST_BYTES:
            self._history, self._forgotten = History(self._facts, self._kept()), 0

    def _kept(self) -> list[Exchange]:
        kept = {**self._shown, **{each.number: each for each in self._recent}}
        return [kept[number] for number in sorted(kept)]


def _size(exchange: Exchange) -> int:
    return len(exchange.request.body) + (len(exchange.answer.body) if exchange.answer else 0)
