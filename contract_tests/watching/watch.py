"""The command `watch`: forwards until it is stopped, tells what breaks as it is seen, and reports at the end."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.process.files import standard_stream
from fleet_contract.contract_tests.process.signals import Stopped, armed, held, watching
from fleet_contract.contract_tests.recorded.concluding import Recorded, concluded
from fleet_contract.contract_tests.reports.console import open_console, say
from fleet_contract.contract_tests.reports.formats import prepare_reports
from fleet_contract.contract_tests.running.runs import Settings
from fleet_contract.contract_tests.running.settings import Outputs, read_settings
from fleet_contract.contract_tests.running.verdicts import is_selected
from fleet_contract.contract_tests.session.session import finish
from fleet_contract.contract_tests.watching.observing import Observer
from fleet_contract.contract_tests.watching.serving import Proxy, listening

WINDOW = 200  # exchanges


def watch(base_url: str | None, host: str, port: int, window: int, given: Mapping[str, Any]) -> int:
    """Forward and judge until a signal comes, and return the exit code; raises Contradiction."""
    settings, outputs = read_settings(base_url, given)
    prepare_reports(outputs, settings.files)
    console = open_console(stderr=any(standard_stream(path) for path in outputs.values()))
    with listening(host, port) as listener:
        observer = Observer(settings.target, window, _Teller(settings, console))
        proxy = Proxy(settings.target, listener, observer.note)
        if not settings.shown.quiet:
            say(console, f"Forwarding {proxy.address} to {escape(settings.target.base_url)}, until Ctrl+C.")
        _serve(proxy)
    return _report(settings, outputs, observer, console)


def _serve(proxy: Proxy) -> None:
    try:
        with watching(), armed(proxy.stop):
            proxy.serve()
    except Stopped:
        pass
    finally:
        with held():
            proxy.close()


def _report(settings: Settings, outputs: Outputs, observer: Observer, console: Console) -> int:
    with held():
        judgement = observer.conclude()
        how = Recorded(observer.began, observer.notes, observer.told, observer.extent, observer.error)
        report = concluded(settings, judgement, how)
        return finish(report, outputs, console)


class _Teller:
    """Prints each failure that is asked for, in one line."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._gate, self._console = settings.gate, console

    def __call__(self, finding: Finding, exchange: str) -> None:
        if is_selected(finding.requirement, self._gate.only, self._gate.skip):
            told = f"expected {finding.expected}, got {finding.got}: {exchange}"
            say(self._console, f"[red]✗[/] {finding.requirement} {escape(told)}")
