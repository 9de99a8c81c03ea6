"""Configurations: what a run may know and do, each differing from the full one in one dimension (law 7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from rich.console import Console

from fleet_contract.contract_tests.running.runs import Report, Settings
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.session.session import begin, run_checks
from fleet_contract.contract_tests.target.target import Fixtures
from fleet_contract.spec.catalogue import catalogue
from tests.suite.harness import SEED, clean_environment, mock

Change = Callable[[Settings], Settings]


@dataclass(frozen=True)
class Configuration:
    """How a run is asked for: its options, and what is changed of its settings."""

    name: str
    given: Mapping[str, object]
    change: Change = lambda settings: settings

    def judged(self, url: str) -> Report:
        """Judge a server under this configuration."""
        with clean_environment():
            settings, _ = read_settings(url, {"target": SEED, "depth": "standard", **self.given})
            return run_checks(begin(self.change(settings), Console(quiet=True)))

    def judged_mock(self, *mutants: str) -> Report:
        """Judge a mock with these mutants."""
        with mock(*mutants) as url:
            return self.judged(url)


def _with_fixtures(fixtures: Callable[[Fixtures], Fixtures]) -> Change:
    return lambda settings: replace(
        settings, target=replace(settings.target, fixtures=fixtures(settings.target.fixtures))
    )


def _without(name: str) -> Change:
    nothing = getattr(Fixtures(), name)
    return _with_fixtures(lambda fixtures: replace(fixtures, **{name: nothing}))


def _with_one_key(settings: Settings) -> Settings:
    return replace(settings, target=replace(settings.target, other_api_key=None))


def _elsewhere(settings: Settings) -> Settings:
    """Reach the same server under a name that is not this machine's, where nobody allowed to write."""
    target, port = settings.target, urlsplit(settings.target.base_url).port
    network = replace(target.network, connect_to=(f"drive.example:{port}:127.0.0.1:{port}",))
    limits = replace(target.limits, requests_per_second=0.0)
    return replace(
        settings, target=replace(target, base_url=f"http://drive.example:{port}", network=network, limits=limits)
    )


FULL = Configuration("standard", {})
_FIXTURES = [each.name for each in fields(Fixtures) if each.name != "location_path"]
SECTIONS = list(dict.fromkeys(id.partition(".")[0] for id in catalogue().requirements if not id.startswith("dialect.")))
CONFIGURATIONS = {
    each.name: each
    for each in (
        FULL,
        Configuration("smoke", {"depth": "smoke"}),
        Configuration("smoke without fixtures", {"depth": "smoke"}, _with_fixtures(lambda _: Fixtures())),
        Configuration("quick", {"depth": "quick"}),
        Configuration("deep", {"depth": "deep"}),
        *(Configuration(f"without {name}", {}, _without(name)) for name in _FIXTURES),
        Configuration("without fixtures", {}, _with_fixtures(lambda _: Fixtures())),
        Configuration("one key", {}, _with_one_key),
        Configuration("read-only", {}, _elsewhere),
        *(Configuration(f"only {section}", {"only": (f"{section}.",)}) for section in SECTIONS),
    )
}
